//! The compiled brain against what PyTorch recorded (tests/reference/record.py): values, states
//! and gradients of cells, convolutions, delayed edges and truncated chunks.

use angora_brain::{Brain, DistributionKind, DistributionSettings, Sequences};
use angora_core::SensationLayout;
use angora_plugin_api::brain::BrainSpec;
use angora_plugin_api::{ActionSpec, SensationSpec, Sense};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Deserialize)]
struct Array {
    shape: Vec<usize>,
    values: Vec<f32>,
}

/// Node or sense -> part -> values `[B width]`.
type States = BTreeMap<String, BTreeMap<String, Vec<f32>>>;

/// A case, as the head of record.py describes it.
#[derive(Deserialize)]
struct Recording {
    spec: BrainSpec,
    sensations: BTreeMap<String, Vec<usize>>,
    action: ActionSpec,
    steps: usize,
    sequences: usize,
    chunk: usize,
    parameters: BTreeMap<String, Array>,
    x: Vec<f32>,
    begins: Vec<bool>,
    states: States,
    policy: Vec<f64>,
    value: Vec<f64>,
    d_policy: Vec<f32>,
    d_value: Vec<f32>,
    gradient: BTreeMap<String, Vec<f64>>,
    final_states: States,
}

impl Recording {
    fn brain(&self) -> Brain {
        let specs: Vec<SensationSpec> = Sense::ALL
            .into_iter()
            .filter_map(|sense| {
                let shape = self.sensations.get(sense.name())?.clone();
                Some(SensationSpec {
                    sense,
                    shape,
                    low: None,
                    high: None,
                    unit: String::new(),
                    elements: Vec::new(),
                })
            })
            .collect();
        let settings = DistributionSettings::new(DistributionKind::Categorical);
        let layout = SensationLayout::new(&specs);
        Brain::build(&self.spec, &layout, &self.action, &settings).expect("builds")
    }

    fn parameters(&self, brain: &Brain) -> Vec<f32> {
        let mut flat = vec![f32::NAN; brain.parameters().len()];
        for entry in brain.parameters().entries() {
            let array = &self.parameters[&entry.name];
            assert_eq!(array.shape, entry.shape, "{}", entry.name);
            flat[entry.range()].copy_from_slice(&array.values);
        }
        flat
    }

    /// States by name as rows `[B, L]`.
    fn rows(&self, brain: &Brain, states: &States) -> Vec<f32> {
        let len = brain.state_len();
        let mut rows = vec![f32::NAN; self.sequences * len];
        for (name, range) in brain.state_parts() {
            let (node, part) = name.rsplit_once('.').expect("node.part");
            let values = &states[node][part];
            for b in 0..self.sequences {
                let from = &values[b * range.len()..][..range.len()];
                rows[b * len..][range.clone()].copy_from_slice(from);
            }
        }
        rows
    }
}

fn close(name: &str, what: &str, found: &[f32], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{name}: {what}");
    let largest = expected.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(
            (f64::from(*found) - expected).abs() < 2e-6 * (1.0 + largest),
            "{name}: {what}[{i}]: {found} for {expected}"
        );
    }
}

fn check(name: &str, recording: &Recording) {
    let brain = recording.brain();
    let parameters = recording.parameters(&brain);
    let (s, p, b) = (
        brain.sensation_len(),
        brain.distribution().raw_len(),
        recording.sequences,
    );
    let mut states = recording.rows(&brain, &recording.states);
    let (mut policy, mut value) = (Vec::new(), Vec::new());
    let mut gradient = vec![0.0; parameters.len()];
    let chunk = recording.chunk.min(recording.steps);
    for first in (0..recording.steps).step_by(chunk) {
        let rows = first * b..(first + chunk) * b;
        let sequences = Sequences {
            steps: chunk,
            sensations: &recording.x[rows.start * s..rows.end * s],
            begins: &recording.begins[rows.clone()],
            states: &states,
        };
        let mut memory = brain.training(rows.len());
        brain.forward(&parameters, &sequences, &mut memory);
        policy.extend_from_slice(memory.policy());
        value.extend_from_slice(memory.value());
        let (_, _, d_policy, d_value) = memory.loss_views();
        d_policy.copy_from_slice(&recording.d_policy[rows.start * p..rows.end * p]);
        d_value.copy_from_slice(&recording.d_value[rows]);
        brain.backward(&parameters, &sequences, &mut memory, &mut gradient);
        let mut left = vec![f32::NAN; states.len()];
        brain.final_states(&sequences, &memory, &mut left);
        states = left;
    }
    close(name, "policy", &policy, &recording.policy);
    close(name, "value", &value, &recording.value);
    let expected: Vec<f64> = recording
        .rows(&brain, &recording.final_states)
        .into_iter()
        .map(f64::from)
        .collect();
    close(name, "final_states", &states, &expected);
    for entry in brain.parameters().entries() {
        let found = &gradient[entry.range()];
        close(name, &entry.name, found, &recording.gradient[&entry.name]);
    }
}

#[test]
fn values_states_and_gradients_are_those_that_pytorch_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference");
    let mut cases: Vec<_> = std::fs::read_dir(folder)
        .expect("the recordings are in the repository")
        .map(|entry| entry.expect("can be listed").path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    cases.sort();
    assert!(cases.len() >= 22, "{} recordings", cases.len());
    for path in cases {
        let name = path.file_stem().expect("has a name").to_string_lossy();
        let text = std::fs::read_to_string(&path).expect("can be read");
        let recording: Recording =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        check(&name, &recording);
    }
}
