//! Cold data as it crosses the boundary, in every form of a plugin.

use crate::{Fault, FaultCode};
use serde::{Serialize, de::DeserializeOwned};

/// A configuration from JSON; nothing, `null` and `{}` are the defaults.
pub fn config<C: DeserializeOwned + Default>(json: &[u8]) -> Result<C, Fault> {
    if json.is_empty() {
        return Ok(C::default());
    }
    let value = serde_json::from_slice(json);
    let value = value.map_err(|e| Fault::new(FaultCode::Config, e.to_string()))?;
    crate::settings::from_value(&value)
}

/// What the host says.
pub fn read<T: DeserializeOwned>(what: &str, json: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(json)
        .map_err(|e| Fault::new(FaultCode::Invalid, format!("{what} from the host: {e}")))
}

/// What the host is told.
pub fn write<T: Serialize>(what: &str, value: &T) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(value)
        .map_err(|e| Fault::new(FaultCode::Invalid, format!("{what} as JSON: {e}")))
}
