//! The whole gradient of an update against an independent reference in f64: a forward pass and a
//! PPO loss written from their definitions, differentiated by central differences.

mod devices;
mod frozen;
mod recurrent;
mod supervised;

use crate::Rows;
use crate::loss::{LossSettings, RowGradients, loss_and_gradient};
use crate::tensor::TensorGradient;
use crate::{Learner, LearnerError, PpoSettings, Processes};
use angora_brain::{Brain, DistributionKind, DistributionSettings, Sequences};
use angora_buffer::Rollout;
use angora_comm::World;
use angora_core::{Purpose, SensationLayout, Stream};
use angora_plugin_api::brain::ActivationKind;
use angora_plugin_api::{ActionSpec, BrainSpec, Edge, Initialiser, Node, Op, SensationSpec, Sense};

/// The learner of the only process of a run of so many cycles, with seed 1.
fn learner(
    brain: &Brain,
    settings: PpoSettings,
    cycles: u64,
    rollouts: &[Rollout],
    device: &str,
) -> Result<Learner, LearnerError> {
    let processes = Processes {
        world: &World::solo(),
        environments: rollouts
            .iter()
            .map(|rollout| rollout.form.environments)
            .sum(),
        learners: &[0],
    };
    let course = crate::Course {
        steps_per_cycle: 1,
        steps: cycles,
    };
    Learner::new(brain, settings, (1, course), rollouts, device, processes)
}

const S: usize = 3;
const H: usize = 5;
const A: usize = 2;
const N: usize = 6;

pub(crate) fn brain(kind: DistributionKind, action: &ActionSpec) -> Brain {
    let spec = BrainSpec {
        nodes: vec![Node {
            name: "stem.hidden".into(),
            region: None,
            op: Op::Dense {
                units: H,
                activation: ActivationKind::Tanh,
                bias: true,
                initialiser: Initialiser::default(),
            },
            inputs: vec![Edge::new("proprioception")],
        }],
        policy: "stem.hidden".into(),
        value: "stem.hidden".into(),
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
        kind,
        bins: 11,
        state_dependent_std: false,
    };
    Brain::build(&spec, &layout, action, &distribution).expect("a valid brain")
}

fn rows(brain: &Brain, actions: impl Fn(&mut Stream) -> f32) -> Rows {
    let mut stream = Stream::new(11, 0, 0, Purpose::Action);
    let mut rows = Rows::new(brain, N, 1);
    rows.sensations
        .iter_mut()
        .for_each(|x| *x = stream.normal() as f32);
    rows.actions
        .iter_mut()
        .for_each(|x| *x = actions(&mut stream));
    for i in 0..N {
        rows.action_log_probs[i] = -0.7 - 0.4 * stream.uniform() as f32;
        rows.advantages[i] = stream.normal() as f32;
        rows.value_targets[i] = stream.normal() as f32;
        rows.values[i] = stream.normal() as f32;
    }
    rows
}

/// Parameters by name, as f64.
struct Named<'b>(&'b Brain, &'b [f64]);

impl Named<'_> {
    fn get(&self, name: &str) -> &[f64] {
        let entries = self.0.parameters().entries();
        let entry = entries.iter().find(|e| e.name == name).expect(name);
        &self.1[entry.offset..][..entry.shape.iter().product()]
    }

    fn affine(&self, node: &str, x: &[f64]) -> Vec<f64> {
        let (kernel, bias) = (
            self.get(&format!("{node}.kernel")),
            self.get(&format!("{node}.bias")),
        );
        let width = bias.len();
        (0..width)
            .map(|j| {
                bias[j]
                    + (0..x.len())
                        .map(|i| x[i] * kernel[i * width + j])
                        .sum::<f64>()
            })
            .collect()
    }
}

/// Log-probability and entropy from their definitions.
fn log_prob_entropy(
    named: &Named<'_>,
    kind: DistributionKind,
    raw: &[f64],
    action: &[f32],
) -> (f64, f64) {
    if kind == DistributionKind::Categorical {
        let total: f64 = raw.iter().map(|x| x.exp()).sum();
        let log_mass: Vec<f64> = raw.iter().map(|x| x - total.ln()).collect();
        let entropy = -log_mass.iter().map(|l| l.exp() * l).sum::<f64>();
        return (log_mass[action[0] as usize], entropy);
    }
    let log_std = named.get("policy_head.log_std");
    let mut sums = (0.0, 0.0);
    for i in 0..A {
        let z = (f64::from(action[i]) - raw[i]) / log_std[i].exp();
        let half_ln_tau = 0.5 * std::f64::consts::TAU.ln();
        sums.0 += -0.5 * z * z - log_std[i] - half_ln_tau;
        sums.1 += 0.5 + half_ln_tau + log_std[i];
    }
    sums
}

/// The loss from its definition, in f64.
fn reference(
    brain: &Brain,
    kind: DistributionKind,
    settings: &LossSettings,
    rows: &Rows,
    parameters: &[f64],
) -> f64 {
    let named = Named(brain, parameters);
    let action_len = brain.distribution().action_len();
    let mut loss = 0.0;
    for n in 0..N {
        let x: Vec<f64> = rows.sensations[n * S..(n + 1) * S]
            .iter()
            .map(|x| f64::from(*x))
            .collect();
        let hidden: Vec<f64> = named
            .affine("stem.hidden", &x)
            .iter()
            .map(|x| x.tanh())
            .collect();
        let raw = named.affine("policy_head", &hidden);
        let value = named.affine("value_head", &hidden)[0];
        let action = &rows.actions[n * action_len..(n + 1) * action_len];
        let (log_prob, entropy) = log_prob_entropy(&named, kind.clone(), &raw, action);
        let ratio = (log_prob - f64::from(rows.action_log_probs[n])).exp();
        let epsilon = f64::from(settings.clip_range);
        let advantage = f64::from(rows.advantages[n]);
        let surrogate =
            (ratio * advantage).min(ratio.clamp(1.0 - epsilon, 1.0 + epsilon) * advantage);
        let (target, old) = (f64::from(rows.value_targets[n]), f64::from(rows.values[n]));
        let mut value_loss = 0.5 * (value - target).powi(2);
        if let Some(epsilon) = settings.value_clip_range {
            let epsilon = f64::from(epsilon);
            let clipped = old + (value - old).clamp(-epsilon, epsilon);
            value_loss = value_loss.max(0.5 * (clipped - target).powi(2));
        }
        loss += -surrogate + f64::from(settings.value_coefficient) * value_loss
            - f64::from(settings.entropy_coefficient) * entropy;
    }
    loss / N as f64
}

fn gradient_agrees(kind: DistributionKind, action: &ActionSpec, value_clip_range: Option<f32>) {
    let brain = brain(kind.clone(), action);
    let rows = rows(&brain, |stream| match kind {
        DistributionKind::Categorical => stream.index(3) as f32,
        _ => stream.normal() as f32,
    });
    let settings = LossSettings {
        clip_range: 0.2,
        value_clip_range,
        entropy_coefficient: 0.03,
        value_coefficient: 0.7,
        per_transition: 1.0 / N as f32,
    };
    // Heads start near zero: larger ones make a sharper test.
    let mut stream = Stream::new(5, 0, 0, Purpose::Parameters);
    let parameters: Vec<f32> = (0..brain.parameters().len())
        .map(|_| 0.5 * stream.normal() as f32)
        .collect();

    let mut memory = brain.training(N);
    let mut gradient = vec![0.0; parameters.len()];
    brain.forward(
        &parameters,
        &Sequences::single(&rows.sensations),
        &mut memory,
    );
    let mut row_gradients = RowGradients::new(brain.distribution());
    let sums = loss_and_gradient(
        brain.distribution(),
        &settings,
        &rows,
        N,
        &mut memory,
        &mut row_gradients,
    );
    brain.backward(
        &parameters,
        &Sequences::single(&rows.sensations),
        &mut memory,
        &mut gradient,
    );

    // Through Burn, fused and composed.
    for tensor in [
        TensorGradient::new("flex"),
        TensorGradient::composed("flex"),
    ] {
        let tensor = tensor.expect("a device");
        let mut found = vec![0.0; parameters.len()];
        let tensor_sums = tensor.gradient(&brain, &parameters, &settings, &rows, &mut found, None);
        for (i, (found, expected)) in found.iter().zip(&gradient).enumerate() {
            let apart = (found - expected).abs();
            assert!(
                apart < 1e-5 * (1.0 + expected.abs()),
                "parameter {i}: {found} {expected}"
            );
        }
        for (found, expected) in [
            (tensor_sums.policy, sums.policy),
            (tensor_sums.value, sums.value),
            (tensor_sums.entropy, sums.entropy),
            (tensor_sums.approx_kl, sums.approx_kl),
            (tensor_sums.clipped, sums.clipped),
            (tensor_sums.overflowed, sums.overflowed),
        ] {
            assert!((found - expected).abs() < 1e-4, "{found} {expected}");
        }
    }

    let mut double: Vec<f64> = parameters.iter().map(|p| f64::from(*p)).collect();
    let expected = reference(&brain, kind.clone(), &settings, &rows, &double);
    let found = (sums.policy + f64::from(settings.value_coefficient) * sums.value
        - f64::from(settings.entropy_coefficient) * sums.entropy)
        / N as f64;
    assert!(
        (found - expected).abs() < 1e-5,
        "loss {found}, expected {expected}"
    );
    let step = 1e-6;
    for i in 0..double.len() {
        let middle = double[i];
        double[i] = middle + step;
        let up = reference(&brain, kind.clone(), &settings, &rows, &double);
        double[i] = middle - step;
        let down = reference(&brain, kind.clone(), &settings, &rows, &double);
        double[i] = middle;
        let expected = (up - down) / (2.0 * step);
        let found = f64::from(gradient[i]);
        assert!(
            (found - expected).abs() < 2e-5 * (1.0 + expected.abs()),
            "parameter {i}: {found}, expected {expected}"
        );
    }
}

#[test]
fn categorical_gradient_agrees_with_finite_differences() {
    gradient_agrees(
        DistributionKind::Categorical,
        &ActionSpec::Discrete { n: 3 },
        None,
    );
}

#[test]
fn gaussian_gradient_agrees_with_finite_differences() {
    let action = ActionSpec::Box {
        low: vec![-1.0; A],
        high: vec![1.0; A],
    };
    gradient_agrees(DistributionKind::Gaussian, &action, None);
    gradient_agrees(DistributionKind::Gaussian, &action, Some(0.3));
}
