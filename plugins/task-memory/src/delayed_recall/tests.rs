//! What is shown when, what an answer earns, and what is refused.

use super::*;
use angora_sdk::output::Layout;
use angora_sdk::testing::TaskHarness;

type Harness = TaskHarness<DelayedRecall>;

const BLANK: [f32; 3] = [0.0, 0.0, 0.0];
const GO: [f32; 3] = [0.0, 0.0, 1.0];

fn harness() -> Harness {
    Harness::new("DelayedRecall-v1").expect("default")
}

/// Steps through cue and delay, always with the same choice.
fn wait(harness: &mut Harness, choice: f32) {
    for _ in 0..=harness.task.config.delay {
        let step = harness.step(&[choice]).expect("steps");
        assert_eq!(step, (0.0, Ending::None));
        assert_eq!(harness.signals[1], 0.0);
    }
}

#[test]
fn the_cue_is_shown_at_the_start_and_never_again() {
    let mut harness = harness();
    for seed in 0..8 {
        harness.reset(seed).expect("resets");
        let cue = harness.task.state.cue;
        assert_eq!(harness.sensation[cue], 1.0);
        assert_eq!(harness.sensation.iter().sum::<f32>(), 1.0);
        for _ in 0..20 {
            harness.step(&[0.0]).expect("steps");
            assert_eq!(harness.sensation, BLANK);
        }
        harness.step(&[0.0]).expect("steps");
        assert_eq!(harness.sensation, GO);
        assert_eq!(harness.signals, [cue as f64, 0.0]);
        harness.step(&[0.0]).expect("steps");
        assert_eq!(harness.sensation, BLANK);
    }
}

#[test]
fn only_the_answer_to_the_go_signal_counts() {
    for (delay, wrong_reward) in [(20, 0.0), (0, -1.0), (3, -0.5)] {
        for (right_before, right) in [(false, true), (true, false), (true, true)] {
            let mut harness = harness();
            harness.task.config.delay = delay;
            harness.task.config.wrong_reward = wrong_reward;
            harness.reset(3).expect("resets");
            let cue = harness.task.state.cue;
            let choice = |right: bool| (if right { cue } else { 1 - cue }) as f32;
            wait(&mut harness, choice(right_before));
            assert_eq!(harness.sensation, GO);
            let step = harness.step(&[choice(right)]).expect("steps");
            let reward = if right { 1.0 } else { wrong_reward };
            assert_eq!(step, (reward, Ending::Terminated));
            assert_eq!(harness.signals[1], f64::from(u8::from(right)));
            assert_eq!(
                harness.task.spec().max_episode_steps,
                Some(harness.task.state.step)
            );
            harness.step(&[0.0]).expect_err("the episode is over");
        }
    }
}

/// So one answer for every cue, the best that a brain without memory has, is right by chance.
#[test]
fn every_cue_is_as_likely() {
    for (cues, other) in [(2, 0), (3, 2), (4, 1)] {
        let config = Config {
            cues,
            ..Config::default()
        };
        let mut task = DelayedRecall::new("DelayedRecall-v1", config).expect("fits");
        let spec = task.spec();
        assert_eq!(spec.sensation_len(), cues + 1);
        assert_eq!(spec.action, ActionSpec::Discrete { n: cues });
        let layout = Layout::new(&spec);
        let (mut sensation, mut signals) = (vec![0.0; cues + 1], [0.0; 2]);
        let mut hits = 0;
        for seed in 0..6000 {
            let mut out = Observation::new(&layout, &mut sensation, &mut signals);
            task.reset(&mut Random::new(seed), &mut out)
                .expect("resets");
            hits += usize::from(sensation[other] == 1.0);
        }
        // Four standard deviations of a binomial count around its mean.
        let (mean, chance) = (6000.0 / cues as f64, 1.0 / cues as f64);
        let deviation = (mean * (1.0 - chance)).sqrt();
        assert!(
            (hits as f64 - mean).abs() < 4.0 * deviation,
            "{hits} of {cues}"
        );
    }
}

#[test]
fn one_seed_is_one_cue() {
    let cue = |seed| {
        let mut harness = harness();
        harness.reset(seed).expect("resets");
        harness.sensation[0]
    };
    for seed in 0..20 {
        assert_eq!(cue(seed), cue(seed));
    }
    assert!((1..20).any(|seed| cue(seed) != cue(0)));
}

#[test]
fn a_saved_episode_goes_on_with_the_same_cue() {
    for cue in 0..2 {
        let mut first = harness();
        first.reset(0).expect("resets");
        first.task.state.cue = cue;
        for _ in 0..7 {
            first.step(&[1.0]).expect("steps");
        }
        let saved = first.task.save().expect("saves");

        let mut second = harness();
        second.reset(1).expect("resets");
        second.task.restore(&saved).expect("restores");
        for _ in 7..21 {
            let step = second.step(&[0.0]).expect("steps");
            assert_eq!(step, (0.0, Ending::None));
        }
        assert_eq!(second.sensation, GO);
        let step = second.step(&[cue as f32]).expect("steps");
        assert_eq!(step, (1.0, Ending::Terminated));
    }
}

#[test]
fn a_state_with_more_cues_is_refused() {
    let saved = state::save(&State { cue: 2, step: 1 }).expect("saves");
    let fault = harness().task.restore(&saved).expect_err("only two cues");
    assert_eq!(
        (fault.code, fault.field.as_str()),
        (FaultCode::Invalid, "cue")
    );
}

#[test]
fn an_answer_that_is_not_there_is_a_fault_also_during_the_delay() {
    let mut harness = harness();
    harness.reset(1).expect("resets");
    let fault = harness.step(&[2.0]).expect_err("no third answer");
    assert_eq!(fault.field, "action");
}

#[test]
fn settings_that_make_no_sense_are_refused_by_name() {
    let refused = |config: Config| {
        let fault = DelayedRecall::new("DelayedRecall-v1", config).expect_err("refused");
        assert_eq!(fault.code, FaultCode::Config);
        fault.field.to_string()
    };
    for cues in [0, 1, 5] {
        let config = Config {
            cues,
            ..Config::default()
        };
        assert_eq!(refused(config), "cues");
    }
    for wrong_reward in [1.0, 2.0, f64::NAN, f64::NEG_INFINITY] {
        let config = Config {
            wrong_reward,
            ..Config::default()
        };
        assert_eq!(refused(config), "wrong_reward");
    }
    let config: Config = serde_json::from_str(r#"{"cues": 4, "delay": 0}"#).expect("reads");
    assert_eq!(
        (config.cues, config.delay, config.wrong_reward),
        (4, 0, 0.0)
    );
    for text in [r#"{"delays": 3}"#, r#"{"delay": -1}"#] {
        serde_json::from_str::<Config>(text).expect_err(text);
    }
}
