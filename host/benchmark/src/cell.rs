//! A run of a benchmark, as it is now.

use crate::learning::Learning;
use crate::plan::{Plan, PlannedCell};
use angora_core::file;
use angora_monitor::{RunState, state};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io;
use std::path::{Path, PathBuf};

/// What is known of a run beside its own folder: `cells/RUN.json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What went wrong the last time.
    pub problem: Option<String>,
    /// What it was evaluated to, as `evaluate --json` says it.
    pub evaluation: Option<Evaluation>,
}

/// The part of an evaluation that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Checkpoint, as it was asked for.
    pub checkpoint: String,
    /// Cycles that its parameters had learned for.
    pub cycle: u64,
    /// Seed of the episodes.
    pub seed: u64,
    /// Number of episodes.
    pub episodes: u64,
    /// Mean return.
    pub mean_return: f64,
    /// Standard deviation over episodes.
    pub sd_return: Option<f64>,
    /// Mean length, control steps.
    pub mean_length: f64,
    /// Part of the episodes that succeeded, of tasks that say.
    pub success_rate: Option<f64>,
    /// Goals that an episode reached one after another, of tasks that set several.
    pub goals: Option<Goals>,
}

/// How many goals an episode reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Goals {
    /// Mean over episodes.
    pub mean: f64,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellState {
    /// It has not begun.
    Missing,
    /// A process writes it.
    Running,
    /// It can go on.
    Interrupted,
    /// It is trained, and is still to be evaluated.
    Trained,
    /// All is done.
    Done,
    /// An error ended it.
    Failed,
}

impl CellState {
    /// Name, as in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Running => "running",
            Self::Interrupted => "interrupted",
            Self::Trained => "trained",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// A run with everything that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// What was planned.
    #[serde(flatten)]
    pub planned: PlannedCell,
    /// How far it is.
    pub state: CellState,
    /// What went wrong, or is wrong with its files.
    pub problem: Option<String>,
    /// How it has learned.
    pub learning: Learning,
    /// What it was evaluated to.
    pub evaluation: Option<Evaluation>,
    /// When it began, on which machine, with which version (`meta.json`). The command names folders of
    /// that machine, and says no more than the settings.
    pub meta: Value,
    /// Every setting (`experiment.toml`).
    pub settings: Value,
    /// Every plugin with version and digest (`angora.lock`).
    pub plugins: Value,
}

/// The record's file of a run.
#[must_use]
pub fn record_path(folder: &Path, run: &str) -> PathBuf {
    folder.join("cells").join(format!("{run}.json"))
}

impl Record {
    /// Reads the record of a run; an empty one where there is none.
    #[must_use]
    pub fn read(folder: &Path, run: &str) -> Self {
        let text = std::fs::read_to_string(record_path(folder, run)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Writes it.
    ///
    /// # Errors
    /// The disk says no.
    pub fn write(&self, folder: &Path, run: &str) -> io::Result<()> {
        let path = record_path(folder, run);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        file::write(&path, &serde_json::to_vec_pretty(self)?)
    }
}

impl Cell {
    /// Reads a run of a plan, from the folder of the benchmark and its own.
    #[must_use]
    pub fn read(folder: &Path, plan: &Plan, planned: &PlannedCell) -> Self {
        let run = plan.runs.join(&planned.run);
        let record = Record::read(folder, &planned.run);
        let task = plan.tasks.iter().find(|task| task.id == planned.task);
        let text = |name: &str| {
            // A damaged byte must not hide the rest.
            let bytes = std::fs::read(run.join(name)).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let toml = |name: &str| {
            let table = text(name).parse::<toml::Table>().unwrap_or_default();
            serde_json::to_value(table).unwrap_or_default()
        };
        let threshold = task.and_then(|task| task.threshold);
        let learning = Learning::of(&text("metrics.jsonl"), threshold);
        let evaluation = record.evaluation.filter(|evaluation| {
            let wanted = &plan.evaluation;
            evaluation.episodes == wanted.episodes
                && evaluation.checkpoint == wanted.checkpoint
                && evaluation.seed == wanted.seed
        });
        let (run_state, _) = state::of(&run);
        let evaluated = plan.evaluation.episodes == 0 || evaluation.is_some();
        let state = match run_state {
            RunState::Running => CellState::Running,
            RunState::Failed => CellState::Failed,
            RunState::Finished if evaluated => CellState::Done,
            _ if record.problem.is_some() => CellState::Failed,
            RunState::Finished => CellState::Trained,
            _ if run.join("checkpoints").exists() => CellState::Interrupted,
            _ => CellState::Missing,
        };
        Self {
            planned: planned.clone(),
            problem: record
                .problem
                .filter(|_| state == CellState::Failed)
                .or_else(|| learning.flaws.clone()),
            state,
            learning,
            evaluation,
            meta: without_command(&text("meta.json")),
            settings: toml("experiment.toml"),
            plugins: without_folders(toml("angora.lock")["plugin"].take()),
        }
    }
}

/// Plugins are told by their digests; in which folder of which machine they lay is nobody's matter.
fn without_folders(mut plugins: Value) -> Value {
    for plugin in plugins.as_array_mut().into_iter().flatten() {
        let name = plugin["source"].as_str().map(Path::new);
        let name = name.filter(|source| source.is_absolute());
        if let Some(name) = name.and_then(|source| source.file_name()) {
            plugin["source"] = Value::from(name.to_string_lossy().into_owned());
        }
    }
    plugins
}

fn without_command(meta: &str) -> Value {
    let mut meta: Value = serde_json::from_str(meta).unwrap_or_default();
    if let Some(facts) = meta.as_object_mut() {
        facts.remove("command");
    }
    meta
}
