//! A checkpoint as files.

use crate::snapshot::{Section, Snapshot};
use crate::tensors;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Newest format that this version reads, and the one that it writes.
pub const FORMAT: u64 = 1;

pub const BRAIN: &str = "brain.safetensors";
pub const OPTIMISER: &str = "optimiser.safetensors";
pub const STATE: &str = "state.json";
pub const MANIFEST: &str = "MANIFEST.json";

#[derive(Serialize, Deserialize)]
pub struct StateFile {
    pub format: u64,
    pub cycle: u64,
    pub sections: BTreeMap<String, Section>,
}

#[derive(Serialize, Deserialize)]
pub struct ManifestFile {
    pub format: u64,
    pub sha256: BTreeMap<String, String>,
}

/// The files of a checkpoint, the manifest last.
///
/// # Errors
/// A snapshot that cannot be written: a tensor whose values do not fill its shape.
pub fn files(snapshot: &Snapshot) -> Result<[(&'static str, Vec<u8>); 4], String> {
    let brain = tensors::to_bytes(&snapshot.brain, None)?;
    let optimiser = tensors::to_bytes(&snapshot.optimiser, None)?;
    let state = StateFile {
        format: FORMAT,
        cycle: snapshot.cycle,
        sections: snapshot.sections.clone(),
    };
    let state = serde_json::to_vec_pretty(&state).map_err(|e| e.to_string())?;
    let files = [(BRAIN, brain), (OPTIMISER, optimiser), (STATE, state)];
    let manifest = ManifestFile {
        format: FORMAT,
        sha256: files
            .iter()
            .map(|(name, bytes)| ((*name).to_owned(), digest(bytes)))
            .collect(),
    };
    let manifest = serde_json::to_vec_pretty(&manifest).map_err(|e| e.to_string())?;
    let [brain, optimiser, state] = files;
    Ok([brain, optimiser, state, (MANIFEST, manifest)])
}

/// The SHA-256 of bytes, in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
