//! A built-in cell over a whole chunk as one differentiable Burn operation on Flex.

use super::sequence::{Derivatives, Run, Trace, Traced};
use crate::tensor::flex::{dims, empty, packed, values};
use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{AutodiffBackend, Backend, Flex, backend_extension};

/// The operation as Burn dispatches it.
#[backend_extension(Autodiff, Flex)]
pub trait CellOps: Backend {
    /// h `[C B, H]`, and the states after the last step `[B, H]` (h beside c for an LSTM), which
    /// have no gradient. From x W + b `[C B, G H]`, U `[H, G H]`, the bias of h U `[G H]` (not
    /// read where the cell has none) and the states before the first step, constants.
    fn cell_sequence(
        gates: FloatTensor<Self>,
        recurrent: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        states: FloatTensor<Self>,
        run: Run,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
}

/// What backends give so that autodiff can be put around them.
pub trait CellKernels: CellOps {
    /// The forward pass.
    fn cell_forward(
        gates: FloatTensor<Self>,
        recurrent: &FloatTensor<Self>,
        bias: FloatTensor<Self>,
        states: FloatTensor<Self>,
        run: &Run,
    ) -> CellTrace<Self>;

    /// Gradients by x W + b, U and the bias, from that by h.
    fn cell_backward(
        trace: CellTrace<Self>,
        recurrent: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        run: &Run,
    ) -> [FloatTensor<Self>; 3];
}

/// What a forward pass leaves; see [`Trace`].
#[derive(Debug, Clone)]
pub struct CellTrace<B: Backend> {
    gates: FloatTensor<B>,
    before: FloatTensor<B>,
    hidden: FloatTensor<B>,
    memory: FloatTensor<B>,
    second: FloatTensor<B>,
    /// States after the last step.
    left: FloatTensor<B>,
}

impl CellOps for Flex {
    fn cell_sequence(
        gates: FlexTensor,
        recurrent: FlexTensor,
        bias: FlexTensor,
        states: FlexTensor,
        run: Run,
    ) -> (FlexTensor, FlexTensor) {
        let trace = Self::cell_forward(gates, &recurrent, bias, states, &run);
        (trace.hidden, trace.left)
    }
}

impl CellKernels for Flex {
    fn cell_forward(
        gates: FlexTensor,
        recurrent: &FlexTensor,
        bias: FlexTensor,
        states: FlexTensor,
        run: &Run,
    ) -> CellTrace<Self> {
        let mut gates = packed(gates);
        let (recurrent, bias, states) = (packed(recurrent.clone()), packed(bias), packed(states));
        let n = dims(&gates)[0];
        let [memory, second] = run.second_widths();
        let matrix = |width: usize| empty(&[n, width]);
        let (mut before, mut hidden) = (matrix(run.units()), matrix(run.units()));
        let (mut memory, mut second) = (matrix(memory), matrix(second));
        let mut left = empty(&[n / run.steps(), run.state_width()]);
        let mut trace = Trace {
            gates: gates.storage_mut(),
            before: before.storage_mut(),
            hidden: hidden.storage_mut(),
            memory: memory.storage_mut(),
            second: second.storage_mut(),
        };
        run.forward(
            values(&recurrent),
            values(&bias),
            values(&states),
            &mut trace,
        );
        run.left(&trace, left.storage_mut());
        CellTrace {
            gates,
            before,
            hidden,
            memory,
            second,
            left,
        }
    }

    fn cell_backward(
        trace: CellTrace<Self>,
        recurrent: FlexTensor,
        dy: FlexTensor,
        run: &Run,
    ) -> [FlexTensor; 3] {
        let (recurrent, dy) = (packed(recurrent), packed(dy));
        let n = dims(&dy)[0];
        let inner = if run.has_inner() { run.wide() } else { 0 };
        let mut d_gates = empty(&[n, run.wide()]);
        let mut d_recurrent = empty(&[run.units(), run.wide()]);
        let mut d_bias = empty(&[inner]);
        let mut d_inner = vec![0.0; n * inner];
        let traced = Traced {
            gates: values(&trace.gates),
            before: values(&trace.before),
            hidden: values(&trace.hidden),
            memory: values(&trace.memory),
            second: values(&trace.second),
        };
        let derivatives = Derivatives {
            gates: d_gates.storage_mut(),
            inner: &mut d_inner,
            recurrent: d_recurrent.storage_mut(),
            bias: d_bias.storage_mut(),
        };
        run.backward(values(&recurrent), &traced, values(&dy), derivatives);
        [d_gates, d_recurrent, d_bias]
    }
}

/// The node that autodiff keeps.
#[derive(Debug)]
struct CellBackward;

impl<B: CellKernels> Backward<B, 3> for CellBackward {
    /// The trace, U and the form of the run.
    type State = (CellTrace<B>, FloatTensor<B>, Run);

    fn backward(
        self,
        ops: Ops<Self::State, 3>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let dy = gradients.consume::<B>(&ops.node);
        let (trace, recurrent, run) = ops.state;
        let found = B::cell_backward(trace, recurrent, dy, &run);
        for (parent, gradient) in ops.parents.into_iter().zip(found) {
            if let Some(node) = parent {
                gradients.register::<B>(node.id, gradient);
            }
        }
    }
}

impl<B: CellKernels, C: CheckpointStrategy> CellOps for Autodiff<B, C> {
    fn cell_sequence(
        gates: FloatTensor<Self>,
        recurrent: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        states: FloatTensor<Self>,
        run: Run,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let nodes = [gates.node(), recurrent.node(), bias.node()];
        let recurrent = recurrent.into_primitive();
        let trace = B::cell_forward(
            gates.into_primitive(),
            &recurrent,
            bias.into_primitive(),
            states.into_primitive(),
            &run,
        );
        let (hidden, left) = (trace.hidden.clone(), trace.left.clone());
        let hidden = match CellBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(node) => node.finish((trace, recurrent, run), hidden),
            OpsKind::UnTracked(node) => node.finish(hidden),
        };
        (hidden, <Self as AutodiffBackend>::from_inner(left))
    }
}
