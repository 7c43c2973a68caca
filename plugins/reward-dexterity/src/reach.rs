//! Rewards for bringing fingertips to places, and the thumb to a finger.

use crate::signals;
use angora_sdk::{
    Random, Result, Reward, RewardConfiguration, RewardContext, RewardSpec, Schedule, state,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;

/// Coefficients of `reach` and `sequential-reach`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReachConfig {
    /// For each step with a success.
    pub success_bonus: Schedule,
    /// Cost of the squared forces of the fingers' actuators, per N².
    pub force: Schedule,
}

impl Default for ReachConfig {
    fn default() -> Self {
        Self {
            success_bonus: 0.1.into(),
            force: 0.0.into(),
        }
    }
}

/// `-distance + success_bonus * success - force * sum F²`: the predecessor's `reach`.
#[derive(Debug, Clone)]
pub struct Reach {
    config: ReachConfig,
    distance: usize,
    success: usize,
    forces: Option<Range<usize>>,
}

impl Reward for Reach {
    type Config = ReachConfig;

    fn new(_id: &str, config: ReachConfig, context: RewardContext) -> Result<Self> {
        signals::not_negative(&[
            ("success_bonus", &config.success_bonus),
            ("force", &config.force),
        ])?;
        Ok(Self {
            distance: signals::single(&context, "distance")?,
            success: signals::single(&context, "success")?,
            forces: signals::charged(&context, "actuator_force", &config.force)?,
            config,
        })
    }

    fn configurations(id: &str) -> BTreeMap<String, RewardConfiguration> {
        match id {
            "sequential-reach" => signals::configurations(&[(
                "great_success",
                "",
                "a bonus that outweighs the way",
                &[("success_bonus", 5.0)],
            )]),
            _ => signals::configurations(&[(
                "force_punished",
                "",
                "forces cost",
                &[("force", 0.05)],
            )]),
        }
    }

    fn spec(&self) -> RewardSpec {
        RewardSpec {
            terms: ["distance", "success", "force"].map(Into::into).into(),
        }
    }

    fn evaluate(
        &mut self,
        signals: &[f64],
        _action: &[f32],
        progress: f64,
        terms: &mut [f64],
    ) -> Result<()> {
        let force = signals::squares(signals, self.forces.as_ref());
        terms[0] = -signals[self.distance];
        terms[1] = self.config.success_bonus.at(progress) * signals[self.success];
        terms[2] = -(self.config.force.at(progress) * force);
        Ok(())
    }
}

/// Coefficients of `free-reach` and its forms with progress.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FreeReachConfig {
    /// For each step with a success.
    pub success_bonus: Schedule,
    /// Cost of the squared forces of the fingers' actuators, per N².
    pub force: Schedule,
    /// Radius around the thumb in which other fingers cost, m.
    pub zone_radius: Schedule,
    /// Cost per metre that another finger is inside that zone.
    pub zone_penalty: Schedule,
}

impl Default for FreeReachConfig {
    fn default() -> Self {
        Self {
            success_bonus: 0.1.into(),
            force: 0.0.into(),
            zone_radius: 0.060_15.into(),
            zone_penalty: 0.01.into(),
        }
    }
}

/// `free-reach`: `-distance + success_bonus * success - force * sum F² - zone_penalty * sum (R -
/// min(d, R))` over the fingers that are not meant. With progress, the first term is how much nearer
/// the control step brought the thumb. The predecessor's `free_reach`,
/// `free_reach_positive_reinforcement` and `sequential_free_reach`.
#[derive(Debug, Clone)]
pub struct FreeReach {
    config: FreeReachConfig,
    progress: bool,
    distance: usize,
    next_distance: usize,
    success: usize,
    target: usize,
    fingers: Range<usize>,
    forces: Option<Range<usize>>,
    /// Distance to the goal that holds, before the step.
    before: f64,
}

impl Reward for FreeReach {
    type Config = FreeReachConfig;

    fn new(id: &str, config: FreeReachConfig, context: RewardContext) -> Result<Self> {
        signals::not_negative(&[
            ("success_bonus", &config.success_bonus),
            ("force", &config.force),
            ("zone_radius", &config.zone_radius),
            ("zone_penalty", &config.zone_penalty),
        ])?;
        Ok(Self {
            progress: id != "free-reach",
            distance: signals::single(&context, "distance")?,
            next_distance: signals::single(&context, "next_distance")?,
            success: signals::single(&context, "success")?,
            target: signals::single(&context, "target_finger")?,
            fingers: signals::several(&context, "thumb_distance")?,
            forces: signals::charged(&context, "actuator_force", &config.force)?,
            config,
            before: 0.0,
        })
    }

    fn configurations(id: &str) -> BTreeMap<String, RewardConfiguration> {
        match id {
            "sequential-free-reach" => signals::configurations(&[(
                "great_success",
                "",
                "a bonus that outweighs the way",
                &[("success_bonus", 20.0)],
            )]),
            "free-reach-progress" => signals::configurations(&[(
                "force_punished",
                "",
                "forces cost",
                &[("force", 0.05)],
            )]),
            _ => signals::configurations(&[
                ("force_punished", "", "forces cost", &[("force", 0.05)]),
                (
                    "force_punished_light",
                    "force_punished",
                    "forces cost a little",
                    &[("force", 0.001)],
                ),
            ]),
        }
    }

    fn spec(&self) -> RewardSpec {
        let first = if self.progress {
            "progress"
        } else {
            "distance"
        };
        RewardSpec {
            terms: [first, "success", "force", "zone"].map(Into::into).into(),
        }
    }

    fn reset(&mut self, _random: &mut Random, signals: &[f64]) -> Result<()> {
        self.before = signals[self.next_distance];
        Ok(())
    }

    fn evaluate(
        &mut self,
        signals: &[f64],
        _action: &[f32],
        progress: f64,
        terms: &mut [f64],
    ) -> Result<()> {
        let distance = signals[self.distance];
        let force = signals::squares(signals, self.forces.as_ref());
        let radius = self.config.zone_radius.at(progress);
        let target = signals[self.target] as usize;
        let inside = signals[self.fingers.clone()].iter().enumerate();
        let inside: f64 = inside
            .filter(|(finger, _)| *finger != target)
            .map(|(_, distance)| radius - distance.min(radius))
            .sum();
        terms[0] = if self.progress {
            self.before - distance
        } else {
            -distance
        };
        terms[1] = self.config.success_bonus.at(progress) * signals[self.success];
        terms[2] = -(self.config.force.at(progress) * force);
        terms[3] = -(self.config.zone_penalty.at(progress) * inside);
        self.before = signals[self.next_distance];
        Ok(())
    }

    fn save(&self) -> Result<Vec<u8>> {
        state::save(&self.before)
    }

    fn restore(&mut self, saved: &[u8]) -> Result<()> {
        self.before = state::restore(saved)?;
        Ok(())
    }
}
