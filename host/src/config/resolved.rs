//! What runs: no options left, everything checked.

use angora_brain::DistributionSettings;
use angora_loader::{WasmLimits, calls};
use angora_optimisation::PpoSettings;
use angora_plugin_api::{PhysicsOptions, RewardConfiguration};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// All settings of a run; [`to_toml`](Experiment::to_toml) is the `experiment.toml` in its folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// Id of the task.
    pub task: String,
    /// Plugins that were named.
    pub plugins: Vec<String>,
    /// Id of the body, where one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Id of a reward that replaces the task's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reward: Option<String>,
    /// Name of a configuration of the reward.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reward_configuration: Option<String>,
    /// Id of the brain.
    pub brain: String,
    /// The preset under the settings.
    pub preset: String,
    /// Seed.
    pub seed: u64,
    /// Cycles.
    pub cycles: u64,
    /// Control steps over which schedules run.
    #[serde(default)]
    pub schedule_steps: u64,
    /// E over all ranks.
    pub environments: usize,
    /// T.
    pub horizon: usize,
    /// Threads.
    pub threads: usize,
    /// Processes that learn at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub optimizers: Option<usize>,
    /// Seconds that a process waits for the others.
    #[serde(default = "rank_timeout_secs")]
    pub rank_timeout_secs: f64,
    /// Seconds that a call of a native plugin may take; 0 is no limit.
    #[serde(default = "plugin_timeout_secs")]
    pub plugin_timeout_secs: f64,
    /// Device.
    pub device: String,
    /// Whether the run stops at the task's threshold.
    pub stop_at_threshold: bool,
    /// Whether TensorBoard's event files are written.
    #[serde(default = "yes")]
    pub tensorboard: bool,
    /// The action distribution.
    pub distribution: DistributionSettings,
    /// Settings of the distribution's plugin.
    #[serde(default = "no_settings", skip_serializing_if = "is_empty")]
    pub distribution_config: serde_json::Value,
    /// The learner.
    pub ppo: PpoSettings,
    /// Physics over task and body.
    pub physics: PhysicsOptions,
    /// Checkpoints.
    pub checkpoint: CheckpointSettings,
    /// Evaluations during training.
    #[serde(default)]
    pub evaluation: EvaluationSettings,
    /// Limits of plugins that are WebAssembly modules.
    #[serde(default)]
    pub wasm: WasmLimits,
    /// Regions of the brain that do not learn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub freeze: Vec<String>,
    /// Regions that start with parameters from elsewhere, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub load_regions: Vec<RegionLoad>,
    /// Preprocessors, in order.
    pub preprocessors: Vec<PreprocessorChoice>,
    /// Whether the statistics of preprocessors are initialised before the first cycle.
    #[serde(default)]
    pub warm_up: bool,
    /// Settings of the task's plugin.
    pub task_config: serde_json::Value,
    /// Conditions of the task's episodes, by name; those that are not named have their defaults.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub conditions: serde_json::Map<String, serde_json::Value>,
    /// Settings of the body's plugin.
    pub body_config: serde_json::Value,
    /// Settings of the reward's plugin.
    pub reward_config: serde_json::Value,
    /// The user's own configurations, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reward_configurations: BTreeMap<String, RewardConfiguration>,
    /// Settings of the brain's plugin.
    pub brain_config: serde_json::Value,
}

/// Of runs that were begun without a word on it.
pub(super) fn rank_timeout_secs() -> f64 {
    angora_comm::DEFAULT_TIMEOUT.as_secs_f64()
}

/// Of runs that were begun without a word on it.
pub(super) fn plugin_timeout_secs() -> f64 {
    calls::watch::DEFAULT_TIMEOUT.as_secs_f64()
}

impl Experiment {
    /// Lets the watchdog of plugins keep to the settings, from now on.
    pub fn watch_plugins(&self) {
        calls::set_timeout(Duration::from_secs_f64(self.plugin_timeout_secs));
    }
}

/// A table without a key.
fn no_settings() -> serde_json::Value {
    serde_json::Value::Object(serde_json::Map::new())
}

/// Whether nothing is set.
fn is_empty(table: &serde_json::Value) -> bool {
    table.as_object().is_none_or(serde_json::Map::is_empty)
}

/// What runs of before there was a choice have.
fn yes() -> bool {
    true
}

/// A region that starts with parameters from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionLoad {
    /// Region of this brain, with those below it.
    pub region: String,
    /// As written; once it is loaded, the folder of the checkpoint, or the file.
    pub source: String,
    /// Region there.
    pub source_region: String,
    /// Of the file that it was loaded from, or must be loaded from; empty before where any will do.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sha256: String,
}

/// A preprocessor with its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PreprocessorChoice {
    /// Id.
    pub id: String,
    /// Settings.
    pub config: serde_json::Value,
}

/// When checkpoints are written and kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckpointSettings {
    /// Seconds between two saves of `latest`; 0 saves every cycle.
    pub interval_secs: f64,
    /// Keep the checkpoint of every so many cycles; 0 keeps none.
    pub every: u64,
}

/// When evaluations take place during training, and how large they are. When one is due also
/// depends on the task: [`angora_host::run`](crate::run) plans them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvaluationSettings {
    /// Cycles between evaluations, 0 for none; `None` leaves it to `share`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_cycles: Option<u64>,
    /// Largest share of control steps that evaluations take, 0..1; 0 for none.
    pub share: f64,
    /// Episodes of an evaluation; `None` leaves it to the number of environments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub episodes: Option<u64>,
}

impl Default for EvaluationSettings {
    fn default() -> Self {
        Self {
            every_cycles: None,
            share: 0.05,
            episodes: None,
        }
    }
}
