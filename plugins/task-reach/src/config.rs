//! Settings of the tasks.

use angora_sdk::{Fault, FaultCode, Result, Schedule};
use serde::{Deserialize, Serialize};

/// Settings. Lengths in m, world frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Distance within which a goal is reached: of all fingertips together (the norm over all
    /// their coordinates) in Reach, of thumb and finger in FreeReach.
    pub success_distance: Schedule,
    /// The finger that the thumb shall meet, counted from 0 at the first finger; one is drawn where
    /// none is given.
    pub finger: Option<usize>,
    /// Part of the goals of Reach that are to stay where the episode began; 0 where a finger is
    /// given.
    pub still_probability: f64,
    /// Where thumb and finger meet, from the palm's frame.
    pub meeting_offset: [f64; 3],
    /// Standard deviation of that place, in each direction.
    pub meeting_noise: f64,
    /// How far before the meeting place each of the two goals lies.
    pub gap: f64,
    /// Standard deviation of the joint angles at the start, as a part of their range.
    pub start_noise: f64,
    /// Rows and columns of the picture, where the brain sees.
    pub pixels: usize,
    /// Joint velocities of an episode run on into the next, as in AngoraPy.
    pub as_angorapy: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            success_distance: 0.02.into(),
            finger: None,
            still_probability: 0.1,
            meeting_offset: [0.08, 0.01, 0.05],
            meeting_noise: 0.005,
            gap: 0.005,
            start_noise: 0.0,
            pixels: 64,
            as_angorapy: false,
        }
    }
}

impl Config {
    /// The same settings, if they make sense.
    ///
    /// # Errors
    /// Lengths that are none, a part that is not within 0..1.
    pub fn checked(self) -> Result<Self> {
        let refuse =
            |key: &str, message: String| Err(Fault::new(FaultCode::Config, message).on(key));
        self.success_distance.checked(
            "success_distance",
            "a distance: more than 0 m",
            |distance| distance > 0.0,
        )?;
        for (key, length) in [
            ("meeting_noise", self.meeting_noise),
            ("gap", self.gap),
            ("start_noise", self.start_noise),
        ] {
            if !(0.0..1.0).contains(&length) {
                return refuse(key, format!("{length} is not between 0 and 1"));
            }
        }
        if !(0.0..=1.0).contains(&self.still_probability) {
            let message = format!("{} is no probability", self.still_probability);
            return refuse("still_probability", message);
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
        assert_eq!(
            wrong(|c| c.success_distance = 0.0.into()),
            "success_distance"
        );
        assert_eq!(wrong(|c| c.still_probability = 1.1), "still_probability");
        assert_eq!(wrong(|c| c.gap = -0.1), "gap");
        assert_eq!(wrong(|c| c.start_noise = f64::NAN), "start_noise");
        let default = Config::default();
        assert_eq!(default.clone().checked().expect("makes sense"), default);
    }
}
