//! A perceptual decision: noisy evidence for left or right arrives step by step; wait for more of
//! it, at a price, or decide.

use angora_sdk::{
    Action, ActionSpec, Ending, NoConfig, Observation, Random, Result, Sense, Step, Task, TaskSpec,
    sensation, signal, state,
};

/// The task, which is also the state of an episode.
pub struct Decision {
    /// -1 for left, 1 for right.
    direction: f64,
    random: Random,
}

impl Decision {
    /// Shows one sample of evidence: the direction in noise of deviation 2.
    fn observe(&mut self, out: &mut Observation<'_>) -> Result<()> {
        let evidence = self.direction + 2.0 * self.random.normal();
        out.signal("direction", &[self.direction])?;
        out.sense(Sense::Proprioception, &[evidence as f32])
    }
}

impl Task for Decision {
    type Config = NoConfig;

    fn new(_id: &str, _config: NoConfig) -> Result<Self> {
        let random = Random::new(0);
        Ok(Self {
            direction: 1.0,
            random,
        })
    }

    fn spec(&self) -> TaskSpec {
        TaskSpec {
            sensations: vec![sensation(Sense::Proprioception, 1)],
            action: ActionSpec::Discrete { n: 3 },
            signals: vec![signal("direction", 1, "")],
            reward_terms: vec!["decision".into(), "time".into()],
            max_episode_steps: Some(50),
            reward_threshold: None,
            control_timestep: Some(0.1),
            saves_state: true,
        }
    }

    fn reset(&mut self, random: &mut Random, out: &mut Observation<'_>) -> Result<()> {
        self.direction = if random.unit() < 0.5 { -1.0 } else { 1.0 };
        self.random = random.clone();
        self.observe(out)
    }

    fn step(&mut self, action: Action<'_>, out: &mut Step<'_>) -> Result<Ending> {
        let (decision, ending) = match action.index() {
            0 => (0.0, Ending::None),
            1 => (-self.direction, Ending::Terminated),
            _ => (self.direction, Ending::Terminated),
        };
        out.reward_term("decision", decision)?;
        out.reward_term("time", -0.02)?;
        self.observe(out.observation())?;
        Ok(ending)
    }

    fn save(&self) -> Result<Vec<u8>> {
        state::save(&(self.direction, &self.random))
    }

    fn restore(&mut self, saved: &[u8]) -> Result<()> {
        (self.direction, self.random) = state::restore(saved)?;
        Ok(())
    }
}

angora_sdk::export_plugin! {
    task "Decision-v0" => Decision,
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

    #[test]
    fn a_saved_episode_goes_on_with_the_same_evidence() -> Result<()> {
        let mut harness = TaskHarness::<Decision>::new("Decision-v0")?;
        harness.reset(1)?;
        let saved = harness.task.save()?;
        harness.step(&[0.0])?;
        let evidence = harness.sensation.clone();
        harness.task.restore(&saved)?;
        harness.step(&[0.0])?;
        assert_eq!(harness.sensation, evidence);
        Ok(())
    }
}
