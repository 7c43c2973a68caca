//! An interpreter of a spec in f64: slow, obvious, and independent of the crate's own.

use angora_brain::{DistributionKind, DistributionSettings, ParameterLayout};
use angora_core::SensationLayout;
use angora_plugin_api::Sense;
use angora_plugin_api::brain::{ActivationKind, BrainSpec, Op};
use std::collections::BTreeMap;

/// A spec with its surroundings.
pub struct Reference<'a> {
    spec: &'a BrainSpec,
    layout: SensationLayout,
    parameters: &'a ParameterLayout,
    log_std: bool,
}

fn activate(kind: ActivationKind, x: f64) -> f64 {
    match kind {
        ActivationKind::Linear => x,
        ActivationKind::Tanh => x.tanh(),
        ActivationKind::Relu => x.max(0.0),
        ActivationKind::Sigmoid => 1.0 / (1.0 + (-x).exp()),
        ActivationKind::Softplus => x.exp().ln_1p(),
        ActivationKind::Elu => {
            if x > 0.0 {
                x
            } else {
                x.exp_m1()
            }
        }
    }
}

impl<'a> Reference<'a> {
    pub fn new(
        spec: &'a BrainSpec,
        layout: &SensationLayout,
        parameters: &'a ParameterLayout,
        settings: &DistributionSettings,
    ) -> Self {
        Self {
            spec,
            layout: layout.clone(),
            parameters,
            log_std: settings.kind == DistributionKind::Gaussian && !settings.state_dependent_std,
        }
    }

    fn parameter<'p>(&self, all: &'p [f64], name: &str) -> Option<&'p [f64]> {
        self.parameters.get(name).map(|entry| &all[entry.range()])
    }

    fn dense(&self, all: &[f64], name: &str, x: &[f64]) -> Vec<f64> {
        let kernel = self
            .parameter(all, &format!("{name}.kernel"))
            .expect("every dense layer has a kernel");
        let units = kernel.len() / x.len();
        let bias = self.parameter(all, &format!("{name}.bias"));
        (0..units)
            .map(|c| {
                let product: f64 = x
                    .iter()
                    .enumerate()
                    .map(|(k, x)| x * kernel[k * units + c])
                    .sum();
                product + bias.map_or(0.0, |bias| bias[c])
            })
            .collect()
    }

    /// Raw distribution parameters and value of one sensation.
    pub fn run(&self, all: &[f64], sensation: &[f32]) -> (Vec<f64>, f64) {
        let mut values: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for sense in Sense::ALL {
            if let Some(range) = self.layout.range(sense) {
                let wide = sensation[range].iter().map(|&x| f64::from(x)).collect();
                values.insert(sense.name(), wide);
            }
        }
        for node in &self.spec.nodes {
            let inputs: Vec<&Vec<f64>> = node.inputs.iter().map(|e| &values[&*e.from]).collect();
            let concat: Vec<f64> = inputs.iter().flat_map(|x| x.iter().copied()).collect();
            let fold = |f: fn(f64, f64) -> f64| -> Vec<f64> {
                (0..inputs[0].len())
                    .map(|i| inputs.iter().map(|x| x[i]).reduce(f).expect("has inputs"))
                    .collect()
            };
            let named = |suffix: &str| format!("{}.{suffix}", node.name);
            let value = match &node.op {
                Op::Dense { activation, .. } | Op::MaskedDense { activation, .. } => {
                    if self.parameters.get(&named("kernel")).is_none() {
                        // Left out: nothing needs it.
                        continue;
                    }
                    let y = self.dense(all, &node.name, &concat);
                    y.into_iter().map(|y| activate(*activation, y)).collect()
                }
                Op::Activation { kind } => concat.iter().map(|&x| activate(*kind, x)).collect(),
                Op::Concat | Op::Flatten => concat,
                Op::Slice { start, len } => concat[*start..start + len].to_vec(),
                Op::Add => fold(|a, b| a + b),
                Op::Multiply => fold(|a, b| a * b),
                Op::LayerNorm { epsilon } => {
                    let n = concat.len() as f64;
                    let mean = concat.iter().sum::<f64>() / n;
                    let variance = concat.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
                    let scale = self.parameter(all, &named("scale")).expect("has a scale");
                    let offset = self
                        .parameter(all, &named("offset"))
                        .expect("has an offset");
                    concat
                        .iter()
                        .zip(scale.iter().zip(offset))
                        .map(|(x, (s, o))| s * (x - mean) / (variance + epsilon).sqrt() + o)
                        .collect()
                }
                _ => panic!("not built"),
            };
            values.insert(&node.name, value);
        }
        let mut policy = self.dense(all, "policy_head", &values[&*self.spec.policy]);
        if self.log_std {
            let log_std = self.parameter(all, "policy_head.log_std");
            policy.extend(log_std.expect("a Gaussian has one"));
        }
        let value = self.dense(all, "value_head", &values[&*self.spec.value])[0];
        (policy, value)
    }
}
