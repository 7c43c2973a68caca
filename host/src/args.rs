//! The command line.

mod benchmark;
mod doctor;
mod env;
mod observe;
mod package;
mod plugin;
mod pretrain;
mod submit;

pub use benchmark::{BenchmarkArguments, BenchmarkCommand, ReportArguments};
pub use doctor::DoctorArguments;
pub use env::{EnvArguments, EnvCommand, EnvServeArguments, EnvShowArguments, EnvStepArguments};
pub use observe::ObserveArguments;
pub use package::{
    InstallArguments, KeyCommand, PackArguments, PublishArguments, RegistryArgument,
    RemoveArguments, SearchArguments, SignArguments, YankArguments,
};
pub use plugin::{CheckArguments, Language, NewArguments};
pub use pretrain::PretrainArguments;
pub use submit::SubmitArguments;

use crate::config::reference;
use crate::packages::{Admission, Locked, Terms};
use crate::run::check_name;
use crate::slurm::TimeLimit;
use angora_core::suggest;
use angora_monitor::RunState;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const EXIT_CODES: &str = "\
Exit codes:
  0 done, 1 failure, 2 usage, 3 settings, 4 plugin (an error, a crash, or a call that never returned),
  5 diverged, 75 saved with more to do, 130 and 143 saved after Ctrl-C and SIGTERM";

/// Train brains to move simulated bodies.
#[derive(Debug, Parser)]
#[command(name = "angora-host", version, arg_required_else_help = true, after_help = EXIT_CODES)]
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

impl Arguments {
    /// Whether this process is one check of a plugin.
    #[must_use]
    pub fn is_check(&self) -> bool {
        let Command::Plugin(command) = &self.command else {
            return false;
        };
        matches!(command, PluginCommand::RunCheck { .. })
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train, or go on with a run
    Run(Box<RunArguments>),
    /// Write the job of a run for a SLURM cluster, and submit it
    Submit(Box<SubmitArguments>),
    /// Run tasks with variants and seeds, side by side, into tables and curves
    Benchmark(Box<BenchmarkArguments>),
    /// Run episodes with a trained brain
    Evaluate(EvaluateArguments),
    /// Train a region of a brain on pictures of a task's scene, before it acts
    Pretrain(Box<PretrainArguments>),
    /// Record episodes with a trained brain: poses, senses, rewards, activity of regions
    Record(RecordArguments),
    /// Film episodes with a trained brain, as MP4 or GIF
    Observe(Box<ObserveArguments>),
    /// List runs
    Runs(RunsArguments),
    /// Show runs in the browser, live
    Monitor(MonitorArguments),
    /// Look at brains, and keep regions of them
    #[command(subcommand)]
    Brain(BrainCommand),
    /// Look at tasks, and measure how fast they step
    #[command(subcommand)]
    Env(EnvCommand),
    /// Look at plugins
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Look at this machine: what is here, what is missing, what installs it
    Doctor(DoctorArguments),
}

/// What a run is made of: settings that are written in a file or here.
#[derive(Debug, Clone, Default, Args)]
pub struct SettingsArguments {
    /// A TOML file with settings
    pub file: Option<PathBuf>,
    /// Plugin to load: a file, a folder, a name on the search path, or an installed GROUP/NAME@^1;
    /// may be repeated
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
    /// Configuration of the reward, for example penalized_force
    #[arg(long, value_name = "NAME")]
    pub reward_config: Option<String>,
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
    /// Processes that learn, of those that mpirun or srun has started; all by default
    #[arg(long, visible_alias = "optimisers", value_parser = number())]
    pub optimizers: Option<u64>,
    /// Where the brain learns: cpu, flex (Burn on the CPU), cuda
    #[arg(long)]
    pub device: Option<String>,
    /// Any setting: --set ppo.learning_rate=3e-4; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Load native plugins that a file (settings, run folder, lock) names, whoever made them
    #[arg(long)]
    pub trust_plugins: bool,
}

/// Which plugins play the episodes of a run.
#[derive(Debug, Clone, Default, Args)]
pub struct RunPluginArguments {
    /// Plugin to load in place of those that the run names; may be repeated
    #[arg(long, value_name = "PLUGIN", conflicts_with = "locked")]
    pub plugin: Vec<String>,
    /// How strict.
    #[command(flatten)]
    pub lock: RunLockArguments,
}

/// Which builds of plugins play the episodes of a run.
#[derive(Debug, Clone, Default, Args)]
pub struct RunLockArguments {
    /// Use exactly the plugin builds of the run's lock file; download missing ones
    #[arg(long)]
    pub locked: bool,
    /// With --locked: take packages that no trusted key has signed
    #[arg(long, requires = "locked")]
    pub allow_untrusted: bool,
    /// Load native plugins that the run names, whoever made them
    #[arg(long)]
    pub trust_plugins: bool,
}

impl RunLockArguments {
    /// With these plugins in place of the run's own.
    #[must_use]
    pub fn admission(&self, plugins: &[String]) -> Admission {
        Admission {
            plugins: plugins.to_vec(),
            locked: match self.locked {
                true => Locked::Own,
                false => Locked::No,
            },
            terms: Terms {
                allow_untrusted: self.allow_untrusted,
                trust_plugins: self.trust_plugins,
            },
        }
    }
}

impl RunPluginArguments {
    /// What they say.
    #[must_use]
    pub fn admission(&self) -> Admission {
        self.lock.admission(&self.plugin)
    }
}

/// `run`.
#[derive(Debug, Clone, Default, Args)]
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
    /// Go on with the run of this name, or begin it where there is none: however often a job is
    /// started, it is one run
    #[arg(long, value_name = "NAME", value_parser = run_name, conflicts_with_all = ["resume", "checkpoint"])]
    pub resume_or_begin: Option<String>,
    /// Save and end, with exit code 75, before this much time has passed: 02:00:00, 1-12:00:00,
    /// 90 (minutes), 2h 30m
    #[arg(long, value_name = "TIME")]
    pub wall_clock: Option<TimeLimit>,
    /// With another length of a resumed run: spread schedules over it; without this they keep their
    /// course, and stay at its end
    #[arg(long)]
    pub stretch_schedules: bool,
    /// With the plugins of a lock and no others, by digest; what is missing is fetched from where the
    /// lock says: the file, or the folder of a run
    #[arg(long, value_name = "LOCKFILE", conflicts_with = "plugin")]
    pub locked: Option<PathBuf>,
    /// With --locked: take packages that no trusted key has signed
    #[arg(long, requires = "locked")]
    pub allow_untrusted: bool,
    /// Stop when the mean return of the last 100 episodes reaches the task's threshold
    #[arg(long)]
    pub stop_at_threshold: bool,
    /// Word to find a new run by; may be repeated, or several with commas
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    pub tag: Vec<String>,
    /// Print nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// Whole numbers that a TOML file can hold too.
fn number() -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(..=i64::MAX as u64)
}

/// A name that a run may be given.
fn run_name(text: &str) -> Result<String, String> {
    check_name(text).map(|()| text.to_owned())
}

/// `evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArguments {
    /// The run: its id, the beginning of it, its folder, or `latest`
    #[arg(default_value = "latest")]
    pub run: String,
    /// Episodes; by default 100, or 480 of tasks whose episodes hold several goals
    #[arg(short = 'n', long, value_parser = clap::value_parser!(u64).range(1..))]
    pub episodes: Option<u64>,
    /// Draw actions from the distribution instead of taking its mode
    #[arg(long)]
    pub sampled: bool,
    /// Checkpoint: best, latest, or a name like cycle-000010; defaults to best, or to latest if the
    /// run has chosen none yet
    #[arg(long)]
    pub checkpoint: Option<String>,
    /// Its plugins.
    #[command(flatten)]
    pub plugins: RunPluginArguments,
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

/// `record`.
#[derive(Debug, Args)]
pub struct RecordArguments {
    /// The run: its id, the beginning of it, its folder, or `latest`
    #[arg(default_value = "latest")]
    pub run: String,
    /// Episodes
    #[arg(short = 'n', long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub episodes: u64,
    /// Draw actions from the distribution instead of taking its mode
    #[arg(long, visible_alias = "stochastic")]
    pub sampled: bool,
    /// Checkpoint: best, latest, or a name like cycle-000010; defaults to best, or to latest if the
    /// run has chosen none yet
    #[arg(long)]
    pub checkpoint: Option<String>,
    /// Its plugins.
    #[command(flatten)]
    pub plugins: RunPluginArguments,
    /// Seed of the episodes, which are then those of `evaluate`
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Control steps after which an episode is cut
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_steps: Option<u64>,
    /// Most values of a channel in a row; wider ones (images, convolutions) are left out
    #[arg(long, value_name = "N", default_value_t = 16_384)]
    pub limit: usize,
    /// Name of the recording; made of checkpoint and seed by default
    #[arg(long)]
    pub name: Option<String>,
    /// Folder in which runs lie
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
    /// Print the recording's header as JSON
    #[arg(long)]
    pub json: bool,
}

/// `runs`.
#[derive(Debug, Args)]
pub struct RunsArguments {
    /// Folder in which runs lie
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
    /// Only of this task; * and ? stand for anything, capitals do not matter: 'reach*'
    #[arg(long, value_name = "PATTERN")]
    pub task: Option<glob::Pattern>,
    /// Only with this brain; a pattern too
    #[arg(long, value_name = "PATTERN")]
    pub brain: Option<glob::Pattern>,
    /// Only in this state; may be repeated, or several with commas
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = state)]
    pub state: Vec<RunState>,
    /// Only with this tag, a pattern too; may be repeated, and all must be there
    #[arg(long, value_name = "PATTERN", value_delimiter = ',')]
    pub tag: Vec<glob::Pattern>,
    /// Also those in the trash
    #[arg(long)]
    pub all: bool,
    /// Column to sort by, the greatest last
    #[arg(long, value_enum, default_value_t = RunsOrder::Began)]
    pub sort: RunsOrder,
    /// The other way round
    #[arg(long)]
    pub reverse: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `monitor`.
#[derive(Debug, Args)]
pub struct MonitorArguments {
    /// Folders in which runs lie, or runs
    #[arg(default_value = "runs")]
    pub folders: Vec<PathBuf>,
    /// Port; 8427 or the next free one by default
    #[arg(long)]
    pub port: Option<u16>,
    /// Address to listen at; on any but a loopback address, reading needs the token
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub bind: std::net::IpAddr,
    /// Ask for the token for reading, too. Changes always need it; reading needs it wherever other
    /// people use the machine (SSH, SLURM, accounts). The link that is printed contains it
    #[arg(long)]
    pub token: bool,
    /// File with the token (mode 0600); otherwise ANGORA_MONITOR_TOKEN, or a new random one
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Path under which a proxy shows the pages: /node/NAME/8427
    #[arg(long, value_name = "PATH", default_value = "")]
    pub base_path: String,
    /// Name under which browsers may ask, beside those of this machine; may be repeated
    #[arg(long, value_name = "NAME")]
    pub allow_host: Vec<String>,
    /// Read-only: disable tags, notes and trash
    #[arg(long)]
    pub read_only: bool,
    /// Do not open the browser
    #[arg(long)]
    pub no_browser: bool,
}

/// What runs are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RunsOrder {
    /// When they began.
    Began,
    /// Name of the folder.
    Run,
    /// Task.
    Task,
    /// State: running ones last.
    State,
    /// Control steps done.
    Steps,
    /// Mean return of the last 100 episodes.
    Return,
    /// Best mean return.
    Best,
}

/// The state of a name.
fn state(name: &str) -> Result<RunState, String> {
    let all = RunState::ALL;
    let found = all.iter().find(|state| state.name() == name).copied();
    found.ok_or_else(|| suggest::hint(name, all.iter().map(|state| state.name())))
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
        /// A file, a folder, a name on the search path, a package file, or an installed GROUP/NAME
        plugin: String,
        /// Also show which settings its contributions take, for which it is opened
        #[arg(long)]
        settings: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write the crate of a new plugin, which builds, passes its checks and trains
    New(NewArguments),
    /// Hold a plugin to what the engine relies on, one property a check
    Check(Box<CheckArguments>),
    /// Run one check, in the process that `check` has started for it
    #[command(hide = true)]
    RunCheck {
        /// File for the finding
        answer: PathBuf,
    },
    /// Put the builds of a plugin into one file, with README, licence and citation, and sign it
    Pack(PackArguments),
    /// Add a signature to a package file
    Sign(SignArguments),
    /// Put a package file into a registry
    Publish(PublishArguments),
    /// Install packages and what they need
    Install(InstallArguments),
    /// Remove installed packages
    Remove(RemoveArguments),
    /// Look for packages in a registry
    Search(SearchArguments),
    /// Have a published version no longer installed, but by those who have it in a lock
    Yank(YankArguments),
    /// Keys: your own, and those that you trust
    #[command(subcommand)]
    Key(KeyCommand),
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
