//! The settings of a contribution.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SettingSpec {
    /// Key, as a lab writes it in TOML.
    pub key: String,
    /// What it is where nothing is written; `None` where the plugin does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
}

/// The settings that a contribution takes, in the author's order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SettingsSpec {
    /// The settings.
    pub settings: Vec<SettingSpec>,
}
