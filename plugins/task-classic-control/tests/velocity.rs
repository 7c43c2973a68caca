//! Without velocities the rest is sensed as before.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use angora_sdk::{Task, testing::TaskHarness};
use serde_json::json;
use task_classic_control::{Acrobot, CartPole, MountainCar, MountainCarContinuous, Pendulum};

/// Receptors that are positions, of those that there are with velocities.
fn senses<T: Task>(id: &str, action: f32, positions: &[usize]) {
    let config = serde_json::from_value(json!({ "velocity": false })).unwrap();
    let mut whole = TaskHarness::<T>::new(id).unwrap();
    let mut still = TaskHarness::of(T::new(id, config).unwrap());
    assert_eq!(still.spec.sensation_len(), positions.len());
    whole.reset(1).unwrap();
    still.reset(1).unwrap();
    for _ in 0..10 {
        let rewards = [&mut whole, &mut still].map(|task| task.step(&[action]).unwrap().0);
        assert_eq!(rewards[0], rewards[1]);
        let expected: Vec<f32> = positions.iter().map(|at| whole.sensation[*at]).collect();
        assert_eq!(still.sensation, expected, "{id}");
        assert_eq!(still.signals, whole.signals);
    }
}

#[test]
fn velocities_can_be_kept_from_the_brain() {
    senses::<CartPole>("CartPole-v1", 1.0, &[0, 2]);
    senses::<Acrobot>("Acrobot-v1", 2.0, &[0, 1, 2, 3]);
    senses::<MountainCar>("MountainCar-v0", 2.0, &[0]);
    senses::<MountainCarContinuous>("MountainCarContinuous-v0", 0.5, &[0]);
    senses::<Pendulum>("Pendulum-v1", 0.5, &[0, 1]);
}
