//! A program as a graph of tensors.

use super::device::is_flex;
use super::operation::{Weights, cell_weights, compute};
use super::parameters::TensorParameters;
use super::sequences::TensorSequences;
use crate::brain::Brain;
use crate::program::{Block, Cell, Input, Instruction, Operation, Program, Source, View};
use burn::tensor::Tensor;
use std::ops::Range;

/// How dense layers and cells are put into the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TensorForm {
    /// As one operation each, which only Flex has; a cell as one over all its steps, where it is
    /// in no larger loop.
    Fused,
    /// Of Burn's own operations.
    Composed,
}

/// What a brain puts out.
#[derive(Debug, Clone)]
pub struct TensorOutputs {
    /// Raw parameters of the action distribution `[C B, P]`.
    pub policy: Tensor<2>,
    /// Values `[C B, 1]`.
    pub value: Tensor<2>,
    /// Parts of the state after the last step, in order.
    left: Vec<Tensor<2>>,
}

impl TensorOutputs {
    /// Recurrent states after the last step `[B, L]`, as constants; `None` where L is 0.
    #[must_use]
    pub fn final_states(&self) -> Option<Tensor<2>> {
        (!self.left.is_empty()).then(|| Tensor::cat(self.left.clone(), 1))
    }
}

/// Runs sequences. Gradients flow to the parameters (and to the sensations where they are
/// tracked), through all steps but not across the beginnings of episodes. Dense layers and cells
/// are single operations on Flex and composed elsewhere.
///
/// # Panics
/// As [`forward_tensor_with`].
#[must_use]
pub fn forward_tensor(
    brain: &Brain,
    parameters: &TensorParameters,
    sequences: &TensorSequences,
) -> TensorOutputs {
    let form = if is_flex(parameters.device()) {
        TensorForm::Fused
    } else {
        TensorForm::Composed
    };
    forward_tensor_with(brain, parameters, sequences, form)
}

/// [`forward_tensor`] with a choice of how dense layers and cells are made.
///
/// # Panics
/// If the shapes do not fit the brain, or the form is fused on another device than Flex.
#[must_use]
pub fn forward_tensor_with(
    brain: &Brain,
    parameters: &TensorParameters,
    sequences: &TensorSequences,
    form: TensorForm,
) -> TensorOutputs {
    let program = brain.program();
    sequences.check(brain);
    let mut graph = Graph {
        program,
        parameters,
        sequences,
        form,
        slots: vec![None; program.slots.len()],
        last: vec![None; program.slots.len()],
    };
    for block in &program.blocks {
        let instructions = &program.instructions[block.instructions.clone()];
        if !block.stepped {
            graph.straight(instructions);
        } else if let (TensorForm::Fused, Some(cell)) = (form, lone_cell(instructions)) {
            graph.cell(cell);
        } else {
            graph.stepped(block, instructions);
        }
    }
    let remembered = program.remembered.iter();
    TensorOutputs {
        policy: graph.slot(program.policy),
        value: graph.slot(program.value),
        left: remembered.map(|part| graph.left(part.view)).collect(),
    }
}

/// A cell that is in no loop but its own.
struct LoneCell<'a> {
    cell: &'a Cell,
    /// Its slot.
    slot: usize,
    /// First column of h in the recurrent state; c of an LSTM follows.
    state: usize,
}

/// The cell of a loop that is its delays and nothing else.
fn lone_cell(instructions: &[Instruction]) -> Option<LoneCell<'_>> {
    let (last, delays) = instructions.split_last()?;
    let Operation::Cell(cell) = &last.operation else {
        return None;
    };
    let states: Vec<usize> = delays
        .iter()
        .filter_map(|delay| match delay.operation {
            Operation::Delay { state, .. } => Some(state),
            _ => None,
        })
        .collect();
    let own = 1 + usize::from(cell.memory.is_some());
    (states.len() == delays.len() && states.len() == own).then(|| LoneCell {
        cell,
        slot: last.slot,
        state: states[0],
    })
}

struct Graph<'a> {
    program: &'a Program,
    parameters: &'a TensorParameters,
    sequences: &'a TensorSequences,
    form: TensorForm,
    /// All rows `[C B, width]` of the slots that are read outside of their block.
    slots: Vec<Option<Tensor<2>>>,
    /// The last B rows of slots that are not whole.
    last: Vec<Option<Tensor<2>>>,
}

/// Some columns.
fn columns(x: Tensor<2>, start: usize, width: usize) -> Tensor<2> {
    if width == x.dims()[1] {
        x
    } else {
        x.narrow(1, start, width)
    }
}

/// Rows `[C B, width]` as one tensor `[B, width]` for each step. By halves, since the gradient of
/// a part is first of all as large as what it is a part of.
fn steps_of(x: Tensor<2>, steps: usize) -> Vec<Tensor<2>> {
    if steps == 1 {
        return vec![x];
    }
    let (rows, half) = (x.dims()[0], steps / 2);
    let cut = rows / steps * half;
    let mut parts = steps_of(x.clone().narrow(0, 0, cut), half);
    parts.extend(steps_of(x.narrow(0, cut, rows - cut), steps - half));
    parts
}

impl Graph<'_> {
    fn slot(&self, slot: usize) -> Tensor<2> {
        let whole = self.slots[slot].as_ref();
        whole.expect("blocks are in order").clone()
    }

    /// All rows of a view.
    fn read(&self, view: View) -> Tensor<2> {
        let x = match view.source {
            Source::Sensation => self.sequences.sensations.clone(),
            Source::Slot(slot) => self.slot(slot),
        };
        columns(x, view.start, view.width)
    }

    /// Columns of the states before the first step `[B, width]`.
    fn states(&self, start: usize, width: usize) -> Tensor<2> {
        let states = self.sequences.states.clone();
        columns(states.expect("there are states where L > 0"), start, width)
    }

    /// The last B rows of a view, as constants.
    fn left(&self, view: View) -> Tensor<2> {
        if let Source::Slot(slot) = view.source
            && let Some(x) = &self.last[slot]
        {
            return columns(x.clone().inner(), view.start, view.width);
        }
        let (steps, width) = (self.sequences.steps, self.sequences.width());
        let x = self.read(view).inner();
        x.narrow(0, (steps - 1) * width, width)
    }

    /// Instructions over all rows at once.
    fn straight(&mut self, instructions: &[Instruction]) {
        for instruction in instructions {
            let y = match &instruction.operation {
                Operation::Delay { input, state } => self.delay(input.view, *state),
                operation => {
                    let weights = Weights::of(operation, self.parameters);
                    let read = |input: &Input| self.read(input.view);
                    compute(operation, &weights, self.parameters, self.form, &read).0
                }
            };
            self.slots[instruction.slot] = Some(y);
        }
    }

    /// All rows of what was one step before.
    fn delay(&self, view: View, state: usize) -> Tensor<2> {
        let (steps, width) = (self.sequences.steps, self.sequences.width());
        let mut x = self.states(state, view.width);
        if steps > 1 {
            let before = self.read(view).narrow(0, 0, (steps - 1) * width);
            x = Tensor::cat(vec![x, before], 0);
        }
        self.forget(x, 0..steps * width)
    }

    /// Zeros where an episode begins within these rows.
    fn forget(&self, x: Tensor<2>, rows: Range<usize>) -> Tensor<2> {
        if self.sequences.begin_within(rows.clone()) {
            x * self.sequences.kept(rows)
        } else {
            x
        }
    }

    /// A cell over all steps as one operation.
    fn cell(&mut self, LoneCell { cell, slot, state }: LoneCell<'_>) {
        let units = cell.hidden.view.width;
        let width = units * (1 + usize::from(cell.memory.is_some()));
        // Taken out, since nothing else reads it and the operation overwrites what it alone holds.
        let gates = match cell.gates.view.source {
            Source::Slot(slot) => self.slots[slot].take(),
            Source::Sensation => None,
        };
        let (hidden, left) = cell_weights(cell, self.parameters).sequence(
            gates.expect("the gates are a slot before"),
            self.states(state, width),
            self.sequences.steps,
            self.sequences.begins.clone(),
        );
        self.slots[slot] = Some(hidden);
        if cell.memory.is_some() {
            self.last[slot + 1] = Some(left.narrow(1, units, units));
        }
    }

    /// A loop step by step.
    fn stepped(&mut self, block: &Block, instructions: &[Instruction]) {
        let (steps, width) = (self.sequences.steps, self.sequences.width());
        let weights: Vec<Weights> = instructions
            .iter()
            .map(|instruction| Weights::of(&instruction.operation, self.parameters))
            .collect();
        let mut of_loop = Loop::new(self, instructions);
        for t in 0..steps {
            let rows = t * width..(t + 1) * width;
            for (instruction, weights) in instructions.iter().zip(&weights) {
                let (y, second) = match &instruction.operation {
                    Operation::Delay { input, state } => {
                        let x = match t {
                            0 => self.states(*state, input.view.width),
                            t => of_loop.read(input.view, t - 1),
                        };
                        (self.forget(x, rows.clone()), None)
                    }
                    operation => {
                        let read = |input: &Input| of_loop.read(input.view, t);
                        compute(operation, weights, self.parameters, self.form, &read)
                    }
                };
                of_loop.slots[instruction.slot].push(y);
                if let Some(second) = second {
                    of_loop.slots[instruction.slot + 1].push(second);
                }
            }
        }
        let mut read = vec![false; self.slots.len()];
        for (i, instruction) in self.program.instructions.iter().enumerate() {
            for input in instruction.operation.inputs() {
                if let (false, Source::Slot(slot)) =
                    (block.instructions.contains(&i), input.view.source)
                {
                    read[slot] = true;
                }
            }
        }
        for head in [self.program.policy, self.program.value] {
            read[head] = true;
        }
        for (slot, of_steps) in of_loop.slots.into_iter().enumerate() {
            if let Some(last) = of_steps.last() {
                self.last[slot] = Some(last.clone());
                if read[slot] {
                    self.slots[slot] = Some(Tensor::cat(of_steps, 0));
                }
            }
        }
    }
}

/// Values within a loop, by steps.
struct Loop {
    /// What the loop has written, of each slot and step so far.
    slots: Vec<Vec<Tensor<2>>>,
    /// What it reads of what is outside.
    outside: Vec<(View, Vec<Tensor<2>>)>,
}

impl Loop {
    fn new(graph: &Graph<'_>, instructions: &[Instruction]) -> Self {
        let mut outside: Vec<(View, Vec<Tensor<2>>)> = Vec::new();
        for input in instructions.iter().flat_map(|i| i.operation.inputs()) {
            let view = input.view;
            let done = match view.source {
                Source::Sensation => true,
                Source::Slot(slot) => graph.slots[slot].is_some(),
            };
            if done && outside.iter().all(|(known, _)| *known != view) {
                let steps = steps_of(graph.read(view), graph.sequences.steps);
                outside.push((view, steps));
            }
        }
        Self {
            slots: vec![Vec::new(); graph.slots.len()],
            outside,
        }
    }

    /// A view at a step.
    fn read(&self, view: View, t: usize) -> Tensor<2> {
        if let Some((_, steps)) = self.outside.iter().find(|(known, _)| *known == view) {
            return steps[t].clone();
        }
        match view.source {
            Source::Slot(slot) => columns(self.slots[slot][t].clone(), view.start, view.width),
            Source::Sensation => unreachable!("the sensation is outside of every loop"),
        }
    }
}
