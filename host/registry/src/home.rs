//! What a user has installed.
//!
//! ```text
//! installed/files/sha256/HEX/NAME            each file by its content, never written again
//! installed/packages/GROUP/NAME/VERSION.json which files a package is made of, and where from
//! ```
//! A package is installed once its record is there, which is the last thing that is written.

use crate::error::Refusal;
use crate::oci::{Descriptor, Platform};
use crate::store::wait_for;
use crate::{Digest, PackageName, RegistryError, Wanted};
use angora_core::file::{self, PARTIAL};
use angora_core::folder;
use angora_plugin_api::Manifest as Plugin;
use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// A package that is installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// `group/name`.
    pub name: PackageName,
    /// Its version.
    pub version: Version,
    /// The registry that it came from.
    pub source: String,
    /// Digest of its index there.
    pub index: Digest,
    /// For which machine the build is.
    pub platform: Platform,
    /// The library or component.
    pub library: Descriptor,
    /// README, licence, citation.
    pub texts: Vec<Descriptor>,
    /// Id of the trusted key that has signed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
    /// Packages that it needs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub requires: BTreeMap<PackageName, VersionReq>,
    /// What the plugin says of itself.
    pub plugin: Plugin,
}

impl std::fmt::Display for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// The folder of what a user has installed.
#[derive(Debug, Clone)]
pub struct Home {
    root: PathBuf,
}

impl Home {
    /// In a folder, which is made when something is first installed.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Everything that is installed, by name and the newest version first.
    ///
    /// # Errors
    /// A record cannot be read.
    pub fn records(&self) -> Result<Vec<Record>, RegistryError> {
        let mut records = Vec::new();
        for group in entries(&self.packages())? {
            for name in entries(&group)? {
                records.extend(read_records(&name)?);
            }
        }
        records.sort_by(|a, b| (&a.name, &b.version).cmp(&(&b.name, &a.version)));
        Ok(records)
    }

    /// The versions of a package, newest first.
    ///
    /// # Errors
    /// A record cannot be read.
    pub fn versions(&self, name: &PackageName) -> Result<Vec<Record>, RegistryError> {
        let folder = self.packages().join(name.group()).join(name.name());
        let mut records = read_records(&folder)?;
        records.sort_by(|a, b| b.version.cmp(&a.version));
        Ok(records)
    }

    /// The newest version that fits.
    ///
    /// # Errors
    /// A record cannot be read.
    pub fn find(&self, wanted: &Wanted) -> Result<Option<Record>, RegistryError> {
        let versions = self.versions(&wanted.name)?;
        let mut fitting = versions.into_iter();
        Ok(fitting.find(|record| wanted.requirement.matches(&record.version)))
    }

    /// Where a file of a package lies.
    #[must_use]
    pub fn file(&self, descriptor: &Descriptor) -> PathBuf {
        let name = descriptor.title().unwrap_or("file");
        self.files().join(descriptor.digest.hex()).join(name)
    }

    /// A text of a package whose name begins so: `README`, `LICEN`, `CITATION`.
    #[must_use]
    pub fn text(&self, record: &Record, begins: &str) -> Option<String> {
        let matches = |text: &&Descriptor| {
            let title = text.title().unwrap_or_default().to_uppercase();
            title.starts_with(begins)
        };
        let descriptor = record.texts.iter().find(matches)?;
        fs::read_to_string(self.file(descriptor)).ok()
    }

    /// Removes a package; its files too, where no other has them.
    ///
    /// # Errors
    /// The disk says no.
    pub fn remove(&self, record: &Record) -> Result<(), RegistryError> {
        let _claim = self.claim()?;
        let path = self.record_path(&record.name, &record.version);
        fs::remove_file(&path).map_err(RegistryError::io(&path))?;
        let left = self.records()?;
        let used: BTreeSet<&Digest> = left.iter().flat_map(Record::files).collect();
        for digest in record.files().filter(|digest| !used.contains(digest)) {
            let folder = self.files().join(digest.hex());
            if folder.exists() {
                fs::remove_dir_all(&folder).map_err(RegistryError::io(&folder))?;
            }
        }
        Ok(())
    }

    /// Keeps others out while something is installed, and removes what a process that was killed
    /// has left behind.
    ///
    /// # Errors
    /// The disk says no, or somebody installs for more than a minute.
    pub(crate) fn claim(&self) -> Result<Option<File>, RegistryError> {
        fs::create_dir_all(&self.root).map_err(RegistryError::io(&self.root))?;
        let path = self.root.join(".lock");
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        let lock = options.open(&path).map_err(RegistryError::io(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => wait_for(&lock, &path)?,
            // Without locks nothing is tidied. Two who install at once do no harm: every file has
            // its content as its name.
            Err(TryLockError::Error(_)) => return Ok(None),
        }
        for folder in entries(&self.files())? {
            if is_partial(&folder) {
                fs::remove_dir_all(&folder).map_err(RegistryError::io(&folder))?;
            }
        }
        for group in entries(&self.packages())? {
            for name in entries(&group)? {
                for record in entries(&name)?.into_iter().filter(|path| is_partial(path)) {
                    fs::remove_file(&record).map_err(RegistryError::io(&record))?;
                }
            }
        }
        Ok(Some(lock))
    }

    /// Puts a file where its content says, if it is not there.
    ///
    /// # Errors
    /// The disk says no.
    pub(crate) fn put(&self, descriptor: &Descriptor, bytes: &[u8]) -> Result<(), RegistryError> {
        let path = self.file(descriptor);
        if self.has(descriptor) {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(&self.root);
        let files = self.files();
        fs::create_dir_all(&files).map_err(RegistryError::io(&files))?;
        // The content is known under another name, or damaged.
        if folder.exists() {
            return file::write(&path, bytes).map_err(RegistryError::io(&path));
        }
        let name = descriptor.title().unwrap_or("file");
        match file::write_folder(folder, &[(name, bytes)]) {
            // Somebody else was quicker.
            Err(_) if self.has(descriptor) => Ok(()),
            result => result.map_err(RegistryError::io(&path)),
        }
    }

    /// Whether a file is there with the content that it should have.
    #[must_use]
    pub(crate) fn has(&self, descriptor: &Descriptor) -> bool {
        let bytes = fs::read(self.file(descriptor));
        bytes.is_ok_and(|bytes| Digest::of(&bytes) == descriptor.digest)
    }

    /// Makes a package installed: all its files are there.
    ///
    /// # Errors
    /// The disk says no.
    pub(crate) fn enter(&self, record: &Record) -> Result<(), RegistryError> {
        let path = self.record_path(&record.name, &record.version);
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).map_err(RegistryError::io(folder))?;
        let text = serde_json::to_vec_pretty(record).unwrap_or_default();
        file::write(&path, &text).map_err(RegistryError::io(&path))
    }

    fn packages(&self) -> PathBuf {
        self.root.join("packages")
    }

    fn files(&self) -> PathBuf {
        self.root.join("files").join("sha256")
    }

    fn record_path(&self, name: &PackageName, version: &Version) -> PathBuf {
        let folder = self.packages().join(name.group()).join(name.name());
        folder.join(format!("{version}.json"))
    }
}

impl Record {
    /// Digests of its files.
    pub fn files(&self) -> impl Iterator<Item = &Digest> {
        let files = std::iter::once(&self.library).chain(&self.texts);
        files.map(|file| &file.digest)
    }

    /// That another content has come under its version.
    pub(crate) fn moved(&self, now: &Digest) -> Refusal {
        Refusal::Moved {
            known_as: "it is installed as",
            known: self.index.clone(),
            now: now.to_string(),
        }
    }
}

fn is_partial(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.') && name.ends_with(PARTIAL)
}

/// What lies in a folder, sorted; nothing where there is none.
fn entries(path: &Path) -> Result<Vec<PathBuf>, RegistryError> {
    folder::entries(path).map_err(RegistryError::io(path))
}

fn read_records(folder: &Path) -> Result<Vec<Record>, RegistryError> {
    let mut records = Vec::new();
    for path in entries(folder)? {
        if path.extension().is_none_or(|e| e != "json") || is_partial(&path) {
            continue;
        }
        let bytes = fs::read(&path).map_err(RegistryError::io(&path))?;
        let record = serde_json::from_slice(&bytes).map_err(|error| RegistryError::Document {
            what: "the record of an installed package".into(),
            place: path.display().to_string(),
            reason: format!("{error}; remove the file and install it again"),
        })?;
        records.push(record);
    }
    Ok(records)
}
