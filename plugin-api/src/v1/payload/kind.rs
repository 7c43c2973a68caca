//! The kinds of contributions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a contribution is. Closed on purpose: a new kind is a new contract.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PluginKind {
    /// A task with a world of its own.
    Task,
    /// A task over a physics scene that the host steps.
    SceneTask,
    /// What is moved: skeleton, actuators, sensors.
    Body,
    /// Reward terms computed from signals.
    Reward,
    /// A transformation of sensations or rewards.
    Preprocessor,
    /// An architecture.
    Brain,
}
