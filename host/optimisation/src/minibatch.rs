//! The rows of a slice of a minibatch, copied out of the rollouts.

use crate::order::Places;
use angora_brain::{Brain, Sequences};
use angora_buffer::Rollout;

/// B sequences of C steps each, time-major: row `c B + b` is step c of sequence b.
#[derive(Debug, Clone)]
pub struct Rows {
    /// Sensations `[C, B, S]`.
    pub sensations: Vec<f32>,
    /// Actions `[C, B, A]`.
    pub actions: Vec<f32>,
    /// Log-probabilities when gathered `[C, B]`.
    pub action_log_probs: Vec<f32>,
    /// Advantages, normalised `[C, B]`.
    pub advantages: Vec<f32>,
    /// Value targets `[C, B]`.
    pub value_targets: Vec<f32>,
    /// Values when gathered `[C, B]`.
    pub values: Vec<f32>,
    /// Whether an episode begins `[C, B]`.
    pub begins: Vec<bool>,
    /// Recurrent states before the first step `[B, L]`.
    pub states: Vec<f32>,
    /// C.
    steps: usize,
    /// B at present; the slices above are as long as for the most.
    sequences: usize,
    sensation_len: usize,
    action_len: usize,
    state_len: usize,
}

impl Rows {
    /// Memory for at most so many sequences of so many steps.
    #[must_use]
    pub fn new(brain: &Brain, sequences: usize, steps: usize) -> Self {
        let n = sequences * steps;
        let action_len = brain.distribution().action_len();
        Self {
            sensations: vec![0.0; n * brain.sensation_len()],
            actions: vec![0.0; n * action_len],
            action_log_probs: vec![0.0; n],
            advantages: vec![0.0; n],
            value_targets: vec![0.0; n],
            values: vec![0.0; n],
            begins: vec![false; n],
            states: vec![0.0; sequences * brain.state_len()],
            steps,
            sequences,
            sensation_len: brain.sensation_len(),
            action_len,
            state_len: brain.state_len(),
        }
    }

    /// Number of rows, B C.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sequences * self.steps
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A copy of all but what the brain is run on.
    pub(crate) fn outcomes(&self) -> Self {
        Self {
            sensations: Vec::new(),
            begins: Vec::new(),
            states: Vec::new(),
            actions: self.actions.clone(),
            action_log_probs: self.action_log_probs.clone(),
            advantages: self.advantages.clone(),
            value_targets: self.value_targets.clone(),
            values: self.values.clone(),
            ..*self
        }
    }

    /// What the brain is run on.
    #[must_use]
    pub fn sequences(&self) -> Sequences<'_> {
        Sequences {
            steps: self.steps,
            sensations: &self.sensations[..self.len() * self.sensation_len],
            begins: &self.begins[..self.len()],
            states: &self.states[..self.sequences * self.state_len],
        }
    }

    /// Copies chunks, the sequences; advantages become `(a - mean) * scale`. Leaves the recurrent
    /// states as they are.
    pub(crate) fn fill(
        &mut self,
        rollouts: &[Rollout],
        places: &Places,
        chunks: &[u32],
        (mean, scale): (f64, f64),
    ) {
        self.sequences = chunks.len();
        let (s, a) = (self.sensation_len, self.action_len);
        for (b, chunk) in chunks.iter().enumerate() {
            let place = places.find(rollouts, *chunk);
            let rollout = place.rollout;
            for (step, i) in place.transitions().enumerate() {
                let row = step * chunks.len() + b;
                rollout.copy_sensation(i, &mut self.sensations[row * s..(row + 1) * s]);
                self.actions[row * a..(row + 1) * a].copy_from_slice(rollout.action(i));
                self.action_log_probs[row] = rollout.action_log_probs[i];
                self.advantages[row] = ((f64::from(rollout.advantages[i]) - mean) * scale) as f32;
                self.value_targets[row] = rollout.value_targets[i];
                self.values[row] = rollout.values[i];
                self.begins[row] = rollout.begins[i];
            }
        }
    }

    /// Copies the recurrent states that chunks met when they were gathered.
    pub(crate) fn fill_states(&mut self, rollouts: &[Rollout], places: &Places, chunks: &[u32]) {
        let l = self.state_len;
        for (b, chunk) in chunks.iter().enumerate() {
            let place = places.find(rollouts, *chunk);
            let state = place.rollout.state(place.column, place.environment);
            self.states[b * l..(b + 1) * l].copy_from_slice(state);
        }
    }
}
