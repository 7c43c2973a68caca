//! The Burn graph against the slices.

use crate::distributions::all;
use crate::gradients::{built, everything, numbers, settings, towers};
use angora_brain::Sequences;
use angora_brain::tensor::{
    DenseForm, device, forward_tensor_with, gradient_of, is_flex, log_prob_entropy_tensor, read,
    row, rows,
};
use angora_core::{Purpose, Stream};

/// Largest difference over the largest value.
fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let largest = b.iter().fold(1e-6, |m: f32, x| m.max(x.abs()));
    let apart = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    apart.fold(0.0, f32::max) / largest
}

#[test]
fn gradients_through_burn_are_those_of_backward() {
    let base = device("flex").expect("is there");
    assert!(is_flex(&base) && is_flex(&base.clone().autodiff()));
    for spec in [everything(), towers()] {
        for settings in settings() {
            let (brain, parameters) = built(&spec, &settings);
            let (s, p, n) = (brain.sensation_len(), brain.distribution().raw_len(), 7);
            let sensations = numbers(n * s, 1);
            let (by_policy, by_value) = (numbers(n * p, 2), numbers(n, 3));
            let mut memory = brain.training(n);
            let mut expected = vec![0.0; parameters.len()];
            brain.forward(&parameters, &Sequences::single(&sensations), &mut memory);
            let (_, _, d_policy, d_value) = memory.loss_views();
            d_policy.copy_from_slice(&by_policy);
            d_value.copy_from_slice(&by_value);
            expected.fill(0.0);
            brain.backward(
                &parameters,
                &Sequences::single(&sensations),
                &mut memory,
                &mut expected,
            );
            for form in [DenseForm::Composed, DenseForm::Fused] {
                let flat = row(&parameters, &base.clone().autodiff()).require_grad();
                let x = rows(&sensations, s, &base);
                let (policy, value) = forward_tensor_with(&brain, flat.clone(), x, form);
                assert!(difference(&read(policy.clone()), memory.policy()) < 1e-5);
                assert!(difference(&read(value.clone()), memory.value()) < 1e-5);
                let scalar = (policy * rows(&by_policy, p, &base)).sum()
                    + (value * rows(&by_value, 1, &base)).sum();
                let mut gradients = scalar.backward();
                let found = gradient_of(&flat, &mut gradients);
                let apart = difference(&found, &expected);
                assert!(apart < 1e-4, "{form:?}: {apart}");
            }
            // Without autodiff too.
            let (policy, _) = angora_brain::tensor::forward_tensor(
                &brain,
                row(&parameters, &base),
                rows(&sensations, s, &base),
            );
            assert!(difference(&read(policy), memory.policy()) < 1e-5);
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
