//! An LSTM over chunks, forwards and backwards: dense 100-512 (relu), LSTM 512, heads of 12 and 1,
//! 16 steps; against the same arithmetic written out by hand over the gemm crate, and against what
//! gemm reaches on the largest product in it.

use angora_brain::{Brain, DistributionKind, DistributionSettings, Sequences};
use angora_core::{Purpose, SensationLayout, Stream};
use angora_plugin_api::brain::BrainSpec;
use angora_plugin_api::{ActionSpec, SensationSpec, Sense};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use serde_json::json;

mod hand;

fn main() {
    divan::main();
}

const SENSATION: usize = 100;
const RAW: usize = 12;
const UNITS: usize = 512;
const STEPS: usize = 16;

fn brain() -> Brain {
    let spec: BrainSpec = serde_json::from_value(json!({
        "nodes": [
            {"name": "stem", "inputs": ["proprioception"],
                "op": {"type": "dense", "units": UNITS, "activation": "relu"}},
            {"name": "lstm", "inputs": ["stem"], "op": {"type": "lstm", "units": UNITS}},
        ],
        "policy": "lstm", "value": "lstm",
    }))
    .expect("a valid spec");
    let layout = SensationLayout::new(&[SensationSpec {
        sense: Sense::Proprioception,
        shape: vec![SENSATION],
        low: None,
        high: None,
        unit: String::new(),
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

/// Floating-point operations of a pass forwards and backwards over `n` sequences.
fn operations(n: usize) -> usize {
    let weights = SENSATION * UNITS + 2 * 4 * UNITS * UNITS + UNITS * (RAW + 1);
    // Backwards no gradient by the sensation.
    n * STEPS * (6 * weights - 2 * SENSATION * UNITS)
}

#[divan::bench(args = [24, 48])]
fn engine(bencher: Bencher<'_, '_>, n: usize) {
    let brain = brain();
    let parameters = brain.initialise(1);
    let sensations = numbers(n * STEPS * SENSATION);
    let states = vec![0.0; n * brain.state_len()];
    let begins = vec![false; n * STEPS];
    let mut memory = brain.training(n * STEPS);
    let mut gradient = vec![0.0; parameters.len()];
    let (d_policy, d_value) = (numbers(n * STEPS * RAW), numbers(n * STEPS));
    let sequences = Sequences {
        steps: STEPS,
        sensations: &sensations,
        begins: &begins,
        states: &states,
    };
    let bencher = bencher.counter(ItemsCount::new(operations(n)));
    bencher.bench_local(|| {
        brain.forward(black_box(&parameters), &sequences, &mut memory);
        let views = memory.loss_views();
        views.2.copy_from_slice(&d_policy);
        views.3.copy_from_slice(&d_value);
        gradient.fill(0.0);
        brain.backward(&parameters, &sequences, &mut memory, &mut gradient);
    });
}

#[divan::bench(args = [24, 48])]
fn by_hand(bencher: Bencher<'_, '_>, n: usize) {
    let parameters = brain().initialise(1);
    let sensations = numbers(n * STEPS * SENSATION);
    let mut hand = hand::Lstm::new([SENSATION, UNITS, RAW], STEPS, n);
    let mut gradient = vec![0.0; parameters.len()];
    let (d_policy, d_value) = (numbers(n * STEPS * RAW), numbers(n * STEPS));
    let bencher = bencher.counter(ItemsCount::new(operations(n)));
    bencher.bench_local(|| {
        hand.forward(black_box(&parameters), &sensations);
        hand.backward(&parameters, &sensations, &d_policy, &d_value, &mut gradient);
    });
}

/// What gemm reaches on the product of a whole chunk with the LSTM's kernel.
#[divan::bench(args = [24, 48])]
fn gemm_alone(bencher: Bencher<'_, '_>, n: usize) {
    let shape = [n * STEPS, 4 * UNITS, UNITS];
    let (a, b) = (numbers(shape[0] * shape[2]), numbers(shape[1] * shape[2]));
    let mut to = vec![0.0; shape[0] * shape[1]];
    let bencher = bencher.counter(ItemsCount::new(2 * shape.iter().product::<usize>()));
    bencher.bench_local(|| {
        hand::product(shape, &mut to, false, &a, [UNITS, 1], &b, [4 * UNITS, 1]);
    });
}

/// What gemm reaches on the product of one step with the recurrent kernel.
#[divan::bench(args = [24, 48])]
fn gemm_step(bencher: Bencher<'_, '_>, n: usize) {
    let shape = [n, 4 * UNITS, UNITS];
    let (a, b) = (numbers(shape[0] * shape[2]), numbers(shape[1] * shape[2]));
    let mut to = vec![0.0; shape[0] * shape[1]];
    let bencher = bencher.counter(ItemsCount::new(2 * shape.iter().product::<usize>()));
    bencher.bench_local(|| {
        hand::product(shape, &mut to, true, &a, [UNITS, 1], &b, [4 * UNITS, 1]);
    });
}

#[divan::bench(args = [1, 8, 64])]
fn act(bencher: Bencher<'_, '_>, n: usize) {
    let brain = brain();
    let parameters = brain.initialise(1);
    let sensations = numbers(n * SENSATION);
    let mut states = vec![0.0; n * brain.state_len()];
    let mut memory = brain.acting(n);
    bencher.bench_local(|| {
        brain.act(
            black_box(&parameters),
            &sensations,
            &mut states,
            n,
            &mut memory,
        );
        memory.value()[0]
    });
}
