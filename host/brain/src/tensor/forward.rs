//! A program as tensor operations.

use super::dense::dense_act;
use super::device::is_flex;
use crate::brain::Brain;
use crate::program::{Dense, Input, Operation, Place, Source};
use angora_plugin_api::brain::ActivationKind;
use burn::tensor::{Tensor, TensorData, activation};

/// How dense layers are put into the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DenseForm {
    /// As one operation, which only Flex has.
    Fused,
    /// Of Burn's own operations.
    Composed,
}

/// Raw distribution parameters `[n, P]` and values `[n, 1]` of sensations `[n, S]`, from flat
/// parameters. Gradients flow to the parameters (and to the sensations where they are tracked).
/// Dense layers are single operations on Flex and composed elsewhere.
///
/// # Panics
/// As [`forward_tensor_with`].
#[must_use]
pub fn forward_tensor(
    brain: &Brain,
    parameters: Tensor<1>,
    sensations: Tensor<2>,
) -> (Tensor<2>, Tensor<2>) {
    let form = if is_flex(&parameters.device()) {
        DenseForm::Fused
    } else {
        DenseForm::Composed
    };
    forward_tensor_with(brain, parameters, sensations, form)
}

/// [`forward_tensor`] with a choice of how dense layers are made.
///
/// # Panics
/// If the shapes do not fit the brain, or the form is fused on another device than Flex.
#[must_use]
pub fn forward_tensor_with(
    brain: &Brain,
    parameters: Tensor<1>,
    sensations: Tensor<2>,
    form: DenseForm,
) -> (Tensor<2>, Tensor<2>) {
    assert_eq!(parameters.dims(), [brain.parameters().len()]);
    assert_eq!(sensations.dims()[1], brain.sensation_len());
    let program = brain.program();
    let mut graph = Graph {
        parameters,
        sensations,
        slots: Vec::with_capacity(program.slots.len()),
        form,
    };
    for instruction in &program.instructions {
        let slot = graph.compute(&instruction.operation);
        graph.slots.push(slot);
    }
    let slot = |slot: usize| graph.slots[slot].clone();
    (slot(program.policy), slot(program.value))
}

struct Graph {
    parameters: Tensor<1>,
    sensations: Tensor<2>,
    slots: Vec<Tensor<2>>,
    form: DenseForm,
}

impl Graph {
    /// What an input reads, `[n, width]`.
    fn read(&self, input: &Input) -> Tensor<2> {
        let view = input.view;
        let source = match view.source {
            Source::Sensation => &self.sensations,
            Source::Slot(slot) => &self.slots[slot],
        };
        if view.width == source.dims()[1] {
            source.clone()
        } else {
            source.clone().narrow(1, view.start, view.width)
        }
    }

    /// A parameter vector.
    fn vector(&self, place: Place) -> Tensor<1> {
        self.parameters.clone().narrow(0, place.offset, place.len)
    }

    fn compute(&self, operation: &Operation) -> Tensor<2> {
        match operation {
            Operation::Dense(dense) => self.dense(dense),
            Operation::Activation(input, kind) => activate(*kind, self.read(input)),
            Operation::Concat(inputs) => {
                Tensor::cat(inputs.iter().map(|input| self.read(input)).collect(), 1)
            }
            Operation::Add(inputs) => self.fold(inputs, |a, b| a + b),
            Operation::Multiply(inputs) => self.fold(inputs, |a, b| a * b),
            Operation::LayerNorm {
                input,
                scale,
                offset,
                epsilon,
            } => {
                let x = self.read(input);
                let centred = x.clone() - x.mean_dim(1);
                let variance = centred.clone().square().mean_dim(1);
                let scale = self.vector(*scale).unsqueeze::<2>();
                let offset = self.vector(*offset).unsqueeze::<2>();
                centred / (variance + *epsilon).sqrt() * scale + offset
            }
            Operation::Append(input, vector) => {
                let x = self.read(input);
                let n = x.dims()[0];
                let vector = self.vector(*vector).unsqueeze::<2>().repeat_dim(0, n);
                Tensor::cat(vec![x, vector], 1)
            }
            Operation::Scale(input, factor) => self.read(input) * *factor,
            Operation::Delay { .. }
            | Operation::Cell(_)
            | Operation::Conv { .. }
            | Operation::Pool(..) => todo!("the tensor path"),
        }
    }

    fn fold(&self, inputs: &[Input], f: impl Fn(Tensor<2>, Tensor<2>) -> Tensor<2>) -> Tensor<2> {
        let folded = inputs.iter().map(|input| self.read(input)).reduce(f);
        folded.expect("the compiler refuses nodes without inputs")
    }

    fn dense(&self, dense: &Dense) -> Tensor<2> {
        let x = self.read(&dense.input);
        let shape = [x.dims()[1], dense.kernel.len / x.dims()[1]];
        let mut kernel = self.vector(dense.kernel).reshape(shape);
        if let Some(mask) = &dense.mask {
            // Keeps the gradient at zero where there is no connection.
            let mask = TensorData::new(mask.clone(), shape);
            kernel = kernel * Tensor::from_data(mask, &x.device().without_autodiff());
        }
        let Some(bias) = dense.bias.map(|bias| self.vector(bias)) else {
            return activate(dense.activation, x.matmul(kernel));
        };
        match self.form {
            DenseForm::Fused => dense_act(x, kernel, bias, dense.activation),
            DenseForm::Composed => {
                activate(dense.activation, x.matmul(kernel) + bias.unsqueeze::<2>())
            }
        }
    }
}

/// f(x) of Burn's own operations.
fn activate(kind: ActivationKind, x: Tensor<2>) -> Tensor<2> {
    match kind {
        ActivationKind::Linear => x,
        ActivationKind::Tanh => x.tanh(),
        ActivationKind::Relu => activation::relu(x),
        ActivationKind::Sigmoid => activation::sigmoid(x),
        ActivationKind::Softplus => activation::softplus(x, 1.0),
        ActivationKind::Elu => activation::relu(x.clone()) + (x.clamp_max(0.0).exp() - 1.0),
    }
}
