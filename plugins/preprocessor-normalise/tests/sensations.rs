//! What `normalise-sensations` promises.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use angora_sdk::{Preprocessor, PreprocessorContext, SensationSpec, Sense, sensation};
use preprocessor_normalise::{NormaliseSensations, Settings};

/// An image of 2 values, 1 touch and 2 goal receptors.
fn context() -> PreprocessorContext {
    let image = SensationSpec {
        shape: vec![1, 2, 1],
        ..sensation(Sense::Vision, 2)
    };
    PreprocessorContext {
        sensations: vec![image, sensation(Sense::Touch, 1), sensation(Sense::Goal, 2)],
        discount: 0.99,
    }
}

fn normaliser() -> NormaliseSensations {
    NormaliseSensations::new("normalise-sensations", Settings::default(), context()).unwrap()
}

fn delta(normaliser: &mut NormaliseSensations) -> Vec<f64> {
    let mut delta = vec![f64::NAN; normaliser.spec().statistics_len];
    normaliser.take_delta(&mut delta);
    delta
}

fn statistics(normaliser: &NormaliseSensations) -> Vec<f64> {
    let mut statistics = vec![f64::NAN; normaliser.spec().statistics_len];
    normaliser.statistics(&mut statistics);
    statistics
}

#[test]
fn only_clips_before_it_has_learnt_and_leaves_images_alone() {
    let mut normaliser = normaliser();
    let mut values = [200.0, -200.0, 3.0, 20.0, -20.0];
    normaliser.sensation(&mut values, true).unwrap();
    assert_eq!(values, [200.0, -200.0, 3.0, 10.0, -10.0]);
}

#[test]
fn normalises_as_by_hand() {
    // Touch 1 and 3: mean 2, variance 1. Goal 0 and 8: mean 4, variance 16; constant 5: variance
    // 0, so deviation sqrt(1e-6) = 0.001.
    let mut normaliser = normaliser();
    normaliser
        .sensation(&mut [9.0, 9.0, 1.0, 0.0, 5.0], true)
        .unwrap();
    normaliser
        .sensation(&mut [9.0, 9.0, 3.0, 8.0, 5.0], true)
        .unwrap();
    let delta = delta(&mut normaliser);
    assert_eq!(delta, [2.0, 2.0, 4.0, 5.0, 2.0, 32.0, 0.0]);
    normaliser.merge(&delta);

    let mut values = [7.0, 7.0, 4.0, 0.0, 5.001];
    normaliser.sensation(&mut values, false).unwrap();
    assert_eq!(values[..2], [7.0, 7.0]);
    assert!((values[2] - 2.0).abs() < 1e-5);
    assert!((values[3] + 1.0).abs() < 1e-6);
    assert!((values[4] - 1.0).abs() < 1e-3);

    // 1000 deviations away: clipped.
    let mut values = [0.0, 0.0, 2.0, 4.0, 6.0];
    normaliser.sensation(&mut values, false).unwrap();
    assert_eq!(values, [0.0, 0.0, 0.0, 0.0, 10.0]);
}

#[test]
fn deltas_of_several_environments_merge_to_the_moments_of_all() {
    // Environment e of 4 sees e, e + 4, ... of 0..400: mean 199.5, variance (400² - 1)/12.
    let mut merged = normaliser();
    for environment in 0..4 {
        let mut own = normaliser();
        for i in (environment..400).step_by(4) {
            own.sensation(&mut [0.0, 0.0, i as f32, 1.0, -1.0], true)
                .unwrap();
        }
        merged.merge(&delta(&mut own));
        assert_eq!(delta(&mut own)[0], 0.0, "a taken delta is forgotten");
    }
    let statistics = statistics(&merged);
    assert_eq!(statistics[0], 400.0);
    assert!((statistics[1] / 199.5 - 1.0).abs() < 1e-12);
    assert!((statistics[4] / 400.0 / (159_999.0 / 12.0) - 1.0).abs() < 1e-12);
}

#[test]
fn learns_nothing_when_frozen_or_between_merges() {
    let mut normaliser = normaliser();
    normaliser.merge(&[2.0, 2.0, 4.0, 5.0, 2.0, 32.0, 0.0]);
    let before = statistics(&normaliser);
    for _ in 0..5 {
        normaliser
            .sensation(&mut [0.0, 0.0, 1.0, 1.0, 1.0], false)
            .unwrap();
    }
    assert_eq!(delta(&mut normaliser), [0.0; 7]);

    let transformed = |normaliser: &mut NormaliseSensations, learn| {
        let mut values = [0.0, 0.0, 2.5, 1.0, 5.0];
        normaliser.sensation(&mut values, learn).unwrap();
        values
    };
    let first = transformed(&mut normaliser, true);
    assert_eq!(first, transformed(&mut normaliser, true));
    assert_eq!(statistics(&normaliser), before);
}

#[test]
fn goes_on_bitwise_from_a_saved_state() {
    let sample = |i: usize| [0.0, 0.0, (i as f32).sin(), (i as f32) / 3.0, 1e-20];
    let mut normaliser = normaliser();
    (0..50).for_each(|i| normaliser.sensation(&mut sample(i), true).unwrap());

    let mut again = self::normaliser();
    again.set_statistics(&statistics(&normaliser));
    again.restore(&normaliser.save().unwrap()).unwrap();
    for i in 50..100 {
        normaliser.sensation(&mut sample(i), true).unwrap();
        again.sensation(&mut sample(i), true).unwrap();
    }
    let bits = |delta: Vec<f64>| delta.into_iter().map(f64::to_bits).collect::<Vec<_>>();
    assert_eq!(bits(delta(&mut normaliser)), bits(delta(&mut again)));
}

#[test]
fn a_state_of_another_task_is_refused() {
    let mut other = NormaliseSensations::new(
        "normalise-sensations",
        Settings::default(),
        PreprocessorContext {
            sensations: vec![sensation(Sense::Touch, 9)],
            discount: 0.99,
        },
    )
    .unwrap();
    let fault = other.restore(&normaliser().save().unwrap()).unwrap_err();
    assert!(fault.message.contains("3 elements, not 9"), "{fault}");
}

#[test]
fn settings_that_make_no_sense_are_refused_by_name() {
    for (key, clip, epsilon) in [
        ("clip", 0.0, 1e-6),
        ("clip", f64::NAN, 1e-6),
        ("epsilon", 10.0, -1.0),
    ] {
        let settings = Settings { clip, epsilon };
        let fault = NormaliseSensations::new("normalise-sensations", settings, context());
        assert_eq!(fault.unwrap_err().field, key);
    }
}
