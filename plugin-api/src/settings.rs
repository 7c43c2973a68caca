//! The settings of a contribution, as data.

pub use crate::v1::payload::settings::{SettingSpec, SettingsSpec};
