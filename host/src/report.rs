//! The only place that prints an error.

use crate::error::HostError;
use std::process::ExitCode;

/// Prints an error to standard error; returns its exit code.
#[must_use]
pub fn error(error: &HostError) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::from(error.exit_code())
}
