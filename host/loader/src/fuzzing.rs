//! What the fuzz targets call and nothing else outside of this crate: see `tests/fuzz`.

use crate::checks::{self, spec};
use crate::{PluginFault, Who, wasm};
use angora_core::SensationLayout;
use angora_plugin_api::{PluginKind, PreprocessorSpec, RewardSpec, TaskSpec};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;

fn who() -> Arc<Who> {
    Arc::new(Who::new("fuzz", "1.0.0", PluginKind::Task, "fuzz"))
}

/// The JSON that a plugin has answered.
///
/// # Errors
/// It is not what the contract says.
pub fn answer<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, PluginFault> {
    checks::from_json(&who(), "spec", bytes)
}

/// The spec of a task, read and checked.
///
/// # Errors
/// No engine could work with it.
pub fn task(bytes: &[u8]) -> Result<TaskSpec, PluginFault> {
    let checked = spec::CheckedSpec::new(&who(), "spec", answer(bytes)?, &[], true)?;
    Ok(checked.spec)
}

/// The spec of a reward, read and checked.
///
/// # Errors
/// No engine could work with it.
pub fn reward(bytes: &[u8]) -> Result<RewardSpec, PluginFault> {
    let read = answer(bytes)?;
    spec::check_reward(&who(), &read)?;
    Ok(read)
}

/// The spec of a preprocessor, read and checked.
///
/// # Errors
/// No engine could work with it.
pub fn preprocessor(bytes: &[u8]) -> Result<PreprocessorSpec, PluginFault> {
    let read = answer(bytes)?;
    spec::check_preprocessor(&who(), &read, &SensationLayout::new(&[]))?;
    Ok(read)
}

/// Whether a module or component may be compiled.
///
/// # Errors
/// It is damaged or too large.
pub fn module_size(bytes: &[u8]) -> Result<(), String> {
    wasm::size::check(bytes)
}

/// The component that a module is.
///
/// # Errors
/// What does not fit.
pub fn component(bytes: &[u8]) -> Result<Vec<u8>, String> {
    wasm::component(bytes)
}
