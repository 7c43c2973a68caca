//! The compiled brain against an interpreter of the spec in f64: values, gradients by central
//! differences, and independence of the batch.

use crate::reference::Reference;
use angora_brain::{Brain, DistributionKind, DistributionSettings, Network, READOUT, Sequences};
use angora_core::{Purpose, SensationLayout, Stream};
use angora_plugin_api::brain::BrainSpec;
use angora_plugin_api::{ActionSpec, SensationSpec, Sense};
use serde_json::json;

/// A readout is a brain's policy head by another name: the same bits forwards and backwards, and
/// what only the value needs is left out.
#[test]
fn a_readout_is_the_head_of_a_policy() {
    const CHOICES: usize = 7;
    let spec = everything();
    let distribution = DistributionSettings::new(DistributionKind::Categorical);
    let action = ActionSpec::Discrete { n: CHOICES };
    let brain = Brain::build(&spec, &layout(), &action, &distribution).expect("builds");
    let readout = Network::readout(&spec, &layout(), CHOICES).expect("builds");
    let of_brain = brain.initialise(2);
    let mut of_readout = vec![f32::NAN; readout.parameters().len()];
    let twin = |name: &str| name.replace(READOUT, "policy_head");
    for entry in readout.parameters().entries() {
        let there = brain
            .parameters()
            .get(&twin(&entry.name))
            .expect(&entry.name);
        assert_eq!(there.shape, entry.shape);
        of_readout[entry.range()].copy_from_slice(&of_brain[there.range()]);
    }
    let names = |network: &Network| network.parameters().entries().len();
    assert!(
        names(&readout) < names(&brain),
        "the value head at least is not there"
    );

    let n = 5;
    let mut stream = Stream::new(9, 0, 0, Purpose::Action);
    let mut draw = |n: usize| -> Vec<f32> { (0..n).map(|_| stream.normal() as f32).collect() };
    let (sensations, derivatives) = (draw(n * brain.sensation_len()), draw(n * CHOICES));
    let sequences = Sequences::single(&sensations);

    let mut memory = brain.training(n);
    brain.forward(&of_brain, &sequences, &mut memory);
    let (policy, _, d_policy, d_value) = memory.loss_views();
    let policy = policy.to_vec();
    d_policy.copy_from_slice(&derivatives);
    d_value.fill(0.0);
    let mut brain_gradient = vec![0.0; of_brain.len()];
    brain.backward(&of_brain, &sequences, &mut memory, &mut brain_gradient);

    let mut memory = readout.training(n);
    readout.forward(&of_readout, &sequences, &mut memory);
    let (told, d_told) = memory.readout_views();
    assert_eq!(told, policy);
    d_told.copy_from_slice(&derivatives);
    let mut gradient = vec![0.0; of_readout.len()];
    readout.backward(&of_readout, &sequences, &mut memory, &mut gradient);
    for entry in readout.parameters().entries() {
        let there = brain
            .parameters()
            .get(&twin(&entry.name))
            .expect(&entry.name);
        assert_eq!(
            gradient[entry.range()],
            brain_gradient[there.range()],
            "{}",
            entry.name
        );
    }
}

/// touch 3, proprioception 5, goal 2, asymmetric 4.
fn layout() -> SensationLayout {
    let sense = |sense, n| SensationSpec {
        sense,
        shape: vec![n],
        low: None,
        high: None,
        unit: String::new(),
        elements: Vec::new(),
    };
    SensationLayout::new(&[
        sense(Sense::Touch, 3),
        sense(Sense::Proprioception, 5),
        sense(Sense::Goal, 2),
        sense(Sense::Asymmetric, 4),
    ])
}

pub fn spec(nodes: serde_json::Value, policy: &str, value: &str) -> BrainSpec {
    serde_json::from_value(json!({"nodes": nodes, "policy": policy, "value": value}))
        .expect("a valid spec")
}

pub fn dense(name: &str, units: usize, activation: &str, inputs: &[&str]) -> serde_json::Value {
    json!({"name": name, "op": {"type": "dense", "units": units, "activation": activation},
           "inputs": inputs})
}

/// Every operation, with fan-out, slices that overlap, a square and a mask.
pub fn everything() -> BrainSpec {
    let mask: Vec<Vec<bool>> = (0..6)
        .map(|i| (0..5).map(|j| (i + j) % 3 != 0).collect())
        .collect();
    spec(
        json!([
            dense("stem", 6, "tanh", &["proprioception", "goal"]),
            dense("side", 6, "sigmoid", &["touch", "goal"]),
            {"name": "norm", "op": {"type": "layer_norm"}, "inputs": ["stem"]},
            {"name": "sum", "op": {"type": "add"}, "inputs": ["norm", "side", "stem"]},
            {"name": "head", "op": {"type": "slice", "start": 0, "len": 4}, "inputs": ["sum"]},
            {"name": "tail", "op": {"type": "slice", "start": 2, "len": 4}, "inputs": ["sum"]},
            {"name": "gate", "op": {"type": "multiply"}, "inputs": ["head", "tail", "head"]},
            {"name": "soft", "op": {"type": "activation", "kind": "softplus"}, "inputs": ["gate"]},
            {"name": "elu", "op": {"type": "activation", "kind": "elu"}, "inputs": ["tail"]},
            {"name": "both", "op": {"type": "concat"}, "inputs": ["soft", "elu", "touch"]},
            {"name": "flat", "op": {"type": "flatten"}, "inputs": ["both"]},
            {"name": "bare", "op": {"type": "dense", "units": 6, "bias": false,
                "initialiser": {"type": "glorot_uniform"}}, "inputs": ["flat"]},
            {"name": "sparse", "op": {"type": "masked_dense", "units": 5, "activation": "tanh",
                "mask": mask}, "inputs": ["bare"]},
            {"name": "of_senses", "op": {"type": "multiply"}, "inputs": ["goal", "goal"]},
            dense("critic", 7, "relu", &["stem", "asymmetric", "of_senses"]),
            dense("unused", 3, "tanh", &["critic"]),
        ]),
        "sparse",
        "critic",
    )
}

pub fn towers() -> BrainSpec {
    spec(
        json!([
            dense("policy.one", 64, "tanh", &["proprioception"]),
            dense("policy.two", 64, "tanh", &["policy.one"]),
            dense("value.one", 64, "tanh", &["proprioception", "goal"]),
            dense("value.two", 33, "elu", &["value.one"]),
        ]),
        "policy.two",
        "value.two",
    )
}

fn action() -> ActionSpec {
    ActionSpec::Box {
        low: vec![-1.0, 0.0, -2.0],
        high: vec![1.0, 1.0, 5.0],
    }
}

pub fn numbers(n: usize, seed: u64) -> Vec<f32> {
    let mut stream = Stream::new(seed, 0, 0, Purpose::Reset);
    (0..n).map(|_| stream.normal() as f32).collect()
}

pub fn settings() -> Vec<DistributionSettings> {
    let mut dependent = DistributionSettings::new(DistributionKind::Gaussian);
    dependent.state_dependent_std = true;
    vec![
        DistributionSettings::new(DistributionKind::Gaussian),
        dependent,
        DistributionSettings::new(DistributionKind::Beta),
        DistributionSettings::new(DistributionKind::MultiCategorical),
    ]
}

/// A brain with parameters away from their special starts (zero biases, unit scales).
pub fn built(spec: &BrainSpec, settings: &DistributionSettings) -> (Brain, Vec<f32>) {
    let brain = Brain::build(spec, &layout(), &action(), settings).expect("builds");
    let mut parameters = brain.initialise(11);
    let noise = numbers(parameters.len(), 5);
    for (p, noise) in parameters.iter_mut().zip(noise) {
        // What a mask holds at zero stays there.
        if *p != 0.0 {
            *p += 0.1 * noise;
        }
    }
    for entry in brain.parameters().entries() {
        if entry.name.ends_with(".bias") || entry.name.ends_with("offset") {
            let noise = numbers(entry.len(), entry.offset as u64);
            for (p, noise) in parameters[entry.range()].iter_mut().zip(noise) {
                *p = 0.1 * noise;
            }
        }
    }
    (brain, parameters)
}

#[test]
fn backward_agrees_with_differences_of_the_f64_interpreter() {
    for spec in [everything(), towers()] {
        for settings in settings() {
            let (brain, parameters) = built(&spec, &settings);
            let (s, p) = (brain.sensation_len(), brain.distribution().raw_len());
            let n = 3;
            let sensations = numbers(n * s, 1);
            // The scalar: a weighted sum of all outputs.
            let (by_policy, by_value) = (numbers(n * p, 2), numbers(n, 3));
            // More rows in memory than in use, and gradients left over from before.
            let mut memory = brain.training(n + 2);
            let mut gradient = vec![f32::NAN; parameters.len()];
            for _ in 0..2 {
                brain.forward(&parameters, &Sequences::single(&sensations), &mut memory);
                let (_, _, d_policy, d_value) = memory.loss_views();
                d_policy.copy_from_slice(&by_policy);
                d_value.copy_from_slice(&by_value);
                gradient.fill(0.0);
                brain.backward(
                    &parameters,
                    &Sequences::single(&sensations),
                    &mut memory,
                    &mut gradient,
                );
            }
            let wide: Vec<f64> = parameters.iter().map(|&p| f64::from(p)).collect();
            let reference = Reference::new(&spec, &layout(), brain.parameters(), &settings);
            let scalar = |parameters: &[f64]| -> f64 {
                let mut sum = 0.0;
                for r in 0..n {
                    let row = &sensations[r * s..][..s];
                    let (policy, value) = reference.run(parameters, row);
                    assert_eq!(policy.len(), p);
                    let weights = &by_policy[r * p..][..p];
                    sum += policy
                        .iter()
                        .zip(weights)
                        .map(|(a, b)| a * f64::from(*b))
                        .sum::<f64>();
                    sum += value * f64::from(by_value[r]);
                }
                sum
            };
            for r in 0..n {
                let (policy, value) = reference.run(&wide, &sensations[r * s..][..s]);
                for (a, b) in policy.iter().zip(&memory.policy()[r * p..]) {
                    assert!((a - f64::from(*b)).abs() < 1e-5 * (1.0 + a.abs()));
                }
                assert!((value - f64::from(memory.value()[r])).abs() < 1e-5 * (1.0 + value.abs()));
            }
            for entry in brain.parameters().entries() {
                for i in entry.range() {
                    let masked = entry.name == "sparse.kernel" && parameters[i] == 0.0;
                    let h = 1e-5;
                    let mut at = wide.clone();
                    at[i] += h;
                    let up = scalar(&at);
                    at[i] -= 2.0 * h;
                    let expected = if masked {
                        0.0
                    } else {
                        (up - scalar(&at)) / (2.0 * h)
                    };
                    let found = f64::from(gradient[i]);
                    assert!(
                        (found - expected).abs() < 2e-4 * (1.0 + expected.abs()),
                        "{}[{}]: {found} for {expected}",
                        entry.name,
                        i - entry.offset
                    );
                }
            }
        }
    }
}

#[test]
fn act_is_forward_and_does_not_depend_on_the_batch() {
    for spec in [everything(), towers()] {
        for settings in settings() {
            let (brain, parameters) = built(&spec, &settings);
            let (s, p) = (brain.sensation_len(), brain.distribution().raw_len());
            let sensations = numbers(64 * s, 4);
            let mut training = brain.training(64);
            brain.forward(&parameters, &Sequences::single(&sensations), &mut training);
            let mut all = brain.acting(64);
            brain.act(&parameters, &sensations, &mut [], 64, &mut all);
            let close = |a: &[f32], b: &[f32]| {
                a.iter()
                    .zip(b)
                    .all(|(a, b)| (a - b).abs() < 1e-5 * (1.0 + b.abs()))
            };
            assert!(close(all.policy(), training.policy()));
            assert!(close(all.value(), training.value()));
            for n in [1, 3, 8] {
                for first in [0, 5, 64 - n] {
                    let mut some = brain.acting(n + 1);
                    brain.act(
                        &parameters,
                        &sensations[first * s..][..n * s],
                        &mut [],
                        n,
                        &mut some,
                    );
                    assert_eq!(some.policy(), &all.policy()[first * p..][..n * p]);
                    assert_eq!(some.value(), &all.value()[first..][..n]);
                }
            }
        }
    }
}

#[test]
fn initial_parameters_are_named_placed_and_repeatable() {
    let settings = DistributionSettings::new(DistributionKind::Gaussian);
    let brain = Brain::build(&everything(), &layout(), &action(), &settings).expect("builds");
    let layout = brain.parameters();
    let names: Vec<&str> = layout.entries().iter().map(|e| e.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "stem.kernel",
            "stem.bias",
            "side.kernel",
            "side.bias",
            "norm.scale",
            "norm.offset",
            "bare.kernel",
            "sparse.kernel",
            "sparse.bias",
            "critic.kernel",
            "critic.bias",
            "policy_head.kernel",
            "policy_head.bias",
            "policy_head.log_std",
            "value_head.kernel",
            "value_head.bias",
        ]
    );
    let mut next = 0;
    for entry in layout.entries() {
        assert_eq!(entry.offset, next);
        next += entry.len();
    }
    assert_eq!(next, layout.len());
    assert_eq!(layout.get("stem.kernel").expect("is there").shape, [7, 6]);
    let sizes = brain.region_sizes();
    assert_eq!(sizes["policy_head"], 5 * 3 + 3 + 3);
    assert_eq!(sizes.values().sum::<usize>(), layout.len());
    let first = brain.initialise(1);
    assert_eq!(first, brain.initialise(1));
    assert_ne!(first, brain.initialise(2));
    let value = |name: &str| &first[layout.get(name).expect("is there").range()];
    assert!(value("policy_head.log_std").iter().all(|&x| x == 0.0));
    assert!(value("norm.scale").iter().all(|&x| x == 1.0));
    assert!(value("policy_head.kernel").iter().all(|&x| x.abs() <= 0.01));
    assert_eq!(
        value("sparse.kernel").iter().filter(|&&x| x == 0.0).count(),
        10
    );
}
