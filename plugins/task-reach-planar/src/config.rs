//! Settings of the tasks.

use angora_sdk::{Fault, FaultCode, Result};
use serde::{Deserialize, Serialize};

/// Settings. Lengths in m, angles in rad, about the shoulder, which is the origin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Distance of fingertip and target within which the target is reached.
    pub success_radius: f64,
    /// Least and greatest distance of a target from the origin.
    pub target_distance: [f64; 2],
    /// Least and greatest direction of a target.
    pub target_direction: [f64; 2],
    /// Part of each joint's range, about its middle, in which the arm starts; 0..1.
    pub start_range: f64,
    /// Reward per metre that the fingertip comes nearer.
    pub progress_weight: f64,
    /// Cost of the mean squared action.
    pub control_weight: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            success_radius: 0.02,
            target_distance: [0.1, 0.2],
            target_direction: [-1.5, 1.5],
            start_range: 0.6,
            progress_weight: 10.0,
            control_weight: 0.01,
        }
    }
}

impl Config {
    /// The same settings, if they make sense.
    ///
    /// # Errors
    /// Intervals in the wrong order, lengths, parts or weights that are none.
    pub fn checked(self) -> Result<Self> {
        let refuse =
            |key: &str, message: String| Err(Fault::new(FaultCode::Config, message).on(key));
        let radius = self.success_radius;
        if !(radius > 0.0 && radius.is_finite()) {
            return refuse("success_radius", format!("{radius} m is no radius"));
        }
        let ordered = |[low, high]: [f64; 2]| low <= high && low.is_finite() && high.is_finite();
        let [least, greatest] = self.target_distance;
        if !(ordered(self.target_distance) && least >= 0.0) {
            let message = format!("[{least}, {greatest}] m is no interval of distances");
            return refuse("target_distance", message);
        }
        if !ordered(self.target_direction) {
            let [least, greatest] = self.target_direction;
            let message = format!("[{least}, {greatest}] rad is no interval of directions");
            return refuse("target_direction", message);
        }
        if !(0.0..=1.0).contains(&self.start_range) {
            let message = format!("{} is no part of a range: 0 to 1", self.start_range);
            return refuse("start_range", message);
        }
        for (key, weight) in [
            ("progress_weight", self.progress_weight),
            ("control_weight", self.control_weight),
        ] {
            if !(weight >= 0.0 && weight.is_finite()) {
                return refuse(key, format!("{weight} is no weight: 0 or more"));
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_make_no_sense_are_refused_by_name() {
        let wrong = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            config.checked().expect_err("refused").field
        };
        assert_eq!(wrong(|c| c.success_radius = 0.0), "success_radius");
        assert_eq!(wrong(|c| c.target_distance = [0.2, 0.1]), "target_distance");
        assert_eq!(
            wrong(|c| c.target_distance = [-0.1, 0.1]),
            "target_distance"
        );
        assert_eq!(
            wrong(|c| c.target_direction = [f64::NAN, 1.0]),
            "target_direction"
        );
        assert_eq!(wrong(|c| c.start_range = 1.1), "start_range");
        assert_eq!(wrong(|c| c.progress_weight = -1.0), "progress_weight");
        assert_eq!(
            wrong(|c| c.control_weight = f64::INFINITY),
            "control_weight"
        );
        let default = Config::default();
        assert_eq!(default.clone().checked().expect("makes sense"), default);
    }
}
