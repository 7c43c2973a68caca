//! A recurrent brain, and what a rank would gather with it.

use angora_brain::{Brain, DistributionKind, DistributionSettings};
use angora_buffer::{Rollout, RolloutForm};
use angora_core::{Purpose, SensationLayout, Stream};
use angora_plugin_api::brain::ActivationKind;
use angora_plugin_api::{ActionSpec, BrainSpec, Edge, Initialiser, Node, Op, SensationSpec, Sense};

pub const S: usize = 3;

/// A stem, an LSTM for the policy and a GRU behind it for the value; or the stem alone.
pub fn brain(recurrent: bool) -> Brain {
    let node = |name: &str, op: Op, input: &str| Node {
        name: name.into(),
        region: None,
        op,
        inputs: vec![Edge::new(input)],
    };
    let stem = Op::Dense {
        units: 5,
        activation: ActivationKind::Tanh,
        bias: true,
        initialiser: Initialiser::default(),
    };
    let mut nodes = vec![node("stem", stem, "proprioception")];
    let (mut policy, mut value) = ("stem", "stem");
    if recurrent {
        nodes.push(node("lstm", Op::Lstm { units: 4 }, "stem"));
        nodes.push(node("gru", Op::Gru { units: 3 }, "lstm"));
        (policy, value) = ("lstm", "gru");
    }
    let spec = BrainSpec {
        nodes,
        policy: policy.into(),
        value: value.into(),
        ..BrainSpec::default()
    };
    let layout = SensationLayout::new(&[SensationSpec {
        sense: Sense::Proprioception,
        shape: vec![S],
        low: None,
        high: None,
        unit: String::new(),
        elements: Vec::new(),
    }]);
    let distribution = DistributionSettings {
        kind: DistributionKind::Gaussian,
        bins: 11,
        state_dependent_std: false,
    };
    let action = ActionSpec::Box {
        low: vec![-1.0; 2],
        high: vec![1.0; 2],
    };
    Brain::build(&spec, &layout, &action, &distribution).expect("a valid brain")
}

/// Parameters that make every part matter: heads start near zero otherwise.
pub fn parameters(brain: &Brain, seed: u64) -> Vec<f32> {
    let mut stream = Stream::new(seed, 0, 0, Purpose::Parameters);
    (0..brain.parameters().len())
        .map(|_| 0.5 * stream.normal() as f32)
        .collect()
}

pub fn form(
    brain: &Brain,
    horizon: usize,
    environments: usize,
    chunk_length: usize,
) -> RolloutForm {
    RolloutForm {
        horizon,
        environments,
        sensation_len: S,
        image_len: 0,
        action_len: brain.distribution().action_len(),
        state_len: brain.state_len(),
        chunk_length,
        forgets: false,
    }
}

/// What a rank would gather from an environment of noise, whose episodes end by chance: about
/// every seventh step. The first sensations are in mid-episode, with states of some past.
pub fn gathered(brain: &Brain, parameters: &[f32], form: RolloutForm, seed: u64) -> Rollout {
    let mut rollout = Rollout::new(form);
    let mut stream = Stream::new(seed, 0, 0, Purpose::Action);
    let (e, l, p) = (
        form.environments,
        form.state_len,
        brain.distribution().raw_len(),
    );
    let mut memory = brain.acting(e);
    let mut states: Vec<f32> = (0..e * l).map(|_| 0.5 * stream.normal() as f32).collect();
    let mut begins = vec![false; e];
    for t in 0..form.horizon {
        let sensations: Vec<f32> = (0..e * S).map(|_| stream.normal() as f32).collect();
        rollout.put_sensations(t, &sensations);
        rollout.begins[t * e..(t + 1) * e].copy_from_slice(&begins);
        if let Some(met) = rollout.states_at(t) {
            met.copy_from_slice(&states);
        }
        brain.act(parameters, &sensations, &mut states, e, &mut memory);
        for i in 0..e {
            let at = t * e + i;
            let raw = &memory.policy()[i * p..(i + 1) * p];
            let a = form.action_len;
            let action = &mut rollout.actions[at * a..(at + 1) * a];
            rollout.action_log_probs[at] = brain.distribution().sample(raw, &mut stream, action);
            rollout.values[at] = memory.value()[i];
            rollout.rewards[at] = stream.normal() as f32;
            rollout.ended[at] = stream.index(7) == 0;
            rollout.bootstrap_values[at] = stream.normal() as f32;
            begins[i] = rollout.ended[at];
            if begins[i] {
                states[i * l..(i + 1) * l].fill(0.0);
            }
        }
    }
    rollout.last_values.copy_from_slice(memory.value());
    rollout.estimate_advantages(0.97, 0.9);
    rollout
}
