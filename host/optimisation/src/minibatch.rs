//! Which transitions an update sees, and their rows gathered for a slice.

use angora_brain::Brain;
use angora_buffer::Rollout;

/// The rows of a slice, copied out of the rollouts.
#[derive(Debug, Clone)]
pub struct Rows {
    /// Sensations `[n, S]`.
    pub sensations: Vec<f32>,
    /// Actions `[n, A]`.
    pub actions: Vec<f32>,
    /// Log-probabilities when gathered `[n]`.
    pub action_log_probs: Vec<f32>,
    /// Advantages, normalised `[n]`.
    pub advantages: Vec<f32>,
    /// Value targets `[n]`.
    pub value_targets: Vec<f32>,
    /// Values when gathered `[n]`.
    pub values: Vec<f32>,
}

impl Rows {
    /// Memory for n rows.
    #[must_use]
    pub fn new(brain: &Brain, n: usize) -> Self {
        Self {
            sensations: vec![0.0; n * brain.sensation_len()],
            actions: vec![0.0; n * brain.distribution().action_len()],
            action_log_probs: vec![0.0; n],
            advantages: vec![0.0; n],
            value_targets: vec![0.0; n],
            values: vec![0.0; n],
        }
    }

    /// Copies transitions; advantages become `(a - mean) * scale`.
    pub(crate) fn fill(
        &mut self,
        rollouts: &[Rollout],
        places: &Places,
        transitions: &[u32],
        (mean, scale): (f64, f64),
    ) {
        for (row, transition) in transitions.iter().enumerate() {
            let (rollout, i) = places.find(rollouts, *transition);
            let (s, a) = (rollout.sensation_len, rollout.action_len);
            self.sensations[row * s..(row + 1) * s].copy_from_slice(rollout.sensation(i));
            self.actions[row * a..(row + 1) * a].copy_from_slice(rollout.action(i));
            self.action_log_probs[row] = rollout.action_log_probs[i];
            self.advantages[row] = ((f64::from(rollout.advantages[i]) - mean) * scale) as f32;
            self.value_targets[row] = rollout.value_targets[i];
            self.values[row] = rollout.values[i];
        }
    }
}

/// Where a transition of the run lies: its number is `t * E + e` over all environments of the
/// run, whichever rank has gathered it.
#[derive(Debug, Clone)]
pub struct Places {
    /// Rank and index within the rank, per environment.
    environments: Vec<(u32, u32)>,
}

impl Places {
    pub fn new(rollouts: &[Rollout]) -> Self {
        let environments = rollouts
            .iter()
            .enumerate()
            .flat_map(|(rank, rollout)| {
                (0..rollout.environments).map(move |local| (rank as u32, local as u32))
            })
            .collect();
        Self { environments }
    }

    pub fn find<'r>(&self, rollouts: &'r [Rollout], transition: u32) -> (&'r Rollout, usize) {
        let total = self.environments.len();
        let (t, e) = (transition as usize / total, transition as usize % total);
        let (rank, local) = self.environments[e];
        let rollout = &rollouts[rank as usize];
        (rollout, t * rollout.environments + local as usize)
    }
}
