//! The gradient of a minibatch of chunks on every device: Burn's against the slices'.

use crate::Frozen;
use crate::gradient::{Gradients, Minibatch, Passes, slices};
use crate::loss::{LossSettings, LossSums};
use crate::order::Places;
use crate::tensor::TensorGradient;
use angora_brain::{Brain, DistributionKind, DistributionSettings};
use angora_buffer::{Rollout, RolloutForm};
use angora_comm::{Team, World};
use angora_core::{Purpose, SensationLayout, Stream};
use angora_plugin_api::brain::ActivationKind;
use angora_plugin_api::{ActionSpec, BrainSpec, Edge, Initialiser, Node, Op, SensationSpec, Sense};

/// Environments, steps and chunk length.
const E: usize = 4;
const T: usize = 9;
const C: usize = 3;

/// A GRU, an LSTM after it, and a layer with feedback.
fn brain() -> Brain {
    let node = |name: &str, op: Op, inputs: Vec<Edge>| Node {
        name: name.into(),
        region: None,
        op,
        inputs,
    };
    let loop_of = |name: &str, from: &str| {
        let op = Op::Dense {
            units: 4,
            activation: ActivationKind::Tanh,
            bias: true,
            initialiser: Initialiser::default(),
        };
        node(name, op, vec![Edge::new(from), Edge::delayed(name)])
    };
    let spec = BrainSpec {
        nodes: vec![
            node("gru", Op::Gru { units: 4 }, vec![Edge::new("touch")]),
            node("lstm", Op::Lstm { units: 3 }, vec![Edge::new("gru")]),
            loop_of("motor", "lstm"),
        ],
        policy: "motor".into(),
        value: "lstm".into(),
        ..BrainSpec::default()
    };
    let layout = SensationLayout::new(&[SensationSpec {
        sense: Sense::Touch,
        shape: vec![3],
        low: None,
        high: None,
        unit: String::new(),
        elements: Vec::new(),
    }]);
    let action = ActionSpec::Discrete { n: 3 };
    let settings = DistributionSettings::new(DistributionKind::Categorical);
    Brain::build(&spec, &layout, &action, &settings).expect("a valid brain")
}

/// Two ranks whose rollouts hold numbers without meaning.
fn rollouts(brain: &Brain) -> Vec<Rollout> {
    let mut stream = Stream::new(3, 0, 0, Purpose::Action);
    let one = |_| {
        let mut rollout = Rollout::new(RolloutForm {
            horizon: T,
            environments: E / 2,
            sensation_len: brain.sensation_len(),
            image_len: 0,
            action_len: 1,
            state_len: brain.state_len(),
            chunk_length: C,
            forgets: false,
        });
        for i in 0..rollout.values.len() {
            rollout.begins[i] = stream.uniform() < 0.2;
            rollout.actions[i] = stream.index(3) as f32;
            rollout.action_log_probs[i] = -0.7 - 0.4 * stream.uniform() as f32;
        }
        for numbers in [
            &mut rollout.senses,
            &mut rollout.states,
            &mut rollout.advantages,
            &mut rollout.value_targets,
            &mut rollout.values,
        ] {
            numbers.fill_with(|| stream.normal() as f32);
        }
        rollout
    };
    (0..2).map(one).collect()
}

fn gradient(
    brain: &Brain,
    parameters: &[f32],
    passes: Passes,
    tensor: Option<TensorGradient>,
) -> (Vec<f32>, LossSums) {
    let rollouts = rollouts(brain);
    let chunks: Vec<u32> = (0..(passes.count * passes.sequences) as u32).collect();
    let settings = LossSettings {
        clip_range: 0.2,
        value_clip_range: Some(0.3),
        entropy_coefficient: 0.03,
        value_coefficient: 0.7,
        per_transition: 1.0 / (chunks.len() * C) as f32,
    };
    let minibatch = Minibatch {
        rollouts: &rollouts,
        places: &Places::gathered(&rollouts, 0, E),
        chunks: &chunks,
        normal: (0.1, 0.8),
    };
    let mut world = World::solo();
    let device = if tensor.is_some() { "flex" } else { "cpu" };
    let count = slices(brain, passes, device, 1);
    let mut gradients =
        Gradients::new(brain, passes, C, tensor, count, (&world, &[0])).expect("a process alone");
    let team = Team::new(1).expect("a team");
    let mut compute = || {
        let all = (parameters, &Frozen::default());
        gradients
            .compute(brain, (&team, &mut world), all, &settings, minibatch)
            .expect("alone")
    };
    // Twice, so that nothing is left over from the minibatch before.
    compute();
    let sums = compute();
    (gradients.gradient().to_vec(), sums)
}

/// Chunks from the states that they met, and from those that the chunks before them leave.
#[test]
fn burn_has_the_gradients_of_chunks_that_the_slices_have() {
    let brain = brain();
    let mut stream = Stream::new(5, 0, 0, Purpose::Parameters);
    let parameters: Vec<f32> = (0..brain.parameters().len())
        .map(|_| 0.5 * stream.normal() as f32)
        .collect();
    let mut of_passes = Vec::new();
    for (count, sequences) in [(1, 2 * E), (2, E), (3, E)] {
        let passes = Passes { count, sequences };
        let (expected, sums) = gradient(&brain, &parameters, passes, None);
        for tensor in [
            TensorGradient::new("flex"),
            TensorGradient::composed("flex"),
        ] {
            let tensor = Some(tensor.expect("a device"));
            let (found, found_sums) = gradient(&brain, &parameters, passes, tensor);
            for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
                let apart = (found - expected).abs();
                assert!(apart < 1e-5, "{passes:?}: {i}: {found} {expected}");
            }
            for (found, expected) in [
                (found_sums.policy, sums.policy),
                (found_sums.value, sums.value),
                (found_sums.entropy, sums.entropy),
                (found_sums.n, sums.n),
            ] {
                assert!((found - expected).abs() < 1e-4, "{found} {expected}");
            }
        }
        of_passes.push(expected);
    }
    // The same chunks: what they start from must matter.
    let apart = of_passes[0].iter().zip(&of_passes[1]);
    assert!(apart.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) > 1e-3);
}
