//! The command line.

use crate::config::reference;
use crate::pretrain::ObjectiveKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::path::PathBuf;

/// Train brains to move simulated bodies.
#[derive(Debug, Parser)]
#[command(name = "angora-host", version, arg_required_else_help = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Arguments {
    /// Reads the command line of this process; prints help or a usage error and exits where that
    /// is what it asks for. `run --help` lists every setting.
    #[must_use]
    pub fn read() -> Self {
        let mut command =
            Self::command().mut_subcommand("run", |run| run.after_long_help(reference::help()));
        let matches = command.get_matches_mut();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut command).exit())
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train, or go on with a run
    Run(Box<RunArguments>),
    /// Run episodes with a trained brain
    Evaluate(EvaluateArguments),
    /// Train a region of a brain on pictures of a task's scene, before it acts
    Pretrain(Box<PretrainArguments>),
    /// List runs
    Runs(RunsArguments),
    /// Look at brains, and keep regions of them
    #[command(subcommand)]
    Brain(BrainCommand),
    /// Look at plugins
    #[command(subcommand)]
    Plugin(PluginCommand),
}

/// What a run is made of: settings that are written in a file or here.
#[derive(Debug, Default, Args)]
pub struct SettingsArguments {
    /// A TOML file with settings
    pub file: Option<PathBuf>,
    /// Plugin to load: a file, a folder, or a name on the search path; may be repeated
    #[arg(long, value_name = "PLUGIN")]
    pub plugin: Vec<String>,
    /// Task, for example CartPole-v1
    #[arg(long)]
    pub task: Option<String>,
    /// Body that stands in a scene task
    #[arg(long)]
    pub body: Option<String>,
    /// Reward that replaces the task's own
    #[arg(long)]
    pub reward: Option<String>,
    /// Brain, for example simple
    #[arg(long)]
    pub brain: Option<String>,
    /// Action distribution: categorical, multi-categorical, gaussian, beta, auto
    #[arg(long)]
    pub distribution: Option<String>,
    /// Preset that lies under all other settings; auto chooses by task, none is empty
    #[arg(long)]
    pub preset: Option<String>,
    /// Region of the brain that does not learn, with those below it; may be repeated, or several
    /// with commas
    #[arg(long, value_name = "REGION", value_delimiter = ',')]
    pub freeze: Vec<String>,
    /// Region that starts with parameters from elsewhere: of a run (id, folder, `latest`), of the
    /// folder of a checkpoint, or of a .safetensors file; may be repeated. Statistics of
    /// preprocessors do not come with it
    #[arg(long, value_name = "REGION=SOURCE[#REGION_THERE]")]
    pub load_region: Vec<String>,
    /// Cycles after which the run is complete
    #[arg(long, value_parser = number())]
    pub cycles: Option<u64>,
    /// Environments stepped side by side
    #[arg(long, value_parser = number())]
    pub environments: Option<u64>,
    /// Control steps per environment and cycle
    #[arg(long, value_parser = number())]
    pub horizon: Option<u64>,
    /// Seed of everything random
    #[arg(long, value_parser = number())]
    pub seed: Option<u64>,
    /// Threads; the result does not depend on them
    #[arg(long, value_parser = number())]
    pub threads: Option<u64>,
    /// Where the brain learns: cpu, flex (Burn on the CPU), cuda
    #[arg(long)]
    pub device: Option<String>,
    /// Any setting: --set ppo.learning_rate=3e-4; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

/// `run`.
#[derive(Debug, Default, Args)]
pub struct RunArguments {
    /// What the run is made of.
    #[command(flatten)]
    pub settings: SettingsArguments,
    /// Folder in which runs lie
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
    /// Go on with a run: its id, the beginning of it, its folder, or `latest`
    #[arg(long, value_name = "ID")]
    pub resume: Option<String>,
    /// With --resume: the checkpoint to go on from, latest by default
    #[arg(long, value_name = "NAME")]
    pub checkpoint: Option<String>,
    /// Stop when the mean return of the last 100 episodes reaches the task's threshold
    #[arg(long)]
    pub stop_at_threshold: bool,
    /// Print nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// Whole numbers that a TOML file can hold too.
fn number() -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(..=i64::MAX as u64)
}

/// `evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArguments {
    /// The run: its id, the beginning of it, its folder, or `latest`
    #[arg(default_value = "latest")]
    pub run: String,
    /// Episodes
    #[arg(short = 'n', long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    pub episodes: u64,
    /// Draw actions from the distribution instead of taking its mode
    #[arg(long)]
    pub sampled: bool,
    /// Checkpoint: best, latest, or a name like cycle-000010; best by default, latest where fewer
    /// than 50 episodes have finished
    #[arg(long)]
    pub checkpoint: Option<String>,
    /// Seed of the episodes
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Threads
    #[arg(long)]
    pub threads: Option<usize>,
    /// Folder in which runs lie
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `pretrain`.
#[derive(Debug, Args)]
pub struct PretrainArguments {
    /// What the run is going to be made of; task, body, brain, seed, threads, frozen and loaded
    /// regions count.
    #[command(flatten)]
    pub settings: SettingsArguments,
    /// Region that learns, with those below it and those that feed it; may be repeated, or several
    /// with commas
    #[arg(long, value_name = "REGION", value_delimiter = ',', required = true)]
    pub region: Vec<String>,
    /// What it learns to tell from a picture
    #[arg(long, value_enum, default_value_t = ObjectiveKind::Pose)]
    pub objective: ObjectiveKind,
    /// What pose and classification tell: joint:NAME, site:NAME, body:NAME (places in the world),
    /// rotation:BODY; may be repeated, or several with commas; by default the joints and sites
    /// that play roles of the body, and the bodies that the task moves
    #[arg(long, value_name = "LABEL", value_delimiter = ',')]
    pub label: Vec<String>,
    /// Random states that are learned from
    #[arg(long, default_value_t = 8192, value_parser = count(2))]
    pub states: usize,
    /// Random states that are held out, to find the error
    #[arg(long, default_value_t = 1024, value_parser = count(1))]
    pub held_out: usize,
    /// Passes over the states
    #[arg(long, default_value_t = 20, value_parser = count(1))]
    pub epochs: usize,
    /// States per update
    #[arg(long, default_value_t = 64, value_parser = count(1))]
    pub minibatch: usize,
    /// Step size of Adam at first; it falls linearly to 0
    #[arg(long, default_value_t = 1e-3, value_parser = positive)]
    pub learning_rate: f64,
    /// Intervals per label of a classification
    #[arg(long, default_value_t = 4, value_parser = count(2))]
    pub bins: usize,
    /// Longest side of a reconstructed picture, pixels
    #[arg(long, default_value_t = 16, value_parser = count(1))]
    pub pixels: usize,
    /// The file to write: NAME.safetensors; the report goes to NAME.json beside it
    /// [default: pretrained/REGION-OBJECTIVE.safetensors]
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
    /// Replace the files if they are there
    #[arg(long)]
    pub overwrite: bool,
    /// Folder in which runs lie, for --load-region
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
    /// Print nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// Whole numbers from `least` on, as many as could be meant.
fn count(least: usize) -> impl Fn(&str) -> Result<usize, String> + Clone {
    const MOST: usize = 1_000_000_000;
    move |text| match text.parse() {
        Ok(n) if (least..=MOST).contains(&n) => Ok(n),
        _ => Err(format!("expected a whole number from {least} to {MOST}")),
    }
}

/// Numbers above 0.
fn positive(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(x) if x > 0.0 && f64::is_finite(x) => Ok(x),
        _ => Err("expected a number above 0".into()),
    }
}

/// `runs`.
#[derive(Debug, Args)]
pub struct RunsArguments {
    /// Folder in which runs lie
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `plugin`.
#[derive(Debug, Subcommand)]
pub enum PluginCommand {
    /// List the plugins on the search path and what they contribute
    List {
        /// Plugin to list as well; may be repeated
        #[arg(long, value_name = "PLUGIN")]
        plugin: Vec<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what a plugin says of itself, without running it
    Info {
        /// A file, a folder, or a name on the search path
        plugin: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// `brain`.
#[derive(Debug, Subcommand)]
pub enum BrainCommand {
    /// Show the graph of a brain and its parameters, for a task or for a run
    Show(Box<ShowArguments>),
    /// Write the parameters of a region to a file, for --load-region
    Save(SaveArguments),
}

/// `brain show`.
#[derive(Debug, Args)]
pub struct ShowArguments {
    /// What a run would be made of.
    #[command(flatten)]
    pub settings: SettingsArguments,
    /// The brain of a run instead: its id, the beginning of it, its folder, or `latest`
    #[arg(long, value_name = "ID")]
    pub run: Option<String>,
    /// Folder in which runs lie
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
    /// Also draw the graph into a file: NAME.svg
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long)]
    pub overwrite: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `brain save`.
#[derive(Debug, Args)]
pub struct SaveArguments {
    /// A run (its id, the beginning of it, its folder, or `latest`), the folder of a checkpoint,
    /// or a .safetensors file; of a run the checkpoint best, latest where there is none yet
    pub source: String,
    /// Region, with those below it; may be repeated, or several with commas; all where absent
    #[arg(long, value_name = "REGION", value_delimiter = ',')]
    pub region: Vec<String>,
    /// The file to write: NAME.safetensors
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// Replace the file if it is there
    #[arg(long)]
    pub overwrite: bool,
    /// Folder in which runs lie
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
}
