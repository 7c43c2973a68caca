//! From what was written to what runs: the one place with these messages.

mod batch;
mod wasm;

use crate::config::error::ConfigError;
use crate::config::layers::Layers;
use crate::config::resolved::{
    CheckpointSettings, EvaluationSettings, Experiment, PreprocessorChoice, RegionLoad,
    rank_timeout_secs,
};
use crate::config::written::{CHUNK_STARTS, Free, NORMALISATIONS, TILES, Written, schedules};
use angora_brain::{DistributionKind, DistributionSettings};
use angora_core::suggest;
use angora_optimisation::PpoSettings;
use angora_plugin_api::{ActionSpec, PhysicsOptions, RewardConfiguration};
use batch::Batch;
use std::collections::BTreeMap;
pub use wasm::{plugin_timeout, wasm_limits};

/// Transitions are numbered by 32 bits, and a larger batch would not fit into memory.
const LARGEST_BATCH: usize = 1 << 28;

/// Resolves settings for a task that takes `action` and a brain that is `recurrent` or remembers
/// nothing.
///
/// # Errors
/// The first setting that cannot be used.
pub fn resolve(
    layers: &Layers,
    action: &ActionSpec,
    recurrent: bool,
) -> Result<Experiment, ConfigError> {
    let written = layers.written()?;
    let check = Check { layers };
    let environments = check.at_least_one("environments", written.environments.unwrap_or(8))?;
    let horizon = check.at_least_one("horizon", written.horizon.unwrap_or(2048))?;
    let transitions = environments.checked_mul(horizon);
    if transitions.is_none_or(|n| n > LARGEST_BATCH) {
        let problem = format!(
            "{horizon} steps of {environments} environments are more than {LARGEST_BATCH} transitions a cycle; take fewer"
        );
        return Err(check.error("horizon", problem));
    }
    let batch = Batch {
        environments,
        horizon,
        recurrent,
    };
    let threads = written.threads.unwrap_or_else(default_threads);
    let cycles = check.at_least_one("cycles", written.cycles.unwrap_or(100) as usize)? as u64;
    let experiment = Experiment {
        task: check.task(&written)?,
        plugins: written.plugins.clone().unwrap_or_default(),
        body: written.body.clone(),
        reward: written.reward.clone(),
        reward_configuration: written.reward_configuration.clone(),
        brain: written.brain().to_owned(),
        preset: written.preset.clone().unwrap_or_else(|| "auto".into()),
        seed: written.seed.unwrap_or(1),
        cycles,
        schedule_steps: check.schedule_steps(&written, cycles, environments * horizon)?,
        environments,
        horizon,
        threads: check.at_least_one("threads", threads)?,
        optimizers: written
            .optimizers
            .map(|n| check.at_least_one("optimizers", n))
            .transpose()?,
        rank_timeout_secs: check.range(
            "rank_timeout_secs",
            written.rank_timeout_secs.unwrap_or_else(rank_timeout_secs),
            1.0,
            1e9,
        )?,
        plugin_timeout_secs: plugin_timeout(layers)?.as_secs_f64(),
        device: check.device(&written)?,
        stop_at_threshold: written.stop_at_threshold.unwrap_or(false),
        tensorboard: written.tensorboard.unwrap_or(true),
        distribution: check.distribution(&written, action)?,
        distribution_config: free(&written.distribution_config),
        ppo: check.ppo(&written, batch)?,
        physics: physics(&written),
        checkpoint: CheckpointSettings {
            interval_secs: check.range(
                "checkpoint.interval_secs",
                written.checkpoint.interval_secs.unwrap_or(10.0),
                0.0,
                f64::MAX,
            )?,
            every: written.checkpoint.every.unwrap_or(0),
        },
        evaluation: check.evaluation(&written)?,
        wasm: wasm_limits(layers)?,
        freeze: written.freeze.clone().unwrap_or_default(),
        load_regions: load_regions(&written),
        preprocessors: check.preprocessors(&written)?,
        warm_up: written.warm_up.unwrap_or(true),
        task_config: free(&written.task_config),
        conditions: written.conditions.clone(),
        body_config: free(&written.body_config),
        reward_config: free(&written.reward_config),
        reward_configurations: check.reward_configurations(&written)?,
        brain_config: free(&written.brain_config),
    };
    Ok(experiment)
}

/// Control steps of so many cycles; at most what a TOML file can hold.
pub(super) fn steps_of(cycles: u64, steps_per_cycle: usize) -> u64 {
    let steps = cycles.saturating_mul(steps_per_cycle as u64);
    steps.min(i64::MAX as u64)
}

fn default_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn free(table: &Free) -> serde_json::Value {
    serde_json::Value::Object(table.clone())
}

/// Whether regions and sources exist is seen when the brain is there.
fn load_regions(written: &Written) -> Vec<RegionLoad> {
    let loads = written.load_regions.iter().flatten().cloned();
    loads
        .map(|load| RegionLoad {
            source_region: load.source_region.unwrap_or_else(|| load.region.clone()),
            region: load.region,
            source: load.source,
            sha256: load.sha256.unwrap_or_default(),
        })
        .collect()
}

/// The physics of settings; what is absent is the task's and body's own.
#[must_use]
pub fn physics(written: &Written) -> PhysicsOptions {
    let physics = written.physics.clone();
    PhysicsOptions {
        timestep: physics.timestep,
        integrator: physics.integrator,
        solver: physics.solver,
        cone: physics.cone,
        iterations: physics.iterations,
    }
}

/// Checks that know where each key came from.
struct Check<'l> {
    layers: &'l Layers,
}

impl Check<'_> {
    fn error(&self, key: &str, problem: impl Into<String>) -> ConfigError {
        ConfigError::new(self.layers.origin(key), key, problem)
    }

    fn at_least_one(&self, key: &str, value: usize) -> Result<usize, ConfigError> {
        if value == 0 {
            return Err(self.error(key, "it is 0, expected at least 1"));
        }
        Ok(value)
    }

    fn range(&self, key: &str, value: f64, low: f64, high: f64) -> Result<f64, ConfigError> {
        if value.is_finite() && (low..=high).contains(&value) {
            return Ok(value);
        }
        let expected = if high == f64::MAX {
            format!("at least {low}")
        } else {
            format!("between {low} and {high}")
        };
        Err(self.error(key, format!("it is {value}, expected a number {expected}")))
    }

    fn choice<T: Copy>(
        &self,
        key: &str,
        written: &str,
        names: &[(&str, T)],
    ) -> Result<T, ConfigError> {
        match names.iter().find(|(name, _)| *name == written) {
            Some((_, value)) => Ok(*value),
            None => {
                let hint = suggest::hint(written, names.iter().map(|(name, _)| *name));
                Err(self.error(key, format!("there is no {written:?}; {hint}")))
            }
        }
    }

    fn task(&self, written: &Written) -> Result<String, ConfigError> {
        written.task.clone().ok_or_else(|| {
            self.error(
                "task",
                "no task is named; add --task, for example --task CartPole-v1 (`angora-host plugin list` shows what there is)",
            )
        })
    }

    fn schedule_steps(
        &self,
        written: &Written,
        cycles: u64,
        steps_per_cycle: usize,
    ) -> Result<u64, ConfigError> {
        match written.schedule_steps {
            Some(0) => Err(self.error("schedule_steps", "it is 0, expected at least 1")),
            Some(steps) => Ok(steps),
            None => Ok(steps_of(cycles, steps_per_cycle)),
        }
    }

    fn evaluation(&self, written: &Written) -> Result<EvaluationSettings, ConfigError> {
        let evaluation = &written.evaluation;
        let share = evaluation.share;
        let share = share.unwrap_or_else(|| EvaluationSettings::default().share);
        if evaluation.episodes == Some(0) {
            let problem =
                "it is 0, expected at least 1; evaluation.every_cycles = 0 turns evaluations off";
            return Err(self.error("evaluation.episodes", problem));
        }
        Ok(EvaluationSettings {
            every_cycles: evaluation.every_cycles,
            share: self.range("evaluation.share", share, 0.0, 1.0)?,
            episodes: evaluation.episodes,
        })
    }

    fn device(&self, written: &Written) -> Result<String, ConfigError> {
        let device = written.device.clone().unwrap_or_else(|| "cpu".into());
        self.choice(
            "device",
            &device,
            &[("cpu", ()), ("flex", ()), ("cuda", ())],
        )?;
        Ok(device)
    }

    fn distribution(
        &self,
        written: &Written,
        action: &ActionSpec,
    ) -> Result<DistributionSettings, ConfigError> {
        let kind = match written.distribution.kind.as_deref() {
            None | Some("auto") => DistributionKind::default_for(action),
            Some(name) => DistributionKind::of(name),
        };
        let bins = written.distribution.bins.unwrap_or(11);
        if bins < 2 {
            return Err(self.error(
                "distribution.bins",
                format!("it is {bins}, expected at least 2"),
            ));
        }
        Ok(DistributionSettings {
            kind,
            bins,
            state_dependent_std: written.distribution.state_dependent_std.unwrap_or(false),
        })
    }

    fn reward_configurations(
        &self,
        written: &Written,
    ) -> Result<BTreeMap<String, RewardConfiguration>, ConfigError> {
        let typed = |(name, value): (&String, &serde_json::Value)| {
            let key = format!("reward_configurations.{name}");
            match serde_json::from_value(value.clone()) {
                Ok(configuration) => Ok((name.clone(), configuration)),
                Err(problem) => {
                    Err(self.error(&key, format!("a table of settings was expected: {problem}")))
                }
            }
        };
        written.reward_configurations.iter().map(typed).collect()
    }

    fn preprocessors(&self, written: &Written) -> Result<Vec<PreprocessorChoice>, ConfigError> {
        let ids = written
            .preprocessors
            .clone()
            .unwrap_or_else(|| vec!["normalise-sensations".into(), "normalise-rewards".into()]);
        for id in written.preprocessor_config.keys() {
            if !ids.contains(id) {
                let hint = suggest::hint(id, ids.iter().map(String::as_str));
                let key = format!("preprocessor_config.{id}");
                return Err(self.error(&key, format!("that preprocessor is not used; {hint}")));
            }
        }
        Ok(ids
            .into_iter()
            .map(|id| PreprocessorChoice {
                config: written
                    .preprocessor_config
                    .get(&id)
                    .cloned()
                    .unwrap_or_else(|| free(&Free::new())),
                id,
            })
            .collect())
    }

    fn ppo(&self, written: &Written, batch: Batch) -> Result<PpoSettings, ConfigError> {
        let ppo = &written.ppo;
        let number = |key: &str, value: Option<f64>, default: f64, low: f64, high: f64| {
            self.range(&format!("ppo.{key}"), value.unwrap_or(default), low, high)
        };
        let cut = self.cut(ppo, batch)?;
        let rate = number(
            "learning_rate_decay",
            ppo.learning_rate_decay,
            0.99,
            0.0,
            1.0,
        )?;
        let off = |value: f64| (value > 0.0).then_some(value);
        Ok(PpoSettings {
            epochs: self.at_least_one("ppo.epochs", ppo.epochs.unwrap_or(3))?,
            minibatch_size: cut.minibatch_size,
            chunk_length: cut.chunk_length,
            chunk_start: self.choice(
                "ppo.chunk_start",
                ppo.chunk_start.as_deref().unwrap_or("stored"),
                &CHUNK_STARTS,
            )?,
            tile: self.choice(
                "ppo.tile",
                ppo.tile.as_deref().unwrap_or("most-trajectories"),
                &TILES,
            )?,
            learning_rate: number("learning_rate", ppo.learning_rate, 1e-3, 0.0, 1.0)?,
            learning_rate_schedule: self.choice(
                "ppo.learning_rate_schedule",
                ppo.learning_rate_schedule.as_deref().unwrap_or("constant"),
                &schedules(rate),
            )?,
            discount: number("discount", ppo.discount, 0.99, 0.0, 1.0)?,
            gae_lambda: number("gae_lambda", ppo.gae_lambda, 0.97, 0.0, 1.0)?,
            clip_range: number("clip_range", ppo.clip_range, 0.2, 0.0, f64::MAX)?,
            value_clip_range: off(number(
                "value_clip_range",
                ppo.value_clip_range,
                0.0,
                0.0,
                f64::MAX,
            )?),
            entropy_coefficient: number(
                "entropy_coefficient",
                ppo.entropy_coefficient,
                0.01,
                0.0,
                f64::MAX,
            )?,
            value_coefficient: number(
                "value_coefficient",
                ppo.value_coefficient,
                1.0,
                0.0,
                f64::MAX,
            )?,
            max_gradient_norm: off(number(
                "max_gradient_norm",
                ppo.max_gradient_norm,
                0.5,
                0.0,
                f64::MAX,
            )?),
            normalise_advantages: self.choice(
                "ppo.normalise_advantages",
                ppo.normalise_advantages.as_deref().unwrap_or("minibatch"),
                &NORMALISATIONS,
            )?,
            target_kl: off(number("target_kl", ppo.target_kl, 0.0, 0.0, f64::MAX)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;
    use angora_optimisation::{ChunkStart, TileRule};

    fn resolved_for(text: &str, recurrent: bool) -> Result<Experiment, String> {
        let mut layers = Layers::default();
        layers
            .text(text, Source::File("run.toml".into()))
            .map_err(|e| e.to_string())?;
        resolve(&layers, &ActionSpec::Discrete { n: 2 }, recurrent).map_err(|e| e.to_string())
    }

    fn resolved(text: &str) -> Result<Experiment, String> {
        resolved_for(text, false)
    }

    #[test]
    fn a_task_is_enough() {
        let experiment = resolved("task = \"CartPole-v1\"").expect("defaults work");
        assert_eq!(experiment.ppo.minibatch_size, 64);
        assert_eq!(experiment.distribution.kind, DistributionKind::Categorical);
        let text = toml::to_string(&experiment).expect("can be written");
        let again: Experiment = toml::from_str(&text).expect("can be read");
        assert_eq!(again, experiment);
    }

    #[test]
    fn every_wrong_value_has_its_message() {
        let cases = [
            ("", "default: task: no task is named"),
            (
                "task = \"T\"\nhorizon = 0",
                "run.toml: horizon: it is 0, expected at least 1",
            ),
            (
                "task = \"T\"\n[ppo]\nminibatch_size = 100",
                "run.toml: ppo.minibatch_size: 100 does not divide the batch of 16384 transitions (environments x horizon); the nearest that does is 128",
            ),
            (
                "task = \"T\"\n[ppo]\ndiscount = 1.5",
                "run.toml: ppo.discount: it is 1.5, expected a number between 0 and 1",
            ),
            (
                "task = \"T\"\ndevice = \"gpu\"",
                "run.toml: device: there is no \"gpu\"; known: cpu, flex, cuda",
            ),
        ];
        for (text, expected) in cases {
            let error = resolved(text).expect_err(text);
            assert!(error.starts_with(expected), "{error}\nexpected {expected}");
        }
    }

    #[test]
    fn chunks_are_for_recurrent_brains_alone() {
        let chunk = |text: &str, recurrent| {
            let text = format!("task = \"T\"\nhorizon = 96\n{text}");
            resolved_for(&text, recurrent).expect("valid").ppo
        };
        assert_eq!(chunk("", true).chunk_length, 16);
        assert_eq!(chunk("", false).chunk_length, 1);
        // What does not matter is not checked either.
        assert_eq!(chunk("[ppo]\nchunk_length = 7", false).chunk_length, 1);
        let whole = chunk("[ppo]\nchunk_length = 0\nminibatch_size = 192", true);
        assert_eq!((whole.chunk_length, whole.minibatch_size), (96, 192));
        assert_eq!(whole.chunk_start, ChunkStart::Stored);
        assert_eq!(whole.tile, TileRule::MostTrajectories);
        let named = chunk(
            "[ppo]\nchunk_start = \"carried\"\ntile = \"longest-runs\"",
            true,
        );
        assert_eq!(named.chunk_start, ChunkStart::Carried);
        assert_eq!(named.tile, TileRule::LongestRuns);
    }

    #[test]
    fn every_wrong_cut_has_its_message() {
        let cases = [
            (
                "horizon = 100",
                "default: ppo.chunk_length: 16 does not divide the horizon of 100 steps; the nearest that does is 20",
            ),
            (
                "[ppo]\nchunk_length = 5000",
                "run.toml: ppo.chunk_length: 5000 does not divide the horizon of 2048 steps; the nearest that does is 2048",
            ),
            (
                "[ppo]\nminibatch_size = 100",
                "run.toml: ppo.minibatch_size: 100 transitions are no whole number of chunks of 16 steps (ppo.chunk_length); the nearest sizes that work are 64 and 128",
            ),
            (
                "environments = 12\n[ppo]\nminibatch_size = 80",
                "run.toml: ppo.minibatch_size: 80 transitions are 5 chunks of 16 steps, which are no tile (a divisor of the 12 environments times a divisor of the 128 chunks that each has); the nearest sizes that work are 64 and 96",
            ),
            (
                "environments = 2\nhorizon = 32\n[ppo]\nminibatch_size = 128",
                "run.toml: ppo.minibatch_size: 128 transitions are 8 chunks of 16 steps, which are no tile (a divisor of the 2 environments times a divisor of the 2 chunks that each has); the nearest size that works is 64",
            ),
            (
                "[ppo]\nchunk_start = \"cary\"",
                "run.toml: ppo.chunk_start: there is no \"cary\"; did you mean carried?",
            ),
            (
                "[ppo]\ntile = \"longest\"",
                "run.toml: ppo.tile: there is no \"longest\"; did you mean longest-runs?",
            ),
        ];
        for (text, expected) in cases {
            let text = format!("task = \"T\"\n{text}");
            let error = resolved_for(&text, true).expect_err(&text);
            assert_eq!(error, expected);
        }
    }
}
