//! Keep a pole upright, and near the middle.

use angora_sdk::{Fault, FaultCode, Result, Reward, RewardContext, RewardSpec, Schedule};
use serde::{Deserialize, Serialize};

/// Settings, as a run writes them below `reward_config`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Reward of a pole that stands upright; may follow a schedule over the training.
    pub upright: Schedule,
    /// Cost of a cart that is 1 m from the middle; may follow a schedule over the training.
    pub centred: Schedule,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            upright: 1.0.into(),
            centred: 0.1.into(),
        }
    }
}

/// The reward.
#[derive(Debug, Clone)]
pub struct __TYPE__ {
    config: Config,
    /// Where the signals lie.
    angle: usize,
    position: usize,
}

/// Where the task's signal of a name lies.
fn signal(context: &RewardContext, name: &str) -> Result<usize> {
    let place = context.signal(name);
    place.map(|place| place.start).ok_or_else(|| {
        let message = "the task does not measure this signal, which the reward is made of";
        Fault::new(FaultCode::Config, message).on(name)
    })
}

impl Reward for __TYPE__ {
    type Config = Config;

    fn new(_id: &str, config: Config, context: RewardContext) -> Result<Self> {
        Ok(Self {
            config,
            angle: signal(&context, "pole_angle")?,
            position: signal(&context, "cart_position")?,
        })
    }

    fn spec(&self) -> RewardSpec {
        RewardSpec {
            terms: vec!["upright".into(), "centred".into()],
        }
    }

    fn evaluate(
        &mut self,
        signals: &[f64],
        _action: &[f32],
        progress: f64,
        terms: &mut [f64],
    ) -> Result<()> {
        let (angle, position) = (signals[self.angle], signals[self.position]);
        terms[0] = self.config.upright.at(progress) * angle.cos();
        terms[1] = -self.config.centred.at(progress) * position.abs();
        Ok(())
    }
}

angora_sdk::export_plugin! {
    reward "__ID__" => __TYPE__,
}

#[cfg(test)]
mod tests {
    use super::*;
    use angora_sdk::{ActionSpec, signal};

    fn context(signals: &[&str]) -> RewardContext {
        RewardContext {
            signals: signals.iter().map(|name| signal(name, 1, "")).collect(),
            action: ActionSpec::Discrete { n: 2 },
            control_timestep: Some(0.02),
        }
    }

    #[test]
    fn a_pole_that_stands_in_the_middle_is_worth_most() {
        let context = context(&["pole_angle", "cart_position"]);
        let made = __TYPE__::new("__ID__", Config::default(), context);
        let mut reward = made.expect("is made");
        let mut terms_of = |signals: [f64; 2]| {
            let mut terms = [0.0; 2];
            let evaluated = reward.evaluate(&signals, &[0.0], 0.0, &mut terms);
            evaluated.map(|()| terms).expect("evaluates")
        };
        assert_eq!(terms_of([0.0, 0.0]), [1.0, 0.0]);
        assert_eq!(terms_of([0.0, -2.0]), [1.0, -0.2]);
    }

    #[test]
    fn a_task_without_the_signal_is_refused_by_name() {
        let fault = __TYPE__::new("__ID__", Config::default(), context(&["pole_angle"]));
        assert_eq!(fault.expect_err("refused").field, "cart_position");
    }
}
