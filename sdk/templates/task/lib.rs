//! Move a point to a target on a line.

use angora_sdk::{
    Action, ActionSpec, Ending, Fault, FaultCode, Observation, Random, Result, Sense, Step, Task,
    TaskSpec, sensation, signal, state, task_spec,
};
use serde::{Deserialize, Serialize};

/// Settings, as a run writes them below `task_config`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How far an action moves the point at most, m.
    pub speed: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self { speed: 0.1 }
    }
}

/// What makes up an episode; all of it is saved.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Episode {
    place: f64,
    target: f64,
}

/// The task.
#[derive(Debug, Clone)]
pub struct __TYPE__ {
    config: Config,
    episode: Episode,
}

impl __TYPE__ {
    /// Distance of the point from its target, m.
    fn distance(&self) -> f64 {
        (self.episode.target - self.episode.place).abs()
    }

    /// Writes what the brain senses, and the signals that rewards and analyses read.
    fn write(&self, out: &mut Observation<'_>) -> Result<()> {
        let Episode { place, target } = self.episode;
        out.sense(Sense::Proprioception, &[place as f32])?;
        out.sense(Sense::Goal, &[target as f32])?;
        out.signal("distance", &[self.distance()])
    }
}

impl Task for __TYPE__ {
    type Config = Config;

    fn new(_id: &str, config: Config) -> Result<Self> {
        if !(config.speed > 0.0 && config.speed.is_finite()) {
            let message = format!("{} m is no positive number", config.speed);
            return Err(Fault::new(FaultCode::Config, message).on("speed"));
        }
        let episode = Episode::default();
        Ok(Self { config, episode })
    }

    fn spec(&self) -> TaskSpec {
        let senses = [
            sensation(Sense::Proprioception, 1),
            sensation(Sense::Goal, 1),
        ];
        let push = ActionSpec::Box {
            low: vec![-1.0],
            high: vec![1.0],
        };
        TaskSpec {
            signals: vec![signal("distance", 1, "m")],
            max_episode_steps: Some(40),
            saves_state: true,
            ..task_spec(&senses, push, &["near", "effort"])
        }
    }

    fn reset(&mut self, random: &mut Random, out: &mut Observation<'_>) -> Result<()> {
        // All chance comes from `random`: one seed is one run.
        self.episode = Episode {
            place: random.uniform(-1.0, 1.0),
            target: random.uniform(-1.0, 1.0),
        };
        self.write(out)
    }

    fn step(&mut self, action: Action<'_>, out: &mut Step<'_>) -> Result<Ending> {
        let push = f64::from(action.values()[0]).clamp(-1.0, 1.0);
        self.episode.place += self.config.speed * push;
        out.reward_term("near", -self.distance())?;
        out.reward_term("effort", -0.01 * push * push)?;
        self.write(out.observation())?;
        Ok(Ending::None)
    }

    fn save(&self) -> Result<Vec<u8>> {
        state::save(&self.episode)
    }

    fn restore(&mut self, saved: &[u8]) -> Result<()> {
        self.episode = state::restore(saved)?;
        Ok(())
    }
}

angora_sdk::export_plugin! {
    task "__ID__" => __TYPE__,
}

#[cfg(test)]
mod tests {
    use super::*;
    use angora_sdk::testing::TaskHarness;

    #[test]
    fn a_push_moves_the_point_and_is_rewarded_by_its_distance() -> Result<()> {
        let mut harness = TaskHarness::<__TYPE__>::new("__ID__")?;
        harness.reset(1)?;
        harness.task.episode = Episode {
            place: 0.0,
            target: 0.5,
        };
        let (reward, ending) = harness.step(&[1.0])?;
        assert!((reward + 0.41).abs() < 1e-12, "{reward}");
        assert_eq!(ending, Ending::None);
        assert_eq!(harness.sensation, [0.1, 0.5]);
        Ok(())
    }

    #[test]
    fn a_speed_that_is_none_is_refused_by_name() {
        let fault = __TYPE__::new("__ID__", Config { speed: 0.0 });
        assert_eq!(fault.expect_err("refused").field, "speed");
    }
}
