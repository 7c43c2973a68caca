//! The manifest of a module, read without running it.

use crate::LoadError;
use angora_plugin_api::{Manifest, manifest::MANIFEST_CUSTOM_SECTION};
use std::path::Path;
use wasmparser::{Parser, Payload};

/// What every module begins with.
const MAGIC: &[u8] = b"\0asm";

/// Whether a file is a module, or should be one by its name.
pub fn is_module(path: &Path, bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
        || path
            .extension()
            .is_some_and(|extension| extension == "wasm")
}

/// Reads the manifest in a module, or in one of those that a component is made of.
///
/// # Errors
/// A file that is damaged, or has no manifest.
pub fn read(path: &Path, bytes: &[u8]) -> Result<Manifest, LoadError> {
    let damaged = |reason: String| LoadError::Damaged {
        path: path.into(),
        reason,
    };
    if !bytes.starts_with(MAGIC) {
        return Err(damaged(
            "it does not begin as a WebAssembly module does".into(),
        ));
    }
    let mut manifest = None;
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(|error| damaged(error.to_string()))?;
        if let Payload::CustomSection(section) = payload
            && section.name() == MANIFEST_CUSTOM_SECTION
        {
            manifest.get_or_insert(section.data());
        }
    }
    let json = manifest.ok_or_else(|| LoadError::NotAPlugin {
        path: path.into(),
        form: "module",
    })?;
    crate::manifest::from_json(path, json)
}
