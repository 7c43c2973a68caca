//! What tasks, rewards and preprocessors exchange with the host.

use super::sense::Sense;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One sense of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SensationSpec {
    /// Which sense.
    pub sense: Sense,
    /// Shape; its product is the number of receptors. `[4]`, or `[H, W, channels]` for images.
    pub shape: Vec<usize>,
    /// Lowest possible value; `None` is unbounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Highest possible value; `None` is unbounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// Unit of the values, `mixed` where receptors differ.
    #[serde(default)]
    pub unit: String,
}

/// What a task takes at each control step, as a slice of f32.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum ActionSpec {
    /// Continuous degrees of freedom with bounds: the slice holds one value for each.
    Box {
        /// Lower bounds, finite.
        low: Vec<f64>,
        /// Upper bounds, finite.
        high: Vec<f64>,
    },
    /// One choice of `n`: the slice holds its index.
    Discrete {
        /// Number of choices.
        n: usize,
    },
    /// Several choices at once: the slice holds one index for each.
    MultiDiscrete {
        /// Number of choices of each.
        n: Vec<usize>,
    },
}

/// A named vector of f64 that rewards are made of and analyses read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SignalSpec {
    /// Name, snake_case.
    pub name: String,
    /// Number of values.
    pub len: usize,
    /// Unit of the values.
    #[serde(default)]
    pub unit: String,
}

/// How a control step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[repr(u32)]
pub enum Ending {
    /// The episode goes on.
    None = 0,
    /// The task ended it.
    Terminated = 1,
    /// A limit ended it; the value of the last sensation is bootstrapped.
    Truncated = 2,
}

/// What a task exchanges with the host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaskSpec {
    /// The senses, in the order of [`Sense`]; their values are laid out one after another.
    pub sensations: Vec<SensationSpec>,
    /// What it takes.
    pub action: ActionSpec,
    /// Signals, laid out one after another.
    #[serde(default)]
    pub signals: Vec<SignalSpec>,
    /// Names of the terms of the default reward, whose sum, in this order, is the reward.
    pub reward_terms: Vec<String>,
    /// Control steps after which the host truncates the episode; `None` is never.
    #[serde(default)]
    pub max_episode_steps: Option<u64>,
    /// Mean return from which the task counts as solved.
    #[serde(default)]
    pub reward_threshold: Option<f64>,
    /// Seconds between two control steps; `None` where time has no unit.
    #[serde(default)]
    pub control_timestep: Option<f64>,
    /// Whether save and restore carry the whole state. If not, a resumed run starts new episodes.
    pub saves_state: bool,
}

/// What a reward is told when it is created.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RewardContext {
    /// The signals that it may read, laid out one after another.
    pub signals: Vec<SignalSpec>,
    /// The action that it may read.
    pub action: ActionSpec,
    /// Seconds between two control steps.
    pub control_timestep: Option<f64>,
}

/// A named set of a reward's settings, which may build on another.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RewardConfiguration {
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The configuration whose settings it takes over; `None` is the reward's defaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inherits: Option<String>,
    /// The settings that differ.
    #[serde(flatten)]
    pub settings: BTreeMap<String, serde_json::Value>,
}

/// What a reward says of itself once created.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RewardSpec {
    /// Names of its terms, whose sum, in this order, is the reward.
    pub terms: Vec<String>,
}

/// What a preprocessor is told when it is created.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PreprocessorContext {
    /// The senses, laid out one after another.
    pub sensations: Vec<SensationSpec>,
    /// Discount of the learner, for preprocessors of rewards.
    pub discount: f64,
}

/// What the numbers of a preprocessor's statistics are, for those who want to show them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatisticsForm {
    /// Running moments: the number of samples, then the mean of each of n elements, then the sum
    /// of squared deviations from the mean (M2) of each. The elements are the values of all senses
    /// that are vectors, in the order of the senses, where it changes sensations; one number (a
    /// running return) where it changes rewards alone.
    Moments,
    /// The preprocessor's own business; a form that this version does not know counts as this.
    #[default]
    #[serde(other)]
    Opaque,
}

/// What a preprocessor says of itself once created.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PreprocessorSpec {
    /// Number of f64 of its mergeable statistics.
    pub statistics_len: usize,
    /// What they are.
    #[serde(default)]
    pub statistics_form: StatisticsForm,
    /// Whether it changes sensations.
    pub sensations: bool,
    /// Whether it changes rewards.
    pub rewards: bool,
}
