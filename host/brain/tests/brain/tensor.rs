//! The Burn graph against the slices.

use crate::distributions::all;
use crate::gradients::{built, everything, numbers, settings, spec, towers};
use crate::sequences::{self, Case, images, node, remembering};
use angora_brain::Brain;
use angora_brain::tensor::{
    TensorForm, TensorParameters, TensorSequences, device, forward_tensor, forward_tensor_with,
    is_flex, log_prob_entropy_tensor, read, rows,
};
use angora_core::{Purpose, Stream};
use serde_json::json;

/// Largest difference over the largest value.
fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let largest = b.iter().fold(1e-6, |m: f32, x| m.max(x.abs()));
    let apart = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    apart.fold(0.0, f32::max) / largest
}

/// Runs sequences through Burn in both forms, and compares policy, value, gradient and final
/// states with those of the slices.
fn agrees(brain: &Brain, parameters: &[f32], case: &Case) {
    let base = device("flex").expect("is there");
    let (p, l) = (brain.distribution().raw_len(), brain.state_len());
    let (policy, value, gradient) = case.run(brain, parameters);
    let mut memory = brain.training(case.steps * case.width);
    let mut states = vec![f32::NAN; case.states.len()];
    brain.forward(parameters, &case.sequences(), &mut memory);
    brain.final_states(&case.sequences(), &memory, &mut states);
    let sequences = TensorSequences::new(brain, &case.sequences(), &base);
    for form in [TensorForm::Composed, TensorForm::Fused] {
        let autodiff = base.clone().autodiff();
        let tensors = TensorParameters::new(brain, parameters, &autodiff).require_grad();
        let outputs = forward_tensor_with(brain, &tensors, &sequences, form);
        let apart = [
            difference(&read(outputs.policy.clone()), &policy),
            difference(&read(outputs.value.clone()), &value),
        ];
        assert!(apart.iter().all(|&a| a < 1e-5), "{form:?}: {apart:?}");
        let left = outputs.final_states();
        assert_eq!(left.is_some(), l > 0);
        if let Some(left) = left {
            assert_eq!(left.dims(), [case.width, l]);
            assert!(!left.is_autodiff(), "states are constants");
            assert!(difference(&read(left), &states) < 1e-5);
        }
        let scalar = (outputs.policy * rows(&case.by_policy, p, &base)).sum()
            + (outputs.value * rows(&case.by_value, 1, &base)).sum();
        let mut gradients = scalar.backward();
        // Gradients are added to what is there.
        let mut found = vec![1.0; parameters.len()];
        tensors.gradient(&mut gradients, &mut found);
        for entry in brain.parameters().entries() {
            let found: Vec<f32> = found[entry.range()].iter().map(|x| x - 1.0).collect();
            let apart = difference(&found, &gradient[entry.range()]);
            assert!(apart < 1e-4, "{form:?}: {}: {apart}", entry.name);
        }
    }
    // Without autodiff too.
    let tensors = TensorParameters::new(brain, parameters, &base);
    let outputs = forward_tensor(brain, &tensors, &sequences);
    assert!(difference(&read(outputs.policy), &policy) < 1e-5);
    assert!(difference(&read(outputs.value), &value) < 1e-5);
}

#[test]
fn gradients_through_burn_are_those_of_backward() {
    let base = device("flex").expect("is there");
    assert!(is_flex(&base) && is_flex(&base.clone().autodiff()));
    for spec in [everything(), towers()] {
        for settings in settings() {
            let (brain, parameters) = built(&spec, &settings);
            let (s, p, n) = (brain.sensation_len(), brain.distribution().raw_len(), 7);
            let case = Case {
                steps: 1,
                width: n,
                sensations: numbers(n * s, 1),
                begins: Vec::new(),
                states: Vec::new(),
                by_policy: numbers(n * p, 2),
                by_value: numbers(n, 3),
            };
            agrees(&brain, &parameters, &case);
        }
    }
}

/// Chunks of any length with states before them, without and with episodes that begin at the
/// first step of a chunk and within it.
#[test]
fn gradients_of_sequences_through_burn_are_those_of_backward() {
    for (spec, layout) in remembering() {
        let (brain, parameters) = sequences::built(&spec, &layout);
        for (steps, width) in [(1, 4), (2, 1), (5, 3), (8, 2)] {
            let mut case = Case::new(&brain, &layout, steps, width);
            agrees(&brain, &parameters, &case);
            case.begins.fill(false);
            agrees(&brain, &parameters, &case);
            case.begins.clear();
            agrees(&brain, &parameters, &case);
        }
    }
}

/// Windows of any size, stride and padding, also where they do not cover the image or overlap it
/// on one side more than on the other.
#[test]
fn gradients_of_images_through_burn_are_those_of_backward() {
    let layout = images();
    for padding in ["same", "valid"] {
        for window in [[1, 1], [2, 2], [3, 3], [4, 3]] {
            for stride in [[1, 1], [2, 3], [4, 2]] {
                for kind in ["max", "average"] {
                    let conv = json!({"type": "conv2d", "filters": 3, "activation": "tanh",
                        "kernel": window, "stride": stride, "padding": padding});
                    let pool = json!({"type": "pool", "kind": kind, "window": window,
                        "stride": stride, "padding": padding});
                    let first = json!({"type": "conv2d", "filters": 2, "kernel": [1, 1],
                        "stride": [1, 1], "activation": "linear"});
                    let flat = || json!({"type": "flatten"});
                    let nodes = json!([
                        node("first", first, json!(["vision"])),
                        node("conv", conv, json!(["first"])),
                        node("pool", pool, json!(["first"])),
                        node("policy", flat(), json!(["conv"])),
                        node("value", flat(), json!(["pool"])),
                    ]);
                    let spec = spec(nodes, "policy", "value");
                    let (brain, parameters) = sequences::built(&spec, &layout);
                    agrees(&brain, &parameters, &Case::new(&brain, &layout, 1, 3));
                }
            }
        }
    }
}

#[test]
fn log_prob_and_entropy_tensors_are_those_of_slices() {
    let base = device("flex").expect("is there");
    let mut stream = Stream::new(9, 0, 0, Purpose::Action);
    for distribution in all() {
        let (p, a, n) = (distribution.raw_len(), distribution.action_len(), 20);
        let raw = numbers(n * p, 8);
        let mut action = vec![0.0; n * a];
        let (mut log_probs, mut entropies) = (vec![0.0; n], vec![0.0; n]);
        // d (sum log p + 0.3 sum H) / d raw.
        let mut expected = vec![0.0; n * p];
        let (mut d_log, mut d_entropy) = (vec![0.0; p], vec![0.0; p]);
        for r in 0..n {
            let (raw, action) = (&raw[r * p..][..p], &mut action[r * a..][..a]);
            distribution.sample(raw, &mut stream, action);
            let (l, e) =
                distribution.log_prob_entropy_gradient(raw, action, &mut d_log, &mut d_entropy);
            (log_probs[r], entropies[r]) = (l, e);
            for j in 0..p {
                expected[r * p + j] = d_log[j] + 0.3 * d_entropy[j];
            }
        }
        let tracked = rows(&raw, p, &base.clone().autodiff()).require_grad();
        let (log_prob, entropy) =
            log_prob_entropy_tensor(&distribution, tracked.clone(), rows(&action, a, &base));
        let apart = [
            difference(&read(log_prob.clone()), &log_probs),
            difference(&read(entropy.clone()), &entropies),
        ];
        assert!(
            apart.iter().all(|&a| a < 3e-5),
            "{} {a}: {apart:?}",
            distribution.kind()
        );
        let gradients = (log_prob.sum() + entropy.sum() * 0.3).backward();
        let found = read(tracked.grad(&gradients).expect("has a gradient"));
        let apart = difference(&found, &expected);
        assert!(apart < 1e-4, "{}: {apart}", distribution.kind());
    }
}

#[test]
fn devices_have_names() {
    let error = device("cudda").expect_err("a typing error").to_string();
    assert!(error.contains("did you mean cuda?"), "{error}");
    if !cfg!(feature = "cuda") {
        let error = device("cuda").expect_err("not built").to_string();
        assert!(error.contains("build one with `cargo build -p angora-host --features cuda`"));
    }
}
