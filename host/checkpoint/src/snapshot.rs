//! What a checkpoint holds.

use crate::CheckpointError;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;

/// A tensor with a dotted name.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedTensor {
    /// `policy.layer_1.kernel`.
    pub name: String,
    /// Shape.
    pub shape: Vec<usize>,
    /// Values, row major.
    pub values: Vec<f32>,
}

/// One stage's part, with a version of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Version of the section's form.
    pub version: u32,
    /// The content.
    pub data: serde_json::Value,
}

/// Everything of a run at the end of a cycle.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// Cycles done.
    pub cycle: u64,
    /// Sections by name.
    pub sections: BTreeMap<String, Section>,
    /// The brain's parameters.
    pub brain: Vec<NamedTensor>,
    /// The optimiser's state.
    pub optimiser: Vec<NamedTensor>,
}

impl Snapshot {
    /// Adds a section.
    ///
    /// # Errors
    /// Content that JSON cannot hold.
    pub fn put<T: Serialize>(
        &mut self,
        name: &str,
        version: u32,
        content: &T,
    ) -> Result<(), CheckpointError> {
        let data = serde_json::to_value(content).map_err(|e| CheckpointError::Section {
            section: name.to_owned(),
            reason: e.to_string(),
        })?;
        let section = Section { version, data };
        self.sections.insert(name.to_owned(), section);
        Ok(())
    }

    /// Reads a section of a version.
    ///
    /// # Errors
    /// It is missing, of another version, or of another form.
    pub fn get<T: DeserializeOwned>(&self, name: &str, version: u32) -> Result<T, CheckpointError> {
        let wrong = |reason: String| CheckpointError::Section {
            section: name.to_owned(),
            reason,
        };
        let section = self
            .sections
            .get(name)
            .ok_or_else(|| wrong("it is missing".into()))?;
        if section.version != version {
            return Err(wrong(format!(
                "it has version {}, expected {version}",
                section.version
            )));
        }
        serde_json::from_value(section.data.clone()).map_err(|e| wrong(e.to_string()))
    }
}
