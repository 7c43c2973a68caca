//! What a module may use.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Limits of every instance of a module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WasmLimits {
    /// Most memory of an instance, MiB.
    pub memory_mib: usize,
    /// Longest time of one call, ms.
    pub deadline_ms: u64,
    /// Most fuel of one call, about one unit per instruction; `None` does not count. Unlike the
    /// time it runs out at the same place in every run, and counting makes calls slower.
    pub fuel: Option<u64>,
}

impl Default for WasmLimits {
    /// Room for modules of interpreted languages, and time that only a module that hangs takes.
    fn default() -> Self {
        Self {
            memory_mib: 64,
            deadline_ms: 1000,
            fuel: None,
        }
    }
}

impl WasmLimits {
    /// Most memory of an instance, bytes.
    pub(crate) fn memory(&self) -> usize {
        self.memory_mib.saturating_mul(1 << 20)
    }

    /// Longest time of one call.
    pub(crate) fn deadline(&self) -> Duration {
        Duration::from_millis(self.deadline_ms)
    }
}
