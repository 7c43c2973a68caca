//! The only place that prints an error.

use crate::error::HostError;

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

/// How the user calls this program, for commands in messages: the script `angora` says its own
/// name.
#[must_use]
pub fn program() -> String {
    std::env::var("ANGORA_PROGRAM").unwrap_or_else(|_| "angora-host".into())
}
