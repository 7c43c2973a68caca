//! The checkpoints of a run on disk.

use crate::error::CheckpointError;
use crate::snapshot::{Section, Snapshot};
use crate::tensors;
use angora_core::{file, suggest};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Pointer to the last checkpoint.
pub const LATEST: &str = "latest";
/// Pointer to the best checkpoint.
pub const BEST: &str = "best";

/// Newest format that this version reads, and the one that it writes.
const FORMAT: u64 = 1;

/// What the name of a checkpoint that is being removed ends with.
const REMOVED: &str = ".removed";

const BRAIN: &str = "brain.safetensors";
const OPTIMISER: &str = "optimiser.safetensors";
const STATE: &str = "state.json";
const MANIFEST: &str = "MANIFEST.json";

/// The folder `checkpoints` of a run.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct StateFile {
    format: u64,
    cycle: u64,
    sections: BTreeMap<String, Section>,
}

#[derive(Serialize, Deserialize)]
struct ManifestFile {
    format: u64,
    sha256: BTreeMap<String, String>,
}

impl Store {
    /// Of a run folder; makes `checkpoints` where it is missing.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(run: &Path) -> Result<Self, CheckpointError> {
        let folder = run.join("checkpoints");
        std::fs::create_dir_all(&folder).map_err(CheckpointError::io(&folder))?;
        Ok(Self { folder })
    }

    /// Writes a checkpoint under a name, in place of an older one of that name, and points `label`
    /// at it.
    ///
    /// # Errors
    /// The disk says no; what was there before is untouched.
    pub fn save(
        &self,
        name: &str,
        label: &str,
        snapshot: &Snapshot,
    ) -> Result<(), CheckpointError> {
        let path = self.folder.join(name);
        if path.exists() {
            self.remove(name)?;
        }
        self.write(&path, snapshot)?;
        let pointer = self.folder.join(label);
        file::write(&pointer, name.as_bytes()).map_err(CheckpointError::io(&pointer))
    }

    /// Removes a checkpoint: first its name, then its files, so that no half of it is ever seen.
    fn remove(&self, name: &str) -> Result<(), CheckpointError> {
        let (path, gone) = (
            self.folder.join(name),
            self.folder.join(format!(".{name}{REMOVED}")),
        );
        if gone.exists() {
            std::fs::remove_dir_all(&gone).map_err(CheckpointError::io(&gone))?;
        }
        std::fs::rename(&path, &gone).map_err(CheckpointError::io(&path))?;
        std::fs::remove_dir_all(&gone).map_err(CheckpointError::io(&gone))
    }

    /// Removes what a killed writer left unfinished. Only for the one writer of the run.
    ///
    /// # Errors
    /// The disk says no.
    pub fn tidy(&self) -> Result<(), CheckpointError> {
        let entries = std::fs::read_dir(&self.folder).map_err(CheckpointError::io(&self.folder))?;
        for entry in entries.filter_map(Result::ok) {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if name.starts_with('.') && (name.ends_with(file::PARTIAL) || name.ends_with(REMOVED)) {
                let removed = if path.is_dir() {
                    std::fs::remove_dir_all(&path)
                } else {
                    std::fs::remove_file(&path)
                };
                removed.map_err(CheckpointError::io(&path))?;
            }
        }
        Ok(())
    }

    fn write(&self, path: &Path, snapshot: &Snapshot) -> Result<(), CheckpointError> {
        let invalid = |reason: String| CheckpointError::damaged(path, reason);
        let brain = tensors::to_bytes(&snapshot.brain, None).map_err(invalid)?;
        let optimiser = tensors::to_bytes(&snapshot.optimiser, None).map_err(invalid)?;
        let state = StateFile {
            format: FORMAT,
            cycle: snapshot.cycle,
            sections: snapshot.sections.clone(),
        };
        let state = serde_json::to_vec_pretty(&state).map_err(|e| invalid(e.to_string()))?;
        let files: [(&str, &[u8]); 3] = [(BRAIN, &brain), (OPTIMISER, &optimiser), (STATE, &state)];
        let manifest = ManifestFile {
            format: FORMAT,
            sha256: files
                .iter()
                .map(|(name, bytes)| ((*name).to_owned(), digest(bytes)))
                .collect(),
        };
        let manifest = serde_json::to_vec_pretty(&manifest).map_err(|e| invalid(e.to_string()))?;
        let mut all = files.to_vec();
        all.push((MANIFEST, &manifest));
        file::write_folder(path, &all).map_err(CheckpointError::io(path))
    }

    /// The name that a label points at.
    #[must_use]
    pub fn pointed(&self, label: &str) -> Option<String> {
        let text = std::fs::read_to_string(self.folder.join(label)).ok()?;
        Some(text.trim().to_owned())
    }

    /// Names of all checkpoints, oldest first.
    #[must_use]
    pub fn list(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.path().join(MANIFEST).exists())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| !name.starts_with('.'))
            .collect();
        names.sort();
        names
    }

    /// Reads a checkpoint by label or name, and verifies it.
    ///
    /// # Errors
    /// There is none, or it is damaged or too new.
    pub fn load(&self, which: &str) -> Result<Snapshot, CheckpointError> {
        Ok(self.find(which)?.1)
    }

    /// Reads a checkpoint by label or name, and verifies it; with its folder, for records of what
    /// was read.
    ///
    /// # Errors
    /// As [`Store::load`].
    pub fn find(&self, which: &str) -> Result<(PathBuf, Snapshot), CheckpointError> {
        let name = self.pointed_or_name(which);
        let found = self.load_name(which, &name);
        // Its writer may have moved on between the pointer and the files.
        let moved = self.pointed_or_name(which);
        if found.is_err() && moved != name {
            return self.load_name(which, &moved);
        }
        found
    }

    fn load_name(&self, which: &str, name: &str) -> Result<(PathBuf, Snapshot), CheckpointError> {
        let path = self.folder.join(name);
        if path.join(MANIFEST).exists() {
            let snapshot = read_checkpoint(&path)?;
            return Ok((path, snapshot));
        }
        let mut known = self.list();
        for label in [LATEST, BEST] {
            if self.pointed(label).is_some() {
                known.push(label.to_owned());
            }
        }
        Err(CheckpointError::Missing {
            name: which.to_owned(),
            folder: self.folder.clone(),
            hint: suggest::hint(which, known.iter().map(String::as_str)),
        })
    }

    /// Whether a folder is that of a checkpoint.
    #[must_use]
    pub fn is_checkpoint(path: &Path) -> bool {
        path.join(MANIFEST).is_file()
    }

    fn pointed_or_name(&self, which: &str) -> String {
        if self.folder.join(which).is_dir() {
            return which.to_owned();
        }
        self.pointed(which).unwrap_or_else(|| which.to_owned())
    }

    /// Removes all checkpoints that no label points at and `keep` does not want.
    ///
    /// # Errors
    /// The disk says no.
    pub fn retain(&self, keep: impl Fn(&str) -> bool) -> Result<(), CheckpointError> {
        let pointed: Vec<String> = [LATEST, BEST]
            .iter()
            .filter_map(|label| self.pointed(label))
            .collect();
        for name in self.list() {
            if !pointed.contains(&name) && !keep(&name) {
                self.remove(&name)?;
            }
        }
        Ok(())
    }
}

/// Reads a checkpoint by its folder, and verifies it.
///
/// # Errors
/// It is damaged or too new, or the folder is none of a checkpoint.
pub fn read_checkpoint(path: &Path) -> Result<Snapshot, CheckpointError> {
    let manifest_path = path.join(MANIFEST);
    let manifest: ManifestFile = parse(&manifest_path, &bytes_of(&manifest_path)?)?;
    if manifest.format > FORMAT {
        return Err(CheckpointError::TooNew {
            path: manifest_path,
            found: manifest.format,
            known: FORMAT,
        });
    }
    let verified = |name: &str| -> Result<(PathBuf, Vec<u8>), CheckpointError> {
        let file = path.join(name);
        let bytes = bytes_of(&file)?;
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

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NamedTensor;

    fn snapshot(cycle: u64) -> Snapshot {
        let tensor = |name: &str| NamedTensor {
            name: name.into(),
            shape: vec![2, 2],
            values: vec![0.1, -0.0, f32::MIN_POSITIVE, cycle as f32],
        };
        let mut snapshot = Snapshot {
            cycle,
            brain: vec![tensor("policy.layer_1.kernel")],
            optimiser: vec![tensor("first"), tensor("second")],
            ..Snapshot::default()
        };
        snapshot.put("numbers", 3, &[0.1, 1e300]).expect("finite");
        snapshot
    }

    #[test]
    fn what_is_saved_is_loaded_by_label_and_name() {
        let run = tempfile::tempdir().expect("a folder");
        let store = Store::open(run.path()).expect("opens");
        store
            .save("cycle-000001", LATEST, &snapshot(1))
            .expect("saves");
        store
            .save("cycle-000002", LATEST, &snapshot(2))
            .expect("saves");
        assert_eq!(store.load(LATEST).expect("loads"), snapshot(2));
        assert_eq!(store.load("cycle-000001").expect("loads"), snapshot(1));
        let numbers: Vec<f64> = snapshot(1).get("numbers", 3).expect("there");
        assert_eq!(numbers, [0.1, 1e300]);
        store.retain(|_| false).expect("removes");
        assert_eq!(store.list(), ["cycle-000002"]);
    }

    #[test]
    fn a_changed_byte_is_noticed() {
        let run = tempfile::tempdir().expect("a folder");
        let store = Store::open(run.path()).expect("opens");
        store
            .save("cycle-000001", LATEST, &snapshot(1))
            .expect("saves");
        let file = run.path().join("checkpoints/cycle-000001").join(BRAIN);
        let mut bytes = std::fs::read(&file).expect("reads");
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(&file, bytes).expect("writes");
        let error = store.load(LATEST).expect_err("damaged").to_string();
        assert!(error.contains("brain.safetensors is damaged"), "{error}");
    }

    #[test]
    fn a_missing_checkpoint_says_what_there_is() {
        let run = tempfile::tempdir().expect("a folder");
        let store = Store::open(run.path()).expect("opens");
        store
            .save("cycle-000001", LATEST, &snapshot(1))
            .expect("saves");
        let error = store.load("final").expect_err("none").to_string();
        assert!(error.contains("known: cycle-000001, latest"), "{error}");
        let error = store.load("cycle-1").expect_err("none").to_string();
        assert!(error.ends_with("did you mean cycle-000001?"), "{error}");
    }

    #[test]
    fn a_half_written_checkpoint_is_not_there() {
        let run = tempfile::tempdir().expect("a folder");
        let store = Store::open(run.path()).expect("opens");
        store
            .save("cycle-000001", LATEST, &snapshot(1))
            .expect("saves");
        let remains = run.path().join("checkpoints/.cycle-000002.7.partial");
        std::fs::create_dir(&remains).expect("makes");
        assert_eq!(store.list(), ["cycle-000001"]);
        store.tidy().expect("tidies");
        assert!(!remains.exists());
        store
            .save("cycle-000002", LATEST, &snapshot(2))
            .expect("saves");
        assert_eq!(store.load(LATEST).expect("loads").cycle, 2);
    }
}
