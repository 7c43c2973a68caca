//! The settings of PPO, each checked before a run begins.

use crate::Schedule;
use serde::{Deserialize, Serialize};

/// Over what advantages are normalised to mean 0 and standard deviation 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdvantageNormalisation {
    /// Each minibatch.
    #[default]
    Minibatch,
    /// The batch of a cycle.
    Batch,
    /// Not at all.
    Off,
}

/// Settings of PPO, resolved. Letters and names as in the glossary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PpoSettings {
    /// Passes over the batch within a cycle, at least 1.
    pub epochs: usize,
    /// Transitions per update; divides the batch.
    pub minibatch_size: usize,
    /// Step size of Adam at the first cycle.
    pub learning_rate: f64,
    /// How it changes over the cycles.
    pub learning_rate_schedule: Schedule,
    /// gamma, 0..1.
    pub discount: f64,
    /// lambda of GAE, 0..1.
    pub gae_lambda: f64,
    /// epsilon of the clipped surrogate.
    pub clip_range: f64,
    /// The same for the value loss; `None` is off.
    pub value_clip_range: Option<f64>,
    /// Weight of the entropy.
    pub entropy_coefficient: f64,
    /// Weight of the value loss.
    pub value_coefficient: f64,
    /// Largest global L2 norm of a gradient; `None` is off.
    pub max_gradient_norm: Option<f64>,
    /// Advantage normalisation.
    pub normalise_advantages: AdvantageNormalisation,
    /// The epochs of a cycle stop when the approximate KL divergence of an update exceeds 1.5
    /// times this; `None` is off.
    pub target_kl: Option<f64>,
}
