//! How a setting changes over the cycles of a run.

use serde::{Deserialize, Serialize};

/// How schedules run over the cycles of a run: in control steps, whatever the run's length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Course {
    /// Control steps of a cycle.
    pub steps_per_cycle: u64,
    /// Control steps after which schedules are at their end.
    pub steps: u64,
}

impl Course {
    /// Control steps done when a cycle (from 1) begins.
    fn begun(self, cycle: u64) -> u64 {
        cycle.saturating_sub(1).saturating_mul(self.steps_per_cycle)
    }

    /// Where the last cycle of the course begins; later ones are as this one.
    fn last(self) -> u64 {
        self.steps.saturating_sub(self.steps_per_cycle)
    }

    /// How much of the course is done in a cycle (from 1): 0 in the first, 1 in the last and in all
    /// that follow.
    #[must_use]
    pub fn progress(self, cycle: u64) -> f64 {
        match (self.begun(cycle), self.last()) {
            (0, _) => 0.0,
            (begun, last) if begun >= last => 1.0,
            (begun, last) => begun as f64 / last as f64,
        }
    }
}

/// A factor as a function of the training's progress.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Schedule {
    /// 1 throughout.
    #[default]
    Constant,
    /// From 1 at the first cycle down to 0 after the last of the course; beyond it as in the last.
    Linear,
    /// `rate` to the power of the number of cycles done.
    Exponential {
        /// Factor per cycle.
        rate: f64,
    },
}

impl Schedule {
    /// The factor in a cycle (from 1) of a course.
    #[must_use]
    pub fn factor(self, cycle: u64, course: Course) -> f64 {
        let done = cycle.saturating_sub(1) as f64;
        match self {
            Self::Constant => 1.0,
            Self::Linear => {
                let begun = course.begun(cycle).min(course.last());
                1.0 - begun as f64 / course.steps.max(1) as f64
            }
            Self::Exponential { rate } => rate.powf(done),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(cycles: u64) -> Course {
        Course {
            steps_per_cycle: 2048,
            steps: 2048 * cycles,
        }
    }

    #[test]
    fn progress_reaches_one_in_the_last_cycle_and_stays() {
        let progress = [1, 2, 6, 10, 11, 12, 100].map(|cycle| course(11).progress(cycle));
        assert_eq!(progress, [0.0, 0.1, 0.5, 0.9, 1.0, 1.0, 1.0]);
        assert_eq!([1, 2].map(|cycle| course(1).progress(cycle)), [0.0, 1.0]);
        // An end within a cycle.
        let odd = Course {
            steps_per_cycle: 100,
            steps: 350,
        };
        assert_eq!(
            [1, 2, 3, 4].map(|cycle| odd.progress(cycle)),
            [0.0, 0.4, 0.8, 1.0]
        );
    }

    /// A longer continuation learns on with the rate of the last cycle.
    #[test]
    fn a_linear_rate_stays_where_its_course_ends() {
        let factor = |cycle| Schedule::Linear.factor(cycle, course(4));
        assert_eq!(
            [1, 2, 3, 4, 5, 50].map(factor),
            [1.0, 0.75, 0.5, 0.25, 0.25, 0.25]
        );
    }

    #[test]
    fn schedules_start_at_one_and_follow_their_law() {
        for schedule in [
            Schedule::Constant,
            Schedule::Linear,
            Schedule::Exponential { rate: 0.98 },
        ] {
            assert_eq!(schedule.factor(1, course(10)), 1.0);
        }
        assert_eq!(Schedule::Linear.factor(6, course(10)), 0.5);
        assert!((Schedule::Exponential { rate: 0.5 }.factor(4, course(10)) - 0.125).abs() < 1e-15);
    }
}
