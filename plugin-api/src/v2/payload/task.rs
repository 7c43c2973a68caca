//! What tasks exchange with the host, rewards and preprocessors.

use crate::{ActionSpec, Sense};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Name and unit of one element of a sense or signal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ElementSpec {
    /// Name, unique within the sense or signal: `shoulder_velocity`.
    pub name: String,
    /// Unit of its value; empty takes the unit of the sense or signal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
}

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
    /// Name and unit of each element, in order; empty where they have no names of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elements: Vec<ElementSpec>,
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
    /// Name and unit of each element, in order; empty where they have no names of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elements: Vec<ElementSpec>,
}

/// A condition of an episode, which the host sets before `reset`: a column of the table of trials.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConditionSpec {
    /// Name, snake_case: `field_strength`.
    pub name: String,
    /// What it changes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Unit of its value.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Value where the user sets none.
    #[serde(default)]
    pub default: f64,
    /// Lowest value; `None` is unbounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Highest value; `None` is unbounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// The only values that it may have; empty for every value of the range.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<f64>,
    /// A name for each of `values`, by which users may set it; empty for none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
}

/// Something that happens at a moment of an episode: `go_cue`, `target_reached`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EventSpec {
    /// Name, snake_case.
    pub name: String,
    /// What has happened when it is reported.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// What a task exchanges with the host.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// Conditions, in the order of the row that `reset` is given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<ConditionSpec>,
    /// Events; the number of one is its place in this list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<EventSpec>,
    /// Capabilities that a host must know; one that does not refuses the task
    /// ([`capability`](crate::capability)).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
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
