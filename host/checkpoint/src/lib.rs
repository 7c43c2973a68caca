//! Checkpoints that a person can read.
//!
//! `checkpoints/cycle-000012/` holds `brain.safetensors`, `optimiser.safetensors`, `state.json`
//! (sections, each with a version) and `MANIFEST.json` (digests). `latest` and `best` are small
//! files with the name of a folder. Everything is written under a temporary name, synced and
//! renamed, so a reader finds either all of a checkpoint or nothing of it.

mod array_file;
mod error;
mod reading;
mod snapshot;
mod store;
mod tensor_file;
mod tensors;
mod written;

pub use array_file::{Array, Values, array_bytes, read_arrays};
pub use error::CheckpointError;
pub use reading::{digest_of, read_checkpoint};
pub use snapshot::{NamedTensor, Section, Snapshot};
pub use store::{BEST, LATEST, Store};
pub use tensor_file::TensorFile;
