//! What preprocessors of revision 2 exchange with the host.

use crate::{ActionSpec, SensationSpec, StatisticsForm};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a preprocessor is told when it is created.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PreprocessorContext {
    /// The senses, laid out one after another.
    pub sensations: Vec<SensationSpec>,
    /// Discount of the learner, for preprocessors of rewards.
    pub discount: f64,
    /// What the task takes at each control step, for preprocessors of actions.
    pub action: ActionSpec,
    /// Seconds between two control steps; `None` if the task's time has no unit.
    #[serde(default)]
    pub control_timestep: Option<f64>,
}

impl PreprocessorContext {
    /// The part that revision 1 knows.
    #[must_use]
    pub fn first(&self) -> crate::PreprocessorContext {
        crate::PreprocessorContext {
            sensations: self.sensations.clone(),
            discount: self.discount,
        }
    }

    /// The part that is about the action.
    #[must_use]
    pub fn motor(&self) -> MotorContext {
        MotorContext {
            action: self.action.clone(),
            control_timestep: self.control_timestep,
        }
    }
}

/// The action that a preprocessor may change.
#[derive(Debug, Clone, PartialEq)]
pub struct MotorContext {
    /// What the task takes at each control step.
    pub action: ActionSpec,
    /// Seconds between two control steps; `None` if the task's time has no unit.
    pub control_timestep: Option<f64>,
}

/// What a preprocessor does beyond revision 1. The host makes only the calls that are declared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abilities {
    /// Whether it changes or reads actions.
    #[serde(default)]
    pub actions: bool,
    /// Whether it draws random numbers from the seed of an episode.
    #[serde(default)]
    pub random: bool,
    /// Whether it depends on the progress of the training.
    #[serde(default)]
    pub scheduled: bool,
}

impl Abilities {
    /// Whether there is any.
    #[must_use]
    pub fn any(self) -> bool {
        self.actions || self.random || self.scheduled
    }
}

/// What a preprocessor says of itself once created.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PreprocessorSpec {
    /// Number of f64 of its mergeable statistics.
    pub statistics_len: usize,
    /// What they are.
    #[serde(default)]
    pub statistics_form: StatisticsForm,
    /// Whether it changes sensations.
    pub sensations: bool,
    /// Whether it changes rewards.
    pub rewards: bool,
    /// Whether it changes or reads actions.
    #[serde(default)]
    pub actions: bool,
    /// Whether it draws random numbers from the seed of an episode.
    #[serde(default)]
    pub random: bool,
    /// Whether it depends on the progress of the training.
    #[serde(default)]
    pub scheduled: bool,
}

impl PreprocessorSpec {
    /// From what revision 1 knows, and what it does beyond.
    #[must_use]
    pub fn new(first: &crate::PreprocessorSpec, abilities: Abilities) -> Self {
        Self {
            statistics_len: first.statistics_len,
            statistics_form: first.statistics_form,
            sensations: first.sensations,
            rewards: first.rewards,
            actions: abilities.actions,
            random: abilities.random,
            scheduled: abilities.scheduled,
        }
    }

    /// The part that revision 1 knows.
    #[must_use]
    pub fn first(&self) -> crate::PreprocessorSpec {
        crate::PreprocessorSpec {
            statistics_len: self.statistics_len,
            statistics_form: self.statistics_form,
            sensations: self.sensations,
            rewards: self.rewards,
        }
    }

    /// What it does beyond revision 1.
    #[must_use]
    pub fn abilities(&self) -> Abilities {
        Abilities {
            actions: self.actions,
            random: self.random,
            scheduled: self.scheduled,
        }
    }
}

/// How far the training is. In evaluation, recordings and films it is at its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Fraction of the training that is done, 0 to 1.
    pub fraction: f64,
    /// Control steps done so far, summed over all environments.
    pub steps: u64,
}
