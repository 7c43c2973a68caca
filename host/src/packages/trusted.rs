//! `trust.toml`: keys whose native code a user lets in.

use super::folders::config;
use crate::error::HostError;
use angora_core::private;
use angora_registry::Trust;
use std::path::PathBuf;

/// Where it is.
///
/// # Errors
/// The user has no home.
pub fn path() -> Result<PathBuf, HostError> {
    Ok(config()?.join("trust.toml"))
}

/// The keys; none where there is no file.
///
/// # Errors
/// The file cannot be read, or others than the user can write it.
pub fn load() -> Result<Trust, HostError> {
    let path = path()?;
    let text = match private::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Trust::default()),
        Err(error) => return Err(HostError::io(&path)(error)),
    };
    toml::from_str(&text).map_err(|e| HostError::Usage(format!("{}: {e}", path.display())))
}

/// Writes the keys, for the user alone.
///
/// # Errors
/// The file cannot be written.
pub fn save(trust: &Trust) -> Result<(), HostError> {
    let path = path()?;
    let text =
        toml::to_string(trust).map_err(|e| HostError::Usage(format!("{}: {e}", path.display())))?;
    private::write(&path, text.as_bytes()).map_err(HostError::io(&path))
}
