//! A package file: an OCI image layout in a tar archive.

use super::layout::LAYOUT_VERSION;
use super::{FILE_LIMIT, Reference, Store};
use crate::error::Refusal;
use crate::oci::{Descriptor, Index, NAME, REF_NAME};
use crate::{Digest, PackageName, RegistryError};
use angora_core::file;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use tar::EntryType;

const LAYOUT: &str = "oci-layout";
const INDEX: &str = "index.json";
const BLOBS: &str = "blobs/sha256/";

/// A package file that was read. Nothing of it is ever unpacked under the names that it gives.
#[derive(Debug)]
pub struct Archive {
    path: PathBuf,
    index: Index,
    blobs: BTreeMap<String, Vec<u8>>,
}

impl Archive {
    /// Reads a package file.
    ///
    /// # Errors
    /// It is none, or holds anything but what a package holds.
    pub fn open(path: &Path) -> Result<Self, RegistryError> {
        let file = File::open(path).map_err(RegistryError::io(path))?;
        let damaged = |error: std::io::Error| RegistryError::Document {
            what: "the package".into(),
            place: path.display().to_string(),
            reason: error.to_string(),
        };
        let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut archive = tar::Archive::new(file.take(FILE_LIMIT));
        for entry in archive.entries().map_err(damaged)? {
            let mut entry = entry.map_err(damaged)?;
            let (name, kind) = (entry.path_bytes(), entry.header().entry_type());
            let name = String::from_utf8_lossy(&name).into_owned();
            check(&name, kind).map_err(|reason| RegistryError::refused(path.display(), reason))?;
            if kind == EntryType::Directory {
                continue;
            }
            let mut bytes = Vec::new();
            let size = entry.size();
            entry.read_to_end(&mut bytes).map_err(damaged)?;
            if bytes.len() as u64 != size {
                let reason = Refusal::Size {
                    what: format!("its file {name:?}"),
                    expected: size,
                    got: bytes.len() as u64,
                };
                return Err(RegistryError::refused(path.display(), reason));
            }
            if files.insert(name.clone(), bytes).is_some() {
                let reason = Refusal::Twice { name };
                return Err(RegistryError::refused(path.display(), reason));
            }
        }
        let index = files.remove(INDEX).ok_or_else(|| {
            let what = INDEX.into();
            RegistryError::refused(path.display(), Refusal::Missing { what })
        })?;
        let index = serde_json::from_slice(&index).map_err(|error| RegistryError::Document {
            what: INDEX.into(),
            place: path.display().to_string(),
            reason: error.to_string(),
        })?;
        let blobs = files.into_iter();
        let blobs = blobs.filter_map(|(name, bytes)| {
            let hex = name.strip_prefix(BLOBS)?;
            Some((hex.to_owned(), bytes))
        });
        Ok(Self {
            path: path.into(),
            index,
            blobs: blobs.collect(),
        })
    }

    /// Package and tag of what it holds.
    ///
    /// # Errors
    /// It holds another number of packages than one.
    pub fn content(&self) -> Result<(PackageName, String), RegistryError> {
        let annotation = |key: &str| match self.index.manifests.as_slice() {
            [only] => only.annotations.get(key),
            _ => None,
        };
        match (annotation(NAME), annotation(REF_NAME)) {
            (Some(name), Some(tag)) => Ok((PackageName::parse(name)?, tag.clone())),
            _ => {
                let what = "the name of the one package that it should hold".into();
                let reason = Refusal::Missing { what };
                Err(RegistryError::refused(self.path.display(), reason))
            }
        }
    }

    fn read_only<T>(&self) -> Result<T, RegistryError> {
        Err(RegistryError::Registry {
            place: self.path.display().to_string(),
            reason: "a package file holds one version and takes no other; publish to a folder or a server".into(),
        })
    }
}

/// What may be in a package file.
fn check(name: &str, kind: EntryType) -> Result<(), Refusal> {
    let plain = Path::new(name)
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    if !plain {
        return Err(Refusal::Path { name: name.into() });
    }
    let kind = match kind {
        EntryType::Regular | EntryType::Continuous => {
            let blob = name.strip_prefix(BLOBS);
            let blob = blob.is_some_and(|hex| Digest::parse(&format!("sha256:{hex}")).is_ok());
            return match blob || name == LAYOUT || name == INDEX {
                true => Ok(()),
                false => Err(Refusal::Other {
                    what: "a file in it".into(),
                    found: name.into(),
                    expected: format!("{LAYOUT}, {INDEX} or {BLOBS}DIGEST"),
                }),
            };
        }
        EntryType::Directory => return Ok(()),
        EntryType::Symlink => "symbolic link",
        EntryType::Link => "hard link",
        EntryType::Char | EntryType::Block => "device",
        EntryType::Fifo => "pipe",
        _ => "thing of another kind",
    };
    let name = name.into();
    Err(Refusal::NotAFile { name, kind })
}

/// Writes a package file; the same content gives the same bytes.
///
/// # Errors
/// The disk says no.
pub fn write_archive(
    path: &Path,
    name: &PackageName,
    tag: &str,
    index: &[u8],
    blobs: &BTreeMap<Digest, Vec<u8>>,
) -> Result<(), RegistryError> {
    let mut entry = Descriptor::of(crate::oci::INDEX, index);
    entry.annotations.insert(NAME.into(), name.to_string());
    entry.annotations.insert(REF_NAME.into(), tag.into());
    let content = crate::json(&Index::of(vec![entry.clone()]));
    let mut files: BTreeMap<String, &[u8]> = BTreeMap::new();
    for (digest, bytes) in blobs {
        files.insert(format!("{BLOBS}{}", digest.hex()), bytes);
    }
    files.insert(format!("{BLOBS}{}", entry.digest.hex()), index);
    files.insert(INDEX.into(), &content);
    files.insert(LAYOUT.into(), LAYOUT_VERSION.as_bytes());
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        archive
            .append_data(&mut header, &name, bytes)
            .map_err(RegistryError::io(path))?;
    }
    let bytes = archive.into_inner().map_err(RegistryError::io(path))?;
    file::write(path, &bytes).map_err(RegistryError::io(path))
}

impl Store for Archive {
    fn keeps_lists(&self) -> bool {
        false
    }

    fn tags(&self, name: &PackageName) -> Result<Vec<String>, RegistryError> {
        let (content, tag) = self.content()?;
        Ok(if content == *name {
            vec![tag]
        } else {
            Vec::new()
        })
    }

    fn manifest(
        &self,
        name: &PackageName,
        reference: Reference<'_>,
    ) -> Result<Option<Vec<u8>>, RegistryError> {
        let (content, tag) = self.content()?;
        let digest = match reference {
            Reference::Content(descriptor) => descriptor.digest.clone(),
            Reference::Tag(wanted) if content == *name && tag == wanted => {
                self.index.manifests[0].digest.clone()
            }
            Reference::Tag(_) => return Ok(None),
        };
        Ok(self.blobs.get(digest.hex()).cloned())
    }

    fn blob(
        &self,
        _name: &PackageName,
        blob: &Descriptor,
    ) -> Result<Option<Vec<u8>>, RegistryError> {
        Ok(self.blobs.get(blob.digest.hex()).cloned())
    }

    fn packages(&self) -> Result<Vec<PackageName>, RegistryError> {
        Ok(vec![self.content()?.0])
    }

    fn put_blob(&self, _: &PackageName, _: &Descriptor, _: &[u8]) -> Result<(), RegistryError> {
        self.read_only()
    }

    fn put_manifest(&self, _: &PackageName, _: &Descriptor, _: &[u8]) -> Result<(), RegistryError> {
        self.read_only()
    }

    fn put_tag(
        &self,
        _: &PackageName,
        _: &str,
        _: &Descriptor,
        _: &[u8],
        _: bool,
    ) -> Result<Option<Vec<u8>>, RegistryError> {
        self.read_only()
    }
}
