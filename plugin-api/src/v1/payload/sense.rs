//! The senses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A sense. A closed list, in the order in which sensations are laid out.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Sense {
    /// Pictures `[H, W, channels]`, 0 to 255; or a vector
    /// (`SensationSpec::is_picture`).
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
