//! The manifest of a plugin, read without running it.

use crate::{LoadError, wasm};
use angora_plugin_api::{
    Manifest,
    manifest::MANIFEST_SECTION,
    version::{CONTRACT_VERSION, Compatibility, compatibility},
};
use object::{Object, ObjectSection};
use semver::Version;
use std::path::Path;

/// Reads a file and its manifest, and refuses what this host cannot load.
///
/// # Errors
/// Each refusal has its own variant.
pub fn read(path: &Path) -> Result<(Manifest, Vec<u8>), LoadError> {
    let bytes = std::fs::read(path).map_err(|source| LoadError::Io {
        path: path.into(),
        source,
    })?;
    let manifest = if wasm::manifest::is_module(path, &bytes) {
        wasm::manifest::read(path, &bytes)?
    } else {
        native(path, &bytes)?
    };
    check_contract(path, &manifest)?;
    Ok((manifest, bytes))
}

fn native(path: &Path, bytes: &[u8]) -> Result<Manifest, LoadError> {
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
    let manifest: Manifest = serde_json::from_slice(section).map_err(|e| LoadError::Manifest {
        path: path.into(),
        reason: e.to_string(),
    })?;
    check_platform(path, &file, &manifest)?;
    Ok(manifest)
}

fn check_platform(
    path: &Path,
    file: &object::File<'_>,
    manifest: &Manifest,
) -> Result<(), LoadError> {
    let theirs = format!(
        "{} {}",
        match file.format() {
            object::BinaryFormat::Elf => "linux",
            object::BinaryFormat::MachO => "macos",
            object::BinaryFormat::Pe | object::BinaryFormat::Coff => "windows",
            _ => "unknown",
        },
        match file.architecture() {
            object::Architecture::X86_64 => "x86_64".to_owned(),
            object::Architecture::Aarch64 => "aarch64".to_owned(),
            other => format!("{other:?}").to_lowercase(),
        }
    );
    let ours = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    if theirs == ours {
        return Ok(());
    }
    Err(LoadError::Platform {
        name: manifest.name.clone(),
        version: manifest.version.to_string(),
        theirs,
        ours,
        path: path.into(),
    })
}

fn check_contract(path: &Path, manifest: &Manifest) -> Result<(), LoadError> {
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
