//! `plugin check` and `plugin new`.

use angora_core::suggest;
use angora_plugin_api::PluginKind;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `plugin check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// A file, a folder, or a name on the search path
    #[arg(required_unless_present = "list")]
    pub plugin: Option<String>,
    /// Only these checks: an id like task.save, or what stands before or after its dot; may be
    /// repeated, or several with commas
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Only what the plugin contributes under this id; may be repeated, or several with commas
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub of: Vec<String>,
    /// Plugin that stands beside it, with tasks for its rewards or bodies for its scenes; may be
    /// repeated
    #[arg(long, value_name = "PLUGIN")]
    pub with: Vec<String>,
    /// Task in which rewards are tried; the first that suits by default
    #[arg(long, value_name = "ID")]
    pub task: Option<String>,
    /// Body with which scene tasks are tried; their own by default
    #[arg(long, value_name = "ID")]
    pub body: Option<String>,
    /// Seconds after which a check is killed
    #[arg(long, value_name = "SECS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    pub time_limit: u64,
    /// Checks at once, each in a process of its own; as many as there are cores by default
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
    /// Run the checks in this process, one after another, for a debugger
    #[arg(long)]
    pub in_process: bool,
    /// Print only what has not passed
    #[arg(long)]
    pub problems: bool,
    /// Print all checks there are, with what they are about
    #[arg(long)]
    pub list: bool,
    /// Print JSON
    #[arg(long, conflicts_with_all = ["markdown", "problems"])]
    pub json: bool,
    /// Print a table for a README
    #[arg(long, conflicts_with = "problems")]
    pub markdown: bool,
}

/// `plugin new`.
#[derive(Debug, Args)]
pub struct NewArguments {
    /// What it contributes: task, scene-task, body, reward, preprocessor, brain, distribution
    #[arg(value_parser = kind)]
    pub kind: PluginKind,
    /// Its name: small letters, digits and dashes
    pub name: String,
    /// Folder in which it is written, under its name
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub into: PathBuf,
    /// The angora-sdk that it is built with: a folder, a version, or the address of a git
    /// repository; that of this host's sources by default, or its version where those are gone
    #[arg(long, value_name = "SDK")]
    pub sdk: Option<String>,
    /// Build it as a sandboxed module (WASM) in place of a native library
    #[arg(long)]
    pub wasm: bool,
    /// What it is written in; a reward in C is a sandboxed module
    #[arg(long, value_enum, default_value_t = Language::Rust)]
    pub language: Language,
}

/// What a plugin is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Rust, with angora-sdk.
    Rust,
    /// C, with a header that is written beside it.
    C,
}

/// The kind of a name.
fn kind(name: &str) -> Result<PluginKind, String> {
    let found = PluginKind::ALL.into_iter().find(|kind| kind.name() == name);
    found.ok_or_else(|| suggest::hint(name, PluginKind::ALL.map(PluginKind::name)))
}
