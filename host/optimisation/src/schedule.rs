//! How a setting changes over the cycles of a run.

use serde::{Deserialize, Serialize};

/// A factor as a function of the training's progress.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Schedule {
    /// 1 throughout.
    #[default]
    Constant,
    /// From 1 at the first cycle down to 0 after the last.
    Linear,
    /// `rate` to the power of the number of cycles done.
    Exponential {
        /// Factor per cycle.
        rate: f64,
    },
}

impl Schedule {
    /// The factor in a cycle (from 1) of `cycles`.
    #[must_use]
    pub fn factor(self, cycle: u64, cycles: u64) -> f64 {
        let done = cycle.saturating_sub(1) as f64;
        match self {
            Self::Constant => 1.0,
            Self::Linear => (1.0 - done / cycles.max(1) as f64).max(0.0),
            Self::Exponential { rate } => rate.powf(done),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_start_at_one_and_follow_their_law() {
        for schedule in [
            Schedule::Constant,
            Schedule::Linear,
            Schedule::Exponential { rate: 0.98 },
        ] {
            assert_eq!(schedule.factor(1, 10), 1.0);
        }
        assert_eq!(Schedule::Linear.factor(6, 10), 0.5);
        assert!((Schedule::Exponential { rate: 0.5 }.factor(4, 10) - 0.125).abs() < 1e-15);
    }
}
