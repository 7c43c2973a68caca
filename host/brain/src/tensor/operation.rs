//! One operation as a tensor expression, of whatever rows its inputs have.

use super::cell::CellWeights;
use super::dense::dense_act;
use super::forward::TensorForm;
use super::image;
use super::parameters::TensorParameters;
use crate::program::{Cell, Dense, Input, Operation};
use angora_plugin_api::brain::ActivationKind;
use burn::tensor::{Tensor, TensorData, activation};

/// The parameters of an operation, brought into form once for all steps.
#[allow(
    clippy::large_enum_variant,
    reason = "one per operation of a loop, made once a pass"
)]
pub enum Weights {
    /// Of operations that have none, or read vectors alone.
    None,
    /// W of a dense layer `[inputs, units]` or of a convolution `[kh kw channels, filters]`.
    Kernel(Tensor<2>),
    /// Of a cell.
    Cell(CellWeights),
}

impl Weights {
    pub fn of(operation: &Operation, parameters: &TensorParameters) -> Self {
        match operation {
            Operation::Dense(dense) => Self::Kernel(kernel(dense, parameters)),
            Operation::Conv { kernel, shape, .. } => {
                Self::Kernel(parameters.matrix(*kernel, shape.filters))
            }
            Operation::Cell(cell) => Self::Cell(cell_weights(cell, parameters)),
            _ => Self::None,
        }
    }
}

fn kernel(dense: &Dense, parameters: &TensorParameters) -> Tensor<2> {
    let units = dense.kernel.len / dense.input.view.width;
    let kernel = parameters.matrix(dense.kernel, units);
    let Some(mask) = &dense.mask else {
        return kernel;
    };
    // Keeps the gradient at zero where there is no connection.
    let mask = TensorData::new(mask.clone(), kernel.dims());
    kernel * Tensor::from_data(mask, &parameters.device().clone().without_autodiff())
}

pub fn cell_weights(cell: &Cell, parameters: &TensorParameters) -> CellWeights {
    let units = cell.hidden.view.width;
    let wide = cell.kind.gates() * units;
    CellWeights {
        kind: cell.kind,
        recurrent: parameters.matrix(cell.recurrent, wide),
        recurrent_bias: cell.recurrent_bias.map(|bias| parameters.vector(bias)),
    }
}

/// What an operation writes: its slot, and the one after it of a cell that has a memory.
pub fn compute(
    operation: &Operation,
    weights: &Weights,
    parameters: &TensorParameters,
    form: TensorForm,
    read: &dyn Fn(&Input) -> Tensor<2>,
) -> (Tensor<2>, Option<Tensor<2>>) {
    let fold = |inputs: &[Input], f: fn(Tensor<2>, Tensor<2>) -> Tensor<2>| {
        let folded = inputs.iter().map(read).reduce(f);
        folded.expect("the compiler refuses nodes without inputs")
    };
    let y = match (operation, weights) {
        (Operation::Dense(layer), Weights::Kernel(kernel)) => {
            let bias = layer.bias.map(|bias| parameters.vector(bias));
            dense(layer, read(&layer.input), kernel.clone(), bias, form)
        }
        (
            Operation::Conv {
                input,
                bias,
                activation,
                shape,
                ..
            },
            Weights::Kernel(kernel),
        ) => {
            let bias = parameters.vector(*bias);
            let y = image::convolution(shape, read(input), kernel.clone(), bias);
            activate(*activation, y)
        }
        (Operation::Cell(cell), Weights::Cell(weights)) => {
            let memory = cell.memory.as_ref().map(read);
            return weights.step(read(&cell.gates), read(&cell.hidden), memory);
        }
        (Operation::Activation(input, kind), _) => activate(*kind, read(input)),
        (Operation::Scale(input, factor), _) => read(input) * *factor,
        (Operation::Concat(inputs), _) => Tensor::cat(inputs.iter().map(read).collect(), 1),
        (Operation::Add(inputs), _) => fold(inputs, |a, b| a + b),
        (Operation::Multiply(inputs), _) => fold(inputs, |a, b| a * b),
        (
            Operation::LayerNorm {
                input,
                scale,
                offset,
                epsilon,
            },
            _,
        ) => {
            let x = read(input);
            let centred = x.clone() - x.mean_dim(1);
            let variance = centred.clone().square().mean_dim(1);
            let scale = parameters.vector(*scale).unsqueeze::<2>();
            let offset = parameters.vector(*offset).unsqueeze::<2>();
            centred / (variance + *epsilon).sqrt() * scale + offset
        }
        (Operation::Append(input, vector), _) => {
            let x = read(input);
            let n = x.dims()[0];
            let vector = parameters.vector(*vector).unsqueeze::<2>();
            Tensor::cat(vec![x, vector.repeat_dim(0, n)], 1)
        }
        (Operation::Pool(input, pool), _) => image::pool(pool, read(input)),
        (Operation::Delay { .. } | Operation::Dense(_) | Operation::Conv { .. }, _)
        | (Operation::Cell(_), _) => {
            unreachable!("delays are the graph's, and weights are those of the operation")
        }
    };
    (y, None)
}

fn dense(
    layer: &Dense,
    x: Tensor<2>,
    kernel: Tensor<2>,
    bias: Option<Tensor<1>>,
    form: TensorForm,
) -> Tensor<2> {
    match (form, bias) {
        (TensorForm::Fused, Some(bias)) => dense_act(x, kernel, bias, layer.activation),
        (TensorForm::Composed, Some(bias)) => {
            activate(layer.activation, x.matmul(kernel) + bias.unsqueeze::<2>())
        }
        (_, None) => activate(layer.activation, x.matmul(kernel)),
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
