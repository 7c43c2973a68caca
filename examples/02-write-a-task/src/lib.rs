//! A perceptual decision: noisy evidence for left or right arrives step by step; wait for more of
//! it, at a price, or decide.

use angora_sdk::{
    Action, ActionSpec, Ending, NoConfig, Observation, Random, Result, Sense, Step, Task, TaskSpec,
    sensation, task_spec,
};

/// Noisy evidence for left (-1) or right (1): wait for more of it, at a price, or decide.
pub struct Decision {
    direction: f64,
    random: Random,
}

impl Task for Decision {
    type Config = NoConfig;

    fn new(_id: &str, _config: NoConfig) -> Result<Self> {
        let (direction, random) = (1.0, Random::new(0));
        Ok(Self { direction, random })
    }

    fn spec(&self) -> TaskSpec {
        let senses = [sensation(Sense::Proprioception, 1)];
        let choices = ActionSpec::Discrete { n: 3 };
        let mut spec = task_spec(&senses, choices, &["decision", "time"]);
        spec.max_episode_steps = Some(50);
        spec
    }

    fn reset(&mut self, random: &mut Random, out: &mut Observation<'_>) -> Result<()> {
        self.direction = if random.unit() < 0.5 { -1.0 } else { 1.0 };
        self.random = random.clone();
        out.sense(Sense::Proprioception, &[self.evidence()])
    }

    fn step(&mut self, action: Action<'_>, out: &mut Step<'_>) -> Result<Ending> {
        let (decision, ending) = match action.index() {
            0 => (0.0, Ending::None),
            1 => (-self.direction, Ending::Terminated),
            _ => (self.direction, Ending::Terminated),
        };
        out.reward_term("decision", decision)?;
        out.reward_term("time", -0.02)?;
        out.sense(Sense::Proprioception, &[self.evidence()])?;
        Ok(ending)
    }
}

angora_sdk::export_plugin! { task "Decision-v0" => Decision }

impl Decision {
    /// The direction in noise of standard deviation 2.
    fn evidence(&mut self) -> f32 {
        (self.direction + 2.0 * self.random.normal()) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use angora_sdk::testing::TaskHarness;

    #[test]
    fn a_decision_earns_or_costs_one_and_ends_the_episode() -> Result<()> {
        let mut harness = TaskHarness::<Decision>::new("Decision-v0")?;
        harness.reset(1)?;
        assert_eq!(harness.step(&[0.0])?, (-0.02, Ending::None));
        harness.task.direction = -1.0;
        assert_eq!(harness.step(&[1.0])?, (0.98, Ending::Terminated));
        assert_eq!(harness.step(&[2.0])?, (-1.02, Ending::Terminated));
        Ok(())
    }
}
