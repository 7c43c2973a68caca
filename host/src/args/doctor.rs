//! `doctor`.

use clap::Args;
use std::path::PathBuf;

/// `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArguments {
    /// Folder in which runs will lie
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// One probe that could take the process down with it, for a process of its own
    #[arg(long, hide = true)]
    pub alone: Option<String>,
}
