//! `motor-noise`: what is executed is not exactly what was commanded.

use crate::Level;
use angora_sdk::{
    Abilities, ActionSpec, Fault, FaultCode, MotorContext, Preprocessor, PreprocessorContext,
    PreprocessorSpec, Random, Result, StatisticsForm, state,
};
use serde::{Deserialize, Serialize};

/// Settings, as fractions of the action's half range: a command of 1 is as far as it goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MotorSettings {
    /// Standard deviation without a command.
    pub constant: f64,
    /// Standard deviation per unit of the command's magnitude.
    pub proportional: f64,
}

impl Default for MotorSettings {
    fn default() -> Self {
        Self {
            constant: 0.01,
            proportional: 0.1,
        }
    }
}

/// A degree of freedom.
#[derive(Debug, Clone, Copy)]
struct Axis {
    /// The command that is none: 0 where it is within the bounds, otherwise the lower bound, as of
    /// a muscle at rest.
    rest: f64,
    /// Half of the range between the bounds.
    unit: f64,
}

/// The preprocessor. It learns nothing, and is as noisy in evaluation as in training.
#[derive(Debug)]
pub struct MotorNoise {
    level: Level,
    axes: Vec<Axis>,
    random: Random,
}

impl Preprocessor for MotorNoise {
    type Config = MotorSettings;

    fn new(_id: &str, config: MotorSettings, _context: PreprocessorContext) -> Result<Self> {
        let level = Level {
            constant: config.constant,
            proportional: config.proportional,
        };
        Ok(Self {
            level: level.checked()?,
            axes: Vec::new(),
            random: Random::new(0),
        })
    }

    fn attach(&mut self, motor: &MotorContext) -> Result<()> {
        let ActionSpec::Box { low, high } = &motor.action else {
            let message = "motor noise needs a continuous action, and the task takes choices";
            return Err(Fault::new(FaultCode::Config, message));
        };
        let axis = |(low, high): (&f64, &f64)| Axis {
            rest: if *low <= 0.0 && *high >= 0.0 {
                0.0
            } else {
                *low
            },
            unit: 0.5 * (high - low),
        };
        self.axes = low.iter().zip(high).map(axis).collect();
        Ok(())
    }

    fn spec(&self) -> PreprocessorSpec {
        PreprocessorSpec {
            statistics_len: 0,
            statistics_form: StatisticsForm::Opaque,
            sensations: false,
            rewards: false,
        }
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            actions: true,
            random: true,
            scheduled: false,
        }
    }

    fn begin_episode(&mut self, random: Random) {
        self.random = random;
    }

    fn action(&mut self, action: &mut [f32], _learn: bool) -> Result<()> {
        for (value, axis) in action.iter_mut().zip(&self.axes) {
            let command = (f64::from(*value) - axis.rest) / axis.unit;
            let executed = self.level.noisy(command, &mut self.random);
            *value = (axis.rest + axis.unit * executed) as f32;
        }
        Ok(())
    }

    fn take_delta(&mut self, _delta: &mut [f64]) {}

    fn merge(&mut self, _delta: &[f64]) {}

    fn statistics(&self, _statistics: &mut [f64]) {}

    fn set_statistics(&mut self, _statistics: &[f64]) {}

    fn save(&self) -> Result<Vec<u8>> {
        state::save(&self.random)
    }

    fn restore(&mut self, saved: &[u8]) -> Result<()> {
        self.random = state::restore(saved)?;
        Ok(())
    }
}
