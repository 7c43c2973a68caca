//! A version of a package, as its index describes it.

use crate::error::Refusal;
use crate::oci::{
    AUTHORS, Annotations, CONTRACT, DESCRIPTION, Descriptor, Index, LICENCES, NAME, PLUGIN,
    PROVIDES, Platform, REQUIRES, SIGNATURE, VERSION,
};
use crate::{Digest, PackageName, RegistryError, SigningKey, Wanted};
use semver::{Version, VersionReq};
use std::collections::BTreeMap;

/// A version of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    name: PackageName,
    version: Version,
    contract: Version,
    requires: Vec<Wanted>,
    index: Index,
    bytes: Vec<u8>,
}

impl Release {
    /// Reads an index that came from a place.
    ///
    /// # Errors
    /// It is not that of a plugin.
    pub fn read(bytes: Vec<u8>, place: &str) -> Result<Self, RegistryError> {
        let wrong = |reason: String| RegistryError::Document {
            what: "the index of a package".into(),
            place: place.into(),
            reason,
        };
        let index: Index = serde_json::from_slice(&bytes).map_err(|e| wrong(e.to_string()))?;
        if index.artifact_type.as_deref() != Some(PLUGIN) {
            let found = index.artifact_type.unwrap_or_default();
            return Err(wrong(format!(
                "it is no package of a plugin (artifactType {found:?}, not {PLUGIN:?})"
            )));
        }
        if let Some(key) = unprintable(&index) {
            return Err(wrong(format!("{key} has control characters in it")));
        }
        let annotation = |key: &str| {
            let value = index.annotations.get(key);
            value.ok_or_else(|| wrong(format!("the annotation {key} is missing")))
        };
        let version = |key: &str| {
            let text = annotation(key)?;
            Version::parse(text).map_err(|e| wrong(format!("{key} {text:?}: {e}")))
        };
        let requires = match index.annotations.get(REQUIRES) {
            None => Vec::new(),
            Some(text) => requirements(text).map_err(|e| wrong(format!("{REQUIRES}: {e}")))?,
        };
        Ok(Self {
            name: PackageName::parse(annotation(NAME)?)?,
            version: version(VERSION)?,
            contract: version(CONTRACT)?,
            requires,
            index,
            bytes,
        })
    }

    /// Of a new index.
    pub(crate) fn of(index: &Index) -> Result<Self, RegistryError> {
        Self::read(crate::json(index), "the package")
    }

    /// Refuses another version than the one that was asked for.
    ///
    /// # Errors
    /// It is another.
    pub fn expect(&self, name: &PackageName, version: &Version) -> Result<(), Refusal> {
        if self.name == *name && self.version == *version {
            return Ok(());
        }
        Err(Refusal::Other {
            what: "its index".into(),
            found: self.to_string(),
            expected: format!("{name} {version}"),
        })
    }

    /// `group/name`.
    #[must_use]
    pub fn name(&self) -> &PackageName {
        &self.name
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The contract that it was built against.
    #[must_use]
    pub fn contract(&self) -> &Version {
        &self.contract
    }

    /// Packages that it needs.
    #[must_use]
    pub fn requires(&self) -> &[Wanted] {
        &self.requires
    }

    /// Of the index.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }

    /// The index as it was read.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// One sentence.
    #[must_use]
    pub fn description(&self) -> &str {
        self.annotation(DESCRIPTION)
    }

    /// SPDX expression.
    #[must_use]
    pub fn licence(&self) -> &str {
        self.annotation(LICENCES)
    }

    /// Who wrote it.
    #[must_use]
    pub fn authors(&self) -> &str {
        self.annotation(AUTHORS)
    }

    /// What it contributes: `task CartPole-v1, reward sparse`.
    #[must_use]
    pub fn provides(&self) -> &str {
        self.annotation(PROVIDES)
    }

    fn annotation(&self, key: &str) -> &str {
        self.index.annotations.get(key).map_or("", String::as_str)
    }

    /// Its builds.
    pub fn builds(&self) -> impl Iterator<Item = (&Platform, &Descriptor)> {
        let builds = self.index.manifests.iter();
        builds.filter_map(|build| Some((build.platform.as_ref()?, build)))
    }

    /// The builds that this program can use, native code first.
    ///
    /// # Errors
    /// There is none.
    pub fn builds_here(&self) -> Result<Vec<(&Platform, &Descriptor)>, RegistryError> {
        let mut here: Vec<_> = self.builds().filter(|(p, _)| p.fits()).collect();
        here.sort_by_key(|(platform, _)| platform.is_wasm());
        if here.is_empty() {
            let theirs: Vec<String> = self.builds().map(|(p, _)| p.words()).collect();
            return Err(RegistryError::NoBuild {
                release: self.to_string(),
                ours: Platform::here().words(),
                theirs: theirs.join(", "),
            });
        }
        Ok(here)
    }

    /// What signatures are of: the index without them.
    #[must_use]
    pub fn statement(&self) -> Vec<u8> {
        let mut index = self.index.clone();
        index
            .annotations
            .retain(|key, _| !key.starts_with(SIGNATURE));
        crate::json(&index)
    }

    /// Ids of keys and their signatures.
    pub fn signatures(&self) -> impl Iterator<Item = (&str, &str)> {
        let annotations = self.index.annotations.iter();
        annotations
            .filter_map(|(key, signature)| Some((key.strip_prefix(SIGNATURE)?, &**signature)))
    }

    /// With the signature of a key.
    ///
    /// # Errors
    /// There is no randomness.
    pub fn signed(&self, key: &SigningKey) -> Result<Self, RegistryError> {
        let mut index = self.index.clone();
        let signature = key.sign(&self.statement(), &self.to_string())?;
        let annotation = format!("{SIGNATURE}{}", key.id());
        index.annotations.insert(annotation, signature);
        Self::of(&index)
    }
}

impl std::fmt::Display for Release {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// What would reach the user's terminal, and change more there than a line.
fn unprintable(index: &Index) -> Option<&str> {
    let odd = |text: &str| text.chars().any(char::is_control);
    let annotations = index.annotations.iter();
    let odd_annotation = annotations
        .filter(|(key, _)| !key.starts_with(SIGNATURE))
        .find(|(_, text)| odd(text))
        .map(|(key, _)| key.as_str());
    let odd_key = index.annotations.keys().any(|key| odd(key));
    let odd_platform = index.manifests.iter().any(|build| {
        let platform = build.platform.as_ref();
        platform.is_some_and(|p| odd(&p.os) || odd(&p.architecture))
    });
    odd_annotation
        .or(odd_key.then_some("a name of an annotation"))
        .or(odd_platform.then_some("a platform"))
}

/// Writes requirements down.
pub(crate) fn annotate_requirements(annotations: &mut Annotations, requires: &[Wanted]) {
    let map: BTreeMap<String, String> = requires
        .iter()
        .map(|wanted| (wanted.name.to_string(), wanted.requirement.to_string()))
        .collect();
    if !map.is_empty() {
        let text = String::from_utf8(crate::json(&map)).unwrap_or_default();
        annotations.insert(REQUIRES.into(), text);
    }
}

fn requirements(text: &str) -> Result<Vec<Wanted>, String> {
    let map: BTreeMap<PackageName, VersionReq> =
        serde_json::from_str(text).map_err(|error| error.to_string())?;
    let wanted = map.into_iter();
    Ok(wanted
        .map(|(name, requirement)| Wanted { name, requirement })
        .collect())
}
