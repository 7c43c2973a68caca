//! `normalise-rewards`: rewards in units of the standard deviation of the discounted return.

use crate::{Moments, Settings};
use angora_sdk::{
    Ending, Preprocessor, PreprocessorContext, PreprocessorSpec, Result, StatisticsForm, state,
};
use serde::{Deserialize, Serialize};

/// The preprocessor. The running return R = discount R + reward, which an ending sets to 0, is
/// the sample; its variance scales the reward, whose mean stays. Before anything is learnt it
/// only clips.
#[derive(Debug, Clone)]
pub struct NormaliseRewards {
    settings: Settings,
    discount: f64,
    statistics: Moments,
    own: Own,
}

/// What is the environment's own.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    delta: Moments,
    running_return: f64,
}

impl Preprocessor for NormaliseRewards {
    type Config = Settings;

    fn new(_id: &str, config: Settings, context: PreprocessorContext) -> Result<Self> {
        Ok(Self {
            settings: config.checked()?,
            discount: context.discount,
            statistics: Moments::new(1),
            own: Own {
                delta: Moments::new(1),
                running_return: 0.0,
            },
        })
    }

    fn spec(&self) -> PreprocessorSpec {
        PreprocessorSpec {
            statistics_len: Moments::written_len(1),
            statistics_form: StatisticsForm::Moments,
            sensations: false,
            rewards: true,
        }
    }

    fn reward(&mut self, reward: f64, ending: Ending, learn: bool) -> Result<f64> {
        if learn {
            let running_return = self.discount * self.own.running_return + reward;
            self.own.delta.add([running_return].into_iter());
            self.own.running_return = if ending.is_end() { 0.0 } else { running_return };
        }
        let deviation = if self.statistics.count() > 0.0 {
            (self.statistics.variance(0) + self.settings.epsilon).sqrt()
        } else {
            1.0
        };
        Ok((reward / deviation).clamp(-self.settings.clip, self.settings.clip))
    }

    fn take_delta(&mut self, delta: &mut [f64]) {
        self.own.delta.write(delta);
        self.own.delta.clear();
    }

    fn merge(&mut self, delta: &[f64]) {
        self.statistics.merge(delta);
    }

    fn statistics(&self, statistics: &mut [f64]) {
        self.statistics.write(statistics);
    }

    fn set_statistics(&mut self, statistics: &[f64]) {
        self.statistics.read(statistics);
    }

    fn save(&self) -> Result<Vec<u8>> {
        state::save(&self.own)
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        let own: Own = state::restore(state)?;
        self.own = Own {
            delta: own.delta.of_width(1)?,
            ..own
        };
        Ok(())
    }
}
