//! What a benchmark is made of, from its file or from the command line.

use crate::config::{ConfigError, Layers, Source};
use crate::error::HostError;
use crate::slurm::Seeds;
use angora_benchmark::written::{self, FileError};
use angora_benchmark::{EvaluationPlan, Recorded, recorded};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// Episodes of an evaluation where nothing says otherwise.
pub const EPISODES: u64 = 100;

/// A benchmark, before its runs are checked.
#[derive(Debug, Clone)]
pub struct Suite {
    /// Where it is written.
    pub origin: Source,
    /// Name.
    pub name: Option<String>,
    /// Seeds.
    pub seeds: Vec<u64>,
    /// How runs are evaluated.
    pub episodes: Option<u64>,
    /// The checkpoint that is evaluated.
    pub checkpoint: Option<String>,
    /// Seed of the evaluated episodes.
    pub evaluation_seed: Option<u64>,
    /// Settings of all runs.
    pub settings: Layers,
    /// Tasks.
    pub tasks: Vec<SuiteTask>,
    /// Variants.
    pub variants: Vec<SuiteVariant>,
    /// Results of others.
    pub recorded: Vec<Recorded>,
}

/// A task.
#[derive(Debug, Clone, Default)]
pub struct SuiteTask {
    /// Id.
    pub id: String,
    /// Control steps that a run may take.
    pub steps: Option<u64>,
    /// Return at which it is solved; the task's own where absent.
    pub threshold: Option<f64>,
    /// Scores that count as 0 and 1.
    pub normalise: Option<[f64; 2]>,
    /// Names of its variants; all where absent.
    pub variants: Option<Vec<String>>,
    /// Settings of its runs.
    pub settings: Layers,
}

/// A variant.
#[derive(Debug, Clone, Default)]
pub struct SuiteVariant {
    /// Name.
    pub name: String,
    /// Settings of its runs.
    pub settings: Layers,
}

impl Suite {
    /// One without tasks.
    #[must_use]
    pub fn empty(origin: Source) -> Self {
        Self {
            origin,
            name: None,
            seeds: Vec::new(),
            episodes: None,
            checkpoint: None,
            evaluation_seed: None,
            settings: Layers::default(),
            tasks: Vec::new(),
            variants: Vec::new(),
            recorded: Vec::new(),
        }
    }

    /// How runs are evaluated.
    #[must_use]
    pub fn evaluation(&self) -> EvaluationPlan {
        EvaluationPlan {
            episodes: self.episodes.unwrap_or(EPISODES),
            checkpoint: self.checkpoint.clone().unwrap_or_else(|| "latest".into()),
            seed: self.evaluation_seed.unwrap_or(1),
        }
    }

    /// Reads the file of a suite.
    ///
    /// # Errors
    /// It cannot be read, or something in it is wrong.
    pub fn read(path: &Path) -> Result<Self, HostError> {
        let written: WrittenSuite = written::read(path)?;
        let error = |key: &str, problem: &str| FileError::new(path, key, problem);
        if written.task.is_empty() {
            let problem = "there is none; write [[task]] with an id for each";
            return Err(error("task", problem).into());
        }
        let layers = |key: &str, table: &Table| layers(path, key, table);
        let numbered = |name: &str, at: usize| format!("{name}[{at}].settings");
        let evaluation = &written.evaluation;
        if let Some(name) = &evaluation.checkpoint
            && !["latest", "best"].contains(&name.as_str())
        {
            let problem = format!("expected latest or best, not {name:?}");
            return Err(error("evaluation.checkpoint", &problem).into());
        }
        let mut suite = Self {
            name: written.name.clone().or_else(|| stem(path)),
            seeds: seeds(path, written.seeds.as_ref())?,
            episodes: evaluation.episodes,
            checkpoint: evaluation.checkpoint.clone(),
            evaluation_seed: evaluation.seed,
            settings: layers("settings", &written.settings)?,
            ..Self::empty(Source::File(path.into()))
        };
        for (at, task) in written.task.iter().enumerate() {
            let in_order = |[low, high]: [f64; 2]| low < high && (high - low).is_finite();
            if task.normalise.is_some_and(|scores| !in_order(scores)) {
                let key = format!("task[{at}].normalise");
                let problem = "expected two scores, the lower one first";
                return Err(error(&key, problem).into());
            }
            suite.tasks.push(SuiteTask {
                id: task.id.clone(),
                steps: task.steps,
                threshold: task.threshold,
                normalise: task.normalise,
                variants: task.variants.clone(),
                settings: layers(&numbered("task", at), &task.settings)?,
            });
        }
        for (at, variant) in written.variant.iter().enumerate() {
            suite.variants.push(SuiteVariant {
                name: variant.name.clone(),
                settings: layers(&numbered("variant", at), &variant.settings)?,
            });
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        for file in &written.compare {
            suite.recorded.extend(recorded::read(&folder.join(file))?);
        }
        suite.check()?;
        Ok(suite)
    }

    /// Names that occur twice, and variants that are not there. A suite without variants has one.
    ///
    /// # Errors
    /// The first of them.
    pub fn check(&mut self) -> Result<(), ConfigError> {
        let origin = self.origin.clone();
        if self.variants.is_empty() {
            self.variants.push(SuiteVariant {
                name: "default".into(),
                settings: Layers::default(),
            });
        }
        let names: Vec<&str> = self.variants.iter().map(|v| v.name.as_str()).collect();
        let ids: Vec<&str> = self.tasks.iter().map(|task| task.id.as_str()).collect();
        let error = |key: &str, problem: String| ConfigError::new(origin.clone(), key, problem);
        for (key, all) in [("variant", &names), ("task", &ids)] {
            let twice = (1..all.len()).find(|at| all[..*at].contains(&all[*at]));
            if let Some(at) = twice {
                return Err(error(key, format!("{:?} is there twice", all[at])));
            }
        }
        for name in &names {
            crate::run::check_name(name).map_err(|_| {
                let problem = format!(
                    "{name:?} becomes a part of the names of runs: expected letters, digits, '.', '_' and '-'"
                );
                error("variant", problem)
            })?;
        }
        for task in &self.tasks {
            let unknown = task.variants.iter().flatten();
            let unknown = unknown.clone().find(|name| !names.contains(&name.as_str()));
            if let Some(name) = unknown {
                let hint = angora_core::suggest::hint(name, names.iter().copied());
                let problem = format!("{}: there is no variant {name:?}; {hint}", task.id);
                return Err(error("task.variants", problem));
            }
        }
        Ok(())
    }
}

/// A suite as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSuite {
    name: Option<String>,
    seeds: Option<Value>,
    #[serde(default)]
    evaluation: WrittenEvaluation,
    #[serde(default)]
    settings: Table,
    #[serde(default)]
    task: Vec<WrittenTask>,
    #[serde(default)]
    variant: Vec<WrittenVariant>,
    #[serde(default)]
    compare: Vec<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct WrittenEvaluation {
    episodes: Option<u64>,
    checkpoint: Option<String>,
    seed: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTask {
    id: String,
    steps: Option<u64>,
    threshold: Option<f64>,
    normalise: Option<[f64; 2]>,
    variants: Option<Vec<String>>,
    #[serde(default)]
    settings: Table,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenVariant {
    name: String,
    #[serde(default)]
    settings: Table,
}

/// The settings of a table, each known, with the table's place in messages.
fn layers(path: &Path, key: &str, table: &Table) -> Result<Layers, ConfigError> {
    let origin = Source::File(path.into());
    let text =
        toml::to_string(table).map_err(|e| ConfigError::new(origin.clone(), key, e.to_string()))?;
    let mut layers = Layers::default();
    layers.text(&text, origin).map_err(|error| ConfigError {
        key: format!("{key}.{}", error.key),
        ..error
    })?;
    Ok(layers)
}

/// `"1..3"` or `[1, 2, 3]`.
fn seeds(path: &Path, written: Option<&Value>) -> Result<Vec<u64>, FileError> {
    let text = match written {
        None => return Ok(Vec::new()),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => {
            let items: Vec<String> = items.iter().map(Value::to_string).collect();
            items.join(",")
        }
        Some(other) => {
            let problem = format!("expected \"1..3\" or [1, 2, 3], not {other}");
            return Err(FileError::new(path, "seeds", problem));
        }
    };
    let parsed: Result<Seeds, String> = text.parse();
    parsed
        .map(|seeds| seeds.all().to_vec())
        .map_err(|problem| FileError::new(path, "seeds", problem))
}

/// A file's name without its ending, where runs may be called so.
fn stem(path: &Path) -> Option<String> {
    let stem = path.file_stem()?.to_string_lossy().into_owned();
    crate::run::check_name(&stem).ok().map(|()| stem)
}
