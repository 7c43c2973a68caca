//! A dense layer with its activation as one differentiable Burn operation on Flex.
//!
//! Composed from Burn's own operations, a small layer costs several microseconds of bookkeeping
//! forwards and more backwards, and tanh runs element by element. As a backend extension the
//! forward pass is one product and one loop on slices, and the backward pass is written by hand.

use super::flex::{dims, empty, packed, values};
use crate::kernels::affine::Start;
use crate::kernels::elementwise::{Rows, activate, activate_backward, column_sums};
use crate::kernels::product::{Matrix, affine_product, product};
use angora_plugin_api::brain::ActivationKind;
use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

/// f(x W + b) on Flex, with or without autodiff: x `[n, inputs]`, W `[inputs, units]`, b
/// `[units]`, f32.
///
/// # Panics
/// On any other device (Burn has no such operation there); see
/// [`is_flex`](super::device::is_flex).
#[must_use]
pub fn dense_act(
    x: Tensor<2>,
    kernel: Tensor<2>,
    bias: Tensor<1>,
    activation: ActivationKind,
) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as DenseOps>::dense_act(
        x.into_dispatch(),
        kernel.into_dispatch(),
        bias.into_dispatch(),
        activation,
    ))
}

/// The operation as Burn dispatches it.
#[backend_extension(Autodiff, Flex)]
pub trait DenseOps: Backend {
    /// f(x W + b).
    fn dense_act(
        x: FloatTensor<Self>,
        kernel: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        activation: ActivationKind,
    ) -> FloatTensor<Self>;
}

/// What backends give so that autodiff can be put around them.
pub trait DenseKernels: DenseOps {
    /// Gradients by x (where asked for), W and b, from y = f(x W + b) and dy.
    fn dense_act_backward(
        state: DenseState<Self>,
        dy: FloatTensor<Self>,
        need_dx: bool,
    ) -> DenseGradients<Self>;
}

/// What the backward pass needs of the forward pass.
#[derive(Debug, Clone)]
pub struct DenseState<B: Backend> {
    x: FloatTensor<B>,
    kernel: FloatTensor<B>,
    /// Where f is not linear; held, it would have to be copied before anything else writes to it.
    y: Option<FloatTensor<B>>,
    activation: ActivationKind,
}

/// Gradients of a dense layer.
#[derive(Debug)]
pub struct DenseGradients<B: Backend> {
    x: Option<FloatTensor<B>>,
    kernel: FloatTensor<B>,
    bias: FloatTensor<B>,
}

impl DenseOps for Flex {
    fn dense_act(
        x: FlexTensor,
        kernel: FlexTensor,
        bias: FlexTensor,
        activation: ActivationKind,
    ) -> FlexTensor {
        let (x, kernel, bias) = (packed(x), packed(kernel), packed(bias));
        let ([n, inputs], units) = (dims(&x), dims(&kernel)[1]);
        let mut y = empty(&[n, units]);
        let out = y.storage_mut::<f32>();
        let at = Rows {
            start: 0,
            stride: inputs,
            width: inputs,
        };
        affine_product(
            values(&x),
            at,
            values(&kernel),
            Start::Bias(values(&bias)),
            out,
        );
        activate(activation, out);
        y
    }
}

impl DenseKernels for Flex {
    fn dense_act_backward(
        state: DenseState<Self>,
        dy: FlexTensor,
        need_dx: bool,
    ) -> DenseGradients<Self> {
        let (x, kernel) = (packed(state.x), packed(state.kernel));
        let mut dy = packed(dy);
        let ([n, inputs], units) = (dims(&x), dims(&kernel)[1]);
        if let Some(y) = state.y.map(packed) {
            activate_backward(state.activation, values(&y), dy.storage_mut::<f32>());
        }
        let d = Matrix::new(values(&dy), n, units, units);
        let mut d_kernel = empty(&[inputs, units]);
        let rows = Matrix::new(values(&x), n, inputs, inputs).transposed();
        product(d_kernel.storage_mut::<f32>(), units, false, rows, d);
        let mut d_bias = empty(&[units]);
        d_bias.storage_mut::<f32>().fill(0.0);
        column_sums(values(&dy), d_bias.storage_mut::<f32>());
        let dx = need_dx.then(|| {
            let mut dx = empty(&[n, inputs]);
            let kernel = Matrix::new(values(&kernel), inputs, units, units);
            product(
                dx.storage_mut::<f32>(),
                inputs,
                false,
                d,
                kernel.transposed(),
            );
            dx
        });
        DenseGradients {
            x: dx,
            kernel: d_kernel,
            bias: d_bias,
        }
    }
}

/// The node that autodiff keeps.
#[derive(Debug)]
struct DenseBackward;

impl<B: DenseKernels> Backward<B, 3> for DenseBackward {
    type State = DenseState<B>;

    fn backward(
        self,
        ops: Ops<Self::State, 3>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let [x, kernel, bias] = ops.parents;
        let dy = gradients.consume::<B>(&ops.node);
        let found = B::dense_act_backward(ops.state, dy, x.is_some());
        if let (Some(node), Some(dx)) = (x, found.x) {
            gradients.register::<B>(node.id, dx);
        }
        if let Some(node) = kernel {
            gradients.register::<B>(node.id, found.kernel);
        }
        if let Some(node) = bias {
            gradients.register::<B>(node.id, found.bias);
        }
    }
}

impl<B: DenseKernels, C: CheckpointStrategy> DenseOps for Autodiff<B, C> {
    fn dense_act(
        x: FloatTensor<Self>,
        kernel: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        activation: ActivationKind,
    ) -> FloatTensor<Self> {
        let nodes = [x.node(), kernel.node(), bias.node()];
        let (x, kernel) = (x.into_primitive(), kernel.into_primitive());
        let y = B::dense_act(x.clone(), kernel.clone(), bias.into_primitive(), activation);
        match DenseBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(node) => {
                let state = DenseState {
                    x,
                    kernel,
                    y: (activation != ActivationKind::Linear).then(|| y.clone()),
                    activation,
                };
                node.finish(state, y)
            }
            OpsKind::UnTracked(node) => node.finish(y),
        }
    }
}
