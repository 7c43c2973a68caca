//! The checkpoints of a run on disk.

use crate::error::CheckpointError;
use crate::reading::read_at;
use crate::snapshot::Snapshot;
use crate::written::{MANIFEST, files};
use angora_core::{Anchor, file, suggest};
use std::path::{Path, PathBuf};

/// Label of the last checkpoint.
pub const LATEST: &str = "latest";
/// Label of the best checkpoint.
pub const BEST: &str = "best";

/// What the name of a checkpoint that is being removed ends with.
const REMOVED: &str = ".removed";

/// The folder's name within a run folder.
const FOLDER: &str = "checkpoints";

/// What the name of a second copy ends with, which labels stand on while the first is replaced.
const SECOND: &str = "-new";

/// Times that a reader looks again while a writer replaces what it reads.
const LOOKS: usize = 8;

/// The folder `checkpoints` of a run, held open. Besides the folders of checkpoints it has labels:
/// files with the name of a checkpoint. What a label names is never removed.
#[derive(Debug, Clone)]
pub struct Store {
    folder: Anchor,
    /// Whether names can be exchanged in one step; tests turn it off.
    exchange: bool,
}

impl Store {
    /// Of a run folder; makes `checkpoints` if it is missing.
    ///
    /// # Errors
    /// The folder cannot be made or opened.
    pub fn open(run: &Path) -> Result<Self, CheckpointError> {
        Self::within(&Anchor::open(run).map_err(CheckpointError::io(run))?)
    }

    /// Of a run folder that is held open.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn within(run: &Anchor) -> Result<Self, CheckpointError> {
        let shown = run.shown().join(FOLDER);
        let folder = match run.enter(FOLDER) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                file::make_folder(&run.join(FOLDER)).and_then(|()| run.enter(FOLDER))
            }
            found => found,
        };
        Ok(Self {
            folder: folder.map_err(CheckpointError::io(&shown))?,
            exchange: true,
        })
    }

    /// Writes a checkpoint under a name and points `label` at it. A checkpoint of that name is
    /// replaced in place: at every moment each label names a whole checkpoint. What is on disk
    /// already is not written again.
    ///
    /// # Errors
    /// I/O error; what was there before is untouched.
    pub fn save(
        &self,
        name: &str,
        label: &str,
        snapshot: &Snapshot,
    ) -> Result<(), CheckpointError> {
        let shown = self.shown(name);
        let files = files(snapshot).map_err(|reason| CheckpointError::damaged(&shown, reason))?;
        let files = files.each_ref().map(|(name, bytes)| (*name, &bytes[..]));
        let written = match std::fs::symlink_metadata(self.folder.join(name)) {
            Ok(_) if self.holds(name, &files) => Ok(()),
            Ok(_) => self.replace(name, &files),
            Err(_) => file::write_folder(&self.folder.join(name), &files),
        };
        written.map_err(CheckpointError::io(&shown))?;
        self.point(label, name)
    }

    /// Points a label at a checkpoint, which must be there.
    ///
    /// # Errors
    /// I/O error, or there is no such checkpoint; the label is then as it was.
    pub fn point(&self, label: &str, name: &str) -> Result<(), CheckpointError> {
        if !Self::is_checkpoint(&self.folder.join(name)) {
            return Err(self.missing(name, name));
        }
        self.write_label(label, name)
            .map_err(CheckpointError::io(&self.shown(label)))
    }

    fn write_label(&self, label: &str, name: &str) -> std::io::Result<()> {
        if self.pointed(label).as_deref() == Some(name) {
            return Ok(());
        }
        file::write(&self.folder.join(label), name.as_bytes())
    }

    /// Whether a checkpoint has these files already.
    fn holds(&self, name: &str, files: &[(&str, &[u8])]) -> bool {
        let folder = self.folder.join(name);
        files.iter().all(|(name, bytes)| {
            let path = folder.join(name);
            let same_len = path.metadata().is_ok_and(|m| m.len() == bytes.len() as u64);
            same_len && std::fs::read(path).is_ok_and(|found| found == *bytes)
        })
    }

    /// Puts a checkpoint in the place of one of the same name.
    fn replace(&self, name: &str, files: &[(&str, &[u8])]) -> std::io::Result<()> {
        if self.exchange && file::exchange_folder(&self.folder.join(name), files)? {
            return Ok(());
        }
        // Where names cannot be exchanged, the labels stand on a second copy meanwhile.
        let second = format!("{name}{SECOND}");
        let labels = |name: &str| -> Vec<String> {
            let names = |label: &String| self.pointed(label).as_deref() == Some(name);
            self.labels().into_iter().filter(names).collect()
        };
        let move_labels = |from: &str, to: &str| {
            let mut labels = labels(from).into_iter();
            labels.try_for_each(|label| self.write_label(&label, to))
        };
        if self.folder.join(&second).exists() {
            move_labels(&second, name)?;
            self.remove(&second)?;
        }
        file::write_folder(&self.folder.join(&second), files)?;
        move_labels(name, &second)?;
        self.remove(name)?;
        file::write_folder(&self.folder.join(name), files)?;
        move_labels(&second, name)?;
        self.remove(&second)
    }

    /// Removes a checkpoint: first its name, then its files, so that no half of it is ever seen.
    fn remove(&self, name: &str) -> std::io::Result<()> {
        let (path, gone) = (
            self.folder.join(name),
            self.folder.join(&format!(".{name}{REMOVED}")),
        );
        if gone.exists() {
            std::fs::remove_dir_all(&gone)?;
        }
        std::fs::rename(&path, &gone)?;
        std::fs::remove_dir_all(&gone)
    }

    /// Removes what a killed writer left unfinished. Only for the one writer of the run.
    ///
    /// # Errors
    /// I/O error.
    pub fn tidy(&self) -> Result<(), CheckpointError> {
        for name in self.entries()? {
            let unfinished = name.ends_with(file::PARTIAL) || name.ends_with(REMOVED);
            if name.starts_with('.') && unfinished {
                let path = self.folder.join(&name);
                let removed = if path.is_dir() {
                    std::fs::remove_dir_all(&path)
                } else {
                    std::fs::remove_file(&path)
                };
                removed.map_err(CheckpointError::io(&self.shown(&name)))?;
            }
        }
        Ok(())
    }

    /// The name that a label points at.
    #[must_use]
    pub fn pointed(&self, label: &str) -> Option<String> {
        let text = std::fs::read_to_string(self.folder.join(label)).ok()?;
        Some(text.trim().to_owned())
    }

    /// Names of all checkpoints, oldest first.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn list(&self) -> Result<Vec<String>, CheckpointError> {
        let mut names = self.entries()?;
        names.retain(|name| !name.starts_with('.') && Self::is_checkpoint(&self.folder.join(name)));
        Ok(names)
    }

    /// All labels, sorted.
    #[must_use]
    pub fn labels(&self) -> Vec<String> {
        let mut names = self.entries().unwrap_or_default();
        names.retain(|name| !name.starts_with('.') && self.folder.join(name).is_file());
        names
    }

    /// What lies in the folder, sorted.
    fn entries(&self) -> Result<Vec<String>, CheckpointError> {
        let unreadable = || CheckpointError::io(self.folder.shown());
        let entries = std::fs::read_dir(self.folder.reached()).map_err(unreadable())?;
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(unreadable())?.file_name();
            names.extend(name.into_string().ok());
        }
        names.sort();
        Ok(names)
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
        let mut name = self.pointed_or_name(which);
        for _ in 1..LOOKS {
            let manifest = self.manifest(&name);
            let found = self.load_name(which, &name);
            // Its writer may have moved on between the label and the files, or between the files.
            let now = self.pointed_or_name(which);
            if found.is_ok() || (now == name && self.manifest(&now) == manifest) {
                return found;
            }
            name = now;
        }
        self.load_name(which, &name)
    }

    fn manifest(&self, name: &str) -> Option<Vec<u8>> {
        std::fs::read(self.folder.join(name).join(MANIFEST)).ok()
    }

    fn load_name(&self, which: &str, name: &str) -> Result<(PathBuf, Snapshot), CheckpointError> {
        let path = self.folder.join(name);
        match std::fs::symlink_metadata(path.join(MANIFEST)) {
            Ok(_) => {
                let shown = self.shown(name);
                let snapshot = read_at(&path, &shown)?;
                Ok((shown, snapshot))
            }
            Err(error) if is_missing(&error) => Err(self.missing(which, name)),
            Err(error) => Err(CheckpointError::io(&self.shown(name))(error)),
        }
    }

    /// Why there is no such checkpoint, and what there is instead.
    fn missing(&self, which: &str, name: &str) -> CheckpointError {
        let mut known = match self.list() {
            Ok(known) => known,
            Err(unreadable) => return unreadable,
        };
        let stands = |label: &String| {
            let name = self.pointed(label).unwrap_or_default();
            Self::is_checkpoint(&self.folder.join(&name))
        };
        known.extend(self.labels().into_iter().filter(stands));
        let known = known.iter().map(String::as_str);
        let folder = self.folder.shown().to_owned();
        if which == name {
            return CheckpointError::Missing {
                name: which.to_owned(),
                folder,
                hint: suggest::hint(which, known),
            };
        }
        let known: Vec<&str> = known.collect();
        CheckpointError::Dangling {
            label: which.to_owned(),
            name: name.to_owned(),
            folder,
            hint: match known.is_empty() {
                true => "there is no other checkpoint".to_owned(),
                false => format!("take another one with --checkpoint: {}", known.join(", ")),
            },
        }
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

    /// The path of an entry, for messages.
    fn shown(&self, name: &str) -> PathBuf {
        self.folder.shown().join(name)
    }

    /// Removes all checkpoints that no label points at and `keep` does not want.
    ///
    /// # Errors
    /// I/O error.
    pub fn retain(&self, keep: impl Fn(&str) -> bool) -> Result<(), CheckpointError> {
        let mut pointed = Vec::new();
        for label in self.labels() {
            let path = self.folder.join(&label);
            let name = std::fs::read_to_string(path);
            let name = name.map_err(CheckpointError::io(&self.shown(&label)))?;
            pointed.push(name.trim().to_owned());
        }
        for name in self.list()? {
            if !pointed.contains(&name) && !keep(&name) {
                self.remove(&name)
                    .map_err(CheckpointError::io(&self.shown(&name)))?;
            }
        }
        Ok(())
    }
}

fn is_missing(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

#[cfg(test)]
mod tests;
