//! Gradients by the brain's own calls, with the loss written from its definition.

use super::gathered::S;
use crate::TileShape;
use crate::loss::LossSettings;
use angora_brain::{Brain, Sequences, Training};
use angora_buffer::Rollout;

pub fn loss(n: usize) -> LossSettings {
    LossSettings {
        clip_range: 0.2,
        value_clip_range: Some(0.3),
        entropy_coefficient: 0.03,
        value_coefficient: 0.7,
        per_transition: 1.0 / n as f32,
    }
}

/// The derivatives of the loss of some transitions, written from its definition (Schulman et al.
/// 2017); rows without a transition have none.
pub fn cotangents(
    brain: &Brain,
    rollout: &Rollout,
    transitions: &[Option<usize>],
    settings: &LossSettings,
    memory: &mut Training,
) {
    let distribution = brain.distribution();
    let (p, epsilon) = (distribution.raw_len(), settings.clip_range);
    let (mut of_log_prob, mut of_entropy) = (vec![0.0; p], vec![0.0; p]);
    let (raw, values, d_raw, d_values) = memory.loss_views();
    for (row, transition) in transitions.iter().enumerate() {
        let d_raw = &mut d_raw[row * p..(row + 1) * p];
        let Some(i) = *transition else {
            d_raw.fill(0.0);
            d_values[row] = 0.0;
            continue;
        };
        let raw = &raw[row * p..(row + 1) * p];
        let (log_prob, _) = distribution.log_prob_entropy_gradient(
            raw,
            rollout.action(i),
            &mut of_log_prob,
            &mut of_entropy,
        );
        let ratio = (log_prob - rollout.action_log_probs[i]).exp();
        let advantage = (rollout.advantages[i] - 0.1) * 1.3;
        let outside = if advantage > 0.0 {
            ratio > 1.0 + epsilon
        } else {
            ratio < 1.0 - epsilon
        };
        let d_log_prob = if outside { 0.0 } else { -ratio * advantage };
        for (d, (a, b)) in d_raw.iter_mut().zip(of_log_prob.iter().zip(&of_entropy)) {
            *d = (d_log_prob * a - settings.entropy_coefficient * b) * settings.per_transition;
        }
        let (target, old) = (rollout.value_targets[i], rollout.values[i]);
        let clip = settings.value_clip_range.expect("set");
        let near = old + (values[row] - old).clamp(-clip, clip);
        let plain = values[row] - target;
        let clipped = near - target;
        let d_value = if plain.abs() >= clipped.abs() {
            plain
        } else if (values[row] - old).abs() < clip {
            clipped
        } else {
            0.0
        };
        d_values[row] = d_value * settings.value_coefficient * settings.per_transition;
    }
}

/// The steps of one environment from t on, as one sequence, chunk after chunk.
pub struct Steps {
    pub sensations: Vec<f32>,
    pub begins: Vec<bool>,
    pub transitions: Vec<Option<usize>>,
}

pub fn steps(rollout: &Rollout, environment: usize, steps: std::ops::Range<usize>) -> Steps {
    let e = rollout.form.environments;
    let transitions: Vec<usize> = steps.map(|t| t * e + environment).collect();
    let mut sensations = vec![0.0; transitions.len() * S];
    for (i, sensation) in transitions.iter().zip(sensations.chunks_mut(S)) {
        rollout.copy_sensation(*i, sensation);
    }
    Steps {
        begins: transitions.iter().map(|i| rollout.begins[*i]).collect(),
        transitions: transitions.into_iter().map(Some).collect(),
        sensations,
    }
}

/// The same gradient, chunk by chunk with the brain's own calls.
pub fn by_hand(
    brain: &Brain,
    parameters: &[f32],
    rollout: &Rollout,
    tile: TileShape,
    column: usize,
    carried: bool,
) -> Vec<f32> {
    let c = rollout.form.chunk_length;
    let settings = loss(tile.environments * tile.chunks * c);
    let mut memory = brain.training(c);
    let mut gradient = vec![0.0; parameters.len()];
    for e in 0..tile.environments {
        let mut state = rollout.state(column, e).to_vec();
        for column in column..column + tile.chunks {
            if !carried {
                state.copy_from_slice(rollout.state(column, e));
            }
            let chunk = steps(rollout, e, column * c..(column + 1) * c);
            let sequences = Sequences {
                steps: c,
                sensations: &chunk.sensations,
                begins: &chunk.begins,
                states: &state,
            };
            brain.forward(parameters, &sequences, &mut memory);
            cotangents(brain, rollout, &chunk.transitions, &settings, &mut memory);
            brain.backward(parameters, &sequences, &mut memory, &mut gradient);
            let mut left = state.clone();
            brain.final_states(&sequences, &memory, &mut left);
            state = left;
        }
    }
    gradient
}
