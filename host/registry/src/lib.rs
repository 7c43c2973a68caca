//! Packages of plugins, and the registries that they are shared through.
//!
//! A *package* is a version of a plugin for one or more machines, signed or not: the library or
//! component of each, README, licence and citation ([`pack`](pack()), [`Package`]). A [`Registry`]
//! keeps packages, in a folder, on a server or in a file, always as the same documents ([`oci`]) with
//! the same digests. [`Home`] is what a user has installed; an [`Installer`] brings packages from the
//! one to the other, after it has compared everything with its digest and looked at signatures
//! ([`Trust`]).
//!
//! Nothing here runs a plugin.

mod digest;
mod error;
#[doc(hidden)]
pub mod fuzzing;
mod home;
mod install;
mod location;
mod name;
pub mod oci;
mod offered;
mod pack;
mod platform;
mod publisher;
mod registry;
mod release;
mod resolve;
mod seen;
mod sign;
mod store;
mod trust;
mod versions;

pub use digest::Digest;
pub use error::{Refusal, RegistryError};
pub use home::{Home, Record};
pub use install::{Installer, Pinned};
pub use location::{Location, Server};
pub use name::{PackageName, Wanted, tag_of, version_of};
pub use offered::Judge;
pub use pack::{Content, Package, PackedBuild, pack};
pub use publisher::Publisher;
pub use registry::{Offer, Registry};
pub use release::Release;
pub use seen::Seen;
pub use sign::{SigningKey, new_key, public_key};
pub use trust::{Trust, TrustedKey, Verdict};
pub use versions::{Listed, SignedList, VersionList, now};

/// What the name of a package file ends with.
pub const EXTENSION: &str = "angora";

/// A document as it is written: the same content gives the same bytes.
fn json<T: serde::Serialize>(value: &T) -> Vec<u8> {
    // Strings, numbers and lists of them always can be written.
    serde_json::to_vec(value).unwrap_or_default()
}
