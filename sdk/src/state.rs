//! Saving and restoring the state of a task or preprocessor.

use crate::{Fault, FaultCode, Result};
use serde::{Serialize, de::DeserializeOwned};

/// The bytes of a state. Floating-point numbers keep every bit.
///
/// # Errors
/// A value that is not finite, which JSON cannot hold.
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
