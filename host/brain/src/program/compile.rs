//! From a spec to a program: widths, parameters, and the heads that the host attaches.

use super::graph;
use super::{Dense, Operation, Place, Program, Source, View};
use crate::distribution::{Distribution, DistributionKind};
use crate::error::BrainError;
use crate::parameters::{ParameterLayout, Start};
use angora_core::SensationLayout;
use angora_plugin_api::Sense;
use angora_plugin_api::brain::{ActivationKind, BrainSpec, Initialiser, Node, Op};
use std::collections::BTreeMap;

/// What this version builds.
const BUILT: &str = "dense, masked_dense, activation, concat, slice, add, multiply, layer_norm, \
                     flatten";

/// A program with its parameters.
#[derive(Debug, Clone, Default)]
pub(crate) struct Compiled {
    pub program: Program,
    pub parameters: ParameterLayout,
    /// How each parameter starts.
    pub starts: Vec<Start>,
}

/// Checks and compiles a spec.
pub(crate) fn compile(
    spec: &BrainSpec,
    layout: &SensationLayout,
    distribution: &Distribution,
) -> Result<Compiled, BrainError> {
    graph::check(spec)?;
    let mut compiler = Compiler::new(layout);
    // A node that nothing needs is checked like any other, then left out.
    let mut aside = Compiler::new(layout);
    for (node, needed) in spec.nodes.iter().zip(graph::needed(spec)) {
        let view = aside.node(node)?;
        aside.values.insert(node.name.clone(), view);
        if needed {
            let view = compiler.node(node)?;
            compiler.values.insert(node.name.clone(), view);
        }
    }
    let policy = compiler.output("policy", &spec.policy)?;
    let value = compiler.output("value", &spec.value)?;
    compiler.policy_head(policy, distribution);
    compiler.head("value_head", value, 1, 1.0);
    compiler.out.program.plan_gradients();
    Ok(compiler.out)
}

struct Compiler<'a> {
    layout: &'a SensationLayout,
    values: BTreeMap<String, View>,
    out: Compiled,
}

/// How a dense layer is made.
struct DenseForm<'a> {
    name: &'a str,
    region: &'a str,
    units: usize,
    activation: ActivationKind,
    bias: bool,
    initialiser: Initialiser,
    mask: Option<Vec<f32>>,
}

impl<'a> Compiler<'a> {
    fn new(layout: &'a SensationLayout) -> Self {
        let mut out = Compiled::default();
        out.program.sensation_len = layout.len();
        Self {
            layout,
            values: BTreeMap::new(),
            out,
        }
    }

    /// The value of a sense or of an earlier node.
    fn value(&self, name: &str) -> Result<View, String> {
        if let Some(view) = self.values.get(name) {
            return Ok(*view);
        }
        let range = graph::sense(name).and_then(|sense: Sense| self.layout.range(sense));
        let Some(range) = range.filter(|range| !range.is_empty()) else {
            let specs = self.layout.specs().iter();
            let senses: Vec<&str> = specs.map(|spec| spec.sense.name()).collect();
            let senses = senses.join(", ");
            return Err(format!(
                "reads {name}, which this task does not have; it has {senses}"
            ));
        };
        Ok(View {
            source: Source::Sensation,
            start: range.start,
            width: range.len(),
        })
    }

    /// What a head reads.
    fn output(&self, output: &'static str, name: &str) -> Result<View, BrainError> {
        self.value(name)
            .map_err(|problem| BrainError::Output { output, problem })
    }

    /// Checks a node and appends what it computes.
    fn node(&mut self, node: &Node) -> Result<View, BrainError> {
        let error = |problem: String| BrainError::node(&node.name, problem);
        let views: Vec<View> = node
            .inputs
            .iter()
            .map(|edge| self.value(&edge.from).map_err(error))
            .collect::<Result<_, _>>()?;
        match &node.op {
            Op::Dense {
                units,
                activation,
                bias,
                initialiser,
            } => {
                let input = self.side_by_side(&views);
                self.dense(
                    input,
                    DenseForm {
                        name: &node.name,
                        region: node.region(),
                        units: *units,
                        activation: *activation,
                        bias: *bias,
                        initialiser: *initialiser,
                        mask: None,
                    },
                )
            }
            Op::MaskedDense {
                units,
                activation,
                bias,
                initialiser,
                mask,
                signs,
            } => {
                if signs.iter().any(|&sign| sign != 0) {
                    return Err(BrainError::NotBuilt {
                        node: node.name.clone(),
                        what: "signs (Dale's law)".into(),
                        built: "masks without signs",
                    });
                }
                let input = self.side_by_side(&views);
                let mask = flat_mask(mask, input.width, *units).map_err(error)?;
                self.dense(
                    input,
                    DenseForm {
                        name: &node.name,
                        region: node.region(),
                        units: *units,
                        activation: *activation,
                        bias: *bias,
                        initialiser: *initialiser,
                        mask: Some(mask),
                    },
                )
            }
            Op::Activation { kind } => {
                let view = single(&views).map_err(error)?;
                let input = self.out.program.input(view);
                let operation = Operation::Activation(input, *kind);
                Ok(self.out.program.push(operation, view.width, false))
            }
            Op::Concat => Ok(self.side_by_side(&views)),
            Op::Slice { start, len } => {
                let view = single(&views).map_err(error)?;
                let fits = start.checked_add(*len).is_some_and(|end| end <= view.width);
                if *len == 0 || !fits {
                    return Err(error(format!(
                        "takes {len} values from {start} of an input that has {}",
                        view.width
                    )));
                }
                Ok(View {
                    start: view.start + start,
                    width: *len,
                    ..view
                })
            }
            Op::Flatten => single(&views).map_err(error),
            Op::Add | Op::Multiply => self.combine(node, &views),
            Op::LayerNorm { epsilon } => {
                let view = single(&views).map_err(error)?;
                if !(epsilon.is_finite() && *epsilon > 0.0) {
                    return Err(error(format!("epsilon is {epsilon}; it must be above 0")));
                }
                let width = view.width;
                let scale = self.parameter(node, "scale", width, 1.0);
                let offset = self.parameter(node, "offset", width, 0.0);
                let input = self.out.program.input(view);
                let operation = Operation::LayerNorm {
                    input,
                    scale,
                    offset,
                    epsilon: *epsilon as f32,
                };
                Ok(self.out.program.push(operation, width, true))
            }
            Op::Conv2d { .. }
            | Op::Pool { .. }
            | Op::SimpleRnn { .. }
            | Op::Gru { .. }
            | Op::Lstm { .. } => Err(BrainError::NotBuilt {
                node: node.name.clone(),
                what: node.op.name().into(),
                built: BUILT,
            }),
        }
    }

    /// Sum or product of inputs of one width.
    fn combine(&mut self, node: &Node, views: &[View]) -> Result<View, BrainError> {
        let width = views[0].width;
        if views.iter().any(|view| view.width != width) {
            let widths: Vec<String> = node
                .inputs
                .iter()
                .zip(views)
                .map(|(edge, view)| format!("{} has {}", edge.from, view.width))
                .collect();
            let problem = format!("inputs differ in width: {}", widths.join(", "));
            return Err(BrainError::node(&node.name, problem));
        }
        let inputs = views.iter().map(|v| self.out.program.input(*v)).collect();
        let operation = match node.op {
            Op::Add => Operation::Add(inputs),
            _ => Operation::Multiply(inputs),
        };
        Ok(self.out.program.push(operation, width, false))
    }

    /// Inputs side by side: a view where they lie so already, else a copy.
    fn side_by_side(&mut self, views: &[View]) -> View {
        let mut merged: Vec<View> = Vec::new();
        for view in views {
            match merged.last_mut() {
                Some(last)
                    if last.source == view.source && last.start + last.width == view.start =>
                {
                    last.width += view.width;
                }
                _ => merged.push(*view),
            }
        }
        if let [view] = merged[..] {
            return view;
        }
        let width = merged.iter().map(|view| view.width).sum();
        let inputs = merged.iter().map(|v| self.out.program.input(*v)).collect();
        self.out
            .program
            .push(Operation::Concat(inputs), width, false)
    }

    fn dense(&mut self, view: View, form: DenseForm<'_>) -> Result<View, BrainError> {
        if form.units == 0 {
            let problem = "has 0 units; it needs at least 1";
            return Err(BrainError::node(form.name, problem));
        }
        let shape = vec![view.width, form.units];
        let kernel = Place {
            offset: self
                .out
                .parameters
                .push(format!("{}.kernel", form.name), shape, form.region),
            len: view.width * form.units,
        };
        self.out.starts.push(Start::Drawn(form.initialiser));
        let bias = form
            .bias
            .then(|| self.vector(format!("{}.bias", form.name), form.region, form.units, 0.0));
        let input = self.out.program.input(view);
        let operation = Operation::Dense(Dense {
            input,
            kernel,
            bias,
            activation: form.activation,
            mask: form.mask,
        });
        Ok(self.out.program.push(operation, form.units, true))
    }

    /// A parameter vector of a node.
    fn parameter(&mut self, node: &Node, suffix: &str, len: usize, start: f32) -> Place {
        self.vector(format!("{}.{suffix}", node.name), node.region(), len, start)
    }

    fn vector(&mut self, name: String, region: &str, len: usize, start: f32) -> Place {
        let offset = self.out.parameters.push(name, vec![len], region);
        self.out.starts.push(Start::Constant(start));
        Place { offset, len }
    }

    /// A linear head with orthogonal weights and zero bias.
    fn head(&mut self, name: &str, view: View, units: usize, gain: f64) -> View {
        let form = DenseForm {
            name,
            region: name,
            units,
            activation: ActivationKind::Linear,
            bias: true,
            initialiser: Initialiser::Orthogonal { gain },
            mask: None,
        };
        self.dense(view, form)
            .expect("a head has at least one unit: distributions refuse empty actions")
    }

    /// The head whose output the distribution reads as its raw parameters.
    fn policy_head(&mut self, view: View, distribution: &Distribution) {
        const NAME: &str = "policy_head";
        let gain = match distribution.kind() {
            DistributionKind::Beta => 1.0,
            _ => 0.01,
        };
        let free = distribution.free_raw_len();
        let units = distribution.raw_len() - free;
        let output = self.head(NAME, view, units, gain);
        if free > 0 {
            let log_std = self.vector(format!("{NAME}.log_std"), NAME, free, 0.0);
            let input = self.out.program.input(output);
            let operation = Operation::Append(input, log_std);
            self.out.program.push(operation, units + free, true);
        }
    }
}

/// The only input.
fn single(views: &[View]) -> Result<View, String> {
    match views {
        [view] => Ok(*view),
        _ => Err(format!(
            "takes one input and has {}; put a concat before it",
            views.len()
        )),
    }
}

/// A mask as numbers, row major.
fn flat_mask(mask: &[Vec<bool>], inputs: usize, units: usize) -> Result<Vec<f32>, String> {
    if mask.len() != inputs {
        return Err(format!(
            "the mask has {} rows for {inputs} inputs",
            mask.len()
        ));
    }
    if let Some((i, row)) = mask.iter().enumerate().find(|(_, r)| r.len() != units) {
        return Err(format!(
            "row {i} of the mask has {} values for {units} units",
            row.len()
        ));
    }
    let flat = mask.iter().flatten();
    Ok(flat.map(|&there| f32::from(u8::from(there))).collect())
}
