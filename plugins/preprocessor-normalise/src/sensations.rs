//! `normalise-sensations`: every receptor to mean 0 and variance 1.

use crate::{Moments, Settings};
use angora_sdk::{
    Preprocessor, PreprocessorContext, PreprocessorSpec, Result, StatisticsForm, state,
};
use std::ops::Range;

/// The preprocessor. Vector senses are normalised per receptor, other senses (images) are left
/// alone; before anything is learnt it only clips.
#[derive(Debug, Clone)]
pub struct NormaliseSensations {
    settings: Settings,
    /// Where the vector senses lie in a sensation.
    senses: Vec<Range<usize>>,
    statistics: Moments,
    /// sqrt(variance + epsilon) of the statistics, per receptor.
    deviation: Vec<f64>,
    delta: Moments,
}

impl NormaliseSensations {
    /// Places of the normalised receptors, in order.
    fn receptors(senses: &[Range<usize>]) -> impl Iterator<Item = usize> + '_ {
        senses.iter().cloned().flatten()
    }

    fn follow_statistics(&mut self) {
        for (i, deviation) in self.deviation.iter_mut().enumerate() {
            *deviation = (self.statistics.variance(i) + self.settings.epsilon).sqrt();
        }
    }
}

impl Preprocessor for NormaliseSensations {
    type Config = Settings;

    fn new(_id: &str, config: Settings, context: PreprocessorContext) -> Result<Self> {
        let mut at = 0;
        let mut senses = Vec::new();
        for sense in &context.sensations {
            if sense.shape.len() == 1 {
                senses.push(at..at + sense.len());
            }
            at += sense.len();
        }
        let width = Self::receptors(&senses).count();
        let mut preprocessor = Self {
            settings: config.checked()?,
            senses,
            statistics: Moments::new(width),
            deviation: vec![0.0; width],
            delta: Moments::new(width),
        };
        preprocessor.follow_statistics();
        Ok(preprocessor)
    }

    fn spec(&self) -> PreprocessorSpec {
        PreprocessorSpec {
            statistics_len: Moments::written_len(self.statistics.width()),
            statistics_form: StatisticsForm::Moments,
            sensations: true,
            rewards: false,
        }
    }

    fn sensation(&mut self, sensation: &mut [f32], learn: bool) -> Result<()> {
        if learn {
            let sample = Self::receptors(&self.senses).map(|at| f64::from(sensation[at]));
            self.delta.add(sample);
        }
        let clip = self.settings.clip;
        let learnt = self.statistics.count() > 0.0;
        for (i, at) in Self::receptors(&self.senses).enumerate() {
            let mut value = f64::from(sensation[at]);
            if learnt {
                value = (value - self.statistics.mean(i)) / self.deviation[i];
            }
            sensation[at] = value.clamp(-clip, clip) as f32;
        }
        Ok(())
    }

    fn take_delta(&mut self, delta: &mut [f64]) {
        self.delta.write(delta);
        self.delta.clear();
    }

    fn merge(&mut self, delta: &[f64]) {
        self.statistics.merge(delta);
        self.follow_statistics();
    }

    fn statistics(&self, statistics: &mut [f64]) {
        self.statistics.write(statistics);
    }

    fn set_statistics(&mut self, statistics: &[f64]) {
        self.statistics.read(statistics);
        self.follow_statistics();
    }

    fn save(&self) -> Result<Vec<u8>> {
        state::save(&self.delta)
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        let delta: Moments = state::restore(state)?;
        self.delta = delta.of_width(self.delta.width())?;
        Ok(())
    }
}
