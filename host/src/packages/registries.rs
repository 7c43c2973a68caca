//! `registries.toml`: registries by name, and which one is asked where none is named.

use super::folders::{config, data};
use crate::error::HostError;
use angora_core::suggest;
use angora_registry::{Location, RegistryError};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

const FILE: &str = "registries.toml";
const VARIABLE: &str = "ANGORA_REGISTRY";

/// The file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Registries {
    /// A name, or a place.
    default: Option<String>,
    /// Places by name.
    registries: BTreeMap<String, String>,
}

/// The place that `--registry` names; where it is not given, what the environment or
/// `registries.toml` says, or else a folder among the user's files.
///
/// # Errors
/// No place, or a file that cannot be read.
pub fn location(flag: Option<&str>) -> Result<Location, HostError> {
    let file = config()?.join(FILE);
    let known = read(&file)?;
    let variable = std::env::var(VARIABLE).ok();
    let variable = variable.filter(|value| !value.is_empty());
    let named = flag.or(variable.as_deref()).or(known.default.as_deref());
    let Some(named) = named else {
        return Ok(Location::Folder(data()?.join("registry")));
    };
    if let Some(place) = known.registries.get(named) {
        return Ok(Location::parse(place)?);
    }
    let is_name = !named.contains(['/', '\\', '.']);
    if is_name && !Path::new(named).is_dir() {
        let names = known.registries.keys().map(String::as_str);
        let reason = format!(
            "there is no such name in {} ({}), and no such folder",
            file.display(),
            suggest::hint(named, names)
        );
        return Err(RegistryError::Location {
            text: named.into(),
            reason,
        }
        .into());
    }
    Ok(Location::parse(named)?)
}

fn read(path: &Path) -> Result<Registries, HostError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Registries::default());
        }
        Err(error) => return Err(HostError::io(path)(error)),
    };
    toml::from_str(&text).map_err(|e| HostError::Usage(format!("{}: {e}", path.display())))
}
