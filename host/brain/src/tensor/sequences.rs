//! Sequences on a device.

use super::rows;
use crate::brain::{Brain, Sequences};
use burn::tensor::{Device, Tensor};
use std::ops::Range;
use std::sync::Arc;

/// What B environments have sensed over C control steps, on a device; see [`Sequences`].
#[derive(Debug, Clone)]
pub struct TensorSequences {
    /// C.
    pub steps: usize,
    /// Sensations `[C B, S]`; row `t B + b` is step t of sequence b.
    pub sensations: Tensor<2>,
    /// Whether an episode begins at this step `[C B]`; empty where none does.
    pub begins: Arc<[bool]>,
    /// Recurrent states before the first step `[B, L]`, constants; `None` where L is 0.
    pub states: Option<Tensor<2>>,
}

impl TensorSequences {
    /// Copies sequences to a device.
    ///
    /// # Panics
    /// If the sensations or states are no rows of the brain's.
    #[must_use]
    pub fn new(brain: &Brain, sequences: &Sequences<'_>, device: &Device) -> Self {
        let len = brain.state_len();
        Self {
            steps: sequences.steps,
            sensations: rows(sequences.sensations, brain.sensation_len(), device),
            begins: sequences.begins.into(),
            states: (len > 0).then(|| rows(sequences.states, len, device)),
        }
    }

    /// Single steps of a brain without recurrent state.
    #[must_use]
    pub fn single(sensations: Tensor<2>) -> Self {
        Self {
            steps: 1,
            sensations,
            begins: Arc::new([]),
            states: None,
        }
    }

    /// Panics where a shape does not fit the brain.
    pub(super) fn check(&self, brain: &Brain) {
        let [n, width] = self.sensations.dims();
        let (steps, len) = (self.steps, brain.state_len());
        assert_eq!(width, brain.sensation_len(), "length of a sensation");
        assert!(
            steps > 0 && n.is_multiple_of(steps),
            "{n} rows in {steps} steps"
        );
        assert!(
            self.begins.is_empty() || self.begins.len() == n,
            "number of beginnings"
        );
        let states = self.states.as_ref().map(Tensor::dims);
        let expected = (len > 0).then_some([n / steps, len]);
        assert_eq!(states, expected, "shape of the states");
    }

    /// B.
    pub(super) fn width(&self) -> usize {
        self.sensations.dims()[0] / self.steps
    }

    /// Whether an episode begins within some rows.
    pub(super) fn begin_within(&self, rows: Range<usize>) -> bool {
        self.begins
            .get(rows)
            .is_some_and(|begins| begins.contains(&true))
    }

    /// 0 where an episode begins and 1 elsewhere, `[n, 1]`, for some rows.
    pub(super) fn kept(&self, within: Range<usize>) -> Tensor<2> {
        let begins = self.begins[within].iter();
        let kept: Vec<f32> = begins.map(|&begins| f32::from(u8::from(!begins))).collect();
        rows(&kept, 1, &self.sensations.device().without_autodiff())
    }
}
