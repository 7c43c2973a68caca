//! An LSTM over chunks, forwards and backwards: dense 100-512 (relu), LSTM 512, heads of 12 and 1,
//! 16 steps; against the same arithmetic written out by hand over the gemm crate, and against what
//! gemm reaches on the largest product in it.

use angora_brain::{Brain, DistributionKind, DistributionSettings, Sequences, Training};
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

fn lstm() -> Brain {
    let spec = json!({
        "nodes": [
            {"name": "stem", "inputs": ["proprioception"],
                "op": {"type": "dense", "units": UNITS, "activation": "relu"}},
            {"name": "lstm", "inputs": ["stem"], "op": {"type": "lstm", "units": UNITS}},
        ],
        "policy": "lstm", "value": "lstm",
    });
    let action = ActionSpec::Box {
        low: vec![-1.0; RAW / 2],
        high: vec![1.0; RAW / 2],
    };
    build(spec, &[SENSATION], &action, DistributionKind::Beta)
}

/// The brain `wider` with an LSTM on the sizes of in-hand manipulation: policy 151-1024-LSTM 512,
/// value 176-1024-LSTM 512, 20 degrees of freedom with 11 bins.
fn wider() -> Brain {
    let tower = |name: &str, inputs: &[&str]| {
        let (dense, lstm) = (format!("{name}.dense"), format!("{name}.lstm"));
        [
            json!({"name": dense, "inputs": inputs,
                "op": {"type": "dense", "units": 1024, "activation": "tanh"}}),
            json!({"name": lstm, "inputs": [dense], "op": {"type": "lstm", "units": UNITS}}),
        ]
    };
    let nodes = [
        tower("policy", &["proprioception"]),
        tower("value", &["proprioception", "asymmetric"]),
    ];
    let spec = json!({"nodes": nodes.concat(), "policy": "policy.lstm", "value": "value.lstm"});
    let action = ActionSpec::MultiDiscrete { n: vec![11; 20] };
    build(
        spec,
        &[151, 25],
        &action,
        DistributionKind::MultiCategorical,
    )
}

fn build(
    spec: serde_json::Value,
    senses: &[usize],
    action: &ActionSpec,
    kind: DistributionKind,
) -> Brain {
    let spec: BrainSpec = serde_json::from_value(spec).expect("a valid spec");
    let senses: Vec<SensationSpec> = senses
        .iter()
        .zip([Sense::Proprioception, Sense::Asymmetric])
        .map(|(len, sense)| SensationSpec {
            sense,
            shape: vec![*len],
            low: None,
            high: None,
            unit: String::new(),
            elements: Vec::new(),
        })
        .collect();
    let layout = SensationLayout::new(&senses);
    Brain::build(&spec, &layout, action, &DistributionSettings::new(kind)).expect("builds")
}

fn numbers(n: usize) -> Vec<f32> {
    let mut stream = Stream::new(1, 0, 0, Purpose::Reset);
    (0..n).map(|_| stream.normal() as f32).collect()
}

/// Floating-point operations of a pass forwards and backwards over `n` sequences.
fn operations(brain: &Brain, n: usize) -> usize {
    let entries = brain.parameters().entries().iter();
    let kernels = entries.filter(|entry| entry.name.ends_with("kernel"));
    // By the sensation there is no gradient.
    let sizes = kernels.map(|kernel| {
        let reads_sensation = kernel.shape[0] < UNITS;
        kernel.len() * if reads_sensation { 4 } else { 6 }
    });
    n * STEPS * sizes.sum::<usize>()
}

/// A chunk of `n` sequences with all that training needs.
struct Work {
    brain: Brain,
    parameters: Vec<f32>,
    sensations: Vec<f32>,
    begins: Vec<bool>,
    states: Vec<f32>,
    memory: Training,
    gradient: Vec<f32>,
    d_policy: Vec<f32>,
    d_value: Vec<f32>,
}

impl Work {
    fn new(brain: Brain, n: usize) -> Self {
        let rows = n * STEPS;
        Self {
            parameters: brain.initialise(1),
            sensations: numbers(rows * brain.sensation_len()),
            begins: vec![false; rows],
            states: vec![0.0; n * brain.state_len()],
            memory: brain.training(rows),
            gradient: vec![0.0; brain.parameters().len()],
            d_policy: numbers(rows * brain.distribution().raw_len()),
            d_value: numbers(rows),
            brain,
        }
    }

    fn run(&mut self) {
        let sequences = Sequences {
            steps: STEPS,
            sensations: &self.sensations,
            begins: &self.begins,
            states: &self.states,
        };
        let (parameters, memory) = (black_box(&self.parameters), &mut self.memory);
        self.brain.forward(parameters, &sequences, memory);
        let views = memory.loss_views();
        views.2.copy_from_slice(&self.d_policy);
        views.3.copy_from_slice(&self.d_value);
        self.gradient.fill(0.0);
        let gradient = &mut self.gradient;
        self.brain
            .backward(parameters, &sequences, memory, gradient);
    }
}

struct ByHand {
    lstm: hand::Lstm,
    parameters: Vec<f32>,
    sensations: Vec<f32>,
    gradient: Vec<f32>,
    d_policy: Vec<f32>,
    d_value: Vec<f32>,
}

impl ByHand {
    fn new(n: usize) -> Self {
        let parameters = lstm().initialise(1);
        Self {
            lstm: hand::Lstm::new([SENSATION, UNITS, RAW], STEPS, n),
            sensations: numbers(n * STEPS * SENSATION),
            gradient: vec![0.0; parameters.len()],
            d_policy: numbers(n * STEPS * RAW),
            d_value: numbers(n * STEPS),
            parameters,
        }
    }

    fn run(&mut self) {
        let parameters = black_box(&self.parameters);
        self.lstm.forward(parameters, &self.sensations);
        let (d_policy, d_value) = (&self.d_policy, &self.d_value);
        let gradient = &mut self.gradient;
        self.lstm
            .backward(parameters, &self.sensations, d_policy, d_value, gradient);
    }
}

/// Runs every piece on a thread of its own.
fn at_once<T: Send>(pieces: &mut [T], run: impl Fn(&mut T) + Sync) {
    std::thread::scope(|scope| {
        let (last, others) = pieces.split_last_mut().expect("at least one");
        for piece in others {
            scope.spawn(|| run(piece));
        }
        run(last);
    });
}

/// `[threads, sequences of each]`.
const SLICES: [[usize; 2]; 3] = [[1, 24], [1, 48], [2, 24]];

fn pieces<T>([threads, n]: [usize; 2], make: impl Fn(usize) -> T) -> Vec<T> {
    (0..threads).map(|_| make(n)).collect()
}

fn bench<T: Send>(
    bencher: Bencher<'_, '_>,
    brain: &Brain,
    slices: [usize; 2],
    mut work: Vec<T>,
    run: impl Fn(&mut T) + Sync,
) {
    let count = operations(brain, slices[0] * slices[1]);
    bencher
        .counter(ItemsCount::new(count))
        .bench_local(|| at_once(&mut work, &run));
}

#[divan::bench(args = SLICES)]
fn engine(bencher: Bencher<'_, '_>, slices: [usize; 2]) {
    let work = pieces(slices, |n| Work::new(lstm(), n));
    bench(bencher, &lstm(), slices, work, Work::run);
}

#[divan::bench(args = SLICES)]
fn by_hand(bencher: Bencher<'_, '_>, slices: [usize; 2]) {
    let work = pieces(slices, ByHand::new);
    bench(bencher, &lstm(), slices, work, ByHand::run);
}

#[divan::bench(args = SLICES, sample_count = 20)]
fn engine_wider(bencher: Bencher<'_, '_>, slices: [usize; 2]) {
    let work = pieces(slices, |n| Work::new(wider(), n));
    bench(bencher, &wider(), slices, work, Work::run);
}

/// What gemm reaches on the product of a whole chunk with the LSTM's kernel.
#[divan::bench(args = SLICES)]
fn gemm_alone(bencher: Bencher<'_, '_>, slices: [usize; 2]) {
    let shape = [slices[1] * STEPS, 4 * UNITS, UNITS];
    let (a, b) = (numbers(shape[0] * shape[2]), numbers(shape[1] * shape[2]));
    let mut to = pieces(slices, |_| vec![0.0; shape[0] * shape[1]]);
    let count = slices[0] * 2 * shape.iter().product::<usize>();
    bencher.counter(ItemsCount::new(count)).bench_local(|| {
        at_once(&mut to, |to: &mut Vec<f32>| {
            hand::product(shape, to, false, &a, [UNITS, 1], &b, [4 * UNITS, 1]);
        });
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
    let brain = lstm();
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
