//! Running a program forwards.

use super::{Memory, Sequences};
use crate::kernels::affine::{Start, affine};
use crate::kernels::elementwise::{Rows, Write, activate, rows, scale};
use crate::kernels::norm::layer_norm;
use crate::kernels::product::affine_product;
use crate::kernels::{cell, image};
use crate::program::{Cell, CellKind, Input, Instruction, Operation, Program, Source};
use std::ops::Range;

/// How x W + b is computed.
pub(super) trait Mode {
    /// Writes `y` `[n, units]` from the rows `at` of `x`.
    fn affine(x: &[f32], at: Rows, w: &[f32], start: Start<'_>, y: &mut [f32]);
}

/// Row by row, the same bits in every batch.
pub(super) struct Acting;

/// As one matrix product.
pub(super) struct Training;

impl Mode for Acting {
    fn affine(x: &[f32], at: Rows, w: &[f32], start: Start<'_>, y: &mut [f32]) {
        affine(&x[at.start..], at.stride, at.width, w, start, y);
    }
}

impl Mode for Training {
    fn affine(x: &[f32], at: Rows, w: &[f32], start: Start<'_>, y: &mut [f32]) {
        affine_product(x, at, w, start, y);
    }
}

/// Computes every slot for the memory's `n` rows.
pub(super) fn run<M: Mode>(
    program: &Program,
    parameters: &[f32],
    sequences: &Sequences<'_>,
    memory: &mut Memory,
) {
    let n = memory.n;
    if n == 0 {
        return;
    }
    let mut pass = Pass {
        program,
        parameters,
        sequences,
        width: n / sequences.steps,
        memory,
    };
    for block in &program.blocks {
        let instructions = &program.instructions[block.instructions.clone()];
        if block.stepped {
            for t in 0..sequences.steps {
                for instruction in instructions {
                    pass.run::<M>(instruction, t..t + 1);
                }
            }
        } else {
            for instruction in instructions {
                pass.run::<M>(instruction, 0..sequences.steps);
            }
        }
    }
}

/// One run's surroundings.
struct Pass<'a> {
    program: &'a Program,
    parameters: &'a [f32],
    sequences: &'a Sequences<'a>,
    /// B.
    width: usize,
    memory: &'a mut Memory,
}

impl Pass<'_> {
    /// Computes an instruction for some steps.
    fn run<M: Mode>(&mut self, instruction: &Instruction, steps: Range<usize>) {
        match &instruction.operation {
            Operation::Delay { input, state } => {
                self.delay(instruction.slot, input, *state, steps);
            }
            Operation::Cell(cell) => self.cell::<M>(instruction.slot, cell, steps),
            operation => self.compute::<M>(operation, instruction.slot, steps),
        }
    }

    /// What reads only what is already computed for these steps.
    fn compute<M: Mode>(&mut self, operation: &Operation, slot: usize, steps: Range<usize>) {
        let (program, parameters) = (self.program, self.parameters);
        let (first, n) = (steps.start * self.width, steps.len() * self.width);
        let memory_rows = self.memory.rows;
        let slot = program.slots[slot];
        let own = slot.range(memory_rows, &(first..first + n));
        // Slots lie in the order of execution, so that what is read lies before what is written.
        let (done, rest) = self.memory.values.split_at_mut(own.start);
        let y = &mut rest[..own.len()];
        let sensations = self.sequences.sensations;
        let read = |input: &Input| -> (&[f32], Rows) {
            let values = match input.view.source {
                Source::Sensation => sensations,
                Source::Slot(_) => &*done,
            };
            (values, program.rows(input.view, memory_rows, first))
        };
        let whole = |start: usize, width: usize| Rows {
            start,
            stride: slot.width,
            width,
        };
        match operation {
            Operation::Dense(dense) => {
                let (x, at) = read(&dense.input);
                let start = Start::bias(dense.bias.map(|bias| bias.of(parameters)));
                M::affine(x, at, dense.kernel.of(parameters), start, y);
                activate(dense.activation, y);
            }
            Operation::Activation(input, kind) => {
                let (x, at) = read(input);
                rows(n, x, at, y, whole(0, at.width), Write::Set);
                activate(*kind, y);
            }
            Operation::Scale(input, factor) => {
                let (x, at) = read(input);
                rows(n, x, at, y, whole(0, at.width), Write::Set);
                scale(*factor, y);
            }
            Operation::Concat(inputs) => {
                let mut column = 0;
                for input in inputs {
                    let (x, at) = read(input);
                    rows(n, x, at, y, whole(column, at.width), Write::Set);
                    column += at.width;
                }
            }
            Operation::Add(inputs) | Operation::Multiply(inputs) => {
                let next = match operation {
                    Operation::Add(_) => Write::Add,
                    _ => Write::Multiply,
                };
                for (i, input) in inputs.iter().enumerate() {
                    let (x, at) = read(input);
                    let write = if i == 0 { Write::Set } else { next };
                    rows(n, x, at, y, whole(0, at.width), write);
                }
            }
            Operation::LayerNorm {
                input,
                scale,
                offset,
                epsilon,
            } => {
                let (x, at) = read(input);
                let (scale, offset) = (scale.of(parameters), offset.of(parameters));
                layer_norm(x, at, scale, offset, *epsilon, y);
            }
            Operation::Append(input, vector) => {
                let (x, at) = read(input);
                rows(n, x, at, y, whole(0, at.width), Write::Set);
                let appended = Rows {
                    start: 0,
                    stride: 0,
                    width: vector.len,
                };
                let to = whole(at.width, appended.width);
                rows(n, vector.of(parameters), appended, y, to, Write::Set);
            }
            Operation::Conv {
                input,
                kernel,
                bias,
                activation,
                shape,
            } => {
                let (x, at) = read(input);
                let window = &shape.window;
                let laid = &mut self.memory.scratch[..window.places() * window.values()];
                let (kernel, bias) = (kernel.of(parameters), bias.of(parameters));
                for (r, y) in y.chunks_exact_mut(slot.width).enumerate() {
                    let image = &x[at.start + r * at.stride..][..at.width];
                    image::lay_out(window, image, laid);
                    M::affine(laid, image::laid_out(window), kernel, Start::Bias(bias), y);
                }
                activate(*activation, y);
            }
            Operation::Pool(input, pool) => {
                let (x, at) = read(input);
                for (r, y) in y.chunks_exact_mut(slot.width).enumerate() {
                    image::pool(pool, &x[at.start + r * at.stride..][..at.width], y);
                }
            }
            Operation::Delay { .. } | Operation::Cell(_) => unreachable!("see run"),
        }
    }

    /// Copies the step before; see [`Operation::Delay`].
    fn delay(&mut self, slot: usize, input: &Input, state: usize, steps: Range<usize>) {
        let (program, b) = (self.program, self.width);
        let memory_rows = self.memory.rows;
        let own = program.slots[slot];
        let len = input.view.width;
        for t in steps {
            for e in 0..b {
                let row = t * b + e;
                let to = own.range(memory_rows, &(row..row + 1));
                if self.sequences.begins.get(row) == Some(&true) {
                    self.memory.values[to].fill(0.0);
                } else if t == 0 {
                    let from = e * program.state_len + state;
                    let from = &self.sequences.states[from..from + len];
                    self.memory.values[to].copy_from_slice(from);
                } else {
                    let from = program.rows(input.view, memory_rows, row - b).start;
                    match input.view.source {
                        Source::Sensation => {
                            let from = &self.sequences.sensations[from..from + len];
                            self.memory.values[to].copy_from_slice(from);
                        }
                        Source::Slot(_) => {
                            self.memory.values.copy_within(from..from + len, to.start);
                        }
                    }
                }
            }
        }
    }

    fn cell<M: Mode>(&mut self, slot: usize, cell: &Cell, steps: Range<usize>) {
        let (program, parameters) = (self.program, self.parameters);
        let rows = steps.start * self.width..steps.end * self.width;
        let range = |slot: usize| program.slots[slot].range(self.memory.rows, &rows);
        let of = |input: &Input| match input.view.source {
            Source::Slot(slot) => range(slot),
            Source::Sensation => 0..0,
        };
        let units = program.slots[slot].width;
        let at = Rows {
            start: 0,
            stride: units,
            width: units,
        };
        let (gates, before, hidden) = (of(&cell.gates), of(&cell.hidden), range(slot));
        let values = &mut self.memory.values;
        let recurrent = cell.recurrent.of(parameters);
        const DISJOINT: &str = "slots do not overlap";
        match cell.kind {
            CellKind::SimpleRnn => {
                let [gates, before, hidden] = values
                    .get_disjoint_mut([gates, before, hidden])
                    .expect(DISJOINT);
                M::affine(before, at, recurrent, Start::Present, gates);
                cell::simple_rnn(gates, hidden);
            }
            CellKind::Gru => {
                let [gates, before, hidden, inner] = values
                    .get_disjoint_mut([gates, before, hidden, range(slot + 1)])
                    .expect(DISJOINT);
                let bias = Start::bias(cell.recurrent_bias.map(|bias| bias.of(parameters)));
                M::affine(before, at, recurrent, bias, inner);
                cell::gru(gates, inner, before, hidden, units);
            }
            CellKind::Lstm => {
                let memory = cell.memory.as_ref().map_or(0..0, of);
                let [gates, before, memory, hidden, next] = values
                    .get_disjoint_mut([gates, before, memory, hidden, range(slot + 1)])
                    .expect(DISJOINT);
                M::affine(before, at, recurrent, Start::Present, gates);
                cell::lstm(gates, memory, next, hidden, units);
            }
        }
    }
}

/// Writes the recurrent states after the last step, `[B, L]`.
pub(super) fn final_states(
    program: &Program,
    sensations: &[f32],
    steps: usize,
    memory: &Memory,
    states: &mut [f32],
) {
    let b = memory.n / steps;
    let last = memory.n - b;
    for part in &program.remembered {
        let from = program.rows(part.view, memory.rows, last);
        let to = Rows {
            start: part.start,
            stride: program.state_len,
            width: part.view.width,
        };
        let values = match part.view.source {
            Source::Sensation => sensations,
            Source::Slot(_) => &memory.values,
        };
        rows(b, values, from, states, to, Write::Set);
    }
}
