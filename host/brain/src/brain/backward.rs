//! Running a program backwards.
//!
//! For each slot the gradient has the place that the value has. An instruction reads the gradient
//! of its own slot, which by then is complete, and writes or adds to those of its inputs. In a
//! loop through delays that goes step by step from the last to the first; the gradients of dense
//! layers' and cells' parameters, which are products over all rows, follow once after the loop.

use super::{Sequences, Training};
use crate::kernels::cell;
use crate::kernels::elementwise::{
    Rows, Write, activate_backward, column_sums, multiply, rows, scale,
};
use crate::kernels::image::{self, ImageGradient};
use crate::kernels::norm::{InputGradient, layer_norm_backward};
use crate::kernels::product::{Matrix, product};
use crate::program::{
    Cell, CellKind, Dense, Input, Instruction, Operation, Program, Slot, Source, View,
};
use std::ops::Range;

/// Adds to `gradient` from the derivatives of policy and value.
pub(super) fn run(
    program: &Program,
    parameters: &[f32],
    sequences: &Sequences<'_>,
    memory: &mut Training,
    gradient: &mut [f32],
) {
    let n = memory.memory.n;
    if n == 0 {
        return;
    }
    let memory_rows = memory.memory.rows;
    for &slot in &program.cleared {
        memory.gradients[program.slots[slot].range(memory_rows, &(0..n))].fill(0.0);
    }
    let mut pass = Pass {
        program,
        parameters,
        sequences,
        width: n / sequences.steps,
        memory_rows,
        values: &memory.memory.values,
        scratch: &mut memory.memory.scratch,
        gradients: &mut memory.gradients,
        gradient,
    };
    for block in program.blocks.iter().rev() {
        let instructions = &program.instructions[block.instructions.clone()];
        let learning = || {
            let learns = |instruction: &&Instruction| program.differentiable[instruction.slot];
            instructions.iter().filter(learns).rev()
        };
        if block.stepped {
            for t in (0..sequences.steps).rev() {
                for instruction in learning() {
                    pass.run(instruction, t..t + 1);
                }
            }
        } else {
            for instruction in learning() {
                pass.run(instruction, 0..sequences.steps);
            }
        }
        for instruction in learning() {
            pass.products(instruction);
        }
    }
}

const DISJOINT: &str = "slots do not overlap";

/// One run's surroundings.
struct Pass<'a> {
    program: &'a Program,
    parameters: &'a [f32],
    sequences: &'a Sequences<'a>,
    /// B.
    width: usize,
    memory_rows: usize,
    /// Values of all slots.
    values: &'a [f32],
    scratch: &'a mut [f32],
    /// Gradients of all slots.
    gradients: &'a mut [f32],
    /// Gradient of the parameters.
    gradient: &'a mut [f32],
}

/// An instruction's surroundings for some steps.
struct Step<'a> {
    program: &'a Program,
    sensations: &'a [f32],
    values: &'a [f32],
    memory_rows: usize,
    /// First row and number of rows.
    first: usize,
    n: usize,
    /// The instruction's slot.
    slot: Slot,
    /// Gradients of the slots before its own.
    earlier: &'a mut [f32],
}

impl<'a> Step<'a> {
    /// The rows of a view.
    fn at(&self, view: View) -> Rows {
        self.program.rows(view, self.memory_rows, self.first)
    }

    /// What an input reads.
    fn read(&self, input: &Input) -> (&'a [f32], Rows) {
        let values = match input.view.source {
            Source::Sensation => self.sensations,
            Source::Slot(_) => self.values,
        };
        (values, self.at(input.view))
    }

    /// Columns of this instruction's own gradient.
    fn own(&self, start: usize, width: usize) -> Rows {
        Rows {
            start,
            stride: self.slot.width,
            width,
        }
    }

    /// Hands columns of a gradient shaped as the own one to an input.
    fn pass(&mut self, input: &Input, dy: &[f32], own: Rows) {
        if input.differentiate {
            let at = self.at(input.view);
            let write = Write::adding(input.accumulate);
            rows(self.n, dy, own, self.earlier, at, write);
        }
    }
}

impl Pass<'_> {
    /// The rows of some steps.
    fn rows(&self, steps: &Range<usize>) -> Range<usize> {
        steps.start * self.width..steps.end * self.width
    }

    /// Passes an instruction's gradient on to its inputs, and adds the gradients of parameters
    /// that are no products.
    fn run(&mut self, instruction: &Instruction, steps: Range<usize>) {
        match &instruction.operation {
            Operation::Delay { input, .. } => self.delay(instruction.slot, input, steps),
            Operation::Cell(cell) => self.cell(instruction.slot, cell, steps),
            operation => self.compute(operation, instruction.slot, &steps),
        }
    }

    fn compute(&mut self, operation: &Operation, slot: usize, steps: &Range<usize>) {
        let (parameters, rows_of_steps) = (self.parameters, self.rows(steps));
        let (first, n) = (rows_of_steps.start, rows_of_steps.len());
        let slot = self.program.slots[slot];
        let own = slot.range(self.memory_rows, &rows_of_steps);
        let y = &self.values[own.clone()];
        let (earlier, later) = self.gradients.split_at_mut(own.start);
        let dy = &mut later[..own.len()];
        let gradient = &mut *self.gradient;
        let mut step = Step {
            program: self.program,
            sensations: self.sequences.sensations,
            values: self.values,
            memory_rows: self.memory_rows,
            first,
            n,
            slot,
            earlier,
        };
        match operation {
            Operation::Dense(layer) => dense(&mut step, layer, parameters, y, dy),
            Operation::Activation(input, kind) => {
                activate_backward(*kind, y, dy);
                step.pass(input, dy, step.own(0, slot.width));
            }
            Operation::Scale(input, factor) => {
                scale(*factor, dy);
                step.pass(input, dy, step.own(0, slot.width));
            }
            Operation::Concat(inputs) => {
                let mut column = 0;
                for input in inputs {
                    let width = input.view.width;
                    step.pass(input, dy, step.own(column, width));
                    column += width;
                }
            }
            Operation::Add(inputs) => {
                for input in inputs {
                    step.pass(input, dy, step.own(0, slot.width));
                }
            }
            Operation::Multiply(inputs) => factors(&mut step, inputs, dy),
            Operation::LayerNorm {
                input,
                scale,
                offset,
                epsilon,
            } => {
                let (x, at) = step.read(input);
                // Scale and offset are neighbours in the layout, scale first.
                let both = &mut gradient[scale.offset..offset.offset + offset.len];
                let (d_scale, d_offset) = both.split_at_mut(scale.len);
                let dx = input.differentiate.then_some(InputGradient {
                    values: &mut *step.earlier,
                    at,
                    accumulate: input.accumulate,
                });
                let scale = scale.of(parameters);
                layer_norm_backward(x, at, scale, *epsilon, dy, d_scale, d_offset, dx);
            }
            Operation::Append(input, vector) => {
                let whole = Rows {
                    start: 0,
                    stride: 0,
                    width: vector.len,
                };
                let from = step.own(input.view.width, vector.len);
                rows(n, dy, from, vector.of_mut(gradient), whole, Write::Add);
                step.pass(input, dy, step.own(0, input.view.width));
            }
            Operation::Conv {
                input,
                kernel,
                bias,
                activation,
                shape,
            } => {
                activate_backward(*activation, y, dy);
                // Kernel and bias are neighbours in the layout, kernel first.
                let both = &mut gradient[kernel.offset..bias.offset + bias.len];
                let (x, at) = step.read(input);
                for (r, dy) in dy.chunks_exact(slot.width).enumerate() {
                    let row = at.start + r * at.stride..at.start + r * at.stride + at.width;
                    let dx = input.differentiate.then(|| ImageGradient {
                        values: &mut step.earlier[row.clone()],
                        accumulate: input.accumulate,
                    });
                    let kernel = kernel.of(parameters);
                    let scratch = &mut *self.scratch;
                    image::conv_backward(shape, &x[row], kernel, dy, both, dx, scratch);
                }
            }
            Operation::Pool(input, pool) => {
                if !input.differentiate {
                    return;
                }
                let (x, at) = step.read(input);
                let both = y.chunks_exact(slot.width).zip(dy.chunks_exact(slot.width));
                for (r, (y, dy)) in both.enumerate() {
                    let row = at.start + r * at.stride..at.start + r * at.stride + at.width;
                    let dx = &mut step.earlier[row.clone()];
                    if !input.accumulate {
                        dx.fill(0.0);
                    }
                    image::pool_backward(pool, &x[row], y, dy, dx);
                }
            }
            Operation::Delay { .. } | Operation::Cell(_) => unreachable!("see run"),
        }
    }

    /// Adds the gradient of a step to the source's gradient one step before, where there is one
    /// in the same episode and sequence.
    fn delay(&mut self, slot: usize, input: &Input, steps: Range<usize>) {
        let Source::Slot(source) = input.view.source else {
            return;
        };
        let own = self.program.slots[slot];
        let source_slot = self.program.slots[source];
        for row in self.rows(&steps).rev() {
            let begins = self.sequences.begins.get(row) == Some(&true);
            if !input.differentiate || begins || row < self.width {
                continue;
            }
            let before = row - self.width;
            let from = own.range(self.memory_rows, &(row..row + 1));
            let to = source_slot.range(self.memory_rows, &(before..before + 1));
            let to = to.start + input.view.start..to.start + input.view.start + input.view.width;
            let [dy, dx] = self.gradients.get_disjoint_mut([from, to]).expect(DISJOINT);
            for (dx, dy) in dx.iter_mut().zip(dy) {
                *dx += *dy;
            }
        }
    }

    fn cell(&mut self, slot: usize, cell: &Cell, steps: Range<usize>) {
        let (program, memory_rows) = (self.program, self.memory_rows);
        let rows = self.rows(&steps);
        let range = |slot: usize| program.slots[slot].range(memory_rows, &rows);
        let of = |input: &Input| match input.view.source {
            Source::Slot(slot) => range(slot),
            Source::Sensation => 0..0,
        };
        let units = program.slots[slot].width;
        let (gates, before, hidden) = (of(&cell.gates), of(&cell.hidden), range(slot));
        let values = self.values;
        let gradients = &mut *self.gradients;
        // What stands for h U in the gradient: the gates themselves, or a GRU's own slot.
        let (d_inner, accumulate) = match cell.kind {
            CellKind::SimpleRnn => {
                let [d_gates, d_hidden] = gradients
                    .get_disjoint_mut([gates.clone(), hidden.clone()])
                    .expect(DISJOINT);
                cell::simple_rnn_backward(&values[hidden], d_hidden, d_gates);
                (gates, false)
            }
            CellKind::Gru => {
                let inner = range(slot + 1);
                let [d_gates, d_before, d_hidden, d_inner] = gradients
                    .get_disjoint_mut([
                        gates.clone(),
                        before.clone(),
                        hidden.clone(),
                        inner.clone(),
                    ])
                    .expect(DISJOINT);
                cell::gru_backward(
                    &values[gates],
                    &values[inner.clone()],
                    &values[before.clone()],
                    d_hidden,
                    d_gates,
                    d_inner,
                    d_before,
                    units,
                );
                (inner, true)
            }
            CellKind::Lstm => {
                let memory = cell.memory.as_ref().map_or(0..0, of);
                let next = range(slot + 1);
                let [d_gates, d_memory, d_hidden, d_next] = gradients
                    .get_disjoint_mut([gates.clone(), memory.clone(), hidden.clone(), next.clone()])
                    .expect(DISJOINT);
                cell::lstm_backward(
                    &values[gates.clone()],
                    &values[memory],
                    &values[next],
                    d_hidden,
                    d_next,
                    d_gates,
                    d_memory,
                    units,
                );
                (gates, false)
            }
        };
        if steps.start == 0 {
            // The state before the first step is a constant.
            return;
        }
        let [d_inner, d_before] = gradients
            .get_disjoint_mut([d_inner, before])
            .expect(DISJOINT);
        let wide = cell.kind.gates() * units;
        let d = Matrix::new(d_inner, rows.len(), wide, wide);
        let recurrent = Matrix::new(cell.recurrent.of(self.parameters), units, wide, wide);
        product(d_before, units, accumulate, d, recurrent.transposed());
    }

    /// Adds the gradients of parameters that are products over all rows.
    fn products(&mut self, instruction: &Instruction) {
        let rows = 0..self.sequences.steps * self.width;
        let n = rows.len();
        let range = |slot: usize| self.program.slots[slot].range(self.memory_rows, &rows);
        match &instruction.operation {
            Operation::Dense(layer) => {
                let units = self.program.slots[instruction.slot].width;
                let dy = &self.gradients[range(instruction.slot)];
                let values = match layer.input.view.source {
                    Source::Sensation => self.sequences.sensations,
                    Source::Slot(_) => self.values,
                };
                let at = self.program.rows(layer.input.view, self.memory_rows, 0);
                let x = Matrix::new(&values[at.start..], n, at.width, at.stride);
                let d = Matrix::new(dy, n, units, units);
                let dw = layer.kernel.of_mut(self.gradient);
                product(dw, units, true, x.transposed(), d);
                if let Some(mask) = &layer.mask {
                    multiply(dw, mask);
                }
                if let Some(bias) = layer.bias {
                    column_sums(dy, bias.of_mut(self.gradient));
                }
            }
            Operation::Cell(cell) => {
                let Source::Slot(before) = cell.hidden.view.source else {
                    return;
                };
                let inner = match (cell.kind, cell.gates.view.source) {
                    (CellKind::Gru, _) | (_, Source::Sensation) => instruction.slot + 1,
                    (_, Source::Slot(gates)) => gates,
                };
                let units = self.program.slots[instruction.slot].width;
                let wide = cell.kind.gates() * units;
                let d_inner = &self.gradients[range(inner)];
                let h = Matrix::new(&self.values[range(before)], n, units, units);
                let d = Matrix::new(d_inner, n, wide, wide);
                let du = cell.recurrent.of_mut(self.gradient);
                product(du, wide, true, h.transposed(), d);
                if let Some(bias) = cell.recurrent_bias {
                    column_sums(d_inner, bias.of_mut(self.gradient));
                }
            }
            _ => {}
        }
    }
}

/// Takes the gradient through the activation and hands it to the input.
fn dense(step: &mut Step<'_>, layer: &Dense, parameters: &[f32], y: &[f32], dy: &mut [f32]) {
    activate_backward(layer.activation, y, dy);
    if !layer.input.differentiate {
        return;
    }
    let (n, units) = (step.n, step.slot.width);
    let at = step.at(layer.input.view);
    let d = Matrix::new(dy, n, units, units);
    let w = Matrix::new(layer.kernel.of(parameters), at.width, units, units);
    let dx = &mut step.earlier[at.start..];
    product(dx, at.stride, layer.input.accumulate, d, w.transposed());
}

/// The gradient of a product by each factor: dy times the others.
fn factors(step: &mut Step<'_>, inputs: &[Input], dy: &[f32]) {
    for (i, input) in inputs.iter().enumerate() {
        if !input.differentiate {
            continue;
        }
        let to = step.at(input.view);
        for r in 0..step.n {
            for c in 0..to.width {
                let mut d = dy[r * step.slot.width + c];
                for (j, other) in inputs.iter().enumerate() {
                    if i != j {
                        let (x, at) = step.read(other);
                        d *= x[at.start + r * at.stride + c];
                    }
                }
                let to = &mut step.earlier[to.start + r * to.stride + c];
                *to = if input.accumulate { *to + d } else { d };
            }
        }
    }
}
