//! Settings of the hand.

use angora_sdk::{ControlMode, TouchMode};
use serde::{Deserialize, Serialize};

/// Settings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What an action of -1 or 1 is measured from.
    pub control: Control,
    /// Whether the wrist is the brain's.
    pub wrist: Wrist,
    /// What the brain feels of the touch sensors; with `off` the model has none, which makes it
    /// faster.
    pub touch: TouchMode,
}

/// What an action is measured from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Control {
    /// The joint's present angle.
    #[default]
    Relative,
    /// The middle of its range.
    Absolute,
}

impl From<Control> for ControlMode {
    fn from(control: Control) -> Self {
        match control {
            Control::Relative => Self::Relative,
            Control::Absolute => Self::Absolute,
        }
    }
}

/// Whether the wrist moves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wrist {
    /// Two actuators drive it.
    #[default]
    Free,
    /// It has no actuators and is held at its angles of the pose `rest`.
    Frozen,
}
