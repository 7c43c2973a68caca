//! A registry, whatever keeps it: what comes out is compared with what was asked for.

use crate::error::Refusal;
use crate::oci::{Descriptor, EMPTY, MANIFEST, Manifest, NATIVE, PLUGIN, REASON, WASM, YANK};
use crate::pack::Package;
use crate::release::Release;
use crate::store::{self, DOCUMENT_LIMIT, FILE_LIMIT, Reference, Store};
use crate::{Digest, Location, PackageName, RegistryError, Wanted, tag_of, version_of};
use angora_core::suggest;
use semver::Version;
use std::collections::BTreeSet;

/// Begins the tag that marks a version as yanked; the version's own tag never changes.
const YANKED: &str = "yanked-";

/// A place with packages.
pub struct Registry {
    store: Box<dyn Store>,
    place: String,
}

/// A package in a search.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The newest version that is not yanked.
    pub release: Release,
    /// All versions that are not yanked, newest first.
    pub versions: Vec<Version>,
}

impl Registry {
    /// The registry of a place.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open(location: &Location) -> Result<Self, RegistryError> {
        Ok(Self::over(store::open(location)?, location.to_string()))
    }

    pub(crate) fn over(store: Box<dyn Store>, place: String) -> Self {
        Self { store, place }
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// Whether its authors keep signed lists of versions here; a package file has none.
    #[must_use]
    pub fn keeps_lists(&self) -> bool {
        self.store.keeps_lists()
    }

    /// Where it is, for messages and locks.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Versions of a package that are not yanked, newest first, and those that are.
    ///
    /// # Errors
    /// The place does not answer.
    pub fn versions(
        &self,
        name: &PackageName,
    ) -> Result<(Vec<Version>, Vec<Version>), RegistryError> {
        let tags = self.store.tags(name)?;
        let marked: BTreeSet<Version> = tags
            .iter()
            .filter_map(|tag| version_of(tag.strip_prefix(YANKED)?))
            .collect();
        let mut all: Vec<Version> = tags.iter().filter_map(|tag| version_of(tag)).collect();
        all.sort();
        all.reverse();
        let (mut there, mut yanked) = (Vec::new(), Vec::new());
        for version in all {
            let is_yanked = marked.contains(&version) && self.yanked(name, &version)?.is_some();
            if is_yanked {
                yanked.push(version);
            } else {
                there.push(version);
            }
        }
        Ok((there, yanked))
    }

    /// A version, if it is there.
    ///
    /// # Errors
    /// It is another one than its tag says, or unreadable.
    pub fn release(
        &self,
        name: &PackageName,
        version: &Version,
    ) -> Result<Option<Release>, RegistryError> {
        let tag = tag_of(version);
        let Some(bytes) = self.store.manifest(name, Reference::Tag(&tag))? else {
            return Ok(None);
        };
        let release = self.read(bytes)?;
        let fits = release.expect(name, version);
        fits.map_err(|reason| self.refused(format!("{name} {version}"), reason))?;
        Ok(Some(release))
    }

    /// What the tag of a version stands for, whatever that is.
    ///
    /// # Errors
    /// The place does not answer.
    pub fn digest_of(
        &self,
        name: &PackageName,
        version: &Version,
    ) -> Result<Option<Digest>, RegistryError> {
        let tag = tag_of(version);
        let bytes = self.store.manifest(name, Reference::Tag(&tag))?;
        Ok(bytes.map(|bytes| Digest::of(&bytes)))
    }

    /// The version of an index's digest, if it is there.
    ///
    /// # Errors
    /// It has another digest, or is unreadable.
    pub fn release_of(
        &self,
        name: &PackageName,
        digest: &Digest,
    ) -> Result<Option<Release>, RegistryError> {
        let mut descriptor = Descriptor::of(crate::oci::INDEX, b"");
        descriptor.digest = digest.clone();
        let bytes = self.store.manifest(name, Reference::Content(&descriptor))?;
        let Some(bytes) = bytes else {
            return Ok(None);
        };
        let same = same_digest("its index", digest, &bytes);
        same.map_err(|reason| self.refused(name.to_string(), reason))?;
        self.read(bytes).map(Some)
    }

    fn read(&self, bytes: Vec<u8>) -> Result<Release, RegistryError> {
        let same = same_size(
            "its index",
            bytes.len() as u64,
            bytes.len() as u64,
            DOCUMENT_LIMIT,
        );
        same.map_err(|reason| self.refused("a package".into(), reason))?;
        Release::read(bytes, &self.place)
    }

    /// The bytes of a manifest that an index names.
    ///
    /// # Errors
    /// They are not what was named.
    pub(crate) fn document(
        &self,
        release: &Release,
        descriptor: &Descriptor,
    ) -> Result<Vec<u8>, RegistryError> {
        let what = "its manifest";
        self.sane(release, what, descriptor, DOCUMENT_LIMIT)?;
        let reference = Reference::Content(descriptor);
        let bytes = self.store.manifest(release.name(), reference)?;
        self.compared(release, what, descriptor, bytes)
    }

    /// The manifest of a build.
    ///
    /// # Errors
    /// It is not what was named, or no manifest of ours.
    pub fn manifest(
        &self,
        release: &Release,
        descriptor: &Descriptor,
    ) -> Result<Manifest, RegistryError> {
        let bytes = self.document(release, descriptor)?;
        let manifest: Manifest =
            serde_json::from_slice(&bytes).map_err(|error| RegistryError::Document {
                what: format!("the manifest of {release}"),
                place: self.place.clone(),
                reason: error.to_string(),
            })?;
        check_titles(&manifest).map_err(|reason| self.refused(release.to_string(), reason))?;
        Ok(manifest)
    }

    /// A file that a manifest names.
    ///
    /// # Errors
    /// It is not what was named.
    pub fn blob(
        &self,
        release: &Release,
        descriptor: &Descriptor,
    ) -> Result<Vec<u8>, RegistryError> {
        let what = descriptor.title().unwrap_or("its configuration");
        self.sane(release, what, descriptor, FILE_LIMIT)?;
        let bytes = self.store.blob(release.name(), descriptor)?;
        self.compared(release, what, descriptor, bytes)
    }

    /// A blob of a package that is a document, compared with what names it.
    pub(crate) fn document_blob(
        &self,
        name: &PackageName,
        descriptor: &Descriptor,
    ) -> Result<Vec<u8>, RegistryError> {
        let what = "its list of versions";
        let missing = || Refusal::Missing { what: what.into() };
        let size = descriptor.size;
        let sane = same_size(what, size, size, DOCUMENT_LIMIT);
        sane.map_err(|reason| self.refused(name.to_string(), reason))?;
        let bytes = self.store.blob(name, descriptor)?;
        let compared = bytes.ok_or_else(missing).and_then(|bytes| {
            same_size(what, size, bytes.len() as u64, DOCUMENT_LIMIT)?;
            same_digest(what, &descriptor.digest, &bytes)?;
            Ok(bytes)
        });
        compared.map_err(|reason| self.refused(name.to_string(), reason))
    }

    fn sane(
        &self,
        release: &Release,
        what: &str,
        descriptor: &Descriptor,
        limit: u64,
    ) -> Result<(), RegistryError> {
        let same = same_size(what, descriptor.size, descriptor.size, limit);
        same.map_err(|reason| self.refused(release.to_string(), reason))
    }

    fn compared(
        &self,
        release: &Release,
        what: &str,
        descriptor: &Descriptor,
        bytes: Option<Vec<u8>>,
    ) -> Result<Vec<u8>, RegistryError> {
        let missing = || Refusal::Missing {
            what: format!("{what} ({})", descriptor.digest),
        };
        bytes
            .ok_or_else(missing)
            .and_then(|bytes| {
                same_size(what, descriptor.size, bytes.len() as u64, FILE_LIMIT)?;
                same_digest(what, &descriptor.digest, &bytes)?;
                Ok(bytes)
            })
            .map_err(|reason| self.refused(release.to_string(), reason))
    }

    /// A refusal that names the package and this place.
    #[must_use]
    pub fn refused(&self, what: String, reason: Refusal) -> RegistryError {
        RegistryError::refused(format!("{what} from {}", self.place), reason)
    }

    /// That there is no such package, with near names where the place tells them.
    #[must_use]
    pub fn no_package(&self, name: &PackageName) -> RegistryError {
        let names: Vec<String> = self
            .store
            .packages()
            .unwrap_or_default()
            .iter()
            .map(PackageName::to_string)
            .collect();
        RegistryError::NoPackage {
            name: name.to_string(),
            place: self.place.clone(),
            hint: suggest::hint(&name.to_string(), names.iter().map(String::as_str)),
        }
    }

    /// Puts a package there, the tag last: what is interrupted is not there. Where the same content
    /// is there already, by whomever it was signed, nothing changes; returns what is there.
    ///
    /// # Errors
    /// The version is there with another content, or the place does not take it.
    pub fn publish(&self, package: &Package) -> Result<Option<Release>, RegistryError> {
        let release = &package.release;
        let (name, version) = (release.name(), release.version());
        if let Some(there) = self.release(name, version)? {
            if there.statement() == release.statement() {
                return Ok(Some(there));
            }
            return Err(self.published(release, &there.digest()));
        }
        for (manifest, parts) in package.parts()? {
            for part in parts {
                self.store
                    .put_blob(name, &part, &package.blobs[&part.digest])?;
            }
            let bytes = &package.blobs[&manifest.digest];
            self.store.put_manifest(name, &manifest, bytes)?;
        }
        let index = Descriptor::of(crate::oci::INDEX, release.bytes());
        let tag = tag_of(version);
        let there = self
            .store
            .put_tag(name, &tag, &index, release.bytes(), false)?;
        match there.filter(|there| there != release.bytes()) {
            None => Ok(None),
            Some(there) => Err(self.published(release, &Digest::of(&there))),
        }
    }

    fn published(&self, release: &Release, digest: &Digest) -> RegistryError {
        RegistryError::Published {
            release: release.to_string(),
            place: self.place.clone(),
            digest: digest.clone(),
        }
    }

    /// Marks a version as yanked, or takes that back: nobody then installs it but by a lock.
    ///
    /// # Errors
    /// There is no such version, or the place does not take it.
    pub fn yank(
        &self,
        name: &PackageName,
        version: &Version,
        reason: Option<&str>,
    ) -> Result<(), RegistryError> {
        if self.release(name, version)?.is_none() {
            let (there, yanked) = self.versions(name)?;
            return Err(self.no_version(&format!("{name}@={version}"), &there, &yanked));
        }
        let empty = Descriptor::of(EMPTY, b"{}");
        let mut manifest = Manifest::of(YANK, empty.clone(), vec![empty.clone()]);
        if let Some(reason) = reason {
            manifest.annotations.insert(REASON.into(), reason.into());
        }
        let bytes = crate::json(&manifest);
        self.store.put_blob(name, &empty, b"{}")?;
        let descriptor = Descriptor::of(MANIFEST, &bytes);
        let tag = format!("{YANKED}{}", tag_of(version));
        self.store
            .put_tag(name, &tag, &descriptor, &bytes, true)
            .map(drop)
    }

    /// Why a version was yanked, if it is.
    ///
    /// # Errors
    /// The place does not answer.
    pub fn yanked(
        &self,
        name: &PackageName,
        version: &Version,
    ) -> Result<Option<String>, RegistryError> {
        let tag = format!("{YANKED}{}", tag_of(version));
        let Some(bytes) = self.store.manifest(name, Reference::Tag(&tag))? else {
            return Ok(None);
        };
        let manifest: Manifest =
            serde_json::from_slice(&bytes).map_err(|error| RegistryError::Document {
                what: format!("the mark {tag} of {name}"),
                place: self.place.clone(),
                reason: error.to_string(),
            })?;
        let reason = manifest.annotations.get(REASON);
        Ok(reason.map(|text| text.chars().filter(|c| !c.is_control()).collect()))
    }

    /// That no version fits, and what there is.
    #[must_use]
    pub fn no_version(&self, wanted: &str, there: &[Version], yanked: &[Version]) -> RegistryError {
        let list = |versions: &[Version]| {
            let texts: Vec<String> = versions.iter().map(Version::to_string).collect();
            texts.join(", ")
        };
        let there = match (there.is_empty(), yanked.is_empty()) {
            (true, true) => "it has no version at all".into(),
            (false, true) => format!("there are {}", list(there)),
            (true, false) => format!("all are yanked: {}", list(yanked)),
            (false, false) => format!("there are {}; yanked are {}", list(there), list(yanked)),
        };
        RegistryError::NoVersion {
            wanted: wanted.into(),
            place: self.place.clone(),
            there,
        }
    }

    /// The newest version of every package, as one that is wanted.
    ///
    /// # Errors
    /// The place does not answer, or does not list its packages.
    pub fn everything(&self) -> Result<Vec<Wanted>, RegistryError> {
        let mut wanted = Vec::new();
        for name in self.store.packages()? {
            let (versions, _) = self.versions(&name)?;
            if let Some(version) = versions.first() {
                wanted.push(Wanted::parse(&format!("{name}@={version}"))?);
            }
        }
        Ok(wanted)
    }

    /// Packages whose name, description or contributions have a text, those of one name where the
    /// text is a `group/name`.
    ///
    /// # Errors
    /// The place does not answer, or does not list its packages.
    pub fn search(&self, text: &str) -> Result<Vec<Offer>, RegistryError> {
        let names = match Wanted::parse(text) {
            Ok(wanted) => vec![wanted.name],
            Err(_) => self.store.packages()?,
        };
        let text = text.to_lowercase();
        let mut offers = Vec::new();
        for name in names {
            let (versions, _) = self.versions(&name)?;
            let Some(newest) = versions.first() else {
                continue;
            };
            let Some(release) = self.release(&name, newest)? else {
                continue;
            };
            let said = format!("{name} {} {}", release.description(), release.provides());
            if name.to_string() == text || said.to_lowercase().contains(&text) {
                offers.push(Offer { release, versions });
            }
        }
        Ok(offers)
    }
}

/// The library or component of a manifest.
///
/// # Errors
/// It has none, or more than one.
pub(crate) fn library(manifest: &Manifest) -> Result<&Descriptor, Refusal> {
    let code = |layer: &&Descriptor| [NATIVE, WASM].contains(&&*layer.media_type);
    let mut libraries = manifest.layers.iter().filter(code);
    match (libraries.next(), libraries.next()) {
        (Some(library), None) => Ok(library),
        (None, _) => Err(Refusal::Missing {
            what: "the library or component".into(),
        }),
        (Some(_), Some(second)) => Err(Refusal::Twice {
            name: second.title().unwrap_or_default().into(),
        }),
    }
}

/// Each file has a plain name of its own.
fn check_titles(manifest: &Manifest) -> Result<(), Refusal> {
    if manifest.artifact_type.as_deref() != Some(PLUGIN) {
        return Err(Refusal::Other {
            what: "its manifest".into(),
            found: manifest.artifact_type.clone().unwrap_or_default(),
            expected: PLUGIN.into(),
        });
    }
    let mut seen = BTreeSet::new();
    for layer in &manifest.layers {
        let name = layer.title().unwrap_or_default();
        let plain = !name.is_empty()
            && !name.starts_with('.')
            && !name.contains(['/', '\\', ':'])
            && !name.chars().any(char::is_control)
            && name.len() <= 200;
        if !plain {
            return Err(Refusal::Path { name: name.into() });
        }
        if !seen.insert(name) {
            return Err(Refusal::Twice { name: name.into() });
        }
    }
    Ok(())
}

fn same_digest(what: &str, expected: &Digest, bytes: &[u8]) -> Result<(), Refusal> {
    let got = Digest::of(bytes);
    if got == *expected {
        return Ok(());
    }
    Err(Refusal::Digest {
        what: what.into(),
        expected: expected.clone(),
        got,
    })
}

fn same_size(what: &str, expected: u64, got: u64, limit: u64) -> Result<(), Refusal> {
    if expected > limit {
        return Err(Refusal::TooLarge {
            what: what.into(),
            size: expected,
            limit,
        });
    }
    if expected == got {
        return Ok(());
    }
    Err(Refusal::Size {
        what: what.into(),
        expected,
        got,
    })
}
