//! Storage of all transitions that one rank gathers with one policy snapshot.

/// What ended at a step, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finished {
    /// Undiscounted sum of raw rewards.
    pub episode_return: f64,
    /// Control steps.
    pub length: u64,
}

/// Transitions `[T, E]`, written once per cycle. The fields are public: gathering writes them,
/// optimisation reads them, and nothing in between needs guarding.
#[derive(Debug, Clone)]
pub struct Rollout {
    /// T.
    pub horizon: usize,
    /// E.
    pub environments: usize,
    /// S.
    pub sensation_len: usize,
    /// A.
    pub action_len: usize,
    /// What the brain saw `[T, E, S]`.
    pub sensations: Vec<f32>,
    /// What it chose, in the distribution's own terms `[T, E, A]`.
    pub actions: Vec<f32>,
    /// Log-probability of it `[T, E]`.
    pub action_log_probs: Vec<f32>,
    /// Value of what it saw `[T, E]`.
    pub values: Vec<f32>,
    /// Preprocessed rewards `[T, E]`.
    pub rewards: Vec<f32>,
    /// Whether an episode ended at this step `[T, E]`.
    pub ended: Vec<bool>,
    /// Value of what follows an ending: of the final sensation where the episode was truncated,
    /// 0 where it terminated; unused elsewhere `[T, E]`.
    pub bootstrap_values: Vec<f32>,
    /// Value of the sensation after the last step `[E]`.
    pub last_values: Vec<f32>,
    /// Advantages `[T, E]`.
    pub advantages: Vec<f32>,
    /// Value targets (lambda-returns) `[T, E]`.
    pub value_targets: Vec<f32>,
    /// Episodes that finished `[T, E]`.
    pub finished: Vec<Option<Finished>>,
}

impl Rollout {
    /// Memory for T x E transitions of S receptors and A action numbers.
    #[must_use]
    pub fn new(
        horizon: usize,
        environments: usize,
        sensation_len: usize,
        action_len: usize,
    ) -> Self {
        let n = horizon * environments;
        Self {
            horizon,
            environments,
            sensation_len,
            action_len,
            sensations: vec![0.0; n * sensation_len],
            actions: vec![0.0; n * action_len],
            action_log_probs: vec![0.0; n],
            values: vec![0.0; n],
            rewards: vec![0.0; n],
            ended: vec![false; n],
            bootstrap_values: vec![0.0; n],
            last_values: vec![0.0; environments],
            advantages: vec![0.0; n],
            value_targets: vec![0.0; n],
            finished: vec![None; n],
        }
    }

    /// The sensation of transition i = t E + e.
    #[must_use]
    pub fn sensation(&self, i: usize) -> &[f32] {
        &self.sensations[i * self.sensation_len..(i + 1) * self.sensation_len]
    }

    /// The action of transition i = t E + e.
    #[must_use]
    pub fn action(&self, i: usize) -> &[f32] {
        &self.actions[i * self.action_len..(i + 1) * self.action_len]
    }

    /// Fills advantages and value targets.
    pub fn estimate_advantages(&mut self, discount: f64, gae_lambda: f64) {
        crate::generalised_advantages(self, discount, gae_lambda);
    }
}
