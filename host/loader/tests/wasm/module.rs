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

const MANIFEST: &str = r#"{"name":"by-hand","version":"1.0.0","contract":"1.0.0","description":"","authors":"","licence":"MIT","contributions":[{"kind":"reward","id":"hand"}]}"#;

impl Module<'_> {
    /// The module as a file's bytes.
    ///
    /// At 0 there is an empty result; at 24 that of `spec`, whose text is at 128; at 48 that of
    /// `evaluate`, whose two values are at 256; at 72 an empty list.
    pub fn bytes(&self) -> Vec<u8> {
        let manifest = MANIFEST.replace('"', "\\\"");
        let text = format!(
            r#"(module
  {imports}
  {memory}
  (global $next (mut i32) (i32.const 4096))
  (data (i32.const 28) "\80\00\00\00\13\00\00\00")
  (data (i32.const 52) "\00\01\00\00\02\00\00\00")
  (data (i32.const 128) "{{\"terms\":[\"a\",\"b\"]}}")
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.get $next)
    (global.set $next (i32.or (i32.const 0x1000) (i32.and (i32.const 0x7ff0)
      (i32.add (i32.add (global.get $next) (local.get 3)) (i32.const 15))))))
  (func (export "angora:plugin/reward@1.0.0#configurations") (param i32 i32) (result i32)
    (i32.const 0))
  (func (export "angora:plugin/reward@1.0.0#create")
    (param i32 i32 i32 i32 i32 i32) (result i32)
    {create})
  (func (export "angora:plugin/reward@1.0.0#spec") (result i32) (i32.const 24))
  (func (export "angora:plugin/reward@1.0.0#reset") (param i64 i32 i32) (result i32)
    (i32.const 0))
  (func $evaluate (export "angora:plugin/reward@1.0.0#evaluate")
    (param i32 i32 i32 i32 f64) (result i32)
    {evaluate})
  (func (export "angora:plugin/reward@1.0.0#save") (result i32) (i32.const 72))
  (func (export "angora:plugin/reward@1.0.0#restore") (param i32 i32) (result i32)
    (i32.const 0))
  {more}
  (@custom "angora:manifest" "{manifest}"))"#,
            imports = self.imports,
            memory = self.memory,
            create = self.create,
            evaluate = self.evaluate,
            more = self.more,
        );
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
