//! What comes out of a plugin, whatever its form, is checked by the same rules and refused in the
//! same words.

pub mod preprocessor;
pub mod spec;

use crate::error::{PluginFault, Who};
use angora_plugin_api::{Ending, Fault, FaultCode};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;

pub type Result<T, E = PluginFault> = std::result::Result<T, E>;

pub fn to_json<T: Serialize>(value: &T) -> Vec<u8> {
    // Our own plain types, without maps of odd keys: serialising them cannot fail.
    serde_json::to_vec(value).unwrap_or_default()
}

pub fn from_json<T: DeserializeOwned>(
    who: &Arc<Who>,
    call: &'static str,
    bytes: &[u8],
) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|e| {
        let message = format!("its answer is not what the contract says: {e}");
        fault(who, call, Fault::new(FaultCode::Invalid, message))
    })
}

#[cold]
pub fn fault(who: &Arc<Who>, call: &'static str, fault: Fault) -> PluginFault {
    PluginFault {
        who: who.clone(),
        call,
        fault,
    }
}

/// The first value that is not finite.
pub fn not_finite<T: Copy + Into<f64>>(values: &[T]) -> Option<usize> {
    // A sum of finite values may overflow, so the search decides; the sum only makes it rare.
    let sum: f64 = values.iter().map(|v| (*v).into() * 0.0).sum();
    if sum == 0.0 {
        return None;
    }
    values.iter().position(|v| !(*v).into().is_finite())
}

#[cold]
pub fn not_finite_fault(
    who: &Arc<Who>,
    call: &'static str,
    name: String,
    value: f64,
) -> PluginFault {
    let message = if value.is_nan() {
        "it is NaN, or was not written".to_owned()
    } else {
        format!("it is {value}")
    };
    fault(
        who,
        call,
        Fault::new(FaultCode::NonFinite, message).on(name),
    )
}

/// The ending that a number means.
pub fn ending(who: &Arc<Who>, call: &'static str, code: u32) -> Result<Ending> {
    Ending::from_code(code).ok_or_else(|| {
        let message = format!("{code} is no ending; expected 0, 1 or 2");
        fault(
            who,
            call,
            Fault::new(FaultCode::Invalid, message).on("ending"),
        )
    })
}
