//! The settings of PPO, each checked before a run begins.

use crate::{Schedule, TileRule};
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

/// From which recurrent state a chunk starts when the brain learns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChunkStart {
    /// The one that it met when it was gathered, left by the parameters of then.
    #[default]
    Stored,
    /// The one that the present parameters leave at the end of the chunk before it in its tile;
    /// the first of a row starts from what it met.
    Carried,
    /// Zero, and so it is when gathering: nothing is remembered from one chunk to the next. For
    /// comparisons.
    Zero,
}

/// Settings of PPO, resolved. Letters and names as in the glossary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PpoSettings {
    /// Passes over the batch within a cycle, at least 1.
    pub epochs: usize,
    /// Transitions per update; divides the batch.
    pub minibatch_size: usize,
    /// Steps that the gradient reaches back at most, C; divides the horizon. 1 for brains that
    /// remember nothing.
    #[serde(default = "single")]
    pub chunk_length: usize,
    /// What chunks start from.
    #[serde(default)]
    pub chunk_start: ChunkStart,
    /// Shape of the minibatches of recurrent brains.
    #[serde(default)]
    pub tile: TileRule,
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
    /// The epochs of a cycle stop before the first step at which the approximate KL divergence,
    /// averaged over the minibatches of the present epoch until then, exceeds 1.5 times this;
    /// `None` is off.
    pub target_kl: Option<f64>,
}

fn single() -> usize {
    1
}
