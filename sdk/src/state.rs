//! Saving and restoring the state of a task or preprocessor.

use crate::{Fault, FaultCode, Result};
use serde::{Serialize, de::DeserializeOwned};

/// The bytes of a state. Finite numbers keep every bit; NaN and infinities do not survive (they
/// are written as null, which [`restore`] refuses).
///
/// # Errors
/// A type that JSON cannot hold, such as a map whose keys are no text.
pub fn save<T: Serialize>(state: &T) -> Result<Vec<u8>> {
    serde_json::to_vec(state).map_err(|e| Fault::failed(format!("state cannot be saved: {e}")))
}

/// The state of saved bytes.
///
/// # Errors
/// Bytes that another version wrote.
pub fn restore<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes)
        .map_err(|e| Fault::new(FaultCode::Invalid, format!("saved state does not fit: {e}")))
}
