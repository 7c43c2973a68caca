//! Every run of a suite, checked before the first one begins.

use super::suite::{Suite, SuiteTask, SuiteVariant};
use crate::commands::anchor::{anchor_plugins, anchor_python};
use crate::commands::choose::Choice;
use crate::commands::run::refuse_other_settings;
use crate::config::{ConfigError, Experiment, Layers, Source};
use crate::error::HostError;
use crate::packages::Terms;
use crate::run::{RunFolder, check, check_name, task_choice};
use angora_benchmark::folder::slug;
use angora_benchmark::{PlannedCell, PlannedTask};
use angora_simulation::Blueprint;
use std::path::Path;
use toml::Value;

/// The runs of a suite.
pub struct Prepared {
    /// Its tasks.
    pub tasks: Vec<PlannedTask>,
    /// Its runs, with their settings as a file: all tasks and variants with the first seed, then with
    /// the next, so that tables say something early.
    pub runs: Vec<(PlannedCell, String)>,
}

/// Checks a suite, down to the brain of each task with each variant; with the plugins of a lock, if
/// there is one.
///
/// # Errors
/// The first run that cannot be begun, or was begun with other settings.
pub fn prepare(
    suite: &Suite,
    name: &str,
    runs: &Path,
    admission: (Option<&Path>, &Terms),
) -> Result<Prepared, HostError> {
    let mut tasks = Vec::new();
    let mut pairs = Vec::new();
    for task in &suite.tasks {
        let mut threshold = task.threshold;
        for variant in variants_of(suite, task) {
            let pair = Pair::new(suite, task, variant, runs, admission);
            let pair = pair.map_err(|source| HostError::Cell {
                task: task.id.clone(),
                variant: variant.name.clone(),
                source: Box::new(source),
            })?;
            threshold = threshold.or(pair.threshold);
            pairs.push(pair);
        }
        tasks.push(PlannedTask {
            id: task.id.clone(),
            steps: task.steps,
            threshold,
            normalise: task.normalise,
        });
    }
    let mut cells: Vec<(PlannedCell, String)> = Vec::new();
    for seed in &suite.seeds {
        for pair in &pairs {
            let cell = pair.cell(name, *seed, runs)?;
            if let Some((other, _)) = cells.iter().find(|(other, _)| other.run == cell.run) {
                let problem = format!(
                    "{} and {} would be runs of one name, {}",
                    other.task, cell.task, cell.run
                );
                return Err(ConfigError::new(suite.origin.clone(), "task", problem).into());
            }
            cells.push((cell, pair.settings(*seed)?));
        }
    }
    Ok(Prepared { tasks, runs: cells })
}

fn variants_of<'s>(
    suite: &'s Suite,
    task: &'s SuiteTask,
) -> impl Iterator<Item = &'s SuiteVariant> {
    let is_wanted = |variant: &&SuiteVariant| {
        let wanted = task.variants.as_ref();
        wanted.is_none_or(|names| names.contains(&variant.name))
    };
    suite.variants.iter().filter(is_wanted)
}

/// A task with a variant.
struct Pair {
    task: String,
    variant: String,
    layers: Layers,
    experiment: Experiment,
    threshold: Option<f64>,
}

impl Pair {
    fn new(
        suite: &Suite,
        task: &SuiteTask,
        variant: &SuiteVariant,
        runs: &Path,
        (lock, terms): (Option<&Path>, &Terms),
    ) -> Result<Self, HostError> {
        let below = task.settings.clone().over(suite.settings.clone());
        let mut layers = variant.settings.clone().over(below);
        let decided = [
            ("task", true, "the benchmark's tasks decide"),
            ("seed", true, "the benchmark's seeds decide"),
            (
                "cycles",
                task.steps.is_some(),
                "the task's `steps` decide how many cycles there are",
            ),
        ];
        for (key, decided, by) in decided {
            let origin = layers.origin(key);
            if decided && origin != Source::Default {
                return Err(ConfigError::new(origin, key, by).into());
            }
        }
        layers.set("task", Value::String(task.id.clone()))?;
        // The processes of the runs read a file elsewhere.
        anchor_plugins(&mut layers)?;
        anchor_python(&mut layers, &task.id, terms.trust_plugins)?;
        let mut choice = match lock {
            Some(lock) => Choice::locked(layers.clone(), lock, terms)?,
            None => Choice::new(layers.clone(), terms.trust_plugins)?,
        };
        if let Some(steps) = task.steps {
            let cycles = cycles_within(steps, &choice.experiment, &suite.origin)?;
            layers.set("cycles", Value::Integer(cycles as i64))?;
            choice.experiment.cycles = cycles;
        }
        let (catalogue, experiment) = (&choice.catalogue, &choice.experiment);
        check(catalogue, experiment, runs).map_err(choice.origins())?;
        let blueprint = Blueprint::new(catalogue, task_choice(experiment))?;
        let spec = blueprint.spec();
        if spec.max_episode_steps.is_none() && suite.evaluation().episodes > 0 {
            let problem =
                "the task has no time limit, so it cannot be evaluated; give --episodes 0";
            return Err(HostError::Usage(problem.into()));
        }
        Ok(Self {
            task: task.id.clone(),
            variant: variant.name.clone(),
            threshold: spec.reward_threshold,
            layers,
            experiment: choice.experiment.clone(),
        })
    }

    /// Its run with a seed.
    fn cell(&self, name: &str, seed: u64, runs: &Path) -> Result<PlannedCell, HostError> {
        let run = format!("{name}-{}-{}-seed-{seed}", slug(&self.task), self.variant);
        check_name(&run).map_err(|problem| HostError::Usage(format!("{run}: {problem}")))?;
        let mut wanted = self.experiment.clone();
        wanted.seed = seed;
        if let Some(folder) = RunFolder::begun(runs, &run)? {
            refuse_other_settings(&folder, &wanted)?;
            let begun = folder.experiment()?.cycles;
            if begun != wanted.cycles {
                let problem = format!(
                    "the run {run} has been begun for {begun} cycles, not for {}; take another --name, or another folder with --runs",
                    wanted.cycles
                );
                return Err(ConfigError::new(Source::CommandLine, "steps", problem).into());
            }
        }
        Ok(PlannedCell {
            task: self.task.clone(),
            variant: self.variant.clone(),
            seed,
            run,
            cycles: wanted.cycles,
        })
    }

    /// The settings of its run with a seed, as a file.
    fn settings(&self, seed: u64) -> Result<String, HostError> {
        let mut layers = self.layers.clone();
        layers.set("seed", Value::Integer(seed as i64))?;
        let text = layers.to_toml();
        text.map_err(|e| HostError::Run(format!("settings of {}: {e}", self.task)))
    }
}

/// Whole cycles that fit into so many control steps.
fn cycles_within(steps: u64, experiment: &Experiment, origin: &Source) -> Result<u64, ConfigError> {
    let cycle = (experiment.environments * experiment.horizon) as u64;
    if steps < cycle {
        let problem = format!(
            "{steps} control steps are less than one cycle, which has {cycle} ({} environments x {} steps)",
            experiment.environments, experiment.horizon
        );
        return Err(ConfigError::new(origin.clone(), "steps", problem));
    }
    Ok(steps / cycle)
}
