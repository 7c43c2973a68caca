//! A single safetensors file, with what its tensors are.

use crate::error::CheckpointError;
use crate::snapshot::NamedTensor;
use crate::tensors;
use angora_core::file;
use serde_json::Value;
use std::path::Path;

/// Tensors in a file of their own, outside of any checkpoint.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TensorFile {
    /// The tensors; in the file they are sorted by name.
    pub tensors: Vec<NamedTensor>,
    /// Facts about them, as the file's metadata keeps them; null where another program wrote it.
    pub facts: Value,
}

impl TensorFile {
    /// Writes the file: wholly, or not at all.
    ///
    /// # Errors
    /// The disk says no; a file that was there before is then untouched.
    pub fn write(&self, path: &Path) -> Result<(), CheckpointError> {
        let facts = self.facts.to_string();
        let bytes = tensors::to_bytes(&self.tensors, Some(facts))
            .map_err(|reason| CheckpointError::unreadable(path, reason))?;
        file::write(path, &bytes).map_err(CheckpointError::io(path))
    }

    /// Reads a file of this or any other program.
    ///
    /// # Errors
    /// It cannot be read, is no safetensors file, or has tensors of another type than F32.
    pub fn read(path: &Path) -> Result<Self, CheckpointError> {
        let bytes = std::fs::read(path).map_err(CheckpointError::io(path))?;
        let unreadable = |reason| CheckpointError::unreadable(path, reason);
        Ok(Self {
            tensors: tensors::from_bytes(&bytes).map_err(unreadable)?,
            facts: tensors::facts(&bytes)
                .map_err(unreadable)?
                .and_then(|text| serde_json::from_str(&text).ok())
                .unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> TensorFile {
        let tensor = |name: &str, values: &[f32]| NamedTensor {
            name: name.into(),
            shape: vec![values.len()],
            values: values.to_vec(),
        };
        TensorFile {
            tensors: vec![tensor("m1.bias", &[0.5, -0.0]), tensor("m1.kernel", &[1.0])],
            facts: serde_json::json!({ "brain": "simple", "regions": ["m1"] }),
        }
    }

    #[test]
    fn what_is_written_is_read_with_its_facts() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("m1.safetensors");
        file().write(&path).expect("writes");
        assert_eq!(TensorFile::read(&path).expect("reads"), file());
        let bytes = std::fs::read(&path).expect("reads");
        file().write(&path).expect("writes again");
        assert!(
            bytes == std::fs::read(&path).expect("reads"),
            "same content, same bytes"
        );
    }

    #[test]
    fn a_file_of_another_program_has_no_facts() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("foreign.safetensors");
        let bytes = tensors::to_bytes(&file().tensors, None).expect("serialises");
        std::fs::write(&path, bytes).expect("writes");
        let read = TensorFile::read(&path).expect("reads");
        assert_eq!((read.tensors, read.facts), (file().tensors, Value::Null));
    }

    #[test]
    fn what_is_no_safetensors_file_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("text.safetensors");
        std::fs::write(&path, "words, words, words").expect("writes");
        let error = TensorFile::read(&path).expect_err("refused").to_string();
        assert!(
            error.contains("text.safetensors cannot be read as safetensors"),
            "{error}"
        );
    }
}
