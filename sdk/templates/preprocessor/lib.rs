//! Scales every receptor by the largest magnitude that it has had, and adds a little noise.

use angora_sdk::{
    Abilities, Fault, FaultCode, Preprocessor, PreprocessorContext, PreprocessorSpec, Random,
    Result, StatisticsForm, state,
};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Settings, as a run writes them below `preprocessor_config.__ID__`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What the largest magnitude becomes.
    pub margin: f64,
    /// Standard deviation of what is added to the scaled receptors.
    pub noise: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            margin: 1.0,
            noise: 0.01,
        }
    }
}

/// The preprocessor.
#[derive(Debug, Clone)]
pub struct __TYPE__ {
    config: Config,
    /// Where the senses lie that are vectors; pictures are left alone.
    vectors: Vec<Range<usize>>,
    /// Largest magnitudes that all environments have met until the last cycle.
    largest: Vec<f64>,
    /// Largest magnitudes that this environment has met since.
    delta: Vec<f64>,
    /// Random numbers of this episode.
    random: Random,
}

impl Preprocessor for __TYPE__ {
    type Config = Config;

    fn new(_id: &str, config: Config, context: PreprocessorContext) -> Result<Self> {
        if !(config.margin > 0.0 && config.margin.is_finite()) {
            let message = format!("{} is no positive number", config.margin);
            return Err(Fault::new(FaultCode::Config, message).on("margin"));
        }
        if !(config.noise >= 0.0 && config.noise.is_finite()) {
            let message = format!("{} is not a standard deviation", config.noise);
            return Err(Fault::new(FaultCode::Config, message).on("noise"));
        }
        let (mut at, mut vectors) = (0, Vec::new());
        for sense in &context.sensations {
            if !sense.is_picture() {
                vectors.push(at..at + sense.len());
            }
            at += sense.len();
        }
        let receptors = vectors.iter().map(ExactSizeIterator::len).sum();
        Ok(Self {
            config,
            vectors,
            largest: vec![0.0; receptors],
            delta: vec![0.0; receptors],
            random: Random::new(0),
        })
    }

    fn spec(&self) -> PreprocessorSpec {
        PreprocessorSpec {
            statistics_len: self.largest.len(),
            statistics_form: StatisticsForm::Opaque,
            sensations: true,
            rewards: false,
        }
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            random: self.config.noise > 0.0,
            ..Abilities::default()
        }
    }

    /// Each episode has a seed of its own: nothing else may be random.
    fn begin_episode(&mut self, random: Random) {
        self.random = random;
    }

    fn sensation(&mut self, sensation: &mut [f32], learn: bool) -> Result<()> {
        for (i, at) in self.vectors.iter().cloned().flatten().enumerate() {
            let value = f64::from(sensation[at]);
            if learn {
                self.delta[i] = self.delta[i].max(value.abs());
            }
            // Before anything is learnt values are not scaled.
            let scale = match self.largest[i] {
                0.0 => 1.0,
                largest => self.config.margin / largest,
            };
            let noise = self.config.noise * self.random.normal();
            sensation[at] = (scale * value + noise) as f32;
        }
        Ok(())
    }

    fn take_delta(&mut self, delta: &mut [f64]) {
        delta.copy_from_slice(&self.delta);
        self.delta.fill(0.0);
    }

    fn merge(&mut self, delta: &[f64]) {
        for (largest, delta) in self.largest.iter_mut().zip(delta) {
            *largest = largest.max(*delta);
        }
    }

    fn statistics(&self, statistics: &mut [f64]) {
        statistics.copy_from_slice(&self.largest);
    }

    fn set_statistics(&mut self, statistics: &[f64]) {
        self.largest.copy_from_slice(statistics);
    }

    fn save(&self) -> Result<Vec<u8>> {
        state::save(&(&self.delta, &self.random))
    }

    fn restore(&mut self, saved: &[u8]) -> Result<()> {
        (self.delta, self.random) = state::restore(saved)?;
        Ok(())
    }
}

angora_sdk::export_plugin! {
    preprocessor "__ID__" => __TYPE__,
}

#[cfg(test)]
mod tests {
    use super::*;
    use angora_sdk::{Sense, sensation};

    fn made(config: Config) -> Result<__TYPE__> {
        let context = PreprocessorContext {
            sensations: vec![sensation(Sense::Proprioception, 2)],
            discount: 0.99,
        };
        __TYPE__::new("__ID__", config, context)
    }

    #[test]
    fn what_was_learnt_scales_what_comes_after() {
        let exact = Config {
            noise: 0.0,
            ..Config::default()
        };
        let mut scale = made(exact).expect("is made");
        scale.sensation(&mut [-4.0, 0.5], true).expect("learns");
        let mut delta = [0.0; 2];
        scale.take_delta(&mut delta);
        scale.merge(&delta);
        let mut sensation = [2.0, 1.0];
        scale.sensation(&mut sensation, false).expect("scales");
        assert_eq!(sensation, [0.5, 2.0]);
    }

    #[test]
    fn a_margin_that_is_none_is_refused_by_name() {
        let fault = made(Config {
            margin: 0.0,
            ..Config::default()
        });
        assert_eq!(fault.expect_err("refused").field, "margin");
    }
}
