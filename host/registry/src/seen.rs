//! The highest number of each list of versions that a user has seen, so that a registry cannot go
//! back behind it.

use crate::{Digest, PackageName, RegistryError};
use angora_core::private;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A folder with a file for each package and registry.
#[derive(Debug, Clone)]
pub struct Seen {
    folder: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    registry: String,
    package: PackageName,
    number: u64,
}

impl Seen {
    /// In a folder, which is made when something is first seen.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The highest number that a registry has shown of a package; 0 of none.
    ///
    /// # Errors
    /// The file cannot be read, or others can write it.
    pub fn highest(&self, registry: &str, package: &PackageName) -> Result<u64, RegistryError> {
        let path = self.path(registry, package);
        let text = match private::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(RegistryError::io(&path)(error)),
        };
        let entry: Result<Entry, _> = serde_json::from_str(&text);
        let entry = entry.map_err(|error| RegistryError::Document {
            what: format!("the number of the last list of versions of {package}"),
            place: path.display().to_string(),
            reason: error.to_string(),
        })?;
        Ok(entry.number)
    }

    /// Remembers a number.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn note(
        &self,
        registry: &str,
        package: &PackageName,
        number: u64,
    ) -> Result<(), RegistryError> {
        if number <= self.highest(registry, package)? {
            return Ok(());
        }
        let path = self.path(registry, package);
        let entry = Entry {
            registry: registry.into(),
            package: package.clone(),
            number,
        };
        private::write(&path, &crate::json(&entry)).map_err(RegistryError::io(&path))
    }

    fn path(&self, registry: &str, package: &PackageName) -> PathBuf {
        let name = Digest::of(format!("{registry}\n{package}").as_bytes());
        self.folder.join(format!("{}.json", name.hex()))
    }
}
