//! What a person may write: every key is optional, unknown keys are refused.

use angora_optimisation::{AdvantageNormalisation, ChunkStart, Schedule, TileRule};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A table that belongs to a plugin, checked by the plugin itself.
pub type Free = serde_json::Map<String, serde_json::Value>;

/// Settings as written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Written {
    /// Id of the task: `CartPole-v1`.
    pub task: Option<String>,
    /// Plugins to load: paths, folders or names on the search path.
    pub plugins: Option<Vec<String>>,
    /// Id of the body, for scene tasks.
    pub body: Option<String>,
    /// Id of a reward that replaces the task's own.
    pub reward: Option<String>,
    /// Name of a configuration of the reward, of its plugin's or of `reward_configurations`.
    pub reward_configuration: Option<String>,
    /// Id of the brain.
    pub brain: Option<String>,
    /// Preset that lies under all other settings; `auto` chooses by task.
    pub preset: Option<String>,
    /// Seed of everything random.
    pub seed: Option<u64>,
    /// Cycles after which the run is complete.
    pub cycles: Option<u64>,
    /// Control steps over which schedules (learning rate, reward, task) run from their start to
    /// their end, whatever the length of the run.
    pub schedule_steps: Option<u64>,
    /// Environments stepped side by side.
    pub environments: Option<usize>,
    /// Control steps per environment and cycle.
    pub horizon: Option<usize>,
    /// Threads; the result does not depend on them.
    pub threads: Option<usize>,
    /// Processes that learn, where several are started by mpirun or srun; all by default.
    pub optimizers: Option<usize>,
    /// Seconds that a process waits for the others before it gives up.
    pub rank_timeout_secs: Option<f64>,
    /// Seconds that a call of a native plugin may take before the run is saved and ended; 0 is no
    /// limit.
    pub plugin_timeout_secs: Option<f64>,
    /// Where the brain learns: `cpu`, `flex` (Burn on the CPU) or `cuda`.
    pub device: Option<String>,
    /// Stop when the mean return of the last 100 episodes reaches the task's threshold.
    pub stop_at_threshold: Option<bool>,
    /// Whether TensorBoard's event files are written beside `metrics.jsonl`.
    pub tensorboard: Option<bool>,
    /// Regions of the brain that do not learn; a region covers those below it.
    pub freeze: Option<Vec<String>>,
    /// Regions that start with parameters from elsewhere: `{ region, source, source_region,
    /// sha256 }`, the last two optional; the statistics of preprocessors do not come with them.
    pub load_regions: Option<Vec<WrittenLoad>>,
    /// Preprocessors, nearest to the body first; empty for none.
    pub preprocessors: Option<Vec<String>>,
    /// Gather one horizon before the first cycle to initialise the statistics of preprocessors;
    /// nothing is learned from it and its steps are not counted.
    pub warm_up: Option<bool>,
    /// Settings of the task's plugin.
    pub task_config: Free,
    /// Conditions of the task's episodes, by name: numbers, or labels that the task gives.
    pub conditions: Free,
    /// Settings of the body's plugin.
    pub body_config: Free,
    /// Settings of the reward's plugin, over those of its configuration.
    pub reward_config: Free,
    /// Configurations of your own, by name: the settings that differ from those of the one that
    /// `inherits` names.
    pub reward_configurations: Free,
    /// Settings of the brain's plugin.
    pub brain_config: Free,
    /// Settings of preprocessors, by id.
    pub preprocessor_config: Free,
    /// The action distribution.
    pub distribution: WrittenDistribution,
    /// Settings of the distribution's plugin.
    pub distribution_config: Free,
    /// The learner.
    pub ppo: WrittenPpo,
    /// Physics of scene tasks.
    pub physics: WrittenPhysics,
    /// Checkpoints.
    pub checkpoint: WrittenCheckpoint,
    /// Evaluations during training, which choose the checkpoint `best`.
    pub evaluation: WrittenEvaluation,
    /// Limits of plugins that are WebAssembly modules.
    pub wasm: WrittenWasm,
}

impl Written {
    /// Id of the brain, written or not.
    #[must_use]
    pub fn brain(&self) -> &str {
        self.brain.as_deref().unwrap_or("simple")
    }
}

/// A region that starts with parameters from elsewhere, as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WrittenLoad {
    /// Region of this brain, with those below it.
    pub region: String,
    /// A run (id, beginning of it, folder, `latest`), the folder of a checkpoint, or a
    /// `.safetensors` file.
    pub source: String,
    /// Region there, where it has another name.
    pub source_region: Option<String>,
    /// SHA-256 of the file that holds the parameters, in hexadecimal; any other is refused.
    pub sha256: Option<String>,
}

/// The action distribution, as written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WrittenDistribution {
    /// `categorical`, `multi-categorical`, `gaussian`, `beta`, or the id of a plugin's distribution;
    /// `auto` chooses by task.
    pub kind: Option<String>,
    /// Bins per degree of freedom of a multi-categorical distribution over a continuous action.
    pub bins: Option<usize>,
    /// Whether a Gaussian's standard deviation depends on the sensation.
    pub state_dependent_std: Option<bool>,
}

/// PPO, as written; 0 turns off what can be turned off.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WrittenPpo {
    /// Passes over the batch within a cycle.
    pub epochs: Option<usize>,
    /// Transitions per update.
    pub minibatch_size: Option<usize>,
    /// Control steps that the gradient of a recurrent brain reaches back; 0 is the whole horizon.
    pub chunk_length: Option<usize>,
    /// State that a chunk of a recurrent brain is learned from: `stored`, `carried` or `zero`.
    pub chunk_start: Option<String>,
    /// Minibatch of a recurrent brain: `most-trajectories` or `longest-runs`.
    pub tile: Option<String>,
    /// Step size of Adam.
    pub learning_rate: Option<f64>,
    /// `constant`, `linear` or `exponential`.
    pub learning_rate_schedule: Option<String>,
    /// Factor per cycle of the exponential schedule.
    pub learning_rate_decay: Option<f64>,
    /// Discount gamma.
    pub discount: Option<f64>,
    /// lambda of generalised advantage estimation.
    pub gae_lambda: Option<f64>,
    /// epsilon of the clipped surrogate.
    pub clip_range: Option<f64>,
    /// epsilon of the clipped value loss; 0 is off.
    pub value_clip_range: Option<f64>,
    /// Weight of the entropy.
    pub entropy_coefficient: Option<f64>,
    /// Weight of the value loss.
    pub value_coefficient: Option<f64>,
    /// Largest global norm of a gradient; 0 is off.
    pub max_gradient_norm: Option<f64>,
    /// `minibatch`, `batch` or `off`.
    pub normalise_advantages: Option<String>,
    /// KL divergence at which the epochs of a cycle stop (1.5 times it); 0 is off.
    pub target_kl: Option<f64>,
}

/// Physics, as written; absent keys are the task's and body's own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WrittenPhysics {
    /// Physics time step, s.
    pub timestep: Option<f64>,
    /// `Euler`, `RK4`, `implicit` or `implicitfast`.
    pub integrator: Option<String>,
    /// `PGS`, `CG` or `Newton`.
    pub solver: Option<String>,
    /// `pyramidal` or `elliptic`.
    pub cone: Option<String>,
    /// Most iterations of the solver.
    pub iterations: Option<u32>,
}

/// Checkpoints, as written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WrittenCheckpoint {
    /// Seconds between two saves of `latest`; 0 saves every cycle.
    pub interval_secs: Option<f64>,
    /// Also keep the checkpoint of every so many cycles; 0 keeps none.
    pub every: Option<u64>,
}

/// Evaluations during training, as written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WrittenEvaluation {
    /// Cycles between evaluations, of which one follows the last cycle; 0 turns them off.
    pub every_cycles: Option<u64>,
    /// Largest share of control steps that evaluations take where `every_cycles` is not set; 0
    /// turns them off.
    pub share: Option<f64>,
    /// Episodes of an evaluation.
    pub episodes: Option<u64>,
}

/// Limits of plugins that are WebAssembly modules, as written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WrittenWasm {
    /// Most memory of an instance, MiB; there is one per environment and plugin.
    pub memory_mib: Option<usize>,
    /// Longest time of a call, ms.
    pub deadline_ms: Option<u64>,
    /// Most fuel of a call, about one unit per instruction; runs out at the same place in every
    /// run, and makes calls slower. 0 is off.
    pub fuel: Option<u64>,
}

/// Every key that may be written, dotted, sorted. A key that ends in `.*` takes anything below.
#[must_use]
pub fn known_keys() -> Vec<String> {
    let schema = schemars::schema_for!(Written).to_value();
    let mut keys = Vec::new();
    collect(&schema, &schema, "", &mut keys);
    keys.sort();
    keys
}

/// Walks the properties of a schema.
fn collect(
    root: &serde_json::Value,
    node: &serde_json::Value,
    prefix: &str,
    keys: &mut Vec<String>,
) {
    let Some(properties) = node["properties"].as_object() else {
        return;
    };
    for (name, property) in properties {
        let key = format!("{prefix}{name}");
        match referenced(root, property) {
            Some(target) => collect(root, target, &format!("{key}."), keys),
            None if property["additionalProperties"] == serde_json::Value::Bool(true) => {
                keys.push(format!("{key}.*"));
            }
            None => keys.push(key),
        }
    }
}

fn referenced<'s>(
    root: &'s serde_json::Value,
    property: &'s serde_json::Value,
) -> Option<&'s serde_json::Value> {
    let reference = property["$ref"].as_str()?;
    root.pointer(reference.strip_prefix('#')?)
}

/// Names that a normalisation of advantages may be written by.
pub const NORMALISATIONS: [(&str, AdvantageNormalisation); 3] = [
    ("minibatch", AdvantageNormalisation::Minibatch),
    ("batch", AdvantageNormalisation::Batch),
    ("off", AdvantageNormalisation::Off),
];

/// Names that the start of a chunk may be written by.
pub const CHUNK_STARTS: [(&str, ChunkStart); 3] = [
    ("stored", ChunkStart::Stored),
    ("carried", ChunkStart::Carried),
    ("zero", ChunkStart::Zero),
];

/// Names that the rule for tiles may be written by.
pub const TILES: [(&str, TileRule); 2] = [
    ("most-trajectories", TileRule::MostTrajectories),
    ("longest-runs", TileRule::LongestRuns),
];

/// Names that a schedule may be written by, with the rate of the exponential one.
#[must_use]
pub fn schedules(rate: f64) -> [(&'static str, Schedule); 3] {
    [
        ("constant", Schedule::Constant),
        ("linear", Schedule::Linear),
        ("exponential", Schedule::Exponential { rate }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_listed_from_the_types() {
        let keys = known_keys();
        for key in [
            "task",
            "ppo.clip_range",
            "physics.timestep",
            "task_config.*",
        ] {
            assert!(keys.iter().any(|k| k == key), "{key} in {keys:?}");
        }
    }
}
