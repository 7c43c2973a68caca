//! Compiled modules, kept on disk by the digest of what they were made of and the engine that made
//! them.
#![allow(
    unsafe_code,
    reason = "compiled code that this host has kept is run again; its digest is compared first"
)]

use sha2::{Digest, Sha256};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use wasmtime::{Engine, component::Component};

/// Length of the digest in front of what was kept.
const DIGEST: usize = 32;

/// Where they are kept if nobody says otherwise.
pub fn folder() -> Option<PathBuf> {
    Some(crate::cache_folder()?.join("angora/wasm"))
}

/// What was compiled before, if it is all there.
pub fn load(folder: &Path, engine: &Engine, digest: &str) -> Option<Component> {
    let kept = std::fs::read(place(folder, engine, digest)?).ok()?;
    let (written, compiled) = kept.split_at_checked(DIGEST)?;
    if Sha256::digest(compiled).as_slice() != written {
        return None;
    }
    // SAFETY: `store` wrote these bytes, as the digest in front of them says, into the user's own
    // cache, from where native plugins are loaded too. The engine refuses what another version or
    // configuration of it has made.
    unsafe { Component::deserialize(engine, compiled) }.ok()
}

/// Keeps a compiled module. Where there is no place for it, it is compiled again the next time.
pub fn store(folder: &Path, engine: &Engine, digest: &str, component: &Component) -> Option<()> {
    let place = place(folder, engine, digest)?;
    let compiled = component.serialize().ok()?;
    let mut bytes = Sha256::digest(&compiled).to_vec();
    bytes.extend(compiled);
    std::fs::create_dir_all(folder).ok()?;
    angora_core::file::write(&place, &bytes).ok()
}

fn place(folder: &Path, engine: &Engine, digest: &str) -> Option<PathBuf> {
    let digest = digest.strip_prefix("sha256:")?;
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    Some(folder.join(format!("{digest}-{:016x}.cwasm", hasher.finish())))
}
