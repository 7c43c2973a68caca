//! A folder with one OCI image layout for each package: `GROUP/NAME/{oci-layout,index.json,blobs}`.
//!
//! Blobs are written under a temporary name and renamed, so a reader needs no lock. Only the list of
//! tags is read and written back, under a lock that the system releases however its holder ends.

use super::{DOCUMENT_LIMIT, Reference, Store};
use crate::oci::{Descriptor, Index, REF_NAME};
use crate::{PackageName, RegistryError};
use angora_core::{file, folder};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const LAYOUT: &str = "oci-layout";
const INDEX: &str = "index.json";
const LOCK: &str = ".lock";
const LIST_LOCK: &str = ".versions.lock";
/// What `oci-layout` holds.
pub(super) const LAYOUT_VERSION: &str = r#"{"imageLayoutVersion":"1.0.0"}"#;
/// How long another publisher is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A registry in a folder.
#[derive(Debug)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// In a folder, which is made when something is first put there.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { root: root.into() }
    }

    fn folder(&self, name: &PackageName) -> PathBuf {
        self.root.join(name.group()).join(name.name())
    }

    fn blob_path(&self, name: &PackageName, blob: &Descriptor) -> PathBuf {
        let blobs = self.folder(name).join("blobs").join("sha256");
        blobs.join(blob.digest.hex())
    }

    fn index(&self, name: &PackageName) -> Result<Index, RegistryError> {
        let path = self.folder(name).join(INDEX);
        let Some(bytes) = read(&path, DOCUMENT_LIMIT)? else {
            return Ok(Index::of(Vec::new()));
        };
        serde_json::from_slice(&bytes).map_err(|error| RegistryError::Document {
            what: INDEX.into(),
            place: path.display().to_string(),
            reason: error.to_string(),
        })
    }

    /// Makes the layout where there is none, and keeps other publishers of the package out.
    fn lock(&self, name: &PackageName) -> Result<File, RegistryError> {
        let folder = self.folder(name);
        file::make_folder(&folder).map_err(RegistryError::io(&folder))?;
        let path = folder.join(LOCK);
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        let lock = options.open(&path).map_err(RegistryError::io(&path))?;
        wait_for(&lock, &path)?;
        let _ = file::tidy(&folder);
        let layout = folder.join(LAYOUT);
        if !layout.exists() {
            let written = file::write(&layout, LAYOUT_VERSION.as_bytes());
            written.map_err(RegistryError::io(&layout))?;
        }
        Ok(lock)
    }
}

/// Waits for a lock.
///
/// # Errors
/// Somebody holds it for long, or the file system has no locks: a publication could then be lost.
pub(crate) fn wait_for(lock: &File, path: &Path) -> Result<(), RegistryError> {
    let start = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(RegistryError::Registry {
                    place: path.display().to_string(),
                    reason: "another program holds its lock for more than a minute; try again when it has ended".into(),
                });
            }
            Err(TryLockError::Error(error)) => {
                return Err(RegistryError::Registry {
                    place: path.display().to_string(),
                    reason: format!(
                        "it cannot be locked ({error}), so two who write at once could lose what one of them wrote; use a folder on a file system with locks"
                    ),
                });
            }
        }
    }
}

/// A file, at most a byte more than its limit; nothing where it is not there.
fn read(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, RegistryError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(RegistryError::io(path)(error)),
    };
    let mut bytes = Vec::new();
    let read = file.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(RegistryError::io(path))?;
    Ok(Some(bytes))
}

impl Store for Layout {
    fn exclusive(&self, name: &PackageName) -> Result<Option<File>, RegistryError> {
        let folder = self.folder(name);
        fs::create_dir_all(&folder).map_err(RegistryError::io(&folder))?;
        // Another one than that of the tags, which are written meanwhile.
        let path = folder.join(LIST_LOCK);
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        let lock = options.open(&path).map_err(RegistryError::io(&path))?;
        wait_for(&lock, &path)?;
        Ok(Some(lock))
    }

    fn tags(&self, name: &PackageName) -> Result<Vec<String>, RegistryError> {
        let index = self.index(name)?;
        let tags = index.manifests.iter();
        Ok(tags
            .filter_map(|entry| entry.annotations.get(REF_NAME).cloned())
            .collect())
    }

    fn manifest(
        &self,
        name: &PackageName,
        reference: Reference<'_>,
    ) -> Result<Option<Vec<u8>>, RegistryError> {
        let descriptor = match reference {
            Reference::Content(descriptor) => descriptor.clone(),
            Reference::Tag(tag) => {
                let index = self.index(name)?;
                let mut entries = index.manifests.into_iter();
                let entry = entries.find(|e| e.annotations.get(REF_NAME).is_some_and(|t| t == tag));
                match entry {
                    Some(entry) => entry,
                    None => return Ok(None),
                }
            }
        };
        read(&self.blob_path(name, &descriptor), DOCUMENT_LIMIT)
    }

    fn blob(
        &self,
        name: &PackageName,
        blob: &Descriptor,
    ) -> Result<Option<Vec<u8>>, RegistryError> {
        read(&self.blob_path(name, blob), blob.size)
    }

    fn packages(&self) -> Result<Vec<PackageName>, RegistryError> {
        let mut packages = Vec::new();
        for group in folders(&self.root)? {
            for name in folders(&self.root.join(&group))? {
                let Ok(package) = PackageName::new(&group, &name) else {
                    continue;
                };
                if self.folder(&package).join(INDEX).is_file() {
                    packages.push(package);
                }
            }
        }
        Ok(packages)
    }

    fn put_blob(
        &self,
        name: &PackageName,
        blob: &Descriptor,
        bytes: &[u8],
    ) -> Result<(), RegistryError> {
        let path = self.blob_path(name, blob);
        if path.metadata().is_ok_and(|there| there.len() == blob.size) {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(&self.root);
        file::make_folder(folder).map_err(RegistryError::io(folder))?;
        // What killed publishers have left; what cannot be removed is in nobody's way.
        let _ = file::tidy(folder);
        file::write(&path, bytes).map_err(RegistryError::io(&path))
    }

    fn put_manifest(
        &self,
        name: &PackageName,
        manifest: &Descriptor,
        bytes: &[u8],
    ) -> Result<(), RegistryError> {
        self.put_blob(name, manifest, bytes)
    }

    fn put_tag(
        &self,
        name: &PackageName,
        tag: &str,
        manifest: &Descriptor,
        bytes: &[u8],
        replace: bool,
    ) -> Result<Option<Vec<u8>>, RegistryError> {
        let _lock = self.lock(name)?;
        if !replace && let Some(there) = self.manifest(name, Reference::Tag(tag))? {
            return Ok(Some(there));
        }
        self.put_blob(name, manifest, bytes)?;
        let mut index = self.index(name)?;
        index
            .manifests
            .retain(|entry| entry.annotations.get(REF_NAME).is_none_or(|t| t != tag));
        let mut entry = manifest.clone();
        entry.annotations.insert(REF_NAME.into(), tag.into());
        index.manifests.push(entry);
        let path = self.folder(name).join(INDEX);
        let text = crate::json(&index);
        file::write(&path, &text).map_err(RegistryError::io(&path))?;
        Ok(None)
    }
}

/// Names of the folders in a folder, sorted; none where it is not there.
fn folders(path: &Path) -> Result<Vec<String>, RegistryError> {
    let entries = folder::entries(path).map_err(RegistryError::io(path))?;
    let folders = entries.iter().filter(|path| path.is_dir());
    let name = |path: &PathBuf| Some(path.file_name()?.to_string_lossy().into_owned());
    let mut names: Vec<String> = folders.filter_map(name).collect();
    names.sort();
    Ok(names)
}
