//! What a plugin says about itself.

use super::kind::PluginKind;
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

/// The manifest embedded in a plugin. Unknown fields are ignored: later contracts may add some.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Manifest {
    /// Name of the plugin, unique in a run: `task-classic-control`.
    pub name: String,
    /// Version of the plugin.
    #[schemars(with = "String")]
    pub version: Version,
    /// Version of the contract that it was built against.
    #[schemars(with = "String")]
    pub contract: Version,
    /// One sentence on what it is.
    pub description: String,
    /// Who wrote it, as Cargo lists them: separated by `:`.
    pub authors: String,
    /// SPDX expression.
    pub licence: String,
    /// What it contributes.
    pub contributions: Vec<Contribution>,
}

/// One thing that a plugin contributes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Contribution {
    /// What it is.
    pub kind: PluginKind,
    /// Its id: `CartPole-v1` for tasks, a kebab-case name for others.
    pub id: String,
}
