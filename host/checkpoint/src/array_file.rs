//! Arrays of either precision in a safetensors file: what is recorded rather than learned.

use crate::error::CheckpointError;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::path::Path;

/// The values of an array, row major.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Single precision.
    F32(Vec<f32>),
    /// Double precision.
    F64(Vec<f64>),
}

impl Values {
    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::F32(values) => values.len(),
            Self::F64(values) => values.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn dtype(&self) -> Dtype {
        match self {
            Self::F32(_) => Dtype::F32,
            Self::F64(_) => Dtype::F64,
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::F32(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Self::F64(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
        }
    }

    fn from_bytes(dtype: Dtype, bytes: &[u8]) -> Option<Self> {
        match dtype {
            Dtype::F32 => {
                let (words, _) = bytes.as_chunks();
                let words = words.iter().map(|word| f32::from_le_bytes(*word));
                Some(Self::F32(words.collect()))
            }
            Dtype::F64 => {
                let (words, _) = bytes.as_chunks();
                let words = words.iter().map(|word| f64::from_le_bytes(*word));
                Some(Self::F64(words.collect()))
            }
            _ => None,
        }
    }
}

/// An array with a dotted name.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// `sensation.touch`.
    pub name: String,
    /// Shape.
    pub shape: Vec<usize>,
    /// Values, as many as the shape says.
    pub values: Values,
}

/// The bytes of a safetensors file with these arrays, the same for the same arrays. Those of
/// double precision come first and the header is padded, so that each array is aligned to its
/// values.
///
/// # Errors
/// The name of an array whose shape does not fit its values, with what is wrong.
pub fn array_bytes(arrays: &[Array]) -> Result<Vec<u8>, String> {
    let bytes: Vec<Vec<u8>> = arrays.iter().map(|a| a.values.to_bytes()).collect();
    let views = arrays
        .iter()
        .zip(&bytes)
        .map(|(array, bytes)| {
            TensorView::new(array.values.dtype(), array.shape.clone(), bytes)
                .map(|view| (array.name.as_str(), view))
                .map_err(|e| format!("{}: {e}", array.name))
        })
        .collect::<Result<Vec<_>, _>>()?;
    safetensors::serialize(views, None).map_err(|e| e.to_string())
}

/// The arrays of a safetensors file, sorted by name.
///
/// # Errors
/// It cannot be read, is no safetensors file, or has values of another type.
pub fn read_arrays(path: &Path) -> Result<Vec<Array>, CheckpointError> {
    let bytes = std::fs::read(path).map_err(CheckpointError::io(path))?;
    let unreadable = |reason: String| CheckpointError::unreadable(path, reason);
    let file = SafeTensors::deserialize(&bytes).map_err(|e| unreadable(e.to_string()))?;
    let mut arrays = Vec::new();
    for (name, view) in file.tensors() {
        let dtype = view.dtype();
        let Some(values) = Values::from_bytes(dtype, view.data()) else {
            let reason = format!("{name} has type {dtype:?}, expected F32 or F64");
            return Err(unreadable(reason));
        };
        arrays.push(Array {
            name,
            shape: view.shape().to_vec(),
            values,
        });
    }
    arrays.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(arrays)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrays() -> Vec<Array> {
        let array = |name: &str, shape: &[usize], values| Array {
            name: name.into(),
            shape: shape.to_vec(),
            values,
        };
        vec![
            array("action", &[3, 1], Values::F32(vec![0.5, -0.0, 1e-40])),
            array("reward", &[3], Values::F64(vec![0.1, f64::MAX, 5e-324])),
            array("signal.none", &[3, 0], Values::F64(Vec::new())),
            array("time", &[], Values::F64(vec![0.3])),
        ]
    }

    #[test]
    fn what_is_written_is_read_in_both_precisions() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("episode.safetensors");
        let bytes = array_bytes(&arrays()).expect("serialises");
        std::fs::write(&path, &bytes).expect("writes");
        assert_eq!(read_arrays(&path).expect("reads"), arrays());
    }

    /// By the format's own description: eight bytes of header length, the header, the data.
    #[test]
    fn every_array_is_aligned_to_its_values() {
        let bytes = array_bytes(&arrays()).expect("serialises");
        let len: [u8; 8] = bytes[..8].try_into().expect("eight bytes");
        let data = 8 + usize::try_from(u64::from_le_bytes(len)).expect("fits");
        let header: serde_json::Value = serde_json::from_slice(&bytes[8..data]).expect("JSON");
        for array in arrays() {
            let entry = &header[&array.name];
            let offset = entry["data_offsets"][0].as_u64().expect("a number");
            let size = if entry["dtype"] == "F64" { 8 } else { 4 };
            let at = data + usize::try_from(offset).expect("fits");
            assert_eq!(at % size, 0, "{}", array.name);
        }
    }

    #[test]
    fn a_shape_that_does_not_fit_is_refused_by_name() {
        let mut arrays = arrays();
        arrays[0].shape = vec![4];
        let error = array_bytes(&arrays).expect_err("refused");
        assert!(error.starts_with("action: "), "{error}");
    }
}
