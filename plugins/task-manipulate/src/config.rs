//! Settings of the tasks.

use crate::chain;
use angora_sdk::{Fault, FaultCode, Result, Schedule};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// Settings. Lengths in m, angles in rad, world frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Angle between the block's orientation and its goal within which the goal is reached.
    pub success_angle: Schedule,
    /// Which orientations are goals.
    pub goals: Goals,
    /// How the brain is told of its goal.
    pub goal_sense: GoalSense,
    /// Goals after which the episode ends.
    pub most_goals: u64,
    /// Seconds for each goal.
    pub seconds_per_goal: f64,
    /// Whether an episode that runs out of time for a goal is cut off, so that what would have come
    /// counts, or over.
    pub time_out: TimeOut,
    /// Where the block starts, about.
    pub block_start: [f64; 3],
    /// Standard deviation of that place, in each direction.
    pub start_noise: f64,
    /// How high the block must lie once it has settled; else the start is drawn anew.
    pub least_height: f64,
    /// Angle of a noisy pose's error: standard deviation.
    pub rotation_noise: f64,
    /// Length of a noisy pose's error.
    pub position_noise: f64,
    /// Chain code of TestCaseManipulateBlock: quarter turns one after another, `r` and `l` about +x
    /// and -x, `u` and `d` about +y and -y, `a` and `c` about +z and -z.
    pub chain: String,
    /// Whether the turns of the chain come in another order in each episode.
    pub shuffle_chain: bool,
    /// Rows and columns of a picture, where the brain sees.
    pub pixels: usize,
    /// Distances, goals, starts, endings and the progress after a success and a reset by AngoraPy's
    /// formulas, faults included.
    pub as_angorapy: bool,
}

/// Which orientations are goals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goals {
    /// Any, uniform over all rotations.
    #[default]
    Any,
    /// The 24 in which faces look along the axes.
    Parallel,
    /// The block's at the start, turned about the vertical.
    Vertical,
}

/// How the brain is told of its goal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GoalSense {
    /// As an orientation in the world.
    #[default]
    Target,
    /// As the rotation that is left.
    Turn,
}

/// What an episode is that runs out of time for a goal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeOut {
    /// Cut off: the value of what would have come counts.
    #[default]
    Truncated,
    /// Over: nothing comes after it.
    Terminated,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            success_angle: 0.4.into(),
            goals: Goals::Any,
            goal_sense: GoalSense::Target,
            most_goals: 50,
            seconds_per_goal: 8.0,
            time_out: TimeOut::Truncated,
            block_start: [0.36, 0.0, 0.1],
            start_noise: 0.005,
            least_height: 0.04,
            rotation_noise: PI / 36.0,
            position_noise: 0.003_71,
            chain: "l_r_u_d_c_a".into(),
            shuffle_chain: false,
            pixels: 64,
            as_angorapy: false,
        }
    }
}

impl Config {
    /// The same settings, if they make sense.
    ///
    /// # Errors
    /// Times, lengths or angles that are none, a chain of other letters.
    pub fn checked(self) -> Result<Self> {
        let refuse =
            |key: &str, message: String| Err(Fault::new(FaultCode::Config, message).on(key));
        self.success_angle
            .checked("success_angle", "an angle: between 0 and pi", |angle| {
                0.0 < angle && angle <= PI
            })?;
        if self.most_goals == 0 {
            return refuse("most_goals", "0 goals are no task".into());
        }
        let seconds = self.seconds_per_goal;
        if !(seconds > 0.0 && seconds.is_finite()) {
            return refuse("seconds_per_goal", format!("{seconds} s is no time"));
        }
        for (key, length) in [
            ("start_noise", self.start_noise),
            ("rotation_noise", self.rotation_noise),
            ("position_noise", self.position_noise),
        ] {
            if !(0.0..10.0).contains(&length) {
                return refuse(key, format!("{length} is no size of an error"));
            }
        }
        chain::turns(&self.chain)
            .map_err(|message| Fault::new(FaultCode::Config, message).on("chain"))?;
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
        assert_eq!(wrong(|c| c.success_angle = 4.0.into()), "success_angle");
        assert_eq!(wrong(|c| c.most_goals = 0), "most_goals");
        assert_eq!(wrong(|c| c.seconds_per_goal = 0.0), "seconds_per_goal");
        assert_eq!(wrong(|c| c.rotation_noise = f64::NAN), "rotation_noise");
        assert_eq!(wrong(|c| c.chain = "l_x".into()), "chain");
        let default = Config::default();
        assert_eq!(default.clone().checked().expect("makes sense"), default);
    }
}
