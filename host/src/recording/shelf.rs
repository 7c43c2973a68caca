//! The folder `recordings` of a run.

use crate::error::HostError;
use crate::run::RunFolder;
use angora_core::file::PARTIAL;
use angora_core::{NewFolder, folder};
use std::fs::{self, File, OpenOptions};
use std::path::PathBuf;

const WRITERS: &str = ".writers";
const HEADER: &str = "recording.json";

/// Where a run's recordings lie.
#[derive(Debug, Clone)]
pub struct Shelf {
    folder: PathBuf,
}

/// A recording that is being written.
#[derive(Debug)]
pub struct Draft {
    folder: NewFolder,
    path: PathBuf,
    bytes: u64,
    /// Held so that no other writer takes the draft for a killed one's.
    _lock: File,
}

impl Shelf {
    /// Of a run.
    #[must_use]
    pub fn of(run: &RunFolder) -> Self {
        Self {
            folder: run.path().join("recordings"),
        }
    }

    /// Names of the recordings, sorted.
    ///
    /// # Errors
    /// Their folder is there and cannot be read.
    pub fn list(&self) -> Result<Vec<String>, HostError> {
        let entries = folder::entries(&self.folder).map_err(HostError::io(&self.folder))?;
        let recordings = entries.iter().filter(|path| path.join(HEADER).is_file());
        let names = recordings.filter_map(|path| path.file_name()?.to_str());
        let names = names.filter(|name| !name.starts_with('.'));
        Ok(names.map(str::to_owned).collect())
    }

    /// Begins a recording, and removes what killed writers left behind.
    ///
    /// # Errors
    /// A name that is no name or taken; the disk says no.
    pub fn begin(&self, name: &str) -> Result<Draft, HostError> {
        check_name(name)?;
        let path = self.folder.join(name);
        if path.exists() {
            return Err(HostError::Run(format!(
                "the recording {name:?} is already there, and recordings are not replaced; give \
                 another --name, or remove {}",
                path.display()
            )));
        }
        fs::create_dir_all(&self.folder).map_err(HostError::io(&self.folder))?;
        let lock = self.lock()?;
        let folder = NewFolder::create(&path).map_err(HostError::io(&path))?;
        Ok(Draft {
            folder,
            path,
            bytes: 0,
            _lock: lock,
        })
    }

    /// A lock that all writers share. Where nobody holds it, unfinished recordings are nobody's.
    fn lock(&self) -> Result<File, HostError> {
        let path = self.folder.join(WRITERS);
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        let file = options.open(&path).map_err(HostError::io(&path))?;
        if file.try_lock().is_ok() {
            self.tidy()?;
            // Between the two locks another writer may tidy; nothing of ours is there yet.
            let _ = file.unlock();
        }
        // On file systems without locks nothing is tidied.
        let _ = file.lock_shared();
        Ok(file)
    }

    fn tidy(&self) -> Result<(), HostError> {
        let entries = fs::read_dir(&self.folder).map_err(HostError::io(&self.folder))?;
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with('.') && name.ends_with(PARTIAL) {
                let path = entry.path();
                fs::remove_dir_all(&path).map_err(HostError::io(&path))?;
            }
        }
        Ok(())
    }
}

impl Draft {
    /// Adds a file.
    ///
    /// # Errors
    /// The disk says no.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), HostError> {
        self.bytes += bytes.len() as u64;
        let written = self.folder.add(name, bytes);
        written.map_err(HostError::io(&self.path.join(name)))
    }

    /// Adds the header and gives the recording its name.
    ///
    /// # Errors
    /// The disk says no.
    pub fn finish(mut self, header: &super::Header) -> Result<Shelved, HostError> {
        let text = serde_json::to_vec_pretty(header)
            .map_err(|e| HostError::Run(format!("{HEADER}: {e}")))?;
        self.add(HEADER, &text)?;
        let published = self.folder.publish();
        published.map_err(HostError::io(&self.path))?;
        Ok(Shelved {
            path: self.path,
            bytes: self.bytes,
        })
    }
}

/// A recording that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelved {
    /// Its folder.
    pub path: PathBuf,
    /// Size of its files.
    pub bytes: u64,
}

/// A name is that of a folder beside others, on any file system.
fn check_name(name: &str) -> Result<(), HostError> {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let begins = |c: char| c.is_ascii_alphanumeric();
    if name.chars().all(good) && name.starts_with(begins) && name.len() <= 100 {
        return Ok(());
    }
    Err(HostError::Usage(format!(
        "--name {name:?}: a name has up to 100 letters, digits, '-', '_' and '.', and begins with \
         a letter or digit"
    )))
}
