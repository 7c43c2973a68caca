//! `sensory-delay`: what is sensed is what was the case some control steps before.

use angora_sdk::{
    Fault, FaultCode, Preprocessor, PreprocessorContext, PreprocessorSpec, Result, StatisticsForm,
    state,
};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Settings: what a run writes below `preprocessor_config.sensory-delay`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Control steps by which senses come late.
    pub steps: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { steps: 2 }
    }
}

/// The preprocessor. It learns nothing: all it knows is what is on its way.
#[derive(Debug, Clone)]
pub struct SensoryDelay {
    steps: usize,
    /// Sensations on their way, the oldest first; empty where an episode begins.
    coming: VecDeque<Vec<f32>>,
    receptors: usize,
}

impl Preprocessor for SensoryDelay {
    type Config = Config;

    fn new(_id: &str, config: Config, context: PreprocessorContext) -> Result<Self> {
        if config.steps > 100 {
            let message = format!("{} control steps are more than 100", config.steps);
            return Err(Fault::new(FaultCode::Config, message).on("steps"));
        }
        Ok(Self {
            steps: config.steps,
            coming: VecDeque::with_capacity(config.steps + 1),
            receptors: context.sensations.iter().map(|sense| sense.len()).sum(),
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

    fn begin(&mut self) {
        self.coming.clear();
    }

    fn sensation(&mut self, sensation: &mut [f32], _learn: bool) -> Result<()> {
        if self.steps == 0 {
            return Ok(());
        }
        // At the beginning of an episode the first sensation stands until the next arrives. The
        // memory of the oldest is used again, so that nothing is allocated after that.
        if self.coming.len() <= self.steps {
            self.coming.push_back(sensation.to_vec());
        } else if let Some(mut oldest) = self.coming.pop_front() {
            oldest.copy_from_slice(sensation);
            self.coming.push_back(oldest);
        }
        let late = self.coming.len().saturating_sub(self.steps + 1);
        sensation.copy_from_slice(&self.coming[late]);
        Ok(())
    }

    fn take_delta(&mut self, _delta: &mut [f64]) {}

    fn merge(&mut self, _delta: &[f64]) {}

    fn statistics(&self, _statistics: &mut [f64]) {}

    fn set_statistics(&mut self, _statistics: &[f64]) {}

    fn save(&self) -> Result<Vec<u8>> {
        state::save(&self.coming)
    }

    fn restore(&mut self, saved: &[u8]) -> Result<()> {
        let coming: VecDeque<Vec<f32>> = state::restore(saved)?;
        let fits = |sensation: &Vec<f32>| sensation.len() == self.receptors;
        if coming.len() > self.steps + 1 || !coming.iter().all(fits) {
            let message = "these sensations are of another delay or task";
            return Err(Fault::new(FaultCode::Invalid, message));
        }
        self.coming = coming;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use angora_sdk::{Sense, sensation};

    fn delay(steps: usize) -> SensoryDelay {
        let context = PreprocessorContext {
            sensations: vec![sensation(Sense::Proprioception, 1)],
            discount: 0.99,
        };
        SensoryDelay::new("sensory-delay", Config { steps }, context).expect("is made")
    }

    fn felt(delay: &mut SensoryDelay, value: f32) -> f32 {
        let mut sensation = [value];
        delay.sensation(&mut sensation, true).expect("delays");
        sensation[0]
    }

    #[test]
    fn senses_come_late_by_so_many_steps() {
        let mut delay = delay(2);
        let felt: Vec<f32> = (1..=6).map(|t| felt(&mut delay, t as f32)).collect();
        assert_eq!(felt, [1.0, 1.0, 1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn an_episode_begins_with_nothing_on_its_way() {
        let mut delay = delay(3);
        felt(&mut delay, 1.0);
        delay.begin();
        assert_eq!(felt(&mut delay, 7.0), 7.0);
    }

    #[test]
    fn what_is_on_its_way_is_saved() {
        let (mut one, mut two) = (delay(2), delay(2));
        for t in 1..=4 {
            felt(&mut one, t as f32);
        }
        two.restore(&one.save().expect("saves")).expect("restores");
        assert_eq!(felt(&mut one, 5.0), felt(&mut two, 5.0));
        let other = delay(1).restore(&one.save().expect("saves"));
        assert!(other.is_err(), "a shorter delay has no place for it");
    }
}
