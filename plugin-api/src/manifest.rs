//! What a plugin says about itself, readable without running it.

use crate::PluginKind;
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

/// Name of the section of a native library in which the manifest lies, as JSON.
pub const MANIFEST_SECTION: &str = if cfg!(target_os = "macos") {
    "__angora"
} else {
    ".angora_plugin"
};

/// Name of the custom section of a WebAssembly module in which the manifest lies, as JSON.
pub const MANIFEST_CUSTOM_SECTION: &str = "angora:manifest";

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
