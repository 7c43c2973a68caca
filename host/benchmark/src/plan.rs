//! What a benchmark is made of: `plan.json` in its folder.

use crate::recorded::Recorded;
use angora_core::file;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// Name of the file.
const PLAN: &str = "plan.json";

/// All runs of a benchmark, and what its tables need to know beyond them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Name.
    pub name: String,
    /// Folder in which the runs lie, absolute.
    pub runs: PathBuf,
    /// How the runs are evaluated when they are done.
    pub evaluation: EvaluationPlan,
    /// Tasks, in the order of the tables.
    pub tasks: Vec<PlannedTask>,
    /// Variants, in the order of the tables.
    pub variants: Vec<String>,
    /// Runs.
    pub cells: Vec<PlannedCell>,
    /// Results of others.
    #[serde(default)]
    pub recorded: Vec<Recorded>,
    /// Who ran it.
    pub program: Program,
    /// Where.
    pub machine: Machine,
}

/// Episodes that are played with what a run has learned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluationPlan {
    /// Number of episodes; 0 for none.
    pub episodes: u64,
    /// Checkpoint: `latest` or `best`.
    pub checkpoint: String,
    /// Seed of the episodes.
    pub seed: u64,
}

/// A task of a benchmark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedTask {
    /// Id.
    pub id: String,
    /// Control steps that a run may take; absent where settings decide.
    pub steps: Option<u64>,
    /// Return at which it counts as solved.
    pub threshold: Option<f64>,
    /// Scores that count as 0 and 1 across tasks.
    pub normalise: Option<[f64; 2]>,
}

/// A run of a benchmark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedCell {
    /// Task.
    pub task: String,
    /// Variant.
    pub variant: String,
    /// Seed.
    pub seed: u64,
    /// Name of the run.
    pub run: String,
    /// Cycles after which it is done.
    pub cycles: u64,
}

/// The program that did the runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Version.
    pub version: String,
    /// Commit of the checkout that it lies in, with `-dirty` where files differ from it.
    pub commit: Option<String>,
}

/// The machine of the last call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Name.
    pub host: String,
    /// Processor.
    pub processor: Option<String>,
    /// Cores that may be used.
    pub cores: usize,
    /// Memory, bytes.
    pub memory_bytes: Option<u64>,
    /// Operating system.
    pub system: String,
    /// Runs side by side.
    pub jobs: usize,
}

impl Plan {
    /// Reads the plan of a folder; `None` where there is none.
    ///
    /// # Errors
    /// It cannot be read, or is not one of ours.
    pub fn read(folder: &Path) -> io::Result<Option<Self>> {
        let text = match std::fs::read_to_string(folder.join(PLAN)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(serde_json::from_str(&text)?))
    }

    /// Writes it into its folder.
    ///
    /// # Errors
    /// The disk says no.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        file::write(&folder.join(PLAN), &serde_json::to_vec_pretty(self)?)
    }

    /// Keeps what an earlier plan of the same folder has and this one has not: a call for some of the
    /// tasks, variants or seeds does not take the others out of the tables.
    pub fn keep(&mut self, earlier: Self) {
        for cell in earlier.cells {
            if !self.cells.iter().any(|ours| ours.run == cell.run) {
                self.cells.push(cell);
            }
        }
        for task in earlier.tasks {
            if !self.tasks.iter().any(|ours| ours.id == task.id) {
                self.tasks.push(task);
            }
        }
        for variant in earlier.variants {
            if !self.variants.contains(&variant) {
                self.variants.push(variant);
            }
        }
        if self.recorded.is_empty() {
            self.recorded = earlier.recorded;
        }
    }

    /// The runs of a task with a variant, in the order of their seeds.
    #[must_use]
    pub fn seeds_of(&self, task: &str, variant: &str) -> Vec<&PlannedCell> {
        let ours = |cell: &&PlannedCell| cell.task == task && cell.variant == variant;
        let mut cells: Vec<&PlannedCell> = self.cells.iter().filter(ours).collect();
        cells.sort_by_key(|cell| cell.seed);
        cells
    }
}
