//! `sensory-noise`: what is sensed is not exactly what is the case.

use crate::Level;
use angora_sdk::{
    Abilities, Fault, FaultCode, Preprocessor, PreprocessorContext, PreprocessorSpec, Random,
    Result, Sense, StatisticsForm, state,
};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SensorySettings {
    /// Standard deviation without a signal, in the unit of the sense.
    pub constant: f64,
    /// Standard deviation per unit of the receptor's magnitude.
    pub proportional: f64,
    /// Senses that are noisy; empty for all that are vectors.
    pub senses: Vec<Sense>,
}

impl Default for SensorySettings {
    fn default() -> Self {
        Self {
            constant: 0.01,
            proportional: 0.0,
            senses: Vec::new(),
        }
    }
}

/// The preprocessor. It learns nothing, and is as noisy in evaluation as in training.
#[derive(Debug)]
pub struct SensoryNoise {
    level: Level,
    /// Where the noisy receptors lie.
    noisy: Vec<Range<usize>>,
    random: Random,
}

impl Preprocessor for SensoryNoise {
    type Config = SensorySettings;

    fn new(_id: &str, config: SensorySettings, context: PreprocessorContext) -> Result<Self> {
        let level = Level {
            constant: config.constant,
            proportional: config.proportional,
        };
        let (mut at, mut noisy) = (0, Vec::new());
        for spec in &context.sensations {
            let range = at..at + spec.len();
            at = range.end;
            let asked = config.senses.is_empty() || config.senses.contains(&spec.sense);
            if asked && !spec.is_picture() {
                noisy.push(range);
            } else if config.senses.contains(&spec.sense) {
                let message = format!("{} is a picture; noise is for vectors", spec.sense);
                return Err(Fault::new(FaultCode::Config, message).on("senses"));
            }
        }
        Ok(Self {
            level: level.checked()?,
            noisy,
            random: Random::new(0),
        })
    }

    fn spec(&self) -> PreprocessorSpec {
        PreprocessorSpec {
            statistics_len: 0,
            statistics_form: StatisticsForm::Opaque,
            sensations: true,
            rewards: false,
        }
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            random: true,
            ..Abilities::default()
        }
    }

    fn begin_episode(&mut self, random: Random) {
        self.random = random;
    }

    fn sensation(&mut self, sensation: &mut [f32], _learn: bool) -> Result<()> {
        for receptor in self.noisy.iter().flat_map(Clone::clone) {
            let value = f64::from(sensation[receptor]);
            sensation[receptor] = self.level.noisy(value, &mut self.random) as f32;
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
