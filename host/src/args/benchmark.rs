//! `benchmark`.

use super::number;
use crate::run::check_name;
use crate::slurm::Seeds;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `benchmark`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct BenchmarkArguments {
    /// Something else than running it.
    #[command(subcommand)]
    pub command: Option<BenchmarkCommand>,
    /// A TOML file with tasks, variants and seeds; without it, the options say them
    pub suite: Option<PathBuf>,
    /// Task; may be repeated, or several with commas. With a file: only these of it
    #[arg(long, value_name = "TASK", value_delimiter = ',')]
    pub task: Vec<String>,
    /// Variant, with a setting of it: beta:distribution.kind=beta; may be repeated, for more settings
    /// or more variants. With a file: only these of it, by name
    #[arg(long, value_name = "NAME[:KEY=VALUE]")]
    pub variant: Vec<String>,
    /// Presets, each a variant: auto,none
    #[arg(
        long,
        value_name = "PRESET",
        value_delimiter = ',',
        conflicts_with = "suite"
    )]
    pub preset: Vec<String>,
    /// Action distributions, each a variant: beta,gaussian
    #[arg(
        long,
        value_name = "NAME",
        value_delimiter = ',',
        conflicts_with = "suite"
    )]
    pub distribution: Vec<String>,
    /// Seeds: 1..3 (1, 2 and 3), or 1,5,7..9; those of the file, or 1..3, where absent
    #[arg(long, value_name = "SEEDS")]
    pub seeds: Option<Seeds>,
    /// Control steps that a run may take: as many whole cycles as fit
    #[arg(long, value_name = "N", value_parser = number())]
    pub steps: Option<u64>,
    /// Setting of all runs, over all others; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Plugin to load; may be repeated
    #[arg(long, value_name = "PLUGIN")]
    pub plugin: Vec<String>,
    /// Load native plugins that the file names, whoever made them
    #[arg(long)]
    pub trust_plugins: bool,
    /// Use exactly the plugin builds in this lock file (or run folder); download missing ones
    #[arg(long, value_name = "LOCKFILE", conflicts_with = "plugin")]
    pub locked: Option<PathBuf>,
    /// Episodes of the evaluation at the end of each run, 0 for none; 100 where nothing says otherwise
    #[arg(long, value_name = "N", value_parser = number())]
    pub episodes: Option<u64>,
    /// Recorded results of others to show beside: a TOML file; may be repeated
    #[arg(long, value_name = "FILE")]
    pub compare: Vec<PathBuf>,
    /// Name, with which the names of its runs begin; that of the file, or `benchmark`, where absent
    #[arg(long, value_parser = name)]
    pub name: Option<String>,
    /// Folder for tables and curves [default: benchmarks/NAME]
    #[arg(long, value_name = "FOLDER")]
    pub to: Option<PathBuf>,
    /// Folder in which runs lie
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
    /// Runs side by side, each with one thread; as many as there are cores, where absent
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=4096))]
    pub jobs: Option<u64>,
    /// Do what has failed once more, from its beginning
    #[arg(long)]
    pub retry_failed: bool,
    /// Check everything, and only list the runs
    #[arg(long)]
    pub dry_run: bool,
    /// Print nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// What else there is to do with a benchmark.
#[derive(Debug, Subcommand)]
pub enum BenchmarkCommand {
    /// Write tables and curves of the runs that are there, and run nothing
    Report(ReportArguments),
}

/// `benchmark report`.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// Folder of the benchmark
    pub folder: PathBuf,
    /// Recorded results of others instead of those that it has: a TOML file; may be repeated
    #[arg(long, value_name = "FILE")]
    pub compare: Vec<PathBuf>,
    /// Folder in which the runs lie now, where they have been moved
    #[arg(long, value_name = "DIR")]
    pub runs: Option<PathBuf>,
    /// Print nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// What the names of runs may begin with.
fn name(text: &str) -> Result<String, String> {
    check_name(text).map(|()| text.to_owned())
}
