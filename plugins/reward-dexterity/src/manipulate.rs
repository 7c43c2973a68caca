//! The reward for turning an object in the hand.

use crate::signals;
use angora_sdk::{
    Random, Result, Reward, RewardConfiguration, RewardContext, RewardSpec, Schedule, state,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;

/// Coefficients of `manipulate`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ManipulateConfig {
    /// For each radian (and metre) that the object comes nearer to its goal.
    pub progress: Schedule,
    /// For each goal that is reached.
    pub success_bonus: Schedule,
    /// Cost of dropping the object.
    pub dropping_penalty: Schedule,
    /// Cost of the squared forces of the fingers' actuators, per N².
    pub force: Schedule,
    /// Cost of the squared lengths of the tendons, times 116, per m².
    pub tendon_stress: Schedule,
}

/// The predecessor's factor of tendon stress.
pub const TENDON_SCALE: f64 = 116.0;

impl Default for ManipulateConfig {
    fn default() -> Self {
        Self {
            progress: 1.0.into(),
            success_bonus: 5.0.into(),
            dropping_penalty: 20.0.into(),
            force: 0.0.into(),
            tendon_stress: 0.0.into(),
        }
    }
}

/// `progress * (d before - d after) + success_bonus * success - dropping_penalty * dropped - force
/// * sum F² - tendon_stress * 116 * sum l²`, where d is the distance to the goal for which the step
/// was made: the predecessor's `manipulate`.
#[derive(Debug, Clone)]
pub struct Manipulate {
    config: ManipulateConfig,
    distance: usize,
    next_distance: usize,
    success: usize,
    dropped: usize,
    forces: Option<Range<usize>>,
    tendons: Option<Range<usize>>,
    /// Distance to the goal that holds, before the step.
    before: f64,
}

impl Reward for Manipulate {
    type Config = ManipulateConfig;

    fn new(_id: &str, config: ManipulateConfig, context: RewardContext) -> Result<Self> {
        signals::not_negative(&[
            ("progress", &config.progress),
            ("success_bonus", &config.success_bonus),
            ("dropping_penalty", &config.dropping_penalty),
            ("force", &config.force),
            ("tendon_stress", &config.tendon_stress),
        ])?;
        Ok(Self {
            distance: signals::single(&context, "distance")?,
            next_distance: signals::single(&context, "next_distance")?,
            success: signals::single(&context, "success")?,
            dropped: signals::single(&context, "dropped")?,
            forces: signals::charged(&context, "actuator_force", &config.force)?,
            tendons: signals::charged(&context, "tendon_length", &config.tendon_stress)?,
            config,
            before: 0.0,
        })
    }

    fn configurations(_id: &str) -> BTreeMap<String, RewardConfiguration> {
        signals::configurations(&[
            ("penalized_force", "", "forces cost", &[("force", 0.001)]),
            (
                "penalized_anatomy",
                "penalized_force",
                "forces and stretched tendons cost",
                &[("force", 0.01), ("tendon_stress", 0.01)],
            ),
        ])
    }

    fn spec(&self) -> RewardSpec {
        let terms = ["progress", "success", "dropped", "force", "tendon_stress"];
        RewardSpec {
            terms: terms.map(Into::into).into(),
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
        let config = &self.config;
        let force = signals::squares(signals, self.forces.as_ref());
        let stress = TENDON_SCALE * signals::squares(signals, self.tendons.as_ref());
        terms[0] = config.progress.at(progress) * (self.before - signals[self.distance]);
        terms[1] = config.success_bonus.at(progress) * signals[self.success];
        terms[2] = -(config.dropping_penalty.at(progress) * signals[self.dropped]);
        terms[3] = -(config.force.at(progress) * force);
        terms[4] = -(config.tendon_stress.at(progress) * stress);
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
