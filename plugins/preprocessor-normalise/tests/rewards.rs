//! What `normalise-rewards` promises.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use angora_sdk::{Ending, Preprocessor, PreprocessorContext};
use preprocessor_normalise::{NormaliseRewards, Settings};

fn normaliser() -> NormaliseRewards {
    let context = PreprocessorContext {
        sensations: vec![],
        discount: 0.5,
    };
    NormaliseRewards::new("normalise-rewards", Settings::default(), context).unwrap()
}

fn delta(normaliser: &mut NormaliseRewards) -> [f64; 3] {
    let mut delta = [f64::NAN; 3];
    normaliser.take_delta(&mut delta);
    delta
}

#[test]
fn only_clips_before_it_has_learnt() {
    let mut normaliser = normaliser();
    for (reward, out) in [(0.25, 0.25), (11.0, 10.0), (-1e9, -10.0)] {
        assert_eq!(normaliser.reward(reward, Ending::None, true).unwrap(), out);
    }
}

#[test]
fn samples_are_discounted_returns_that_start_anew_at_an_ending() {
    // Discount 0.5, rewards 1 1 | 1 | 4: returns 1, 1.5 | 1 | 4. The truncated one ends as well.
    let mut normaliser = normaliser();
    for (reward, ending) in [
        (1.0, Ending::None),
        (1.0, Ending::Terminated),
        (1.0, Ending::Truncated),
        (4.0, Ending::None),
    ] {
        normaliser.reward(reward, ending, true).unwrap();
    }
    // Mean 7.5/4 = 1.875; M2 = 0.875² + 0.375² + 0.875² + 2.125² = 6.1875.
    let delta = delta(&mut normaliser);
    assert_eq!(delta[0], 4.0);
    assert!((delta[1] - 1.875).abs() < 1e-12);
    assert!((delta[2] - 6.1875).abs() < 1e-12);

    normaliser.merge(&delta);
    let out = normaliser.reward(3.0, Ending::None, false).unwrap();
    assert!((out - 3.0 / (6.1875_f64 / 4.0 + 1e-6).sqrt()).abs() < 1e-12);
}

#[test]
fn a_constant_return_has_no_variance_and_is_clipped() {
    let mut normaliser = normaliser();
    normaliser.merge(&[5.0, 2.0, 0.0]);
    assert_eq!(normaliser.reward(1.0, Ending::None, false).unwrap(), 10.0);
    let small = normaliser.reward(0.001, Ending::None, false).unwrap();
    assert!((small - 1.0).abs() < 1e-12);
}

#[test]
fn a_frozen_one_learns_nothing_and_keeps_its_running_return() {
    let mut normaliser = normaliser();
    normaliser.reward(2.0, Ending::None, true).unwrap();
    let before = normaliser.save().unwrap();
    normaliser.reward(5.0, Ending::None, false).unwrap();
    normaliser.reward(5.0, Ending::Terminated, false).unwrap();
    assert_eq!(normaliser.save().unwrap(), before);
}

#[test]
fn goes_on_bitwise_from_a_saved_state() {
    let mut normaliser = normaliser();
    let mut again = normaliser.clone();
    for i in 0..30 {
        normaliser
            .reward(f64::from(i).sin(), Ending::None, true)
            .unwrap();
    }
    again.restore(&normaliser.save().unwrap()).unwrap();
    for i in 30..60 {
        for one in [&mut normaliser, &mut again] {
            one.reward(f64::from(i).sin(), Ending::None, true).unwrap();
        }
    }
    let (a, b) = (delta(&mut normaliser), delta(&mut again));
    assert_eq!(a.map(f64::to_bits), b.map(f64::to_bits));
    assert_eq!(a[0], 60.0);
}
