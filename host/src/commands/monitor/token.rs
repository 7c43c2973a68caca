//! The token of the monitor: given by a file or the environment, never by an argument, which every
//! user of the machine can read.

use crate::args::MonitorArguments;
use crate::config::{ConfigError, Source};
use crate::error::HostError;
use angora_core::private;
use angora_monitor::server::random_token;
use std::path::Path;

/// Environment variable that has it.
const TOKEN: &str = "ANGORA_MONITOR_TOKEN";
/// Shorter tokens can be guessed.
const SHORTEST: usize = 16;
/// Longer ones do not fit into an address.
const LONGEST: usize = 256;

/// The token, and whether somebody chose it.
pub(super) fn token(arguments: &MonitorArguments) -> Result<(String, bool), HostError> {
    let (place, token) = match (&arguments.token_file, std::env::var(TOKEN)) {
        (Some(path), _) => (path.display().to_string(), from_file(path)?),
        (None, Ok(token)) => (TOKEN.to_owned(), token),
        (None, Err(_)) => return Ok((random_token(), false)),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    if !(SHORTEST..=LONGEST).contains(&token.len()) || !token.chars().all(plain) {
        let problem = format!(
            "expected a token of {SHORTEST} to {LONGEST} letters, digits, '-', '.', '_' or '~'; `openssl rand -hex 16` makes one"
        );
        return Err(wrong(place, problem));
    }
    Ok((token, true))
}

fn from_file(path: &Path) -> Result<String, HostError> {
    let text = private::read_secret(path)
        .map_err(|error| wrong(path.display().to_string(), error.to_string()))?;
    Ok(text.trim().to_owned())
}

fn wrong(place: String, problem: String) -> HostError {
    ConfigError::new(Source::CommandLine, place, problem).into()
}
