//! The senses of a brain.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A sense. A closed list, in the order in which sensations are laid out.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Sense {
    /// Pictures `[H, W, channels]`, 0 to 255; or a vector
    /// ([`SensationSpec::is_picture`](crate::SensationSpec::is_picture)).
    Vision,
    /// Contact and pressure.
    Touch,
    /// Joint angles, velocities, muscle or tendon state; also the state of tasks without a body.
    Proprioception,
    /// What the task asks for, as the brain sees it.
    Goal,
    /// Privileged information, for the value side only.
    Asymmetric,
}

impl Sense {
    /// Every sense, in order.
    pub const ALL: [Self; 5] = [
        Self::Vision,
        Self::Touch,
        Self::Proprioception,
        Self::Goal,
        Self::Asymmetric,
    ];

    /// The name used in specs, brain graphs and messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vision => "vision",
            Self::Touch => "touch",
            Self::Proprioception => "proprioception",
            Self::Goal => "goal",
            Self::Asymmetric => "asymmetric",
        }
    }
}

impl std::fmt::Display for Sense {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
