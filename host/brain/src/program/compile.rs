//! From a spec to a program: parameters, instructions, and the heads that the host attaches.

use super::shapes::{self, Shapes};
use super::{
    Cell, CellKind, Dense, Input, Instruction, Operation, Output, Place, Program, Remembered, Slot,
    Source, View, graph, schedule, size,
};
use crate::distribution::Distribution;
use crate::error::BrainError;
use crate::kernels::image::{Conv, Pool, Window};
use crate::parameters::{ParameterLayout, Start};
use angora_core::SensationLayout;
use angora_plugin_api::brain::{ActivationKind, BrainSpec, Initialiser, Node, Op, Padding};
use std::collections::BTreeMap;
use std::ops::Range;

/// A program with its parameters.
#[derive(Debug, Clone, Default)]
pub(crate) struct Compiled {
    pub program: Program,
    pub parameters: ParameterLayout,
    /// How each parameter starts.
    pub starts: Vec<Start>,
    /// Output shape of each node that policy or value need.
    pub shapes: BTreeMap<String, Vec<usize>>,
    /// Parts of the recurrent state, in order.
    pub states: Vec<(String, Range<usize>)>,
}

/// Name and region of the head of a network that is no brain.
pub const READOUT: &str = "readout";

/// What the host attaches.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Heads<'a> {
    /// To the policy the raw parameters of a distribution, to the value a number.
    Brain(&'a Distribution),
    /// To the policy so many numbers, to the value nothing.
    Readout(usize),
}

impl Heads<'_> {
    /// Names that nodes may not have.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Brain(_) => &["policy_head", "value_head"],
            Self::Readout(_) => &[READOUT],
        }
    }

    /// Units of what reads the policy and of what reads the value.
    fn units(self) -> [usize; 2] {
        match self {
            Self::Brain(distribution) => [distribution.raw_len(), 1],
            Self::Readout(units) => [units, 0],
        }
    }
}

/// Checks and compiles a spec.
pub(crate) fn compile(
    spec: &BrainSpec,
    layout: &SensationLayout,
    heads: Heads<'_>,
) -> Result<Compiled, BrainError> {
    graph::check(spec, heads.names())?;
    // A node that nothing needs is checked like any other, then left out.
    let shapes = shapes::infer(spec, layout)?;
    size::check(spec, &shapes, heads.units())?;
    let mut compiler = Compiler::new(layout, &shapes);
    for (node, needed) in spec.nodes.iter().zip(graph::needed(spec)) {
        if needed {
            let view = compiler.node(node);
            compiler.values.insert(node.name.clone(), view);
            compiler.out.program.outputs.push(Output {
                name: node.name.clone(),
                region: node.region().to_owned(),
                view,
            });
            let shape = shapes[&node.name].clone();
            compiler.out.shapes.insert(node.name.clone(), shape);
        }
    }
    match heads {
        Heads::Brain(distribution) => {
            compiler.policy_head(&spec.policy, distribution);
            compiler.value_head(&spec.value);
        }
        Heads::Readout(units) => compiler.readout(&spec.policy, units),
    }
    compiler.connect_delays();
    schedule::schedule(&mut compiler.out.program);
    Ok(compiler.out)
}

struct Compiler<'a> {
    layout: &'a SensationLayout,
    shapes: &'a Shapes,
    /// By the names of nodes and of senses that need more than a view.
    values: BTreeMap<String, View>,
    /// Delayed values by the name of their source.
    delayed: BTreeMap<String, View>,
    /// Instructions that delay what may be compiled after them.
    open_delays: Vec<(usize, String)>,
    out: Compiled,
}

/// How a dense layer is made.
struct DenseForm<'a> {
    name: &'a str,
    region: &'a str,
    units: usize,
    activation: ActivationKind,
    /// How the bias starts.
    bias: Option<Start>,
    initialiser: Initialiser,
    mask: Option<Vec<f32>>,
    signs: Vec<i8>,
}

impl<'a> DenseForm<'a> {
    /// A linear layer of a node, with zero bias.
    fn of(node: &'a Node, units: usize, initialiser: Initialiser) -> Self {
        Self {
            name: &node.name,
            region: node.region(),
            units,
            activation: ActivationKind::Linear,
            bias: Some(Start::Constant(0.0)),
            initialiser,
            mask: None,
            signs: Vec::new(),
        }
    }
}

impl<'a> Compiler<'a> {
    fn new(layout: &'a SensationLayout, shapes: &'a Shapes) -> Self {
        let mut out = Compiled::default();
        out.program.sensation_len = layout.len();
        Self {
            layout,
            shapes,
            values: BTreeMap::new(),
            delayed: BTreeMap::new(),
            open_delays: Vec::new(),
            out,
        }
    }

    /// Appends an instruction; the view of all that it writes.
    fn push(&mut self, operation: Operation, width: usize) -> View {
        let slot = self.slot(width);
        let program = &mut self.out.program;
        program.instructions.push(Instruction { operation, slot });
        View {
            source: Source::Slot(slot),
            start: 0,
            width,
        }
    }

    fn slot(&mut self, width: usize) -> usize {
        let program = &mut self.out.program;
        let before = program.width();
        program.slots.push(Slot { before, width });
        program.slots.len() - 1
    }

    /// The value of a sense or of an earlier node.
    fn value(&mut self, name: &str) -> View {
        if let Some(view) = self.values.get(name) {
            return *view;
        }
        let sense = graph::sense(name).expect("edges are checked: it is a sense or was compiled");
        let range = self.layout.range(sense).unwrap_or_default();
        let view = View {
            source: Source::Sensation,
            start: range.start,
            width: range.len(),
        };
        let specs = self.layout.specs();
        if specs
            .iter()
            .any(|spec| spec.sense == sense && spec.is_picture())
        {
            // Pixels come as bytes; once scaled they are what every reader sees.
            let view = self.push(Operation::Scale(Input::new(view), 1.0 / 255.0), view.width);
            self.values.insert(name.to_owned(), view);
            return view;
        }
        view
    }

    /// What a sense or node was at the step before.
    fn delayed(&mut self, name: &str) -> View {
        if let Some(view) = self.delayed.get(name) {
            return *view;
        }
        let width = self.shapes[name].iter().product();
        let view = self.delay(format!("{name}.delayed"), width);
        let last = self.out.program.instructions.len() - 1;
        self.open_delays.push((last, name.to_owned()));
        self.delayed.insert(name.to_owned(), view);
        view
    }

    /// A delay whose source is connected later.
    fn delay(&mut self, name: String, width: usize) -> View {
        let program = &mut self.out.program;
        let start = program.state_len;
        let view = View {
            source: Source::Sensation,
            start: 0,
            width,
        };
        program.state_len += width;
        program.remembered.push(Remembered { view, start });
        self.out.states.push((name, start..start + width));
        let operation = Operation::Delay {
            input: Input::new(view),
            state: start,
        };
        self.push(operation, width)
    }

    /// Says what the delay that an instruction is reads.
    fn connect(&mut self, instruction: usize, source: View) {
        let program = &mut self.out.program;
        if let Operation::Delay { input, state } = &mut program.instructions[instruction].operation
        {
            input.view = source;
            let state = *state;
            let remembered = program.remembered.iter_mut();
            for part in remembered.filter(|part| part.start == state) {
                part.view = source;
            }
        }
    }

    fn connect_delays(&mut self) {
        for (instruction, name) in std::mem::take(&mut self.open_delays) {
            let source = self.value(&name);
            self.connect(instruction, source);
        }
    }

    /// Appends what a node computes.
    fn node(&mut self, node: &Node) -> View {
        let views: Vec<View> = node
            .inputs
            .iter()
            .map(|edge| match edge.delayed {
                true => self.delayed(&edge.from),
                false => self.value(&edge.from),
            })
            .collect();
        let inputs = || views.iter().map(|view| Input::new(*view)).collect();
        match &node.op {
            Op::Dense {
                units,
                activation,
                bias,
                initialiser,
            } => {
                let input = self.side_by_side(&views);
                let form = DenseForm {
                    activation: *activation,
                    bias: bias.then_some(Start::Constant(0.0)),
                    ..DenseForm::of(node, *units, *initialiser)
                };
                self.dense(input, form)
            }
            Op::MaskedDense {
                units,
                activation,
                bias,
                initialiser,
                mask,
                signs,
            } => {
                let input = self.side_by_side(&views);
                let mask = mask.iter().flatten();
                let mask = mask.map(|&there| f32::from(u8::from(there))).collect();
                let form = DenseForm {
                    activation: *activation,
                    bias: bias.then_some(Start::Constant(0.0)),
                    mask: Some(mask),
                    signs: signs.clone(),
                    ..DenseForm::of(node, *units, *initialiser)
                };
                self.dense(input, form)
            }
            Op::Activation { kind } => {
                let operation = Operation::Activation(Input::new(views[0]), *kind);
                self.push(operation, views[0].width)
            }
            Op::Concat => self.side_by_side(&views),
            Op::Slice { start, len } => View {
                start: views[0].start + start,
                width: *len,
                ..views[0]
            },
            Op::Flatten => views[0],
            Op::Add => self.push(Operation::Add(inputs()), views[0].width),
            Op::Multiply => self.push(Operation::Multiply(inputs()), views[0].width),
            Op::LayerNorm { epsilon } => {
                let width = views[0].width;
                let scale = self.parameter(node, "scale", width, Start::Constant(1.0));
                let offset = self.parameter(node, "offset", width, Start::Constant(0.0));
                let operation = Operation::LayerNorm {
                    input: Input::new(views[0]),
                    scale,
                    offset,
                    epsilon: *epsilon as f32,
                };
                self.push(operation, width)
            }
            Op::SimpleRnn { units } => self.cell(node, CellKind::SimpleRnn, *units, &views),
            Op::Gru { units } => self.cell(node, CellKind::Gru, *units, &views),
            Op::Lstm { units } => self.cell(node, CellKind::Lstm, *units, &views),
            Op::Conv2d {
                kernel,
                stride,
                padding,
                activation,
                initialiser,
                ..
            } => {
                let window = self.window(node, *kernel, *stride, *padding);
                self.conv(node, views[0], window, *activation, *initialiser)
            }
            Op::Pool {
                kind,
                window,
                stride,
                padding,
            } => {
                let window = self.window(node, *window, *stride, *padding);
                let pool = Pool {
                    window,
                    kind: *kind,
                };
                let width = window.places() * window.channels;
                self.push(Operation::Pool(Input::new(views[0]), pool), width)
            }
        }
    }

    /// The window of a convolution or pool over its input's shape.
    fn window(
        &self,
        node: &Node,
        size: [usize; 2],
        stride: [usize; 2],
        padding: Padding,
    ) -> Window {
        let image = &self.shapes[&node.inputs[0].from];
        Window::new([image[0], image[1], image[2]], size, stride, padding)
    }

    fn conv(
        &mut self,
        node: &Node,
        view: View,
        window: Window,
        activation: ActivationKind,
        initialiser: Initialiser,
    ) -> View {
        let filters = self.shapes[&node.name][2];
        let [height, width] = window.size;
        let shape = vec![height, width, window.channels, filters];
        let kernel = self.array(
            format!("{}.kernel", node.name),
            node.region(),
            shape,
            Start::Drawn(initialiser),
        );
        let bias = self.parameter(node, "bias", filters, Start::Constant(0.0));
        let program = &mut self.out.program;
        let laid_out = window.places() * window.values();
        program.scratch_len = program.scratch_len.max(laid_out);
        let operation = Operation::Conv {
            input: Input::new(view),
            kernel,
            bias,
            activation,
            shape: Conv { window, filters },
        };
        self.push(operation, window.places() * filters)
    }

    /// A built-in cell: a linear layer for the gates' input, delays of h (and c), and the
    /// recurrent part.
    fn cell(&mut self, node: &Node, kind: CellKind, units: usize, views: &[View]) -> View {
        let width = kind.gates() * units;
        let input = self.side_by_side(views);
        let form = DenseForm {
            bias: Some(match kind {
                CellKind::SimpleRnn => Start::Constant(0.0),
                CellKind::Gru | CellKind::Lstm => Start::Remember(kind.gates()),
            }),
            ..DenseForm::of(node, width, Initialiser::GlorotUniform)
        };
        let gates = self.dense(input, form);
        let recurrent = self.array(
            format!("{}.recurrent_kernel", node.name),
            node.region(),
            vec![units, width],
            Start::Drawn(Initialiser::Orthogonal { gain: 1.0 }),
        );
        let recurrent_bias = (kind == CellKind::Gru)
            .then(|| self.parameter(node, "recurrent_bias", width, Start::Constant(0.0)));
        let hidden = self.delay(format!("{}.h", node.name), units);
        let delay = self.out.program.instructions.len() - 1;
        let memory =
            (kind == CellKind::Lstm).then(|| self.delay(format!("{}.c", node.name), units));
        let operation = Operation::Cell(Cell {
            kind,
            gates: Input::new(gates),
            hidden: Input::new(hidden),
            memory: memory.map(Input::new),
            recurrent,
            recurrent_bias,
            beside: self.out.program.recurrent_len,
        });
        self.out.program.recurrent_len += recurrent.len;
        let output = self.push(operation, units);
        self.connect(delay, output);
        if kind.second_width() > 0 {
            let second = self.slot(kind.second_width() * units);
            if memory.is_some() {
                let source = Source::Slot(second);
                self.connect(delay + 1, View { source, ..output });
            }
        }
        output
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
        let inputs = merged.iter().map(|view| Input::new(*view)).collect();
        self.push(Operation::Concat(inputs), width)
    }

    fn dense(&mut self, view: View, form: DenseForm<'_>) -> View {
        let kernel = self.array(
            format!("{}.kernel", form.name),
            form.region,
            vec![view.width, form.units],
            Start::Drawn(form.initialiser),
        );
        let bias = form.bias.map(|start| {
            let name = format!("{}.bias", form.name);
            self.array(name, form.region, vec![form.units], start)
        });
        let operation = Operation::Dense(Dense {
            input: Input::new(view),
            kernel,
            bias,
            activation: form.activation,
            mask: form.mask,
            signs: form.signs,
        });
        self.push(operation, form.units)
    }

    /// A parameter vector of a node.
    fn parameter(&mut self, node: &Node, suffix: &str, len: usize, start: Start) -> Place {
        let name = format!("{}.{suffix}", node.name);
        self.array(name, node.region(), vec![len], start)
    }

    fn array(&mut self, name: String, region: &str, shape: Vec<usize>, start: Start) -> Place {
        let len = shape.iter().product();
        let offset = self.out.parameters.push(name, shape, region);
        self.out.starts.push(start);
        Place { offset, len }
    }

    /// A linear head with orthogonal weights and zero bias.
    fn head(&mut self, name: &str, reads: &str, units: usize, gain: f64) -> View {
        let view = self.value(reads);
        let form = DenseForm {
            name,
            region: name,
            units,
            activation: ActivationKind::Linear,
            bias: Some(Start::Constant(0.0)),
            initialiser: Initialiser::Orthogonal { gain },
            mask: None,
            signs: Vec::new(),
        };
        self.dense(view, form)
    }

    fn value_head(&mut self, reads: &str) {
        self.head("value_head", reads, 1, 1.0);
        self.out.program.value = self.out.program.slots.len() - 1;
    }

    /// The only head, in the place of both.
    fn readout(&mut self, reads: &str, units: usize) {
        self.head(READOUT, reads, units, 1.0);
        let program = &mut self.out.program;
        program.policy = program.slots.len() - 1;
        program.value = program.policy;
    }

    /// The head whose output the distribution reads as its raw parameters.
    fn policy_head(&mut self, reads: &str, distribution: &Distribution) {
        const NAME: &str = "policy_head";
        let gain = distribution.head_gain();
        let mut units = distribution.raw_len() - distribution.free_raw_len();
        let mut output = self.head(NAME, reads, units, gain);
        for (name, len, start) in distribution.free() {
            let name = format!("{NAME}.{name}");
            let place = self.array(name, NAME, vec![len], Start::Constant(start as f32));
            units += len;
            output = self.push(Operation::Append(Input::new(output), place), units);
        }
        self.out.program.policy = self.out.program.slots.len() - 1;
    }
}
