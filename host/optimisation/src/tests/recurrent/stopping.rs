//! Where an update stops, and what it reports, in the terms of Stable-Baselines3.

use super::gathered::{brain, form, gathered, parameters};
use super::{learner, settings};
use crate::{ChunkStart, PpoSettings, UpdateReport};
use angora_buffer::Rollout;
use angora_comm::{Team, World};

const STEPS: usize = 24;
const ENVIRONMENTS: usize = 6;

fn rollouts() -> [Rollout; 1] {
    let brain = brain(false);
    let form = form(&brain, STEPS, ENVIRONMENTS, 1);
    [gathered(&brain, &parameters(&brain, 1), form, 3)]
}

/// Learns from parameters that gathered the rollouts.
fn learned(change: impl FnOnce(&mut PpoSettings)) -> (Vec<f32>, UpdateReport) {
    let (brain, rollouts) = (brain(false), rollouts());
    let mut settings = settings(36, 1, ChunkStart::Stored);
    change(&mut settings);
    let mut learner = learner(&brain, settings, 10, &rollouts, "cpu").expect("a learner");
    learner.parameters.copy_from_slice(&parameters(&brain, 1));
    let team = Team::new(1).expect("threads");
    let report = learner
        .update(&brain, (&team, &mut World::solo()), &rollouts, 1)
        .expect("finite");
    (learner.parameters, report)
}

/// The first minibatch is of the policy that gathered it, the second of one that has moved by one
/// step: it is not learned from any more.
#[test]
fn a_target_is_kept_to_before_the_step_that_exceeds_it() {
    let (stopped, report) = learned(|ppo| ppo.target_kl = Some(1e-9));
    assert_eq!(report.updates, 1);
    assert!(report.approx_kl > 1.5e-9, "{}", report.approx_kl);
    // One step of the same order of transitions, and no target.
    let (free, whole) = learned(|ppo| ppo.target_kl = None);
    assert_eq!(whole.updates, 8);
    assert!(free != stopped);
    let (far, report) = learned(|ppo| ppo.target_kl = Some(1e3));
    assert_eq!(report.updates, 8);
    assert!(
        far == free,
        "a target that is never reached changes nothing"
    );
}

/// A single minibatch of an epoch is noisy: what counts is the mean over the epoch until then.
#[test]
fn a_target_is_compared_with_the_mean_of_the_epoch() {
    let first_epoch = |target: Option<f64>| {
        let (_, report) = learned(|ppo| {
            // Small steps, so that the policy moves further away with each.
            (ppo.epochs, ppo.learning_rate, ppo.target_kl) = (1, 1e-3, target);
        });
        report
    };
    let whole = first_epoch(None);
    // The divergence of the last minibatch is above the mean of all four; it does not count alone.
    let limit = whole.approx_kl / 1.5;
    assert_eq!(first_epoch(Some(1.001 * limit)).updates, whole.updates);
    assert_eq!(first_epoch(Some(0.999 * limit)).updates, whole.updates - 1);
}

/// One minibatch, before any step: the value loss is the mean squared error of the values that
/// were gathered, the ratios are 1.
#[test]
fn reported_losses_are_those_of_stable_baselines3() {
    let all = STEPS * ENVIRONMENTS;
    let (_, report) = learned(|ppo| {
        (ppo.minibatch_size, ppo.epochs) = (all, 1);
        ppo.max_gradient_norm = Some(0.5);
    });
    let rollout = &rollouts()[0];
    let pairs = rollout.values.iter().zip(&rollout.value_targets);
    let squares = pairs.map(|(value, target)| f64::from(value - target).powi(2));
    let mean = squares.sum::<f64>() / all as f64;
    assert!((report.value_loss - mean).abs() < 1e-5 * mean, "{report:?}");
    // The policy's part vanishes: advantages are normalised and ratios are 1.
    let expected = 0.7 * 0.5 * mean - 0.03 * report.entropy;
    assert!((report.loss - expected).abs() < 1e-4, "{report:?}");
    assert!(report.approx_kl.abs() < 1e-6 && report.overflows == 0.0);
}
