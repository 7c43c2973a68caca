//! Where a user's files are, as the XDG base directory specification has it.

use crate::error::HostError;
use angora_registry::{Home, Seen};
use std::path::PathBuf;

/// `$XDG_DATA_HOME/angora`, or `~/.local/share/angora`.
///
/// # Errors
/// The user has no home.
pub fn data() -> Result<PathBuf, HostError> {
    folder("XDG_DATA_HOME", ".local/share")
}

/// `$XDG_CONFIG_HOME/angora`, or `~/.config/angora`.
///
/// # Errors
/// The user has no home.
pub fn config() -> Result<PathBuf, HostError> {
    folder("XDG_CONFIG_HOME", ".config")
}

/// What the user has installed.
///
/// # Errors
/// The user has no home.
pub fn home() -> Result<Home, HostError> {
    Ok(Home::new(data()?.join("installed")))
}

/// The lists of versions that the user has seen of registries.
///
/// # Errors
/// The user has no home.
pub fn seen() -> Result<Seen, HostError> {
    Ok(Seen::new(data()?.join("lists")))
}

fn folder(variable: &str, below_home: &str) -> Result<PathBuf, HostError> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let named = set(variable).map(PathBuf::from);
    let default = || set("HOME").map(|home| PathBuf::from(home).join(below_home));
    let folder = named.or_else(default).map(|folder| folder.join("angora"));
    folder.ok_or_else(|| {
        HostError::Usage(format!(
            "there is no folder for your files: set HOME or {variable}"
        ))
    })
}
