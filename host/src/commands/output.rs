//! Files that a command writes for the user.

use crate::config::{ConfigError, Source};
use std::path::Path;

/// Refuses to replace a file that is there, unless that is wished.
///
/// # Errors
/// It is there; the message names the flag that named it and the one that allows it.
pub fn check_free(path: &Path, flag: &str, overwrite: bool) -> Result<(), ConfigError> {
    if overwrite || !path.exists() {
        return Ok(());
    }
    let problem = format!(
        "there is a {} {} already; name another, or add --overwrite",
        if path.is_dir() { "folder" } else { "file" },
        path.display()
    );
    Err(ConfigError::new(Source::CommandLine, flag, problem))
}

/// Refuses a name without the extension that its content has.
///
/// # Errors
/// Another extension, or none.
pub fn check_extension(path: &Path, flag: &str, extension: &str) -> Result<(), ConfigError> {
    if path.extension().is_some_and(|e| e == extension) {
        return Ok(());
    }
    let problem = format!("expected NAME.{extension}, not {}", path.display());
    Err(ConfigError::new(Source::CommandLine, flag, problem))
}
