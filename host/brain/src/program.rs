//! A brain as a straight list of instructions over rows of numbers.
//!
//! Values live in *slots*: matrices `[n, width]`, one after another in one allocation, written
//! once each, in ascending order. An instruction reads *views*: column ranges of the sensation or
//! of earlier slots. Slicing and flattening are therefore views and cost nothing.

pub(crate) mod compile;
mod graph;

use crate::kernels::elementwise::Rows;
use angora_plugin_api::brain::ActivationKind;

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

/// An input of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Input {
    /// What is read.
    pub view: View,
    /// Whether anything with parameters lies upstream.
    pub differentiate: bool,
    /// Whether its gradient is added to what an instruction after this one has left.
    pub accumulate: bool,
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
}

/// What an instruction computes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operation {
    /// f(x W + b).
    Dense(Dense),
    /// f(x).
    Activation(Input, ActivationKind),
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
}

impl Operation {
    /// The inputs, in order.
    pub fn inputs(&self) -> &[Input] {
        match self {
            Self::Dense(dense) => std::slice::from_ref(&dense.input),
            Self::Activation(input, _) | Self::Append(input, _) => std::slice::from_ref(input),
            Self::LayerNorm { input, .. } => std::slice::from_ref(input),
            Self::Concat(inputs) | Self::Add(inputs) | Self::Multiply(inputs) => inputs,
        }
    }

    /// The inputs, in order.
    pub fn inputs_mut(&mut self) -> &mut [Input] {
        match self {
            Self::Dense(dense) => std::slice::from_mut(&mut dense.input),
            Self::Activation(input, _) | Self::Append(input, _) => std::slice::from_mut(input),
            Self::LayerNorm { input, .. } => std::slice::from_mut(input),
            Self::Concat(inputs) | Self::Add(inputs) | Self::Multiply(inputs) => inputs,
        }
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

/// A compiled brain. Instruction i writes slot i.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Program {
    /// Columns of the sensation.
    pub sensation_len: usize,
    /// In the order of execution.
    pub operations: Vec<Operation>,
    /// One for each operation.
    pub slots: Vec<Slot>,
    /// Whether anything with parameters feeds each slot.
    pub differentiable: Vec<bool>,
    /// Slots whose gradient must start at zero, since the first to write it covers only a part.
    pub cleared: Vec<usize>,
}

impl Program {
    /// Columns of all slots together.
    pub fn width(&self) -> usize {
        self.slots.last().map_or(0, |s| s.before + s.width)
    }

    /// The slot of the raw distribution parameters: the last but one.
    pub fn policy(&self) -> Slot {
        self.slots[self.slots.len() - 2]
    }

    /// The slot of the value: the last.
    pub fn value(&self) -> Slot {
        self.slots[self.slots.len() - 1]
    }

    /// The rows of a view, in the slice that holds its source.
    pub fn rows(&self, view: View, memory_rows: usize) -> Rows {
        match view.source {
            Source::Sensation => Rows {
                start: view.start,
                stride: self.sensation_len,
                width: view.width,
            },
            Source::Slot(slot) => {
                let slot = self.slots[slot];
                Rows {
                    start: memory_rows * slot.before + view.start,
                    stride: slot.width,
                    width: view.width,
                }
            }
        }
    }

    /// Appends an operation; the view of all that it writes.
    fn push(&mut self, operation: Operation, width: usize, has_parameters: bool) -> View {
        let differentiable =
            has_parameters || operation.inputs().iter().any(|input| input.differentiate);
        let before = self.width();
        self.slots.push(Slot { before, width });
        self.operations.push(operation);
        self.differentiable.push(differentiable);
        View {
            source: Source::Slot(self.slots.len() - 1),
            start: 0,
            width,
        }
    }

    /// An input that reads a view.
    fn input(&self, view: View) -> Input {
        Input {
            view,
            differentiate: match view.source {
                Source::Sensation => false,
                Source::Slot(slot) => self.differentiable[slot],
            },
            accumulate: false,
        }
    }

    /// Decides which gradients are overwritten, added to, or cleared first: backward runs the
    /// operations in reverse, and the first to write a slot's gradient may overwrite all of it.
    fn plan_gradients(&mut self) {
        let mut written = vec![false; self.slots.len()];
        for operation in self.operations.iter_mut().rev() {
            for input in operation.inputs_mut() {
                let Source::Slot(slot) = input.view.source else {
                    continue;
                };
                if !input.differentiate {
                    continue;
                }
                let whole = input.view.width == self.slots[slot].width;
                if !written[slot] && !whole {
                    self.cleared.push(slot);
                }
                input.accumulate = written[slot] || !whole;
                written[slot] = true;
            }
        }
    }
}
