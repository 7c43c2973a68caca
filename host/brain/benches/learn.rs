//! The gradient of a brain with an LSTM (100-512 relu, LSTM 512) over 48 sequences of 16 steps,
//! and of two towers 17-64-64 (tanh) over 512 rows: on slices, through Burn with layers and cells
//! as single operations, and composed of Burn's own operations.

use angora_brain::tensor::{
    TensorForm, TensorParameters, TensorSequences, device, forward_tensor_with,
};
use angora_brain::{Brain, DistributionKind, DistributionSettings, Sequences};
use angora_core::{Purpose, SensationLayout, Stream};
use angora_plugin_api::brain::BrainSpec;
use angora_plugin_api::{ActionSpec, SensationSpec, Sense};
use divan::Bencher;
use serde_json::{Value, json};

fn main() {
    divan::main();
}

/// Brain, steps and sequences.
struct Work {
    brain: Brain,
    parameters: Vec<f32>,
    sensations: Vec<f32>,
    begins: Vec<bool>,
    states: Vec<f32>,
    steps: usize,
}

fn work(name: &str) -> Work {
    let dense = |name: &str, units: usize, activation: &str, from: &str| {
        json!({"name": name, "inputs": [from],
               "op": {"type": "dense", "units": units, "activation": activation}})
    };
    let (nodes, policy, value, sensation, steps, width): (Value, _, _, _, _, _) = match name {
        "towers" => (
            json!([
                dense("policy.one", 64, "tanh", "proprioception"),
                dense("policy.two", 64, "tanh", "policy.one"),
                dense("value.one", 64, "tanh", "proprioception"),
                dense("value.two", 64, "tanh", "value.one"),
            ]),
            "policy.two",
            "value.two",
            17,
            1,
            512,
        ),
        _ => (
            json!([
                dense("stem", 512, "relu", "proprioception"),
                {"name": "lstm", "inputs": ["stem"], "op": {"type": "lstm", "units": 512}},
            ]),
            "lstm",
            "lstm",
            100,
            16,
            48,
        ),
    };
    let spec: BrainSpec =
        serde_json::from_value(json!({"nodes": nodes, "policy": policy, "value": value}))
            .expect("a valid spec");
    let layout = SensationLayout::new(&[SensationSpec {
        sense: Sense::Proprioception,
        shape: vec![sensation],
        low: None,
        high: None,
        unit: String::new(),
        elements: Vec::new(),
    }]);
    let action = ActionSpec::Box {
        low: vec![-1.0; 6],
        high: vec![1.0; 6],
    };
    let settings = DistributionSettings::new(DistributionKind::Beta);
    let brain = Brain::build(&spec, &layout, &action, &settings).expect("builds");
    let mut stream = Stream::new(1, 0, 0, Purpose::Reset);
    let mut numbers = |n: usize| -> Vec<f32> { (0..n).map(|_| stream.normal() as f32).collect() };
    Work {
        parameters: brain.initialise(1),
        sensations: numbers(steps * width * sensation),
        begins: (0..steps * width).map(|i| i % 97 == 0).collect(),
        states: numbers(width * brain.state_len()),
        steps,
        brain,
    }
}

impl Work {
    fn sequences(&self) -> Sequences<'_> {
        Sequences {
            steps: self.steps,
            sensations: &self.sensations,
            begins: &self.begins,
            states: &self.states,
        }
    }
}

const WORK: [&str; 2] = ["towers", "lstm"];

#[divan::bench(args = WORK)]
fn slices(bencher: Bencher<'_, '_>, name: &str) {
    let work = work(name);
    let mut memory = work.brain.training(work.begins.len());
    let mut gradient = vec![0.0; work.parameters.len()];
    bencher.bench_local(|| {
        let sequences = work.sequences();
        work.brain
            .forward(&work.parameters, &sequences, &mut memory);
        let (_, _, d_policy, d_value) = memory.loss_views();
        d_policy.fill(1.0);
        d_value.fill(1.0);
        gradient.fill(0.0);
        work.brain
            .backward(&work.parameters, &sequences, &mut memory, &mut gradient);
        gradient[0]
    });
}

#[divan::bench(args = WORK)]
fn fused(bencher: Bencher<'_, '_>, name: &str) {
    through_burn(bencher, &work(name), TensorForm::Fused);
}

#[divan::bench(args = WORK)]
fn composed(bencher: Bencher<'_, '_>, name: &str) {
    through_burn(bencher, &work(name), TensorForm::Composed);
}

fn through_burn(bencher: Bencher<'_, '_>, work: &Work, form: TensorForm) {
    let flex = device("flex").expect("is there");
    let autodiff = flex.clone().autodiff();
    let mut gradient = vec![0.0; work.parameters.len()];
    bencher.bench_local(|| {
        let parameters =
            TensorParameters::new(&work.brain, &work.parameters, &autodiff).require_grad();
        let sequences = TensorSequences::new(&work.brain, &work.sequences(), &flex);
        let outputs = forward_tensor_with(&work.brain, &parameters, &sequences, form);
        let mut gradients = (outputs.policy.sum() + outputs.value.sum()).backward();
        gradient.fill(0.0);
        parameters.gradient(&mut gradients, &mut gradient);
        gradient[0]
    });
}
