//! Where packages are kept: one trait, three places.

mod archive;
pub(crate) mod http;
mod layout;

pub use archive::{Archive, write_archive};
pub use http::Http;
pub use layout::Layout;
pub(crate) use layout::wait_for;

use crate::oci::Descriptor;
use crate::{Location, PackageName, RegistryError};

/// How much of a document is read.
pub const DOCUMENT_LIMIT: u64 = 4 << 20;
/// How much of a file is read.
pub const FILE_LIMIT: u64 = 1 << 30;

/// Names a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference<'r> {
    /// By its tag.
    Tag(&'r str),
    /// By what it is.
    Content(&'r Descriptor),
}

/// A place that packages are kept in. What it gives is not to be trusted: [`Registry`] compares
/// it with what was asked for.
///
/// [`Registry`]: crate::Registry
pub trait Store {
    /// Whether its authors keep signed lists of versions here.
    fn keeps_lists(&self) -> bool {
        true
    }

    /// Keeps other authors of a package out until it is dropped, where the place can.
    ///
    /// # Errors
    /// Somebody else writes for long.
    fn exclusive(&self, _name: &PackageName) -> Result<Option<std::fs::File>, RegistryError> {
        Ok(None)
    }

    /// The tags of a package; none where there is no such package.
    ///
    /// # Errors
    /// The place does not answer, or says no.
    fn tags(&self, name: &PackageName) -> Result<Vec<String>, RegistryError>;

    /// An index or manifest, if it is there.
    ///
    /// # Errors
    /// The place does not answer, or says no.
    fn manifest(
        &self,
        name: &PackageName,
        reference: Reference<'_>,
    ) -> Result<Option<Vec<u8>>, RegistryError>;

    /// At most one byte more than the size of a blob, if it is there.
    ///
    /// # Errors
    /// The place does not answer, or says no.
    fn blob(&self, name: &PackageName, blob: &Descriptor)
    -> Result<Option<Vec<u8>>, RegistryError>;

    /// All packages, sorted.
    ///
    /// # Errors
    /// The place does not answer, or does not tell.
    fn packages(&self) -> Result<Vec<PackageName>, RegistryError>;

    /// Puts a blob there.
    ///
    /// # Errors
    /// The place does not take it.
    fn put_blob(
        &self,
        name: &PackageName,
        blob: &Descriptor,
        bytes: &[u8],
    ) -> Result<(), RegistryError>;

    /// Puts an index or manifest there whose parts are there, under its digest alone.
    ///
    /// # Errors
    /// The place does not take it.
    fn put_manifest(
        &self,
        name: &PackageName,
        manifest: &Descriptor,
        bytes: &[u8],
    ) -> Result<(), RegistryError>;

    /// Puts an index or manifest there under a tag. Where the tag is there already and may not
    /// be replaced, nothing changes, and the answer is what it stands for.
    ///
    /// # Errors
    /// The place does not take it.
    fn put_tag(
        &self,
        name: &PackageName,
        tag: &str,
        manifest: &Descriptor,
        bytes: &[u8],
        replace: bool,
    ) -> Result<Option<Vec<u8>>, RegistryError>;
}

/// The store of a place.
///
/// # Errors
/// It cannot be opened.
pub fn open(location: &Location) -> Result<Box<dyn Store>, RegistryError> {
    Ok(match location {
        Location::Folder(path) => Box::new(Layout::new(path)),
        Location::File(path) => Box::new(Archive::open(path)?),
        Location::Server(server) => Box::new(Http::new(server, location)),
    })
}
