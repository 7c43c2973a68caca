//! Compiled modules, kept on disk by the digest of what they were made of and the engine that made
//! them.
#![allow(
    unsafe_code,
    reason = "compiled code that this host has kept is run again; digest, owner and mode are checked first"
)]

use angora_core::private;
use sha2::{Digest, Sha256};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use wasmtime::{Engine, component::Component};

/// Length of the digest in front of what was kept.
const DIGEST: usize = 32;
/// What has not been used for this long is thrown away.
const UNUSED: Duration = Duration::from_secs(60 * 24 * 3600);

/// Where they are kept if nobody says otherwise; nowhere if others could write there.
pub fn folder() -> Option<PathBuf> {
    crate::cache_folder("wasm")
}

/// What was compiled before, if it is all there and nobody but this user can have written it.
pub fn load(folder: &Path, engine: &Engine, digest: &str) -> Option<Component> {
    let place = place(folder, engine, digest)?;
    let kept = private::own_folder(folder)
        .then(|| private::read_own(&place))
        .flatten()?;
    let (written, compiled) = kept.split_at_checked(DIGEST)?;
    if Sha256::digest(compiled).as_slice() != written {
        return None;
    }
    // It is in use; where that cannot be noted, it is compiled again some day.
    let note = std::fs::File::options().append(true).open(&place);
    let _ = note.and_then(|file| file.set_modified(SystemTime::now()));
    // SAFETY: `store` wrote these bytes: the digest in front of them says that they are whole, and
    // owner and mode of the file, from which they were read, and of its folder that nobody but this
    // user can have written them. The engine refuses what another version or configuration of it
    // has made.
    unsafe { Component::deserialize(engine, compiled) }.ok()
}

/// Keeps a compiled module. Where there is no place for it, it is compiled again the next time.
pub fn store(folder: &Path, engine: &Engine, digest: &str, component: &Component) -> Option<()> {
    let place = place(folder, engine, digest)?;
    let compiled = component.serialize().ok()?;
    let mut bytes = Sha256::digest(&compiled).to_vec();
    bytes.extend(compiled);
    if !private::own_folder(folder) {
        return None;
    }
    prune(folder);
    private::write(&place, &bytes).ok()
}

/// Throws away what no run has used for long: former versions of modules and of the engine.
fn prune(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let used = entry.metadata().and_then(|metadata| metadata.modified());
        let unused = used.is_ok_and(|used| used.elapsed().is_ok_and(|age| age > UNUSED));
        if unused && entry.path().extension().is_some_and(|end| end == "cwasm") {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn place(folder: &Path, engine: &Engine, digest: &str) -> Option<PathBuf> {
    let digest = digest.strip_prefix("sha256:")?;
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    Some(folder.join(format!("{digest}-{:016x}.cwasm", hasher.finish())))
}
