//! The recurrent part of built-in cells: over a whole chunk at once on Flex, and one step at a
//! time of Burn's own operations.

mod operation;
mod sequence;

use crate::program::CellKind;
use burn::backend::Dispatch;
use burn::tensor::{Tensor, activation};
use operation::CellOps;
use sequence::Run;
use std::sync::Arc;

/// What a cell is made of, beside its inputs.
#[derive(Debug, Clone)]
pub struct CellWeights {
    /// Which.
    pub kind: CellKind,
    /// U `[H, G H]`.
    pub recurrent: Tensor<2>,
    /// Bias of h U `[3 H]`, of a GRU.
    pub recurrent_bias: Option<Tensor<1>>,
}

impl CellWeights {
    /// h of all steps `[C B, H]` and the states after the last, on Flex: from x W + b
    /// `[C B, G H]` and the states before the first, h `[B, H]` with c beside it for an LSTM.
    pub fn sequence(
        self,
        gates: Tensor<2>,
        states: Tensor<2>,
        steps: usize,
        begins: Arc<[bool]>,
    ) -> (Tensor<2>, Tensor<2>) {
        let run = Run::new(self.kind, self.recurrent.dims()[0], steps, begins);
        // The dispatched operation takes no optional tensors; this one is not read.
        let none = || Tensor::zeros([1], &states.device());
        let bias = self.recurrent_bias.unwrap_or_else(none);
        let (hidden, left) = <Dispatch as CellOps>::cell_sequence(
            gates.into_dispatch(),
            self.recurrent.into_dispatch(),
            bias.into_dispatch(),
            states.into_dispatch(),
            run,
        );
        (Tensor::from_dispatch(hidden), Tensor::from_dispatch(left))
    }

    /// h of one step `[B, H]`, and c of an LSTM: from x W + b and the h and c of the step before.
    pub fn step(
        &self,
        gates: Tensor<2>,
        before: Tensor<2>,
        memory: Option<Tensor<2>>,
    ) -> (Tensor<2>, Option<Tensor<2>>) {
        let units = before.dims()[1];
        let column = |x: &Tensor<2>, i: usize| x.clone().narrow(1, i * units, units);
        let inner = before.clone().matmul(self.recurrent.clone());
        match (self.kind, memory) {
            (CellKind::Lstm, Some(memory)) => {
                let gates = gates + inner;
                let [i, f, o] = [0, 1, 3].map(|k| activation::sigmoid(column(&gates, k)));
                let next = f * memory + i * column(&gates, 2).tanh();
                (o * next.clone().tanh(), Some(next))
            }
            (CellKind::Gru, _) => {
                let inner = match &self.recurrent_bias {
                    Some(bias) => inner + bias.clone().unsqueeze::<2>(),
                    None => inner,
                };
                let [r, z] =
                    [0, 1].map(|k| activation::sigmoid(column(&gates, k) + column(&inner, k)));
                let n = (column(&gates, 2) + r * column(&inner, 2)).tanh();
                // (1 - z) n + z h.
                (n.clone() + z * (before - n), None)
            }
            _ => ((gates + inner).tanh(), None),
        }
    }
}
