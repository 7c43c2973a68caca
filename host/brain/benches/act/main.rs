//! Acting and training of two towers 17-64-64 (tanh) with heads of 12 and 1, against the same
//! arithmetic written out by hand over the gemm crate.

use angora_brain::{Brain, DistributionKind, DistributionSettings, Sequences};
use angora_core::{Purpose, SensationLayout, Stream};
use angora_plugin_api::brain::BrainSpec;
use angora_plugin_api::{ActionSpec, SensationSpec, Sense};
use divan::{Bencher, black_box};
use serde_json::json;

mod hand;

fn main() {
    divan::main();
}

const SENSATION: usize = 17;
const RAW: usize = 12;

fn towers() -> Brain {
    let dense = |name: &str, from: &str| {
        json!({"name": name, "inputs": [from],
               "op": {"type": "dense", "units": 64, "activation": "tanh"}})
    };
    let spec: BrainSpec = serde_json::from_value(json!({
        "nodes": [
            dense("policy.one", "proprioception"), dense("policy.two", "policy.one"),
            dense("value.one", "proprioception"), dense("value.two", "value.one"),
        ],
        "policy": "policy.two", "value": "value.two",
    }))
    .expect("a valid spec");
    let layout = SensationLayout::new(&[SensationSpec {
        sense: Sense::Proprioception,
        shape: vec![SENSATION],
        low: None,
        high: None,
        unit: String::new(),
        elements: Vec::new(),
    }]);
    let action = ActionSpec::Box {
        low: vec![-1.0; RAW / 2],
        high: vec![1.0; RAW / 2],
    };
    let settings = DistributionSettings::new(DistributionKind::Beta);
    Brain::build(&spec, &layout, &action, &settings).expect("builds")
}

fn numbers(n: usize) -> Vec<f32> {
    let mut stream = Stream::new(1, 0, 0, Purpose::Reset);
    (0..n).map(|_| stream.normal() as f32).collect()
}

#[divan::bench(args = [1, 8, 64])]
fn act(bencher: Bencher<'_, '_>, n: usize) {
    let brain = towers();
    let parameters = brain.initialise(1);
    let sensations = numbers(n * SENSATION);
    let mut memory = brain.acting(n);
    bencher.bench_local(|| {
        brain.act(black_box(&parameters), &sensations, &mut [], n, &mut memory);
        memory.value()[0]
    });
}

#[divan::bench(args = [64, 512])]
fn forward(bencher: Bencher<'_, '_>, n: usize) {
    let brain = towers();
    let parameters = brain.initialise(1);
    let sensations = numbers(n * SENSATION);
    let mut memory = brain.training(n);
    bencher.bench_local(|| {
        brain.forward(
            black_box(&parameters),
            &Sequences::single(&sensations),
            &mut memory,
        )
    });
}

#[divan::bench(args = [64, 512])]
fn forward_backward(bencher: Bencher<'_, '_>, n: usize) {
    let brain = towers();
    let parameters = brain.initialise(1);
    let sensations = numbers(n * SENSATION);
    let mut memory = brain.training(n);
    let mut gradient = vec![0.0; parameters.len()];
    let (d_policy, d_value) = (numbers(n * RAW), numbers(n));
    bencher.bench_local(|| {
        brain.forward(
            black_box(&parameters),
            &Sequences::single(&sensations),
            &mut memory,
        );
        let views = memory.loss_views();
        views.2.copy_from_slice(&d_policy);
        views.3.copy_from_slice(&d_value);
        gradient.fill(0.0);
        brain.backward(
            &parameters,
            &Sequences::single(&sensations),
            &mut memory,
            &mut gradient,
        );
    });
}

#[divan::bench(args = [64, 512])]
fn forward_backward_by_hand(bencher: Bencher<'_, '_>, n: usize) {
    let parameters = towers().initialise(1);
    let sensations = numbers(n * SENSATION);
    let mut towers = hand::Towers::new(n, SENSATION, RAW);
    let mut gradient = vec![0.0; parameters.len()];
    let (d_policy, d_value) = (numbers(n * RAW), numbers(n));
    bencher.bench_local(|| {
        towers.forward(black_box(&parameters), &sensations);
        towers.backward(&parameters, &sensations, &d_policy, &d_value, &mut gradient);
    });
}

/// Log-probability, entropy and their gradients of `n` rows of six Beta degrees of freedom.
#[divan::bench(args = [64, 512])]
fn beta_gradient(bencher: Bencher<'_, '_>, n: usize) {
    let brain = towers();
    let distribution = brain.distribution();
    let raw = numbers(n * RAW);
    let action = vec![0.3; n * RAW / 2];
    let (mut d_log, mut d_entropy) = (vec![0.0; RAW], vec![0.0; RAW]);
    bencher.bench_local(|| {
        let mut sum = 0.0;
        for (raw, action) in raw.chunks_exact(RAW).zip(action.chunks_exact(RAW / 2)) {
            let (l, e) = distribution.log_prob_entropy_gradient(
                black_box(raw),
                action,
                &mut d_log,
                &mut d_entropy,
            );
            sum += l + e;
        }
        sum
    });
}

/// One Beta action of six degrees of freedom.
#[divan::bench]
fn beta_sample(bencher: Bencher<'_, '_>) {
    let brain = towers();
    let raw = numbers(RAW);
    let mut action = [0.0; RAW / 2];
    let mut stream = Stream::new(1, 0, 0, Purpose::Action);
    bencher.bench_local(|| {
        brain
            .distribution()
            .sample(black_box(&raw), &mut stream, &mut action)
    });
}
