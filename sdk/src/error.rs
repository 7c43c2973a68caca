//! Faults, as authors see them.

pub use angora_plugin_api::fault::{Fault, FaultCode};

/// What author code returns.
pub type Result<T> = std::result::Result<T, Fault>;
