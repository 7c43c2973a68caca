//! One source, two forms, the same bits.

use crate::artefacts::both;
use angora_core::seed::{Purpose, Stream};
use angora_plugin_api::{
    ActionSpec, BrainRequest, DistributionRequest, Ending, RewardContext, SensationSpec, Sense,
    SignalSpec, v2::PreprocessorContext,
};
use serde_json::json;

const CALLS: usize = 100_000;

fn stream() -> Stream {
    Stream::new(5, 0, 0, Purpose::Reset)
}

/// A number of any size and sign.
fn number(stream: &mut Stream) -> f64 {
    stream.normal() * 10.0_f64.powi(stream.index(9) as i32 - 4)
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

fn bits_f32(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn a_reward_gives_the_same_bits_over_100_000_calls() {
    for (id, len) in [("apart", 64), ("curves", 2), ("distance", 3)] {
        let context = RewardContext {
            signals: vec![SignalSpec {
                name: "values".into(),
                len,
                unit: String::new(),
                elements: Vec::new(),
            }],
            action: ActionSpec::Discrete { n: 2 },
            control_timestep: None,
        };
        let Some(catalogues) = both("tiny-tasks") else {
            return;
        };
        let mut rewards = catalogues
            .each_ref()
            .map(|c| c.reward(id, &json!({}), &context).unwrap());
        assert_eq!(rewards[0].spec(), rewards[1].spec());
        let terms = rewards[0].spec().terms.len();
        let mut stream = stream();
        let mut signals = vec![0.0; len];
        for call in 0..CALLS {
            signals.fill_with(|| number(&mut stream));
            let action = [stream.index(2) as f32];
            let progress = stream.uniform();
            let given = rewards.each_mut().map(|reward| {
                if call % 500 == 0 {
                    reward.reset(call as u64, &signals).unwrap();
                }
                let mut given = vec![0.0; terms];
                reward
                    .evaluate(&signals, &action, progress, &mut given)
                    .unwrap();
                given
            });
            assert_eq!(bits(&given[0]), bits(&given[1]), "{id}, call {call}");
        }
    }
}

#[test]
fn settings_are_refused_in_the_same_words() {
    let context = RewardContext {
        signals: Vec::new(),
        action: ActionSpec::Discrete { n: 2 },
        control_timestep: None,
    };
    let Some(catalogues) = both("tiny-tasks") else {
        return;
    };
    for config in [
        json!({ "signal": "elsewhere" }),
        json!({ "targets": [1.0] }),
        json!({ "target": "here" }),
    ] {
        let said = catalogues.each_ref().map(|catalogue| {
            let refused = catalogue.reward("distance", &config, &context).err();
            refused.unwrap().to_string()
        });
        assert_eq!(said[0], said[1]);
    }
    let said = catalogues.map(|c| format!("{:?}", c.reward_configurations("distance")));
    assert_eq!(said[0], said[1]);
}

#[test]
fn a_preprocessor_learns_merges_and_goes_on_bitwise() {
    let context = PreprocessorContext {
        sensations: vec![SensationSpec {
            sense: Sense::Proprioception,
            shape: vec![7],
            low: None,
            high: None,
            unit: String::new(),
            elements: Vec::new(),
        }],
        discount: 0.99,
        action: ActionSpec::Discrete { n: 2 },
        control_timestep: None,
    };
    for (id, sensations) in [("normalise-sensations", true), ("normalise-rewards", false)] {
        let Some(catalogues) = both("preprocessor-normalise") else {
            return;
        };
        let make = |catalogue: &angora_loader::Catalogue| {
            let config = serde_json::Value::Null;
            catalogue.preprocessor(id, &config, &context).unwrap()
        };
        let mut items = catalogues.each_ref().map(make);
        let spec = items[0].spec().clone();
        assert_eq!(&spec, items[1].spec());
        assert_eq!(spec.sensations, sensations);
        let mut stream = stream();
        for step in 0..5000 {
            let sensation: [f32; 7] = std::array::from_fn(|_| stream.normal() as f32);
            let reward = number(&mut stream);
            let ending = [Ending::None, Ending::Terminated][usize::from(step % 100 == 99)];
            let given = items.each_mut().map(|item| {
                let mut changed = sensation;
                item.sensation(&mut changed, true).unwrap();
                let reward = item.reward(reward, ending, true).unwrap();
                if ending.is_end() {
                    item.begin(step).unwrap();
                }
                if step % 640 == 639 {
                    let mut delta = vec![0.0; spec.statistics_len];
                    item.take_delta(&mut delta).unwrap();
                    item.merge(&delta).unwrap();
                }
                (bits_f32(&changed), reward.to_bits())
            });
            assert_eq!(given[0], given[1], "{id}, step {step}");
        }
        // A state of one form is taken over by the other.
        let states = items.each_ref().map(|item| item.save().unwrap());
        assert_eq!(states[0], states[1]);
        let statistics = items.each_ref().map(|item| {
            let mut statistics = vec![0.0; spec.statistics_len];
            item.statistics(&mut statistics).unwrap();
            statistics
        });
        assert_eq!(bits(&statistics[0]), bits(&statistics[1]));
        let mut again = make(&catalogues[1]);
        again.restore(&states[0]).unwrap();
        again.set_statistics(&statistics[0]).unwrap();
        assert_eq!(again.save().unwrap(), states[1]);
    }
}

/// Seeds, actions and mid-episode states cross in both forms. The logarithm and cosine behind the
/// normal draws are those of two libraries, which may differ in the last bit.
#[test]
fn noise_is_the_same_in_both_forms() {
    let context = PreprocessorContext {
        sensations: vec![SensationSpec {
            sense: Sense::Proprioception,
            shape: vec![3],
            low: None,
            high: None,
            unit: String::new(),
            elements: Vec::new(),
        }],
        discount: 0.99,
        action: ActionSpec::Box {
            low: vec![-1.0, 0.0],
            high: vec![1.0, 1.0],
        },
        control_timestep: Some(0.02),
    };
    let Some(catalogues) = both("preprocessor-noise") else {
        return;
    };
    for (id, acts) in [("motor-noise", true), ("sensory-noise", false)] {
        let make = |catalogue: &angora_loader::Catalogue| {
            catalogue.preprocessor(id, &json!({}), &context).unwrap()
        };
        let mut items = catalogues.each_ref().map(make);
        assert_eq!(items[0].spec(), items[1].spec());
        assert_eq!(items[0].abilities(), items[1].abilities());
        assert_eq!(items[0].abilities().actions, acts);
        assert!(items[0].abilities().random);
        let mut stream = stream();
        for step in 0..2000 {
            let command = [stream.uniform() as f32; 2];
            let sensation: [f32; 3] = std::array::from_fn(|_| stream.normal() as f32);
            let given = items.each_mut().map(|item| {
                if step % 100 == 0 {
                    item.begin(step).unwrap();
                }
                let (mut action, mut felt) = (command, sensation);
                item.action(&mut action, true).unwrap();
                item.sensation(&mut felt, true).unwrap();
                assert!((0.0..=1.0).contains(&action[1]), "clipped to the bounds");
                if acts { action.to_vec() } else { felt.to_vec() }
            });
            for (native, module) in given[0].iter().zip(&given[1]) {
                assert!((native - module).abs() <= 1e-6, "{id}, step {step}");
            }
            if step % 250 == 249 {
                // The state of one form is taken over by the other.
                let states = items.each_ref().map(|item| item.save().unwrap());
                assert_eq!(states[0], states[1]);
                items[1].restore(&states[0]).unwrap();
            }
        }
    }
}

#[test]
fn a_brain_is_the_same_data() {
    let request = BrainRequest {
        sensations: vec![SensationSpec {
            sense: Sense::Proprioception,
            shape: vec![4],
            low: None,
            high: None,
            unit: String::new(),
            elements: Vec::new(),
        }],
        action: ActionSpec::Discrete { n: 2 },
        config: json!({ "cell": "lstm" }),
    };
    let Some(catalogues) = both("brain-feedforward") else {
        return;
    };
    let brains = catalogues.map(|c| c.brain("simple", &request).unwrap());
    assert!(brains[0].nodes.len() > 2);
    assert_eq!(brains[0], brains[1]);
}

/// Episodes of tasks without functions such as a sine, which each form takes from its own library.
#[test]
fn a_task_gives_the_same_episodes() {
    let Some(catalogues) = both("tiny-tasks") else {
        return;
    };
    for id in ["Bandit-v0", "IdentityBox-v0", "TwoChoices-v0"] {
        let mut tasks = catalogues
            .each_ref()
            .map(|c| c.task(id, &json!({})).unwrap());
        let spec = tasks[0].spec().clone();
        assert_eq!(&spec, tasks[1].spec());
        let mut stream = stream();
        for episode in 0..50 {
            for step in 0..16 {
                let action: Vec<f32> = match &spec.action {
                    ActionSpec::Discrete { n } => vec![stream.index(*n) as f32],
                    other => vec![stream.normal() as f32; other.len()],
                };
                let given = tasks.each_mut().map(|task| {
                    let mut sensation = vec![0.0; spec.sensation_len()];
                    let mut signals = vec![0.0; spec.signal_len()];
                    let mut terms = vec![0.0; spec.reward_terms.len()];
                    if step == 0 {
                        task.reset(episode, &mut sensation, &mut signals).unwrap();
                    }
                    task.set_progress(0.5).unwrap();
                    let ending = task
                        .step(&action, &mut sensation, &mut signals, &mut terms)
                        .unwrap();
                    (bits_f32(&sensation), bits(&signals), bits(&terms), ending)
                });
                assert_eq!(given[0], given[1], "{id}, episode {episode}, step {step}");
            }
        }
    }
}

/// A state that is saved by one form is continued by the other.
#[test]
fn a_state_moves_between_the_forms() {
    let Some(catalogues) = both("task-classic-control") else {
        return;
    };
    let mut tasks = catalogues.map(|catalogue| catalogue.task("CartPole-v1", &json!({})).unwrap());
    let (mut sensation, mut signals, mut terms) = ([0.0; 4], [0.0; 4], [0.0; 1]);
    tasks[0].reset(3, &mut sensation, &mut signals).unwrap();
    let mut step = |task: &mut Box<dyn angora_loader::LoadedTask>| {
        task.step(&[1.0], &mut sensation, &mut signals, &mut terms)
            .unwrap();
        signals
    };
    step(&mut tasks[0]);
    let state = tasks[0].save().unwrap();
    tasks[1].restore(&state).unwrap();
    assert_eq!(tasks[1].save().unwrap(), state);
    let after = [0, 1].map(|form| step(&mut tasks[form]));
    for (native, module) in after[0].iter().zip(after[1]) {
        // The sines of two libraries may differ in the last bit.
        assert!((native - module).abs() <= 1e-12, "{native} {module}");
    }
}

#[test]
fn a_distribution_is_the_same_data() {
    let request = |action, config| DistributionRequest { action, config };
    let degrees = ActionSpec::Box {
        low: vec![-1.0; 2],
        high: vec![1.0; 2],
    };
    let Some(catalogues) = both("distribution-squashed-gaussian") else {
        return;
    };
    let id = "squashed-gaussian";
    let set = request(degrees, json!({ "initial_log_std": -0.5 }));
    let declared = catalogues
        .each_ref()
        .map(|c| c.distribution(id, &set).unwrap());
    assert_eq!(declared[0].parameters[1].initial, -0.5);
    assert_eq!(declared[0], declared[1]);
    let choice = request(ActionSpec::Discrete { n: 2 }, json!(null));
    let refusals = catalogues.map(|c| c.distribution(id, &choice).unwrap_err().to_string());
    assert!(
        refusals[0].contains("continuous actions"),
        "{}",
        refusals[0]
    );
    assert_eq!(refusals[0], refusals[1]);
}
