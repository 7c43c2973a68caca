//! Tensors as safetensors files.

use crate::snapshot::NamedTensor;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::collections::HashMap;

/// The metadata's only key: the format does not order several, so files would differ.
const FACTS: &str = "angora";

/// The bytes of a file with these tensors, and facts about them as text.
pub fn to_bytes(tensors: &[NamedTensor], facts: Option<String>) -> Result<Vec<u8>, String> {
    let bytes: Vec<Vec<u8>> = tensors
        .iter()
        .map(|t| t.values.iter().flat_map(|v| v.to_le_bytes()).collect())
        .collect();
    let views = tensors
        .iter()
        .zip(&bytes)
        .map(|(tensor, bytes)| {
            TensorView::new(Dtype::F32, tensor.shape.clone(), bytes)
                .map(|view| (tensor.name.clone(), view))
                .map_err(|e| format!("{}: {e}", tensor.name))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let metadata = facts.map(|facts| HashMap::from([(FACTS.to_owned(), facts)]));
    safetensors::serialize(views, metadata).map_err(|e| e.to_string())
}

/// The facts in a file, where we wrote some.
pub fn facts(bytes: &[u8]) -> Result<Option<String>, String> {
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| e.to_string())?;
    let facts = header.metadata().as_ref().and_then(|all| all.get(FACTS));
    Ok(facts.cloned())
}

/// The tensors of a file, sorted by name.
pub fn from_bytes(bytes: &[u8]) -> Result<Vec<NamedTensor>, String> {
    let file = SafeTensors::deserialize(bytes).map_err(|e| e.to_string())?;
    let mut tensors = Vec::new();
    for (name, view) in file.tensors() {
        if view.dtype() != Dtype::F32 {
            return Err(format!("{name} has type {:?}, expected F32", view.dtype()));
        }
        let words = view.data().chunks_exact(4);
        tensors.push(NamedTensor {
            name,
            shape: view.shape().to_vec(),
            values: words
                .map(|w| f32::from_le_bytes([w[0], w[1], w[2], w[3]]))
                .collect(),
        });
    }
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tensors)
}
