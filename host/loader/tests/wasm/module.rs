//! Modules written by hand, so that they can do what no compiler would.

use angora_loader::catalogue::MakeError;
use angora_loader::{Catalogue, Discovery, LoadedReward, PluginFault, WasmLimits};
use angora_plugin_api::{ActionSpec, RewardContext, SignalSpec};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A reward with two terms. What a test says replaces a call's body, or stands beside all others.
pub struct Module<'a> {
    /// Body of `create`.
    pub create: &'a str,
    /// Body of `evaluate`.
    pub evaluate: &'a str,
    /// Further fields; imports stand first in a module, so they have a place of their own.
    pub more: &'a str,
    /// Imports.
    pub imports: &'a str,
    /// Memory.
    pub memory: &'a str,
}

impl Default for Module<'_> {
    fn default() -> Self {
        Self {
            create: "(i32.const 0)",
            evaluate: "(i32.const 48)",
            more: "",
            imports: "",
            memory: "(memory (export \"memory\") 1)",
        }
    }
}

/// The module with places for what a test says.
const TEXT: &str = include_str!("../../../../tests/fixtures/modules/reward.wat");

impl Module<'_> {
    /// The module as a file's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let text = TEXT
            .lines()
            .filter(|line| !line.starts_with(";;"))
            .collect::<Vec<_>>()
            .join("\n")
            .replace("{imports}", self.imports)
            .replace("{memory}", self.memory)
            .replace("{create}", self.create)
            .replace("{evaluate}", self.evaluate)
            .replace("{more}", self.more);
        wat::parse_str(text).unwrap()
    }

    /// The reward, and a place for its file.
    pub fn reward(&self, limits: &WasmLimits) -> Result<Box<dyn LoadedReward>, MakeError> {
        let folder = TempDir::new().unwrap();
        let path = write(folder.path(), &self.bytes());
        reward(&path, limits, None)
    }
}

/// A module's file.
pub fn write(folder: &Path, bytes: &[u8]) -> PathBuf {
    let path = folder.join("hand.wasm");
    std::fs::write(&path, bytes).unwrap();
    path
}

/// The reward of a file; compiled modules are kept in a folder, if there is one.
pub fn reward(
    path: &Path,
    limits: &WasmLimits,
    cache: Option<&Path>,
) -> Result<Box<dyn LoadedReward>, MakeError> {
    let mut discovery = Discovery::default();
    discovery.name(&path.display().to_string())?;
    let context = RewardContext {
        signals: vec![SignalSpec {
            name: "values".into(),
            len: 4,
            unit: String::new(),
            elements: Vec::new(),
        }],
        action: ActionSpec::Discrete { n: 2 },
        control_timestep: None,
    };
    let catalogue = Catalogue::new(discovery)
        .with_wasm_limits(limits.clone())
        .with_cache(cache.map(Path::to_path_buf));
    catalogue.reward("hand", &serde_json::json!({}), &context)
}

/// A step of the reward.
pub fn step(reward: &mut Box<dyn LoadedReward>) -> Result<[f64; 2], PluginFault> {
    let mut terms = [0.0; 2];
    reward.evaluate(&[1.0, 2.0, 3.0, 4.0], &[1.0], 0.5, &mut terms)?;
    Ok(terms)
}
