//! The documents of the OCI image specification, as far as packages are made of them.
//!
//! A version of a package is an *index*: one *manifest* for each platform, whose layers are the
//! library or component and the texts that go with it, each a file of its own with its name as
//! `org.opencontainers.image.title`. A layer's digest is so the digest of the file.
//! Source: github.com/opencontainers/image-spec, v1.1.

use crate::Digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Type of an index.
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// Type of a manifest.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// What an index of ours is.
pub const PLUGIN: &str = "application/vnd.angora.plugin.v1+json";
/// The configuration of a manifest: what the plugin says of itself.
pub const CONFIG: &str = "application/vnd.angora.plugin.config.v1+json";
/// A native library.
pub const NATIVE: &str = "application/vnd.angora.plugin.native.v1";
/// A WASM component.
pub const WASM: &str = "application/wasm";
/// What marks a version as yanked.
pub const YANK: &str = "application/vnd.angora.plugin.yank.v1+json";
/// The empty configuration, whose content is `{}`.
pub const EMPTY: &str = "application/vnd.oci.empty.v1+json";

/// Name of a layer's file.
pub const TITLE: &str = "org.opencontainers.image.title";
/// Tag of a manifest in a layout.
pub const REF_NAME: &str = "org.opencontainers.image.ref.name";
/// Version.
pub const VERSION: &str = "org.opencontainers.image.version";
/// One sentence.
pub const DESCRIPTION: &str = "org.opencontainers.image.description";
/// SPDX expression.
pub const LICENCES: &str = "org.opencontainers.image.licenses";
/// Who wrote it.
pub const AUTHORS: &str = "org.opencontainers.image.authors";
/// `group/name`.
pub const NAME: &str = "org.angora.plugin.name";
/// Version of the contract.
pub const CONTRACT: &str = "org.angora.plugin.contract";
/// What it contributes: `task CartPole-v1, reward sparse`.
pub const PROVIDES: &str = "org.angora.plugin.provides";
/// JSON: `{"motor-lab/arm": "^1"}`.
pub const REQUIRES: &str = "org.angora.plugin.requires";
/// Begins the annotation of a signature; the key's id follows.
pub const SIGNATURE: &str = "org.angora.plugin.signature.";
/// Why a version was yanked; absent where it no longer is.
pub const REASON: &str = "org.angora.plugin.yanked";

/// Strings by name.
pub type Annotations = BTreeMap<String, String>;

/// What a manifest is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Platform {
    /// As Go calls it: `amd64`, `arm64`, `wasm`.
    pub architecture: String,
    /// As Go calls it: `linux`, `darwin`, `windows`; `wasip2` for a component.
    pub os: String,
}

/// Names bytes by digest and size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What the bytes are.
    pub media_type: String,
    /// Of the bytes.
    pub digest: Digest,
    /// Of the bytes.
    pub size: u64,
    /// What a manifest is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// More.
    #[serde(default, skip_serializing_if = "Annotations::is_empty")]
    pub annotations: Annotations,
}

impl Descriptor {
    /// Of bytes.
    #[must_use]
    pub fn of(media_type: &str, bytes: &[u8]) -> Self {
        Self {
            media_type: media_type.into(),
            digest: Digest::of(bytes),
            size: bytes.len() as u64,
            platform: None,
            annotations: Annotations::new(),
        }
    }

    /// With the name of a file.
    #[must_use]
    pub fn titled(mut self, title: &str) -> Self {
        self.annotations.insert(TITLE.into(), title.into());
        self
    }

    /// The name of its file.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.annotations.get(TITLE).map(String::as_str)
    }
}

/// A version of a package, or what lies in a layout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// 2.
    pub schema_version: u32,
    /// [`INDEX`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// [`PLUGIN`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// One for each platform; in a layout one for each tag.
    #[serde(default)]
    pub manifests: Vec<Descriptor>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Annotations::is_empty")]
    pub annotations: Annotations,
}

impl Index {
    /// Of manifests.
    #[must_use]
    pub fn of(manifests: Vec<Descriptor>) -> Self {
        Self {
            schema_version: 2,
            media_type: Some(INDEX.into()),
            artifact_type: None,
            manifests,
            annotations: Annotations::new(),
        }
    }
}

/// A version for one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// 2.
    pub schema_version: u32,
    /// [`MANIFEST`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// [`PLUGIN`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// What the plugin says of itself.
    pub config: Descriptor,
    /// Library or component, and texts.
    #[serde(default)]
    pub layers: Vec<Descriptor>,
    /// More.
    #[serde(default, skip_serializing_if = "Annotations::is_empty")]
    pub annotations: Annotations,
}

impl Manifest {
    /// Of its parts.
    #[must_use]
    pub fn of(artifact_type: &str, config: Descriptor, layers: Vec<Descriptor>) -> Self {
        Self {
            schema_version: 2,
            media_type: Some(MANIFEST.into()),
            artifact_type: Some(artifact_type.into()),
            config,
            layers,
            annotations: Annotations::new(),
        }
    }
}
