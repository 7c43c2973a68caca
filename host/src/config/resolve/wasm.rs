//! Limits of plugins, which are needed before one is opened.

use super::Check;
use crate::config::error::ConfigError;
use crate::config::layers::Layers;
use crate::config::resolved::plugin_timeout_secs;
use angora_loader::WasmLimits;
use std::time::Duration;

/// Most memory that a module of 32 bits can have, MiB.
const LARGEST_MEMORY: usize = 4096;

/// The limits that settings give to sandboxed modules.
///
/// # Errors
/// One of them cannot be used.
pub fn wasm_limits(layers: &Layers) -> Result<WasmLimits, ConfigError> {
    let written = layers.written()?.wasm;
    let check = Check { layers };
    let unless_written = WasmLimits::default();
    let memory_mib = written.memory_mib.unwrap_or(unless_written.memory_mib);
    if !(1..=LARGEST_MEMORY).contains(&memory_mib) {
        let problem = format!("it is {memory_mib}, expected 1 to {LARGEST_MEMORY} MiB");
        return Err(check.error("wasm.memory_mib", problem));
    }
    let deadline_ms = written.deadline_ms.unwrap_or(unless_written.deadline_ms);
    if deadline_ms == 0 {
        return Err(check.error("wasm.deadline_ms", "it is 0, expected at least 1 ms"));
    }
    Ok(WasmLimits {
        memory_mib,
        deadline_ms,
        fuel: written.fuel.filter(|fuel| *fuel > 0),
    })
}

/// The longest time of a call of native code; zero is no limit.
///
/// # Errors
/// It is negative, or shorter than the watchdog can tell.
pub fn plugin_timeout(layers: &Layers) -> Result<Duration, ConfigError> {
    const KEY: &str = "plugin_timeout_secs";
    let check = Check { layers };
    let written = layers.written()?.plugin_timeout_secs;
    let secs = check.range(KEY, written.unwrap_or_else(plugin_timeout_secs), 0.0, 1e9)?;
    if secs > 0.0 && secs < 1.0 {
        let problem = format!("it is {secs}, expected at least 1 s, or 0 for no limit");
        return Err(check.error(KEY, problem));
    }
    Ok(Duration::from_secs_f64(secs))
}
