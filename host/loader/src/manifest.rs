//! The manifest of a plugin, read without running it.

use crate::{LoadError, wasm};
use angora_plugin_api::{
    Manifest, PluginKind,
    manifest::MANIFEST_SECTION,
    version::{CONTRACT_VERSION, Compatibility, compatibility},
};
use object::{Object, ObjectSection};
use semver::Version;
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;

/// Reads a file and its manifest, and refuses what this host cannot load.
///
/// # Errors
/// Each refusal has its own variant.
pub fn read(path: &Path) -> Result<(Manifest, Vec<u8>), LoadError> {
    let io = |source| LoadError::Io {
        path: path.into(),
        source,
    };
    if path
        .extension()
        .is_some_and(|extension| extension == "wasm")
    {
        let bytes = std::fs::metadata(path).map_err(io)?.len();
        wasm::size::check_length(bytes).map_err(|reason| LoadError::TooLarge {
            path: path.into(),
            reason,
        })?;
    }
    let bytes = std::fs::read(path).map_err(io)?;
    let manifest = parse(path, &bytes)?;
    Ok((manifest, bytes))
}

/// For which machine a plugin was built, in Rust's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuiltFor {
    /// Native code.
    Machine {
        /// `linux`, `macos`, `windows`.
        os: String,
        /// `x86_64`, `aarch64`.
        architecture: String,
    },
    /// A WASM component, for any.
    Wasm,
}

impl BuiltFor {
    /// This program's machine.
    #[must_use]
    pub fn here() -> Self {
        Self::Machine {
            os: std::env::consts::OS.into(),
            architecture: std::env::consts::ARCH.into(),
        }
    }
}

impl std::fmt::Display for BuiltFor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Machine { os, architecture } => write!(f, "{os} {architecture}"),
            Self::Wasm => f.write_str("wasm"),
        }
    }
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Manifest, LoadError> {
    let (manifest, built_for) = describe(path, bytes)?;
    check_platform(path, &built_for, &manifest)?;
    check_contract(path, &manifest)?;
    Ok(manifest)
}

/// What a plugin says of itself and for which machine it was built, be it this one or another.
///
/// # Errors
/// It is no plugin, or its manifest cannot be read.
pub fn describe(path: &Path, bytes: &[u8]) -> Result<(Manifest, BuiltFor), LoadError> {
    if wasm::manifest::is_module(path, bytes) {
        return Ok((wasm::manifest::read(path, bytes)?, BuiltFor::Wasm));
    }
    let file = object::File::parse(bytes).map_err(|e| LoadError::NotALibrary {
        path: path.into(),
        reason: e.to_string(),
    })?;
    let section = file
        .section_by_name(MANIFEST_SECTION)
        .and_then(|section| section.data().ok())
        .filter(|data| !data.is_empty())
        .ok_or_else(|| LoadError::NotAPlugin {
            path: path.into(),
            form: "library",
        })?;
    Ok((from_json(path, section)?, machine(&file)))
}

/// Reads a manifest out of its JSON.
pub(crate) fn from_json(path: &Path, json: &[u8]) -> Result<Manifest, LoadError> {
    serde_json::from_slice(json).map_err(|error| LoadError::Manifest {
        path: path.into(),
        reason: unknown_kind(json).unwrap_or_else(|| error.to_string()),
    })
}

/// What is said of a contribution of a later kind.
fn unknown_kind(json: &[u8]) -> Option<String> {
    let manifest: Value = serde_json::from_slice(json).ok()?;
    let mut contributions = manifest["contributions"].as_array()?.iter();
    let unknown = contributions
        .find(|c| c["kind"].is_string() && PluginKind::deserialize(&c["kind"]).is_err())?;
    Some(format!(
        "it contributes {} of the kind {}, which this angora-host does not know (it knows {}); install a newer angora-host",
        unknown["id"],
        unknown["kind"],
        PluginKind::ALL.map(PluginKind::name).join(", ")
    ))
}

fn machine(file: &object::File<'_>) -> BuiltFor {
    BuiltFor::Machine {
        os: match file.format() {
            object::BinaryFormat::Elf => "linux",
            object::BinaryFormat::MachO => "macos",
            object::BinaryFormat::Pe | object::BinaryFormat::Coff => "windows",
            _ => "unknown",
        }
        .into(),
        architecture: match file.architecture() {
            object::Architecture::X86_64 => "x86_64".to_owned(),
            object::Architecture::Aarch64 => "aarch64".to_owned(),
            other => format!("{other:?}").to_lowercase(),
        },
    }
}

fn check_platform(path: &Path, built_for: &BuiltFor, manifest: &Manifest) -> Result<(), LoadError> {
    if *built_for == BuiltFor::here() || *built_for == BuiltFor::Wasm {
        return Ok(());
    }
    Err(LoadError::Platform {
        name: manifest.name.clone(),
        version: manifest.version.to_string(),
        theirs: built_for.to_string(),
        ours: BuiltFor::here().to_string(),
        path: path.into(),
    })
}

/// Refuses a contract that this host has no adapter for.
///
/// # Errors
/// It is newer or older.
pub fn check_contract(path: &Path, manifest: &Manifest) -> Result<(), LoadError> {
    let name = manifest.name.clone();
    let version = manifest.version.to_string();
    let theirs = manifest.contract.to_string();
    let ours = CONTRACT_VERSION.to_owned();
    let path = path.into();
    match compatibility(&host_contract(), &manifest.contract) {
        Compatibility::Compatible => Ok(()),
        Compatibility::TooNew => Err(LoadError::ContractTooNew {
            name,
            version,
            theirs,
            ours,
            path,
        }),
        Compatibility::TooOld => Err(LoadError::ContractTooOld {
            name,
            version,
            theirs,
            ours,
            path,
        }),
    }
}

fn host_contract() -> Version {
    Version::parse(CONTRACT_VERSION).unwrap_or(Version::new(1, 0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_a_later_contract_is_named_with_those_that_are_known() {
        let json = br#"{"name": "newer", "version": "2.0.0", "contract": "1.0.0",
            "contributions": [{"kind": "task", "id": "A-v0"}, {"kind": "lesion", "id": "cut"}]}"#;
        let refusal = from_json(Path::new("newer.so"), json).expect_err("a later kind");
        assert_eq!(
            refusal.to_string(),
            "newer.so: its embedded manifest cannot be read: it contributes \"cut\" of the kind \
             \"lesion\", which this angora-host does not know (it knows task, scene-task, body, \
             reward, preprocessor, brain, distribution); install a newer angora-host"
        );
    }
}
