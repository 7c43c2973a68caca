//! Who draws from which stream.

use super::*;
use angora_loader::{LoadedReward, LoadedTask, PluginFault};
use angora_plugin_api::{ActionSpec, RewardSpec, SignalSpec};
use std::sync::{Arc, Mutex};

type Result<T> = std::result::Result<T, PluginFault>;

/// The seeds that a task and a reward were given, episode by episode.
#[derive(Clone, Default)]
struct Given(Arc<Mutex<Vec<u64>>>);

impl Given {
    fn note(&self, seed: u64) {
        self.0.lock().expect("nothing panicked").push(seed);
    }

    fn taken(&self) -> Vec<u64> {
        std::mem::take(&mut self.0.lock().expect("nothing panicked"))
    }
}

struct Task(TaskSpec, Given);

impl LoadedTask for Task {
    fn spec(&self) -> &TaskSpec {
        &self.0
    }
    fn reset(&mut self, seed: u64, _: &mut [f32], _: &mut [f64]) -> Result<()> {
        self.1.note(seed);
        Ok(())
    }
    fn step(&mut self, _: &[f32], _: &mut [f32], _: &mut [f64], _: &mut [f64]) -> Result<Ending> {
        Ok(Ending::None)
    }
    fn set_progress(&mut self, _: f64) -> Result<()> {
        Ok(())
    }
    fn save(&self) -> Result<Vec<u8>> {
        Ok(Vec::new())
    }
    fn restore(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }
}

struct Reward(RewardSpec, Given);

impl LoadedReward for Reward {
    fn spec(&self) -> &RewardSpec {
        &self.0
    }
    fn reset(&mut self, seed: u64, _: &[f64]) -> Result<()> {
        self.1.note(seed);
        Ok(())
    }
    fn evaluate(&mut self, _: &[f64], _: &[f32], _: f64, _: &mut [f64]) -> Result<()> {
        Ok(())
    }
    fn save(&self) -> Result<Vec<u8>> {
        Ok(Vec::new())
    }
    fn restore(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }
}

/// An environment, and what its task and its reward are given.
fn environment() -> (Environment, Given, Given) {
    let spec: TaskSpec = serde_json::from_value(serde_json::json!({
        "sensations": [],
        "action": ActionSpec::Discrete { n: 2 },
        "signals": Vec::<SignalSpec>::new(),
        "reward_terms": ["one"],
        "saves_state": false,
    }))
    .expect("a spec");
    let (task, reward) = (Given::default(), Given::default());
    let world = World::self_stepped(Box::new(Task(spec.clone(), task.clone())));
    let terms = RewardSpec {
        terms: vec!["one".into()],
    };
    let own = Box::new(Reward(terms, reward.clone()));
    (
        Environment::new(5, 2, world, spec, Vec::new(), Some(own)),
        task,
        reward,
    )
}

#[test]
fn task_and_reward_draw_apart_in_training_and_in_evaluation() {
    let (mut environment, task, reward) = environment();
    for episode in 1..=3 {
        environment.reset(&mut []).expect("resets");
        let seed = |purpose| Stream::new(5, 2, episode, purpose).bits();
        assert_eq!(task.taken(), [seed(Purpose::Reset)]);
        assert_eq!(reward.taken(), [seed(Purpose::Reward)]);
    }
    for seed in [0, 1, u64::MAX] {
        environment.reset_with(seed, &mut []).expect("resets");
        // The task's seed is the evaluation's own, as it was when the reward shared it.
        assert_eq!(task.taken(), [seed]);
        let drawn = reward.taken();
        assert_eq!(drawn, [Stream::new(seed, 0, 0, Purpose::Reward).bits()]);
        assert_ne!(drawn, [seed]);
    }
}
