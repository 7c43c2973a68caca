//! The tasks as a host sees them.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use angora_sdk::testing::TaskHarness;
use angora_sdk::{ActionSpec, Ending, Random, Task};
use task_box2d::{BipedalWalker, LunarLander, bipedal_walker, lunar_lander};

fn action(spec: &ActionSpec, random: &mut Random) -> Vec<f32> {
    match spec {
        ActionSpec::Discrete { n } => vec![random.index(*n) as f32],
        other => (0..other.len())
            .map(|_| random.uniform(-1.0, 1.0) as f32)
            .collect(),
    }
}

/// A restored episode goes on bitwise.
fn resumes<T: Task>(id: &str) {
    let mut first = TaskHarness::<T>::new(id).unwrap();
    let mut second = TaskHarness::<T>::new(id).unwrap();
    let mut random = Random::new(3);
    let mut resumed = 0;
    for seed in 0..4 {
        first.reset(seed).unwrap();
        second.reset(seed + 100).unwrap();
        let mut saved = false;
        for step in 0..120 {
            let action = action(&first.spec.action, &mut random);
            let (reward, ending) = first.step(&action).unwrap();
            if saved {
                let again = second.step(&action).unwrap();
                assert_eq!(reward.to_bits(), again.0.to_bits(), "{id} {seed} {step}");
                assert_eq!(ending, again.1);
                assert_eq!(first.sensation, second.sensation);
                assert_eq!(first.signals, second.signals);
                resumed += 1;
            }
            if ending != Ending::None {
                break;
            }
            if step == 30 {
                second.task.restore(&first.task.save().unwrap()).unwrap();
                saved = true;
            }
        }
    }
    assert!(resumed > 50, "{id}: {resumed}");
}

#[test]
fn a_saved_flight_goes_on_bitwise() {
    resumes::<LunarLander>("LunarLander-v3");
    resumes::<LunarLander>("LunarLanderContinuous-v3");
}

#[test]
fn a_saved_walk_goes_on_bitwise() {
    resumes::<BipedalWalker>("BipedalWalker-v3");
}

#[test]
fn velocities_can_be_kept_from_the_brain() {
    let config: lunar_lander::Config = serde_json::from_str(r#"{"velocity": false}"#).unwrap();
    let task = LunarLander::new("LunarLander-v3", config).unwrap();
    assert_eq!(task.spec().sensation_len(), 5);
    let config: bipedal_walker::Config = serde_json::from_str(r#"{"velocity": false}"#).unwrap();
    let task = BipedalWalker::new("BipedalWalker-v3", config).unwrap();
    assert_eq!(task.spec().sensation_len(), 17);
}

#[test]
fn a_gravity_that_pulls_up_is_refused_by_name() {
    let config: lunar_lander::Config = serde_json::from_str(r#"{"gravity": 1}"#).unwrap();
    let fault = LunarLander::new("LunarLander-v3", config).unwrap_err();
    assert_eq!(fault.field, "gravity");
}

#[test]
fn a_step_before_the_first_reset_is_a_fault() {
    let mut harness = TaskHarness::<LunarLander>::new("LunarLander-v3").unwrap();
    assert!(harness.step(&[0.0]).is_err());
}
