//! The only place that prints an error.

use crate::error::HostError;
use std::process::ExitCode;

/// Prints an error to standard error; returns its exit code.
#[must_use]
pub fn error(error: &HostError) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::from(error.exit_code())
}

/// How the user calls this program, for commands in messages: the script `angora` says its own
/// name.
#[must_use]
pub fn program() -> String {
    std::env::var("ANGORA_PROGRAM").unwrap_or_else(|_| "angora-host".into())
}
