//! Brains that remember, over sequences: against an interpreter in f64 that is unrolled step by
//! step, with gradients by central differences.

use crate::gradients::{dense, numbers, spec};
use crate::reference::{Memory, Reference};
use angora_brain::{Brain, DistributionKind, DistributionSettings, Sequences};
use angora_core::SensationLayout;
use angora_plugin_api::brain::BrainSpec;
use angora_plugin_api::{ActionSpec, SensationSpec, Sense};
use serde_json::{Value, json};

fn sense(sense: Sense, shape: &[usize]) -> SensationSpec {
    SensationSpec {
        sense,
        shape: shape.to_vec(),
        low: None,
        high: None,
        unit: String::new(),
        elements: Vec::new(),
    }
}

fn vectors() -> SensationLayout {
    SensationLayout::new(&[
        sense(Sense::Touch, &[2]),
        sense(Sense::Proprioception, &[3]),
        sense(Sense::Asymmetric, &[2]),
    ])
}

pub fn images() -> SensationLayout {
    SensationLayout::new(&[
        sense(Sense::Vision, &[7, 6, 2]),
        sense(Sense::Proprioception, &[3]),
    ])
}

pub fn node(name: &str, op: Value, inputs: Value) -> Value {
    json!({"name": name, "op": op, "inputs": inputs})
}

fn delayed(name: &str) -> Value {
    json!({"delayed": name})
}

/// The three cells, one after another and side by side, with a stem that both outputs share.
fn cells() -> BrainSpec {
    spec(
        json!([
            dense("stem", 4, "tanh", &["touch", "proprioception"]),
            node(
                "lstm",
                json!({"type": "lstm", "units": 3}),
                json!(["stem", "touch"])
            ),
            node("gru", json!({"type": "gru", "units": 4}), json!(["lstm"])),
            node(
                "rnn",
                json!({"type": "simple_rnn", "units": 3}),
                json!(["stem"])
            ),
            node("both", json!({"type": "concat"}), json!(["gru", "rnn"])),
            dense("critic", 3, "elu", &["rnn", "lstm", "asymmetric"]),
        ]),
        "both",
        "critic",
    )
}

/// Feedback between areas: within one node, around a cell, from a sense, from a node that is not
/// in a loop, and through a slice of a concat.
fn feedback() -> BrainSpec {
    spec(
        json!([
            node(
                "elman",
                json!({"type": "dense", "units": 3, "activation": "tanh"}),
                json!(["proprioception", delayed("elman")])
            ),
            node(
                "area",
                json!({"type": "dense", "units": 3, "activation": "sigmoid"}),
                json!(["elman", delayed("motor"), delayed("touch"), delayed("late")])
            ),
            node(
                "motor",
                json!({"type": "lstm", "units": 3}),
                json!(["area", delayed("tail")])
            ),
            node("norm", json!({"type": "layer_norm"}), json!(["motor"])),
            node("wide", json!({"type": "concat"}), json!(["norm", "area"])),
            node(
                "tail",
                json!({"type": "slice", "start": 2, "len": 3}),
                json!(["wide"])
            ),
            node(
                "late",
                json!({"type": "dense", "units": 2, "activation": "tanh"}),
                json!(["touch"])
            ),
            node(
                "sum",
                json!({"type": "add"}),
                json!(["tail", delayed("tail"), "motor"])
            ),
        ]),
        "sum",
        "wide",
    )
}

/// An LSTM drawn from primitive nodes and delayed edges.
fn drawn() -> BrainSpec {
    let gate = |name: &str, activation: &str| {
        node(
            name,
            json!({"type": "dense", "units": 3, "activation": activation}),
            json!(["proprioception", delayed("h")]),
        )
    };
    let multiply = || json!({"type": "multiply"});
    spec(
        json!([
            gate("i", "sigmoid"),
            gate("f", "sigmoid"),
            gate("g", "tanh"),
            gate("o", "sigmoid"),
            node("kept", multiply(), json!(["f", delayed("c")])),
            node("new", multiply(), json!(["i", "g"])),
            node("c", json!({"type": "add"}), json!(["kept", "new"])),
            node(
                "squashed",
                json!({"type": "activation", "kind": "tanh"}),
                json!(["c"])
            ),
            node("h", multiply(), json!(["o", "squashed"])),
        ]),
        "h",
        "h",
    )
}

/// Images through convolutions and pools into a cell.
fn visual() -> BrainSpec {
    spec(
        json!([
            node(
                "v1",
                json!({"type": "conv2d", "filters": 3, "kernel": [3, 2], "stride": [1, 1],
                "padding": "same", "activation": "tanh"}),
                json!(["vision"])
            ),
            node(
                "max",
                json!({"type": "pool", "kind": "max", "window": [3, 3], "stride": [2, 2],
                "padding": "same"}),
                json!(["v1"])
            ),
            node(
                "v2",
                json!({"type": "conv2d", "filters": 2, "kernel": [2, 2], "stride": [2, 1],
                "activation": "relu"}),
                json!(["max"])
            ),
            node(
                "mean",
                json!({"type": "pool", "kind": "average", "window": [2, 2],
                "stride": [1, 1], "padding": "same"}),
                json!(["v2"])
            ),
            node("flat", json!({"type": "flatten"}), json!(["mean"])),
            node(
                "cell",
                json!({"type": "gru", "units": 3}),
                json!(["flat", "proprioception"])
            ),
            node("raw", json!({"type": "flatten"}), json!(["v1"])),
        ]),
        "cell",
        "raw",
    )
}

/// Fixed connections with fixed signs, in a loop.
fn signed() -> BrainSpec {
    let mask: Vec<Vec<bool>> = (0..7)
        .map(|i| (0..4).map(|j| (2 * i + j) % 3 != 0).collect())
        .collect();
    spec(
        json!([node(
            "pool",
            json!({"type": "masked_dense", "units": 4, "activation": "softplus", "mask": mask,
                "signs": [0, 0, 0, 1, 1, -1, -1]}),
            json!(["proprioception", delayed("pool")])
        )]),
        "pool",
        "pool",
    )
}

/// A running sum of a sense and what the sense was, with parameters in the heads alone.
fn parameterless() -> BrainSpec {
    let add = json!({"type": "add"});
    spec(
        json!([
            node("sum", add.clone(), json!(["touch", delayed("sum")])),
            node("change", add, json!(["sum", delayed("touch")])),
        ]),
        "sum",
        "change",
    )
}

pub fn remembering() -> Vec<(BrainSpec, SensationLayout)> {
    vec![
        (cells(), vectors()),
        (feedback(), vectors()),
        (drawn(), vectors()),
        (visual(), images()),
        (signed(), vectors()),
        (parameterless(), vectors()),
    ]
}

pub fn built(spec: &BrainSpec, layout: &SensationLayout) -> (Brain, Vec<f32>) {
    let action = ActionSpec::Discrete { n: 3 };
    let settings = DistributionSettings::new(DistributionKind::Categorical);
    let brain = Brain::build(spec, layout, &action, &settings).expect("builds");
    let mut parameters = brain.initialise(3);
    let noise = numbers(parameters.len(), 8);
    for entry in brain.parameters().entries() {
        for i in entry.range() {
            // What a mask holds at zero stays there.
            if !entry.name.ends_with("kernel") || parameters[i] != 0.0 {
                parameters[i] += 0.2 * noise[i];
            }
        }
    }
    (brain, parameters)
}

/// C steps of B sequences with states before them, episodes that begin, and derivatives.
pub struct Case {
    pub steps: usize,
    pub width: usize,
    pub sensations: Vec<f32>,
    pub begins: Vec<bool>,
    pub states: Vec<f32>,
    pub by_policy: Vec<f32>,
    pub by_value: Vec<f32>,
}

impl Case {
    pub fn new(brain: &Brain, layout: &SensationLayout, steps: usize, width: usize) -> Self {
        let n = steps * width;
        let mut sensations = numbers(n * brain.sensation_len(), 1);
        if let Some(range) = layout.range(Sense::Vision) {
            for row in sensations.chunks_exact_mut(brain.sensation_len()) {
                for x in &mut row[range.clone()] {
                    *x = (x.abs() * 100.0).round().min(255.0);
                }
            }
        }
        Self {
            steps,
            width,
            sensations,
            // Sequence 1 begins anew at its first step, others within the chunk.
            begins: (0..n).map(|i| i == 1 || i % 7 == 5).collect(),
            states: numbers(width * brain.state_len(), 4)
                .into_iter()
                .map(|x| 0.5 * x)
                .collect(),
            by_policy: numbers(n * brain.distribution().raw_len(), 2),
            by_value: numbers(n, 3),
        }
    }

    pub fn sequences(&self) -> Sequences<'_> {
        Sequences {
            steps: self.steps,
            sensations: &self.sensations,
            begins: &self.begins,
            states: &self.states,
        }
    }

    /// Policy, value and gradient.
    pub fn run(&self, brain: &Brain, parameters: &[f32]) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
        // More rows in memory than in use, and numbers left over from before.
        let mut memory = brain.training(self.steps * self.width + 2);
        let mut gradient = vec![0.0; parameters.len()];
        for _ in 0..2 {
            gradient.fill(0.0);
            brain.forward(parameters, &self.sequences(), &mut memory);
            let (_, _, d_policy, d_value) = memory.loss_views();
            d_policy.copy_from_slice(&self.by_policy);
            d_value.copy_from_slice(&self.by_value);
            brain.backward(parameters, &self.sequences(), &mut memory, &mut gradient);
        }
        let outputs = (memory.policy().to_vec(), memory.value().to_vec());
        (outputs.0, outputs.1, gradient)
    }

    /// The same steps one after another in f64: policy and value `[C B]`, and the scalar whose
    /// gradient is taken.
    fn unrolled(
        &self,
        brain: &Brain,
        reference: &Reference<'_>,
        parameters: &[f64],
    ) -> (Vec<Vec<f64>>, Vec<f64>, f64) {
        let (s, p) = (brain.sensation_len(), brain.distribution().raw_len());
        let (mut policies, mut values) = (Vec::new(), Vec::new());
        let mut memories: Vec<Memory> = (0..self.width).map(|b| self.memory(brain, b)).collect();
        let mut scalar = 0.0;
        for row in 0..self.steps * self.width {
            let memory = &mut memories[row % self.width];
            if self.begins[row] {
                for part in memory.values_mut() {
                    part.fill(0.0);
                }
            }
            let sensation = &self.sensations[row * s..][..s];
            let (policy, value) = reference.step(parameters, sensation, memory);
            let weights = &self.by_policy[row * p..][..p];
            for (x, weight) in policy.iter().zip(weights) {
                scalar += x * f64::from(*weight);
            }
            scalar += value * f64::from(self.by_value[row]);
            policies.push(policy);
            values.push(value);
        }
        (policies, values, scalar)
    }

    fn memory(&self, brain: &Brain, sequence: usize) -> Memory {
        let state = &self.states[sequence * brain.state_len()..][..brain.state_len()];
        let parts = brain.state_parts().iter();
        parts
            .map(|(name, range)| {
                let part = state[range.clone()].iter().map(|&x| f64::from(x));
                (name.clone(), part.collect())
            })
            .collect()
    }
}

fn close(a: f64, b: f32, tolerance: f64) -> bool {
    (a - f64::from(b)).abs() < tolerance * (1.0 + a.abs())
}

#[test]
fn sequences_agree_with_the_unrolled_interpreter_and_its_differences() {
    let settings = DistributionSettings::new(DistributionKind::Categorical);
    for (spec, layout) in remembering() {
        let (brain, parameters) = built(&spec, &layout);
        let case = Case::new(&brain, &layout, 5, 3);
        let (policy, value, gradient) = case.run(&brain, &parameters);
        let wide: Vec<f64> = parameters.iter().map(|&p| f64::from(p)).collect();
        let reference = Reference::new(&spec, &layout, brain.parameters(), &settings);
        let (policies, values, _) = case.unrolled(&brain, &reference, &wide);
        for (expected, found) in policies.iter().flatten().zip(&policy) {
            assert!(close(*expected, *found, 1e-5), "{found} for {expected}");
        }
        for (expected, found) in values.iter().zip(&value) {
            assert!(close(*expected, *found, 1e-5), "{found} for {expected}");
        }
        let initial = brain.initialise(3);
        for entry in brain.parameters().entries() {
            for i in entry.range() {
                let h = 1e-5;
                let mut at = wide.clone();
                at[i] += h;
                let up = case.unrolled(&brain, &reference, &at).2;
                at[i] -= 2.0 * h;
                let down = case.unrolled(&brain, &reference, &at).2;
                // No connection, no gradient.
                let masked = entry.name == "pool.kernel" && initial[i] == 0.0;
                let expected = if masked { 0.0 } else { (up - down) / (2.0 * h) };
                assert!(
                    close(expected, gradient[i], 3e-4),
                    "{}[{}]: {} for {expected}",
                    entry.name,
                    i - entry.offset,
                    gradient[i]
                );
            }
        }
    }
}

/// Acting step by step is the forward pass over the chunk, whatever the batch, and leaves the
/// states that training leaves.
#[test]
fn acting_step_by_step_is_the_chunk_and_does_not_depend_on_the_batch() {
    for (spec, layout) in remembering() {
        let (brain, parameters) = built(&spec, &layout);
        let (s, l, p) = (
            brain.sensation_len(),
            brain.state_len(),
            brain.distribution().raw_len(),
        );
        let width = 21;
        let case = Case::new(&brain, &layout, 4, width);
        let (policy, value, _) = case.run(&brain, &parameters);
        let act = |first: usize, n: usize| {
            let mut states = case.states[first * l..(first + n) * l].to_vec();
            let mut memory = brain.acting(n + 1);
            let (mut policies, mut values) = (Vec::new(), Vec::new());
            for t in 0..case.steps {
                let row = t * width + first;
                for e in 0..n {
                    if case.begins[row + e] {
                        states[e * l..(e + 1) * l].fill(0.0);
                    }
                }
                let sensations = &case.sensations[row * s..(row + n) * s];
                brain.act(&parameters, sensations, &mut states, n, &mut memory);
                policies.push(memory.policy().to_vec());
                values.push(memory.value().to_vec());
            }
            (policies, values, states)
        };
        let (policies, values, states) = act(0, width);
        for (a, b) in policies.concat().iter().zip(&policy) {
            assert!(close(f64::from(*a), *b, 1e-5), "{a} {b}");
        }
        for (a, b) in values.concat().iter().zip(&value) {
            assert!(close(f64::from(*a), *b, 1e-5), "{a} {b}");
        }
        let mut training = brain.training(case.steps * width);
        brain.forward(&parameters, &case.sequences(), &mut training);
        let mut left = vec![f32::NAN; width * l];
        brain.final_states(&case.sequences(), &training, &mut left);
        for (a, b) in states.iter().zip(&left) {
            assert!(close(f64::from(*a), *b, 1e-5), "{a} {b}");
        }
        for (first, n) in [(0, 1), (3, 2), (20, 1), (5, 16)] {
            let (some, of_value, left) = act(first, n);
            for t in 0..case.steps {
                assert_eq!(some[t], policies[t][first * p..(first + n) * p]);
                assert_eq!(of_value[t], values[t][first..first + n]);
            }
            assert_eq!(left, states[first * l..(first + n) * l]);
        }
    }
}

/// One chunk as long as the episode has the gradient of the whole; the same steps in shorter
/// chunks have the sum of their truncated gradients, which is another.
#[test]
fn shorter_chunks_truncate_the_gradient_and_nothing_else() {
    let settings = DistributionSettings::new(DistributionKind::Categorical);
    let (spec, layout) = (cells(), vectors());
    let (brain, parameters) = built(&spec, &layout);
    let (s, l, p) = (brain.sensation_len(), brain.state_len(), 3);
    let (steps, width, chunk) = (12, 2, 4);
    let mut whole = Case::new(&brain, &layout, steps, width);
    whole.begins.fill(false);
    whole.states.fill(0.0);
    let (policy, _, full) = whole.run(&brain, &parameters);
    let mut states = whole.states.clone();
    let mut truncated = vec![0.0_f32; parameters.len()];
    for first in (0..steps).step_by(chunk) {
        let rows = first * width..(first + chunk) * width;
        let part = Case {
            steps: chunk,
            width,
            sensations: whole.sensations[rows.start * s..rows.end * s].to_vec(),
            begins: whole.begins[rows.clone()].to_vec(),
            states: states.clone(),
            by_policy: whole.by_policy[rows.start * p..rows.end * p].to_vec(),
            by_value: whole.by_value[rows.clone()].to_vec(),
        };
        let (found, _, gradient) = part.run(&brain, &parameters);
        for (a, b) in found.iter().zip(&policy[rows.start * p..]) {
            assert!(
                close(f64::from(*a), *b, 1e-5),
                "the state crosses the border"
            );
        }
        // The truncated gradient of this chunk, by differences with its states held fixed.
        let wide: Vec<f64> = parameters.iter().map(|&p| f64::from(p)).collect();
        let reference = Reference::new(&spec, &layout, brain.parameters(), &settings);
        for i in (0..parameters.len()).step_by(3) {
            let h = 1e-5;
            let mut at = wide.clone();
            at[i] += h;
            let up = part.unrolled(&brain, &reference, &at).2;
            at[i] -= 2.0 * h;
            let down = part.unrolled(&brain, &reference, &at).2;
            assert!(close((up - down) / (2.0 * h), gradient[i], 3e-4));
        }
        for (sum, g) in truncated.iter_mut().zip(&gradient) {
            *sum += g;
        }
        let mut memory = brain.training(chunk * width);
        brain.forward(&parameters, &part.sequences(), &mut memory);
        brain.final_states(&part.sequences(), &memory, &mut states);
    }
    assert_eq!(states.len(), width * l);
    let apart = full.iter().zip(&truncated).map(|(a, b)| (a - b).abs());
    let largest = apart.fold(0.0, f32::max);
    assert!(largest > 1e-2, "truncation must be seen: {largest}");
}

#[test]
fn signs_hold_at_the_start_and_after_any_step() {
    let layout = vectors();
    let action = ActionSpec::Discrete { n: 3 };
    let settings = DistributionSettings::new(DistributionKind::Categorical);
    let brain = Brain::build(&signed(), &layout, &action, &settings).expect("builds");
    let kernel = brain.parameters().get("pool.kernel").expect("is there");
    let holds = |parameters: &[f32]| {
        let rows = parameters[kernel.range()].chunks_exact(4);
        let signs = [0, 0, 0, 1, 1, -1, -1_i8];
        rows.zip(signs)
            .all(|(row, sign)| row.iter().all(|w| w * f32::from(sign) >= 0.0))
    };
    let mut parameters = brain.initialise(5);
    assert!(holds(&parameters));
    for (p, step) in parameters.iter_mut().zip(numbers(1000, 6)) {
        *p += step;
    }
    assert!(!holds(&parameters), "the step must break it first");
    let before = parameters.clone();
    brain.constrain(&mut parameters);
    assert!(holds(&parameters));
    for (i, (now, before)) in parameters.iter().zip(&before).enumerate() {
        assert!(now == before || (*now == 0.0 && kernel.range().contains(&i)));
    }
}
