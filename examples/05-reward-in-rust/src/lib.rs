//! `balance`: a reward for CartPole that wants the pole upright and the cart in the middle.

use angora_sdk::{
    Fault, FaultCode, Result, Reward, RewardConfiguration, RewardContext, RewardSpec,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Settings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Price of a metre from the middle, squared.
    pub centre: f64,
    /// Price of a radian from upright, squared.
    pub lean: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            centre: 0.1,
            lean: 2.0,
        }
    }
}

/// The reward: 1 for each step, less what place and lean cost.
pub struct Balance {
    config: Config,
    position: usize,
    angle: usize,
}

impl Reward for Balance {
    type Config = Config;

    fn new(_id: &str, config: Config, context: RewardContext) -> Result<Self> {
        let place = |name: &str| {
            let missing = || Fault::new(FaultCode::Config, "the task has no such signal").on(name);
            context
                .signal(name)
                .map(|values| values.start)
                .ok_or_else(missing)
        };
        Ok(Self {
            config,
            position: place("cart_position")?,
            angle: place("pole_angle")?,
        })
    }

    fn configurations(_id: &str) -> BTreeMap<String, RewardConfiguration> {
        let strict = RewardConfiguration {
            description: "The cart has to stay in the middle".into(),
            settings: BTreeMap::from([("centre".into(), 1.0.into())]),
            ..RewardConfiguration::default()
        };
        BTreeMap::from([("strict".into(), strict)])
    }

    fn spec(&self) -> RewardSpec {
        RewardSpec {
            terms: ["alive", "centre", "lean"].map(String::from).into(),
        }
    }

    fn evaluate(
        &mut self,
        signals: &[f64],
        _action: &[f32],
        _progress: f64,
        terms: &mut [f64],
    ) -> Result<()> {
        let (position, angle) = (signals[self.position], signals[self.angle]);
        terms[0] = 1.0;
        terms[1] = -self.config.centre * position * position;
        terms[2] = -self.config.lean * angle * angle;
        Ok(())
    }
}

angora_sdk::export_plugin! { reward "balance" => Balance }

#[cfg(test)]
mod tests {
    use super::*;
    use angora_sdk::{ActionSpec, signal};

    fn balance(config: Config) -> Result<Balance> {
        let context = RewardContext {
            signals: vec![
                signal("cart_position", 1, "m"),
                signal("pole_angle", 1, "rad"),
            ],
            action: ActionSpec::Discrete { n: 2 },
            control_timestep: None,
        };
        Balance::new("balance", config, context)
    }

    #[test]
    fn upright_in_the_middle_is_best() {
        let mut balance = balance(Config::default()).expect("takes its defaults");
        let mut reward = |signals: [f64; 2]| {
            let mut terms = [f64::NAN; 3];
            let done = balance.evaluate(&signals, &[1.0], 0.0, &mut terms);
            done.map(|()| terms.iter().sum::<f64>()).expect("evaluates")
        };
        assert_eq!(reward([0.0, 0.0]), 1.0);
        assert_eq!(reward([1.0, 0.0]), 0.9);
        assert_eq!(reward([0.0, 0.5]), 0.5);
    }

    #[test]
    fn a_task_without_a_cart_is_refused() {
        let context = RewardContext {
            signals: Vec::new(),
            action: ActionSpec::Discrete { n: 2 },
            control_timestep: None,
        };
        let refused = Balance::new("balance", Config::default(), context).err();
        assert_eq!(
            refused.map(|fault| fault.field),
            Some("cart_position".into())
        );
    }
}
