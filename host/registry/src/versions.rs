//! The signed list of a package's versions, which a registry can neither change nor turn back
//! unnoticed: its number grows with each change, and whoever has seen one takes none before it.

use crate::oci::{Annotations, Descriptor, EMPTY, MANIFEST, Manifest, SIGNATURE};
use crate::store::Reference;
use crate::{Digest, PackageName, Refusal, Registry, RegistryError, SigningKey, json};
use semver::Version;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

/// Tag of the list; no version is called so.
const TAG: &str = "versions";
/// Type of the document that carries the list and its signatures.
const CARRIER: &str = "application/vnd.angora.plugin.versions.v1+json";
/// Type of the list.
const LIST: &str = "application/vnd.angora.plugin.versions.list.v1+json";

/// What the authors of a package say of its versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionList {
    /// What this is, so that a signature of it is one of nothing else.
    pub list: String,
    /// `group/name`.
    pub package: PackageName,
    /// One more with each change.
    pub number: u64,
    /// When it was signed, seconds since 1970.
    pub signed: u64,
    /// All versions.
    pub versions: BTreeMap<Version, Listed>,
}

/// A version in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Digest of the version's index without its signatures.
    pub statement: Digest,
    /// Why it was yanked, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yanked: Option<String>,
}

/// A list as it came from a registry.
#[derive(Debug, Clone)]
pub struct SignedList {
    /// What it says.
    pub list: VersionList,
    pub(crate) bytes: Vec<u8>,
    annotations: Annotations,
}

impl VersionList {
    /// Of a package without versions.
    #[must_use]
    pub fn new(package: &PackageName) -> Self {
        Self {
            list: LIST.into(),
            package: package.clone(),
            number: 0,
            signed: 0,
            versions: BTreeMap::new(),
        }
    }

    /// Versions that are not yanked and those that are, newest first.
    #[must_use]
    pub fn split(&self) -> (Vec<Version>, Vec<Version>) {
        let newest_first = self.versions.iter().rev();
        let (mut there, mut yanked) = (Vec::new(), Vec::new());
        for (version, listed) in newest_first {
            let versions = match listed.yanked {
                None => &mut there,
                Some(_) => &mut yanked,
            };
            versions.push(version.clone());
        }
        (there, yanked)
    }

    /// Signs it.
    ///
    /// # Errors
    /// There is no randomness.
    pub fn sign(&self, key: &SigningKey) -> Result<SignedList, RegistryError> {
        let bytes = json(self);
        let comment = format!("versions of {}, number {}", self.package, self.number);
        let signature = key.sign(&bytes, &comment)?;
        let annotation = (format!("{SIGNATURE}{}", key.id()), signature);
        Ok(SignedList {
            list: self.clone(),
            bytes,
            annotations: [annotation].into(),
        })
    }
}

impl SignedList {
    /// Ids of keys and their signatures.
    pub fn signatures(&self) -> impl Iterator<Item = (&str, &str)> {
        let annotations = self.annotations.iter();
        annotations.filter_map(|(key, text)| Some((key.strip_prefix(SIGNATURE)?, &**text)))
    }
}

impl Registry {
    /// The list of a package's versions, if there is one. Its signatures are not checked.
    ///
    /// # Errors
    /// The place does not answer, or what is there is no list of this package.
    pub fn version_list(&self, name: &PackageName) -> Result<Option<SignedList>, RegistryError> {
        let Some(bytes) = self.store().manifest(name, Reference::Tag(TAG))? else {
            return Ok(None);
        };
        let wrong = |reason: String| RegistryError::Document {
            what: format!("the list of versions of {name}"),
            place: self.place().into(),
            reason,
        };
        let carrier: Manifest = serde_json::from_slice(&bytes).map_err(|e| wrong(e.to_string()))?;
        let layer = carrier.layers.iter().find(|layer| layer.media_type == LIST);
        let layer = layer.ok_or_else(|| wrong(format!("it has no {LIST}")))?;
        let bytes = self.document_blob(name, layer)?;
        let list: VersionList = serde_json::from_slice(&bytes).map_err(|e| wrong(e.to_string()))?;
        if list.list != LIST || list.package != *name {
            let reason = Refusal::Other {
                what: "its list of versions".into(),
                found: list.package.to_string(),
                expected: name.to_string(),
            };
            return Err(self.refused(name.to_string(), reason));
        }
        Ok(Some(SignedList {
            list,
            bytes,
            annotations: carrier.annotations,
        }))
    }

    /// Puts a list in the place of the one that is there.
    ///
    /// # Errors
    /// The place does not take it.
    pub(crate) fn put_version_list(&self, signed: &SignedList) -> Result<(), RegistryError> {
        let name = &signed.list.package;
        let empty = Descriptor::of(EMPTY, b"{}");
        let layer = Descriptor::of(LIST, &signed.bytes);
        let mut carrier = Manifest::of(CARRIER, empty.clone(), vec![layer.clone()]);
        carrier.annotations.clone_from(&signed.annotations);
        self.store().put_blob(name, &empty, b"{}")?;
        self.store().put_blob(name, &layer, &signed.bytes)?;
        let bytes = json(&carrier);
        let descriptor = Descriptor::of(MANIFEST, &bytes);
        let put = self.store().put_tag(name, TAG, &descriptor, &bytes, true)?;
        match put {
            None => Ok(()),
            Some(_) => Err(RegistryError::Registry {
                place: self.place().into(),
                reason: format!(
                    "somebody else has changed the list of versions of {name} at the same time; repeat the command"
                ),
            }),
        }
    }
}

/// Seconds since 1970.
#[must_use]
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
