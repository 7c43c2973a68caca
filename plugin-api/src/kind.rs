//! The kinds of things that a plugin may contribute.

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
    /// A distribution of actions.
    Distribution,
}

impl PluginKind {
    /// Every kind, in the order of the contract.
    pub const ALL: [Self; 7] = [
        Self::Task,
        Self::SceneTask,
        Self::Body,
        Self::Reward,
        Self::Preprocessor,
        Self::Brain,
        Self::Distribution,
    ];

    /// The name used in manifests, messages and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::SceneTask => "scene-task",
            Self::Body => "body",
            Self::Reward => "reward",
            Self::Preprocessor => "preprocessor",
            Self::Brain => "brain",
            Self::Distribution => "distribution",
        }
    }
}

impl std::fmt::Display for PluginKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
