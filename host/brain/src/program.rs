//! A brain as a list of instructions over rows of numbers.
//!
//! Values live in *slots*: matrices `[C B, width]` (step-major: row `t B + b`), one after another
//! in one allocation. An operation reads *views*: column ranges of the sensation or of slots.
//! Slicing and flattening are therefore views and cost nothing.
//!
//! Memory is made of one operation alone: [`Operation::Delay`] copies what its source held one
//! control step before. Operations that form a loop through delays are run step by step; all
//! others take all steps at once. The built-in cells are such loops, drawn by the compiler.

pub(crate) mod compile;
mod graph;
mod schedule;
mod shapes;
mod size;

use crate::kernels::elementwise::Rows;
use crate::kernels::image::{Conv, Pool};
use angora_plugin_api::brain::ActivationKind;
use std::ops::Range;

/// What a view looks into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The sensation, `[n, S]`.
    Sensation,
    /// A slot.
    Slot(usize),
}

/// A column range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct View {
    /// Of what.
    pub source: Source,
    /// First column.
    pub start: usize,
    /// Number of columns.
    pub width: usize,
}

/// An input of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Input {
    /// What is read.
    pub view: View,
    /// Whether anything with parameters lies upstream.
    pub differentiate: bool,
    /// Whether its gradient is added to what is there, left by an operation after this one.
    pub accumulate: bool,
}

impl Input {
    /// Reads a view; the schedule decides the rest.
    fn new(view: View) -> Self {
        Self {
            view,
            differentiate: false,
            accumulate: false,
        }
    }
}

/// Place of one parameter in the flat vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// First value.
    pub offset: usize,
    /// Number of values.
    pub len: usize,
}

impl Place {
    /// The parameter's values.
    pub fn of(self, parameters: &[f32]) -> &[f32] {
        &parameters[self.offset..self.offset + self.len]
    }

    /// The parameter's values.
    pub fn of_mut(self, parameters: &mut [f32]) -> &mut [f32] {
        &mut parameters[self.offset..self.offset + self.len]
    }
}

/// A dense layer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dense {
    /// x.
    pub input: Input,
    /// W `[inputs, units]`.
    pub kernel: Place,
    /// b `[units]`.
    pub bias: Option<Place>,
    /// f.
    pub activation: ActivationKind,
    /// 1 where there is a connection and 0 elsewhere, shaped as W; `None` is everywhere.
    pub mask: Option<Vec<f32>>,
    /// Sign of each input's weights: 1, -1, or 0 for free; empty where all are free.
    pub signs: Vec<i8>,
}

/// Which cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CellKind {
    /// h' = tanh(g + h U).
    SimpleRnn,
    /// Gates r, z, n.
    Gru,
    /// Gates i, f, g, o.
    Lstm,
}

impl Cell {
    /// What is kept of U, in a memory that holds the same of all cells.
    pub fn beside(&self) -> Range<usize> {
        self.beside..self.beside + self.recurrent.len
    }
}

impl CellKind {
    /// Number of gates, whose pre-activations lie side by side.
    pub fn gates(self) -> usize {
        match self {
            Self::SimpleRnn => 1,
            Self::Gru => 3,
            Self::Lstm => 4,
        }
    }

    /// Width over H of the slot that it writes beside h: c of an LSTM, h U + b of a GRU.
    pub fn second_width(self) -> usize {
        match self {
            Self::SimpleRnn => 0,
            Self::Gru => 3,
            Self::Lstm => 1,
        }
    }
}

/// The recurrent part of a cell: from the gates' input x W + b, computed for all steps at once,
/// and the delayed h (and c) to the next h (and c).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cell {
    /// Which.
    pub kind: CellKind,
    /// x W + b `[n, G H]`: all of a slot that nothing else reads, overwritten by the gates.
    pub gates: Input,
    /// The delayed h, all of a slot.
    pub hidden: Input,
    /// The delayed c of an LSTM, all of a slot.
    pub memory: Option<Input>,
    /// U `[H, G H]`.
    pub recurrent: Place,
    /// Bias of h U `[3 H]`, of a GRU.
    pub recurrent_bias: Option<Place>,
    /// First value of what training keeps of U beside it (packed for the forward pass, its
    /// transpose for backward), in memories that hold the same of all cells.
    pub beside: usize,
}

/// What an operation computes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operation {
    /// f(x W + b).
    Dense(Dense),
    /// f(x).
    Activation(Input, ActivationKind),
    /// x times a constant.
    Scale(Input, f32),
    /// Side by side.
    Concat(Vec<Input>),
    /// Sum.
    Add(Vec<Input>),
    /// Product.
    Multiply(Vec<Input>),
    /// Layer normalisation.
    LayerNorm {
        /// x.
        input: Input,
        /// Factor per column.
        scale: Place,
        /// Summand per column.
        offset: Place,
        /// Added to the variance.
        epsilon: f32,
    },
    /// x with a parameter vector appended to each row.
    Append(Input, Place),
    /// What x was at the control step before: zero where an episode begins; at the first step,
    /// the columns from `state` of the recurrent state.
    Delay {
        /// x, which may be computed after this.
        input: Input,
        /// First column in the recurrent state.
        state: usize,
    },
    /// The recurrent part of a built-in cell. Writes h; beside it c (LSTM) or h U + b (GRU) into
    /// the slot after.
    Cell(Cell),
    /// f(convolution) of images.
    Conv {
        /// x.
        input: Input,
        /// Kernel `[kh kw channels, filters]`.
        kernel: Place,
        /// b `[filters]`.
        bias: Place,
        /// f.
        activation: ActivationKind,
        /// Sizes.
        shape: Conv,
    },
    /// Pooling of images.
    Pool(Input, Pool),
}

impl Operation {
    /// The inputs, in order.
    pub fn inputs(&self) -> impl Iterator<Item = &Input> {
        let (some, optional): (&[Input], [Option<&Input>; 3]) = match self {
            Self::Dense(dense) => (std::slice::from_ref(&dense.input), [None; 3]),
            Self::Activation(input, _)
            | Self::Scale(input, _)
            | Self::Append(input, _)
            | Self::Pool(input, _)
            | Self::LayerNorm { input, .. }
            | Self::Delay { input, .. }
            | Self::Conv { input, .. } => (std::slice::from_ref(input), [None; 3]),
            Self::Concat(inputs) | Self::Add(inputs) | Self::Multiply(inputs) => {
                (inputs, [None; 3])
            }
            Self::Cell(cell) => (
                &[],
                [Some(&cell.gates), Some(&cell.hidden), cell.memory.as_ref()],
            ),
        };
        some.iter().chain(optional.into_iter().flatten())
    }

    /// The inputs, in order.
    pub fn inputs_mut(&mut self) -> impl Iterator<Item = &mut Input> {
        let (some, optional): (&mut [Input], [Option<&mut Input>; 3]) = match self {
            Self::Dense(dense) => (std::slice::from_mut(&mut dense.input), [None, None, None]),
            Self::Activation(input, _)
            | Self::Scale(input, _)
            | Self::Append(input, _)
            | Self::Pool(input, _)
            | Self::LayerNorm { input, .. }
            | Self::Delay { input, .. }
            | Self::Conv { input, .. } => (std::slice::from_mut(input), [None, None, None]),
            Self::Concat(inputs) | Self::Add(inputs) | Self::Multiply(inputs) => {
                (inputs, [None, None, None])
            }
            Self::Cell(cell) => (
                &mut [],
                [
                    Some(&mut cell.gates),
                    Some(&mut cell.hidden),
                    cell.memory.as_mut(),
                ],
            ),
        };
        some.iter_mut().chain(optional.into_iter().flatten())
    }

    /// Whether it has parameters of its own.
    pub fn has_parameters(&self) -> bool {
        matches!(
            self,
            Self::Dense(_)
                | Self::LayerNorm { .. }
                | Self::Append(..)
                | Self::Cell(_)
                | Self::Conv { .. }
        )
    }
}

/// A slot: a matrix with so many columns, after so many columns of earlier slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Columns of all earlier slots.
    pub before: usize,
    /// Columns.
    pub width: usize,
}

impl Slot {
    /// Where `rows` of it lie in the memory of a program for `memory_rows` rows.
    pub fn range(self, memory_rows: usize, rows: &Range<usize>) -> Range<usize> {
        let start = memory_rows * self.before;
        start + rows.start * self.width..start + rows.end * self.width
    }
}

/// An operation and the slot that it writes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Instruction {
    /// What is computed.
    pub operation: Operation,
    /// Where the result goes; a cell writes the slot after it as well.
    pub slot: usize,
}

/// Instructions that run together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// Which.
    pub instructions: Range<usize>,
    /// Whether they form a loop through delays, so that each step needs the one before.
    pub stepped: bool,
}

/// A part of the recurrent state: what a delay's source holds after the last step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Remembered {
    /// The source.
    pub view: View,
    /// First column in the state.
    pub start: usize,
}

/// What a node of the spec gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Output {
    /// The node.
    pub name: String,
    /// Its region.
    pub region: String,
    /// Where its output lies.
    pub view: View,
}

/// A compiled brain.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Program {
    /// Columns of the sensation.
    pub sensation_len: usize,
    /// In the order of execution.
    pub instructions: Vec<Instruction>,
    /// What runs together, in order.
    pub blocks: Vec<Block>,
    /// In the order of memory.
    pub slots: Vec<Slot>,
    /// Whether anything with parameters feeds each slot.
    pub differentiable: Vec<bool>,
    /// Slots whose gradient must start at zero, since the first to write it covers only a part.
    pub cleared: Vec<usize>,
    /// The recurrent state, part by part.
    pub remembered: Vec<Remembered>,
    /// Columns of the recurrent state.
    pub state_len: usize,
    /// What each node gives, in the order of the spec; nodes that nothing needs are left out.
    pub outputs: Vec<Output>,
    /// Slot of the raw distribution parameters, or of a readout.
    pub policy: usize,
    /// Slot of the value; of a readout the same as that of the policy.
    pub value: usize,
    /// Most values that a convolution needs to lay out one image.
    pub scratch_len: usize,
    /// Values of all recurrent kernels.
    pub recurrent_len: usize,
}

impl Program {
    /// Columns of all slots together.
    pub fn width(&self) -> usize {
        self.slots.last().map_or(0, |s| s.before + s.width)
    }

    /// The rows of a view from `row` on, in the slice that holds its source.
    pub fn rows(&self, view: View, memory_rows: usize, row: usize) -> Rows {
        let (before, stride) = match view.source {
            Source::Sensation => (0, self.sensation_len),
            Source::Slot(slot) => {
                let slot = self.slots[slot];
                (memory_rows * slot.before, slot.width)
            }
        };
        Rows {
            start: before + row * stride + view.start,
            stride,
            width: view.width,
        }
    }
}
