//! What is frozen neither moves nor counts in the norm, on every device.

use super::{A, S, brain, learner};
use crate::{
    AdvantageNormalisation, ChunkStart, Frozen, Learner, PpoSettings, Schedule, TileRule,
    UpdateReport,
};
use angora_brain::{Brain, DistributionKind};
use angora_buffer::{Rollout, RolloutForm};
use angora_comm::{Team, World};
use angora_core::{Purpose, Stream};
use angora_plugin_api::ActionSpec;

const BATCH: usize = 64;

fn rollout(brain: &Brain) -> Rollout {
    let mut rollout = Rollout::new(RolloutForm {
        horizon: BATCH,
        environments: 1,
        sensation_len: S,
        image_len: 0,
        action_len: brain.distribution().action_len(),
        state_len: 0,
        chunk_length: 1,
        forgets: false,
    });
    let mut stream = Stream::new(3, 0, 0, Purpose::Action);
    let mut draw = |values: &mut [f32]| {
        values.iter_mut().for_each(|x| *x = stream.normal() as f32);
    };
    draw(&mut rollout.senses);
    draw(&mut rollout.actions);
    draw(&mut rollout.advantages);
    draw(&mut rollout.value_targets);
    rollout.action_log_probs.fill(-2.5);
    rollout
}

fn settings(epochs: usize) -> PpoSettings {
    PpoSettings {
        epochs,
        minibatch_size: BATCH,
        chunk_length: 1,
        chunk_start: ChunkStart::Stored,
        tile: TileRule::MostTrajectories,
        learning_rate: 0.01,
        learning_rate_schedule: Schedule::Constant,
        discount: 0.99,
        gae_lambda: 0.95,
        clip_range: 0.2,
        value_clip_range: None,
        entropy_coefficient: 0.01,
        value_coefficient: 0.5,
        max_gradient_norm: Some(0.5),
        normalise_advantages: AdvantageNormalisation::Minibatch,
        target_kl: None,
    }
}

/// One cycle with these regions frozen; the learner before and after it.
fn learn(device: &str, frozen: &[&str], epochs: usize) -> (Vec<f32>, Learner, UpdateReport) {
    let action = ActionSpec::Box {
        low: vec![-1.0; A],
        high: vec![1.0; A],
    };
    let brain = brain(DistributionKind::Gaussian, &action);
    let rollouts = [rollout(&brain)];
    let mut learner = learner(&brain, settings(epochs), 1, &rollouts, device).expect("a device");
    let entries = brain.parameters().entries().iter();
    learner.frozen = Frozen::new(
        entries
            .filter(|entry| frozen.contains(&entry.region.as_str()))
            .map(|entry| entry.range()),
    );
    let before = learner.parameters.clone();
    let team = Team::new(1).expect("a thread");
    let report = learner
        .update(&brain, (&team, &mut World::solo()), &rollouts, 1)
        .expect("finite");
    (before, learner, report)
}

/// The squares of the parts' norms sum to that of the whole: what is frozen is not in it.
#[test]
fn frozen_regions_do_not_count_in_the_norm() {
    for device in ["cpu", "flex"] {
        let square = |frozen: &[&str]| learn(device, frozen, 1).2.gradient_norm.powi(2);
        let whole = square(&[]);
        let without_stem = square(&["stem"]);
        let stem_alone = square(&["policy_head", "value_head"]);
        let apart = (without_stem + stem_alone - whole).abs();
        assert!(
            apart < 1e-5 * whole,
            "{without_stem} + {stem_alone}, {whole}"
        );
        assert!(stem_alone > 0.0 && without_stem > 0.0);
    }
}

#[test]
fn frozen_regions_keep_their_bits_and_the_others_learn() {
    for device in ["cpu", "flex"] {
        let (before, learner, report) = learn(device, &["stem", "value_head"], 5);
        assert_eq!(report.updates, 5);
        for i in 0..before.len() {
            let moved = before[i].to_bits() != learner.parameters[i].to_bits();
            let moments = learner.adam.first[i] != 0.0 || learner.adam.second[i] != 0.0;
            let mut learned = learner.frozen.learned(before.len());
            let expected = learned.any(|range| range.contains(&i));
            assert_eq!((moved, moments), (expected, expected), "parameter {i}");
        }
    }
}
