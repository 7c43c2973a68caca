//! `experiment.toml`: all settings of a run in the form in which a person writes them, so that the
//! file starts another run like it.

use crate::config::error::ConfigError;
use crate::config::layers::{Layers, Source};
use crate::config::resolve::{resolve, steps_of};
use crate::config::resolved::{Experiment, PreprocessorChoice, RegionLoad};
use crate::config::written::{
    CHUNK_STARTS, Free, NORMALISATIONS, TILES, Written, WrittenCheckpoint, WrittenDistribution,
    WrittenEvaluation, WrittenLoad, WrittenPhysics, WrittenPpo, WrittenWasm, schedules,
};
use angora_optimisation::{PpoSettings, Schedule};
use angora_plugin_api::ActionSpec;
use std::path::Path;
use toml::{Table, Value};

/// The preset of settings that leave nothing to one.
const NO_PRESET: &str = "none";

impl Experiment {
    /// The content of `experiment.toml`.
    ///
    /// # Errors
    /// A value that TOML cannot hold.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(&Written::from(self))
    }

    /// Reads the content of `experiment.toml`, also as versions up to 0.1 wrote it. `path` is for
    /// messages.
    ///
    /// # Errors
    /// Something else than the settings of a run, with the key.
    pub fn from_toml(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let source = || Source::File(path.into());
        let table: Table = text
            .parse()
            .map_err(|e: toml::de::Error| ConfigError::new(source(), "TOML", e.to_string()))?;
        if is_of_first_form(&table) {
            let wrong = |(key, problem)| ConfigError::new(source(), key, problem);
            let first = Self::from_first_form(table).map_err(wrong)?;
            let text = first
                .to_toml()
                .map_err(|e| wrong(("TOML".to_owned(), e.to_string())))?;
            // The same checks hold for it, which its own form never had.
            let checked = Self::from_toml(&text, path)?;
            let preset = first.preset;
            return Ok(Self { preset, ..checked });
        }
        let mut layers = Layers::default();
        layers.text(text, source())?;
        // The distribution and the chunks are written, so that neither the task nor the brain has
        // a say in them.
        resolve(&layers, &ActionSpec::Discrete { n: 2 }, true)
    }

    /// The settings as they were serialised once, field by field.
    fn from_first_form(table: Table) -> Result<Self, (String, String)> {
        let read = serde_path_to_error::deserialize(Value::Table(table));
        let mut experiment: Self = read.map_err(|error| {
            let key = error.path().to_string();
            (key, error.into_inner().to_string())
        })?;
        if experiment.schedule_steps == 0 {
            let steps_per_cycle = experiment.horizon.saturating_mul(experiment.environments);
            experiment.schedule_steps = steps_of(experiment.cycles, steps_per_cycle);
        }
        Ok(experiment)
    }
}

/// Its schedule is a table with a type, where a person writes a name.
fn is_of_first_form(table: &Table) -> bool {
    let ppo = table.get("ppo").and_then(Value::as_table);
    let schedule = ppo.and_then(|ppo| ppo.get("learning_rate_schedule"));
    schedule.is_some_and(Value::is_table)
}

impl From<&Experiment> for Written {
    fn from(experiment: &Experiment) -> Self {
        let e = experiment.clone();
        let (preprocessors, preprocessor_config) = preprocessors(&e.preprocessors);
        let reward_configurations = e.reward_configurations.iter();
        Self {
            task: Some(e.task),
            plugins: Some(e.plugins),
            body: e.body,
            reward: e.reward,
            reward_configuration: e.reward_configuration,
            brain: Some(e.brain),
            // All that it said is written here.
            preset: Some(NO_PRESET.into()),
            seed: Some(e.seed),
            cycles: Some(e.cycles),
            schedule_steps: Some(e.schedule_steps),
            environments: Some(e.environments),
            horizon: Some(e.horizon),
            threads: Some(e.threads),
            optimizers: e.optimizers,
            rank_timeout_secs: Some(e.rank_timeout_secs),
            plugin_timeout_secs: Some(e.plugin_timeout_secs),
            device: Some(e.device),
            stop_at_threshold: Some(e.stop_at_threshold),
            tensorboard: Some(e.tensorboard),
            freeze: Some(e.freeze),
            load_regions: Some(e.load_regions.into_iter().map(load).collect()),
            preprocessors: Some(preprocessors),
            warm_up: Some(e.warm_up),
            conditions: e.conditions,
            task_config: free(&e.task_config),
            body_config: free(&e.body_config),
            reward_config: free(&e.reward_config),
            reward_configurations: reward_configurations
                .map(|(name, configuration)| {
                    let value = serde_json::to_value(configuration).unwrap_or_default();
                    (name.clone(), value)
                })
                .collect(),
            brain_config: free(&e.brain_config),
            distribution_config: free(&e.distribution_config),
            preprocessor_config,
            distribution: WrittenDistribution {
                kind: Some(e.distribution.kind.name().into()),
                bins: Some(e.distribution.bins),
                state_dependent_std: Some(e.distribution.state_dependent_std),
            },
            ppo: ppo(&e.ppo),
            physics: WrittenPhysics {
                timestep: e.physics.timestep,
                integrator: e.physics.integrator,
                solver: e.physics.solver,
                cone: e.physics.cone,
                iterations: e.physics.iterations,
            },
            checkpoint: WrittenCheckpoint {
                interval_secs: Some(e.checkpoint.interval_secs),
                every: Some(e.checkpoint.every),
            },
            evaluation: WrittenEvaluation {
                every_cycles: e.evaluation.every_cycles,
                share: Some(e.evaluation.share),
                episodes: e.evaluation.episodes,
            },
            wasm: WrittenWasm {
                memory_mib: Some(e.wasm.memory_mib),
                deadline_ms: Some(e.wasm.deadline_ms),
                fuel: Some(e.wasm.fuel.unwrap_or(0)),
            },
        }
    }
}

fn ppo(ppo: &PpoSettings) -> WrittenPpo {
    let rate = match ppo.learning_rate_schedule {
        Schedule::Exponential { rate } => Some(rate),
        _ => None,
    };
    let or_off = |value: Option<f64>| Some(value.unwrap_or(0.0));
    WrittenPpo {
        epochs: Some(ppo.epochs),
        minibatch_size: Some(ppo.minibatch_size),
        chunk_length: Some(ppo.chunk_length),
        chunk_start: name_of(&CHUNK_STARTS, &ppo.chunk_start),
        tile: name_of(&TILES, &ppo.tile),
        learning_rate: Some(ppo.learning_rate),
        learning_rate_schedule: name_of(
            &schedules(rate.unwrap_or_default()),
            &ppo.learning_rate_schedule,
        ),
        learning_rate_decay: rate,
        discount: Some(ppo.discount),
        gae_lambda: Some(ppo.gae_lambda),
        clip_range: Some(ppo.clip_range),
        value_clip_range: or_off(ppo.value_clip_range),
        entropy_coefficient: Some(ppo.entropy_coefficient),
        value_coefficient: Some(ppo.value_coefficient),
        max_gradient_norm: or_off(ppo.max_gradient_norm),
        normalise_advantages: name_of(&NORMALISATIONS, &ppo.normalise_advantages),
        target_kl: or_off(ppo.target_kl),
    }
}

/// The name by which a value is written.
fn name_of<T: PartialEq>(names: &[(&str, T)], value: &T) -> Option<String> {
    let named = names.iter().find(|(_, named)| named == value);
    named.map(|(name, _)| (*name).to_owned())
}

fn load(load: RegionLoad) -> WrittenLoad {
    WrittenLoad {
        source_region: (load.source_region != load.region).then_some(load.source_region),
        region: load.region,
        source: load.source,
        sha256: Some(load.sha256).filter(|digest| !digest.is_empty()),
    }
}

/// Ids, and settings by id.
fn preprocessors(choices: &[PreprocessorChoice]) -> (Vec<String>, Free) {
    let ids = choices.iter().map(|choice| choice.id.clone()).collect();
    let with_settings = choices
        .iter()
        .filter(|choice| !free(&choice.config).is_empty());
    let settings = with_settings.map(|choice| (choice.id.clone(), choice.config.clone()));
    (ids, settings.collect())
}

fn free(value: &serde_json::Value) -> Free {
    value.as_object().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests;
