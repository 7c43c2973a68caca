//! Checkpoints by their folder.

use crate::error::CheckpointError;
use crate::snapshot::Snapshot;
use crate::tensors;
use crate::written::{BRAIN, FORMAT, MANIFEST, ManifestFile, OPTIMISER, STATE, StateFile, digest};
use std::path::{Path, PathBuf};

/// Reads a checkpoint by its folder, and verifies it.
///
/// # Errors
/// It is damaged or too new, or the folder is none of a checkpoint.
pub fn read_checkpoint(path: &Path) -> Result<Snapshot, CheckpointError> {
    read_at(path, path)
}

/// Reads a checkpoint by its folder, which messages call `shown`.
pub(crate) fn read_at(path: &Path, shown: &Path) -> Result<Snapshot, CheckpointError> {
    let bytes_of = |name: &str| {
        let shown = shown.join(name);
        let bytes = std::fs::read(path.join(name)).map_err(CheckpointError::io(&shown))?;
        Ok::<(PathBuf, Vec<u8>), CheckpointError>((shown, bytes))
    };
    let (manifest_path, bytes) = bytes_of(MANIFEST)?;
    let manifest: ManifestFile = parse(&manifest_path, &bytes)?;
    if manifest.format > FORMAT {
        return Err(CheckpointError::TooNew {
            path: manifest_path,
            found: manifest.format,
            known: FORMAT,
        });
    }
    let verified = |name: &str| -> Result<(PathBuf, Vec<u8>), CheckpointError> {
        let (file, bytes) = bytes_of(name)?;
        match manifest.sha256.get(name) {
            Some(expected) if *expected == digest(&bytes) => Ok((file, bytes)),
            _ => Err(CheckpointError::damaged(
                &file,
                "its digest is not the one in MANIFEST.json",
            )),
        }
    };
    let (state_path, bytes) = verified(STATE)?;
    let state: StateFile = parse(&state_path, &bytes)?;
    let (brain_path, brain) = verified(BRAIN)?;
    let (optimiser_path, optimiser) = verified(OPTIMISER)?;
    Ok(Snapshot {
        cycle: state.cycle,
        sections: state.sections,
        brain: tensors::from_bytes(&brain).map_err(|e| CheckpointError::damaged(&brain_path, e))?,
        optimiser: tensors::from_bytes(&optimiser)
            .map_err(|e| CheckpointError::damaged(&optimiser_path, e))?,
    })
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, CheckpointError> {
    std::fs::read(path).map_err(CheckpointError::io(path))
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<T, CheckpointError> {
    serde_json::from_slice(bytes).map_err(|e| CheckpointError::damaged(path, e))
}

/// The SHA-256 of a file, or of the parameters of a checkpoint by its folder, in hexadecimal.
///
/// # Errors
/// It cannot be read.
pub fn digest_of(path: &Path) -> Result<String, CheckpointError> {
    let path = if path.is_dir() {
        path.join(BRAIN)
    } else {
        path.to_owned()
    };
    Ok(digest(&bytes_of(&path)?))
}
