//! The only place that prints an error.

use crate::error::HostError;
use angora_loader::calls::Incident;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Prints an error to standard error; returns its exit code. What another process of the run has
/// printed is not said again.
#[must_use]
pub fn error(error: &HostError) -> u8 {
    let lost = error.is_lost();
    match angora_comm::this_rank().filter(|_| !lost) {
        _ if matches!(error, HostError::Peer { .. }) => {}
        Some(rank) => eprintln!("error: {rank}: {error}"),
        None => eprintln!("error: {error}"),
    }
    error.exit_code()
}

/// Prints how a plugin has ended this process.
pub fn incident(incident: &Incident) {
    match angora_comm::this_rank() {
        Some(rank) => eprintln!("error: {rank}: {incident}"),
        None => eprintln!("error: {incident}"),
    }
}

/// How the user calls this program, for commands in messages: the script `angora` says its own
/// name.
#[must_use]
pub fn program() -> String {
    std::env::var("ANGORA_PROGRAM").unwrap_or_else(|_| "angora-host".into())
}

static START: OnceLock<PathBuf> = OnceLock::new();

/// Notes the working directory, before any plugin can change it.
pub fn note_working_directory() {
    working_directory();
}

fn working_directory() -> &'static Path {
    START.get_or_init(|| std::env::current_dir().unwrap_or_default())
}

/// A path for people who type it: relative to the folder in which the program was started if it
/// is below it.
#[must_use]
pub fn shown(path: &Path) -> &Path {
    path.strip_prefix(working_directory())
        .ok()
        .filter(|path| !path.as_os_str().is_empty())
        .unwrap_or(path)
}
