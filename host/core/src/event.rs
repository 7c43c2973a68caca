//! What a cycle reports to the sinks.

use serde::{Deserialize, Serialize};

/// A number with a name; the names are those of `angora_monitor::metric`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// Name: `rollout/ep_rew_mean`.
    pub name: String,
    /// Value.
    pub value: f64,
}

/// Everything that one cycle reports.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CycleReport {
    /// Cycle, from 1.
    pub cycle: u64,
    /// Control steps gathered since the run began.
    pub total_steps: u64,
    /// Numbers, in the order in which they are written.
    pub metrics: Vec<Metric>,
}

impl CycleReport {
    /// The value of a metric.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<f64> {
        self.metrics
            .iter()
            .find(|metric| metric.name == name)
            .map(|metric| metric.value)
    }

    /// Adds a number.
    pub fn push(&mut self, name: &str, value: f64) {
        self.metrics.push(Metric {
            name: name.to_owned(),
            value,
        });
    }
}
