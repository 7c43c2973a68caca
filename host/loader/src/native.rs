//! Native plugins: opened through libloading from a path named by their content, root checked
//! before anything is called, never closed.
#![allow(
    unsafe_code,
    reason = "opening a library runs foreign code; the only place that does"
)]

mod v1;
mod v2;

use crate::calls::{Name, inside};
use crate::discover::FoundPlugin;
use crate::error::LoadError;
use angora_core::private;
use angora_plugin_api::v1::{
    abi_stable::library::{AbiHeaderRef, LibraryError, ROOT_MODULE_LOADER_NAME_WITH_NUL},
    root::{PluginRootRef, condense},
};
use libloading::Library;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use v1::Tables;

/// An open plugin.
pub struct NativePlugin {
    found: FoundPlugin,
    /// In messages on calls that are of no contribution.
    called: Name,
    root: PluginRootRef,
    tables: Tables,
    /// Of second revisions.
    second: v2::distribution::Tables,
    /// Never dropped: thread-locals with destructors pin a library anyway, and objects of the
    /// plugin may outlive every handle.
    _library: ManuallyDrop<Library>,
}

impl NativePlugin {
    /// Opens a library and takes its root.
    pub fn open(found: &FoundPlugin) -> Result<Self, LoadError> {
        let (found, bytes) = crate::discover::read_again(found)?;
        let name = &found.manifest.name;
        let version = &found.manifest.version;
        let called = Name::new(format_args!("plugin {name} {version}"));
        let copy = LibraryCopy::make(&found, &bytes)?;
        let path = copy.path(&found);
        // SAFETY: constructors of the library run here. The user has named it, put it on the search
        // path, or let these very bytes in; its manifest says that it is a plugin for this platform
        // and contract.
        let library = inside(called, "load", || unsafe { Library::new(&path) });
        let library = library.map_err(|error| LoadError::Open {
            name: name.clone(),
            // The cause is in the source; the error itself only says that it failed.
            reason: std::error::Error::source(&error)
                .map_or_else(|| error.to_string(), ToString::to_string),
            path: found.path.clone(),
        })?;
        let library = ManuallyDrop::new(library);
        // SAFETY: the symbol is a static `LibHeader`, which begins with its `AbiHeader`; the
        // reference is valid as long as the library stays open, that is for ever.
        let header = unsafe { library.get::<AbiHeaderRef>(ROOT_MODULE_LOADER_NAME_WITH_NUL) }
            .map(|symbol| *symbol)
            .map_err(|_| LoadError::MissingSymbol {
                name: name.clone(),
                path: found.path.clone(),
            })?;
        let root = inside(called, "root", || {
            let header = header.upgrade()?;
            header.init_root_module::<PluginRootRef>()
        });
        let root = root.map_err(|error| LoadError::Layout {
            name: name.clone(),
            version: found.manifest.version.to_string(),
            contract: found.manifest.contract.to_string(),
            reason: one_line(&error),
            path: found.path.clone(),
        })?;
        let plugin = Self {
            called,
            root,
            tables: Tables::default(),
            second: v2::distribution::Tables::default(),
            found,
            _library: library,
        };
        plugin.announce();
        Ok(plugin)
    }

    /// What it says of itself, as JSON.
    pub fn manifest_json(&self) -> String {
        let json = inside(self.called, "manifest_json", || {
            (self.root.manifest_json())()
        });
        json.as_str().to_owned()
    }

    /// Where it came from.
    pub fn found(&self) -> &FoundPlugin {
        &self.found
    }
}

/// abi_stable's reports are long; the reader needs their last word.
fn one_line(error: &LibraryError) -> String {
    match error {
        LibraryError::InvalidAbiHeader(header) => format!(
            "it was built with abi_stable 0.{}, the contract uses 0.11",
            header.abi_minor
        ),
        LibraryError::AbiInstability(report) => condense(&report.to_string()),
        LibraryError::IncompatibleVersionNumber {
            expected_version,
            actual_version,
            ..
        } => format!("its root is of contract {actual_version}, expected {expected_version}"),
        other => {
            let text = other.to_string();
            let line = text.lines().map(str::trim).find(|line| !line.is_empty());
            line.unwrap_or("it cannot be initialised").to_owned()
        }
    }
}

/// What is opened in the place of the file.
enum LibraryCopy {
    /// A copy in the user's cache, named by the digest of what is in it: a rebuild during a run
    /// cannot change what runs, and two versions of one file are two libraries.
    Kept(PathBuf),
    /// A copy in a folder that is removed once the library is open.
    Brief { folder: PathBuf, copy: PathBuf },
    /// No copy: there is no place for one.
    Original,
}

impl LibraryCopy {
    /// # Errors
    /// There is no place for a copy of a file of which only this content was let in.
    fn make(found: &FoundPlugin, bytes: &[u8]) -> Result<Self, LoadError> {
        if let Some(kept) = kept_copy(found, bytes) {
            return Ok(Self::Kept(kept));
        }
        if !found.fixed {
            return Ok(Self::Original);
        }
        let place = std::env::temp_dir();
        brief_copy(&place, found, bytes).ok_or_else(|| LoadError::NoCopy {
            name: found.manifest.name.clone(),
            place,
        })
    }

    fn path(&self, found: &FoundPlugin) -> PathBuf {
        match self {
            Self::Kept(copy) | Self::Brief { copy, .. } => copy.clone(),
            Self::Original => found.path.clone(),
        }
    }
}

impl Drop for LibraryCopy {
    fn drop(&mut self) {
        if let Self::Brief { folder, .. } = self {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

fn kept_copy(found: &FoundPlugin, bytes: &[u8]) -> Option<PathBuf> {
    let digest = found.digest.strip_prefix("sha256:")?;
    let folder = crate::cache_folder("native")?.join(digest);
    if !private::own_folder(&folder) {
        return None;
    }
    let copy = folder.join(found.path.file_name()?);
    // The name promises the content; a copy that does not keep it, or that somebody else could
    // change, is replaced.
    if private::read_own(&copy).as_deref() != Some(bytes) {
        private::write(&copy, bytes).ok()?;
    }
    Some(copy)
}

fn brief_copy(place: &Path, found: &FoundPlugin, bytes: &[u8]) -> Option<LibraryCopy> {
    let digest = found.digest.strip_prefix("sha256:")?;
    let name = format!("angora-{}-{digest:.16}", std::process::id());
    let folder = place.join(name);
    // A folder that is there already may be a stranger's: this fails then.
    let mut builder = std::fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&folder).ok()?;
    let copy = folder.join(found.path.file_name()?);
    let brief = LibraryCopy::Brief {
        folder,
        copy: copy.clone(),
    };
    private::write(&copy, bytes).ok()?;
    Some(brief)
}
