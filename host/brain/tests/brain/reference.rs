//! An interpreter of a spec in f64: slow, obvious, and independent of the crate's own.

use angora_brain::{DistributionKind, DistributionSettings, ParameterLayout};
use angora_core::SensationLayout;
use angora_plugin_api::Sense;
use angora_plugin_api::brain::{ActivationKind, BrainSpec, Node, Op, Padding, PoolKind};
use std::collections::BTreeMap;

/// What is remembered from one control step to the next, by the names of a brain's state parts.
pub type Memory = BTreeMap<String, Vec<f64>>;

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

    /// Raw distribution parameters and value of one sensation, without memory.
    pub fn run(&self, all: &[f64], sensation: &[f32]) -> (Vec<f64>, f64) {
        self.step(all, sensation, &mut Memory::new())
    }

    /// Raw distribution parameters and value of one sensation; replaces what is remembered.
    pub fn step(&self, all: &[f64], sensation: &[f32], memory: &mut Memory) -> (Vec<f64>, f64) {
        let mut values: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        let mut shapes: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for spec in self.layout.specs() {
            let range = self.layout.range(spec.sense).expect("it is in the layout");
            let image = spec.sense == Sense::Vision && spec.shape.len() == 3;
            let factor = if image { 255.0 } else { 1.0 };
            let wide = sensation[range].iter().map(|&x| f64::from(x) / factor);
            values.insert(spec.sense.name(), wide.collect());
            shapes.insert(spec.sense.name(), spec.shape.clone());
        }
        let mut remembered = Memory::new();
        for node in &self.spec.nodes {
            let inputs: Vec<Vec<f64>> = node
                .inputs
                .iter()
                .map(|edge| match edge.delayed {
                    false => values[&*edge.from].clone(),
                    true => memory[&format!("{}.delayed", edge.from)].clone(),
                })
                .collect();
            let concat: Vec<f64> = inputs.concat();
            let fold = |f: fn(f64, f64) -> f64| -> Vec<f64> {
                (0..inputs[0].len())
                    .map(|i| inputs.iter().map(|x| x[i]).reduce(f).expect("has inputs"))
                    .collect()
            };
            let named = |suffix: &str| format!("{}.{suffix}", node.name);
            let has_kernel = self.parameters.get(&named("kernel")).is_some();
            let mut shape = None;
            let value = match &node.op {
                // Left out: nothing needs it.
                Op::Dense { .. } | Op::MaskedDense { .. } if !has_kernel => continue,
                Op::Dense { activation, .. } | Op::MaskedDense { activation, .. } => {
                    let y = self.dense(all, &node.name, &concat);
                    y.into_iter().map(|y| activate(*activation, y)).collect()
                }
                Op::SimpleRnn { .. } | Op::Gru { .. } | Op::Lstm { .. } => {
                    self.cell(all, node, &concat, memory, &mut remembered)
                }
                Op::Conv2d { .. } | Op::Pool { .. } => {
                    let (y, s) = self.windows(all, node, &concat, &shapes[&*node.inputs[0].from]);
                    shape = Some(s);
                    y
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
            };
            shapes.insert(&node.name, shape.unwrap_or_else(|| vec![value.len()]));
            values.insert(&node.name, value);
        }
        for (name, value) in &values {
            remembered.insert(format!("{name}.delayed"), value.clone());
        }
        let mut policy = self.dense(all, "policy_head", &values[&*self.spec.policy]);
        if self.log_std {
            let log_std = self.parameter(all, "policy_head.log_std");
            policy.extend(log_std.expect("a Gaussian has one"));
        }
        let value = self.dense(all, "value_head", &values[&*self.spec.value])[0];
        *memory = remembered;
        (policy, value)
    }

    /// A built-in cell, gate by gate.
    fn cell(
        &self,
        all: &[f64],
        node: &Node,
        x: &[f64],
        memory: &Memory,
        remembered: &mut Memory,
    ) -> Vec<f64> {
        let sigmoid = |x: f64| activate(ActivationKind::Sigmoid, x);
        let name = |suffix: &str| format!("{}.{suffix}", node.name);
        let recurrent = self
            .parameter(all, &name("recurrent_kernel"))
            .expect("a cell has one");
        let gates = self.dense(all, &node.name, x);
        let units = recurrent.len() / gates.len();
        let h = &memory[&name("h")];
        let inner: Vec<f64> = (0..gates.len())
            .map(|c| {
                let bias = self.parameter(all, &name("recurrent_bias"));
                let product: f64 = (0..units)
                    .map(|k| h[k] * recurrent[k * gates.len() + c])
                    .sum();
                product + bias.map_or(0.0, |bias| bias[c])
            })
            .collect();
        let at = |gate: usize, k: usize| gates[gate * units + k] + inner[gate * units + k];
        let next: Vec<f64> = match node.op {
            Op::SimpleRnn { .. } => (0..units).map(|k| at(0, k).tanh()).collect(),
            Op::Gru { .. } => (0..units)
                .map(|k| {
                    let (r, z) = (sigmoid(at(0, k)), sigmoid(at(1, k)));
                    let n = (gates[2 * units + k] + r * inner[2 * units + k]).tanh();
                    (1.0 - z) * n + z * h[k]
                })
                .collect(),
            _ => {
                let c = &memory[&name("c")];
                let c: Vec<f64> = (0..units)
                    .map(|k| sigmoid(at(1, k)) * c[k] + sigmoid(at(0, k)) * at(2, k).tanh())
                    .collect();
                let h = (0..units)
                    .map(|k| sigmoid(at(3, k)) * c[k].tanh())
                    .collect();
                remembered.insert(name("c"), c);
                h
            }
        };
        remembered.insert(name("h"), next.clone());
        next
    }

    /// A convolution or pool, by its definition; the result and its shape.
    fn windows(
        &self,
        all: &[f64],
        node: &Node,
        image: &[f64],
        shape: &[usize],
    ) -> (Vec<f64>, Vec<usize>) {
        let (height, width, channels) = (shape[0], shape[1], shape[2]);
        let (size, stride, padding) = match &node.op {
            Op::Conv2d {
                kernel,
                stride,
                padding,
                ..
            } => (kernel, stride, padding),
            Op::Pool {
                window,
                stride,
                padding,
                ..
            } => (window, stride, padding),
            _ => unreachable!("only these"),
        };
        let axis = |len: usize, i: usize| match padding {
            Padding::Valid => ((len - size[i]) / stride[i] + 1, 0),
            Padding::Same => {
                let count = len.div_ceil(stride[i]);
                let total = ((count - 1) * stride[i] + size[i]).saturating_sub(len);
                (count, (total / 2) as i64)
            }
        };
        let ((rows, above), (columns, left)) = (axis(height, 0), axis(width, 1));
        let pixel = |y: i64, x: i64, c: usize| {
            let inside = y >= 0 && x >= 0 && y < height as i64 && x < width as i64;
            inside.then(|| image[(y as usize * width + x as usize) * channels + c])
        };
        let mut out = Vec::new();
        for i in 0..rows {
            for j in 0..columns {
                // The window's pixels of a channel, with their place in the window.
                let of = |c: usize| {
                    (0..size[0] * size[1]).map(move |p| {
                        let (dy, dx) = (p / size[1], p % size[1]);
                        let y = (i * stride[0] + dy) as i64 - above;
                        let x = (j * stride[1] + dx) as i64 - left;
                        (p, pixel(y, x, c))
                    })
                };
                match &node.op {
                    Op::Pool { kind, .. } => out.extend((0..channels).map(|c| {
                        let inside: Vec<f64> = of(c).filter_map(|(_, x)| x).collect();
                        match kind {
                            PoolKind::Max => inside.into_iter().fold(f64::MIN, f64::max),
                            PoolKind::Average => inside.iter().sum::<f64>() / inside.len() as f64,
                        }
                    })),
                    Op::Conv2d {
                        filters,
                        activation,
                        ..
                    } => {
                        let named = |suffix: &str| format!("{}.{suffix}", node.name);
                        let kernel = self.parameter(all, &named("kernel")).expect("has one");
                        let bias = self.parameter(all, &named("bias")).expect("has one");
                        out.extend((0..*filters).map(|f| {
                            let sum: f64 = (0..channels)
                                .flat_map(|c| of(c).map(move |(p, x)| (p, c, x)))
                                .map(|(p, c, x)| {
                                    let weight = kernel[(p * channels + c) * filters + f];
                                    x.unwrap_or(0.0) * weight
                                })
                                .sum();
                            activate(*activation, sum + bias[f])
                        }));
                    }
                    _ => unreachable!("only these"),
                }
            }
        }
        let deep = out.len() / (rows * columns);
        (out, vec![rows, columns, deep])
    }
}
