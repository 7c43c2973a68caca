//! `env`.

use clap::{Args, Subcommand, value_parser};

/// `env`.
#[derive(Debug, Subcommand)]
pub enum EnvCommand {
    /// List the tasks that plugins contribute: senses, action, limit
    List {
        /// Plugin to list as well; may be repeated
        #[arg(long, value_name = "PLUGIN")]
        plugin: Vec<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what a task exchanges: senses, action, signals, reward terms, limits
    Show(EnvShowArguments),
    /// Step a task with random actions, and measure how fast that is
    Step(EnvStepArguments),
    /// Serve a task to the process that starts this, as the Python package angora_gym does
    Serve(EnvServeArguments),
}

/// A task with what belongs to its world.
#[derive(Debug, Default, Args)]
pub struct EnvArguments {
    /// The task, for example CartPole-v1
    pub task: String,
    /// Plugin to load: a file, a folder, or a name on the search path; may be repeated
    #[arg(long, value_name = "PLUGIN")]
    pub plugin: Vec<String>,
    /// Body that stands in a scene task
    #[arg(long)]
    pub body: Option<String>,
    /// Reward that replaces the task's own
    #[arg(long)]
    pub reward: Option<String>,
    /// A setting of the task, its body, its reward or the physics: --set task_config.velocity=false
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

/// `env show`.
#[derive(Debug, Args)]
pub struct EnvShowArguments {
    /// Which.
    #[command(flatten)]
    pub choice: EnvArguments,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `env step`.
#[derive(Debug, Args)]
pub struct EnvStepArguments {
    /// Which.
    #[command(flatten)]
    pub choice: EnvArguments,
    /// For how long
    #[arg(long, value_name = "N", default_value_t = 5.0, value_parser = seconds)]
    pub seconds: f64,
    /// Threads, each with an environment of its own
    #[arg(long, default_value_t = 1, value_parser = value_parser!(u64).range(1..=1024))]
    pub threads: u64,
    /// Seed of starts and actions
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `env serve`.
#[derive(Debug, Args)]
pub struct EnvServeArguments {
    /// Which.
    #[command(flatten)]
    pub choice: EnvArguments,
    /// From where pictures are taken; `observe --list-viewpoints` has the names
    #[arg(long)]
    pub viewpoint: Option<String>,
    /// Width and height of pictures, pixels
    #[arg(long, value_name = "WxH", default_value = "480x480", value_parser = super::observe::size)]
    pub size: (usize, usize),
}

/// A time that is worth measuring.
fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|e| format!("{e}"))?;
    if seconds > 0.0 && seconds <= 86_400.0 {
        return Ok(seconds);
    }
    Err("expected more than 0 and at most 86400".into())
}
