//! `submit`.

use super::run_name;
use crate::slurm::{Resources, Seeds, TimeLimit};
use clap::{Args, builder::RangedU64ValueParser, value_parser};
use std::path::PathBuf;

/// `submit`.
#[derive(Debug, Args)]
pub struct SubmitArguments {
    /// Site: the name of a file in ~/.config/angora/sites, or a TOML file
    #[arg(long, value_name = "NAME|FILE")]
    pub site: Option<String>,
    /// Name of the job and of its run; a run of that name goes on. Of an array, what the runs'
    /// names begin with: NAME-seed-1. Where absent, made from the task
    #[arg(long, value_parser = run_name)]
    pub name: Option<String>,
    /// Nodes [1]
    #[arg(long, value_parser = at_least_one())]
    pub nodes: Option<u64>,
    /// Processes on each node [1]
    #[arg(long, value_name = "N", value_parser = at_least_one())]
    pub tasks_per_node: Option<u64>,
    /// Cores of each process, and its threads [those of `threads`, or 1]
    #[arg(long, value_name = "N", value_parser = at_least_one())]
    pub cpus_per_task: Option<u64>,
    /// GPUs on each node: a number, or TYPE:NUMBER
    #[arg(long, value_name = "N", value_parser = word)]
    pub gpus_per_node: Option<String>,
    /// Time limit of each segment of the run: 12:00:00, 1-12:00:00, 90 (minutes), 2h 30m
    #[arg(long)]
    pub time: Option<TimeLimit>,
    /// Memory of each node: 16G
    #[arg(long, value_parser = word)]
    pub mem: Option<String>,
    /// A job for each of these seeds: 1..5 (both are seeds), 1,3,7..9
    #[arg(long, value_name = "SEEDS")]
    pub array_seeds: Option<Seeds>,
    /// Jobs of the array that may run at the same time
    #[arg(long, value_name = "N", requires = "array_seeds", value_parser = at_least_one())]
    pub array_parallel: Option<u64>,
    /// Further option of sbatch: --sbatch=--partition=gpu; may be repeated
    #[arg(long, value_name = "OPTION", value_parser = option)]
    pub sbatch: Vec<String>,
    /// Folder in which runs lie; scripts and output of jobs go to `slurm` in it
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
    /// Print the script; write and submit nothing
    #[arg(long)]
    pub dry_run: bool,
    /// What `run` is called with: a file with settings, options
    #[arg(last = true, value_name = "RUN_ARGUMENTS")]
    pub run: Vec<String>,
}

impl SubmitArguments {
    /// What the command line asks for.
    #[must_use]
    pub fn resources(&self) -> Resources {
        Resources {
            nodes: self.nodes,
            tasks_per_node: self.tasks_per_node,
            cpus_per_task: self.cpus_per_task,
            gpus_per_node: self.gpus_per_node.clone(),
            time: self.time,
            mem: self.mem.clone(),
        }
    }
}

/// Whole numbers from 1 on.
fn at_least_one() -> RangedU64ValueParser {
    value_parser!(u64).range(1..)
}

fn word(text: &str) -> Result<String, String> {
    if text.is_empty() || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err("expected one word".into());
    }
    Ok(text.to_owned())
}

fn option(text: &str) -> Result<String, String> {
    crate::slurm::check_option(text).map(|()| text.to_owned())
}
