//! Running a program backwards.
//!
//! For each slot the gradient has the place that the value has. An operation reads the gradient
//! of its own slot, which by then is complete, and writes or adds to those of its inputs, which
//! come earlier.

use super::Training;
use crate::kernels::elementwise::{Rows, Write, activate_backward, column_sums, multiply, rows};
use crate::kernels::norm::{InputGradient, layer_norm_backward};
use crate::kernels::product::{Matrix, product};
use crate::program::{Dense, Input, Operation, Program, Source};

/// One operation's surroundings.
struct Step<'a> {
    program: &'a Program,
    sensations: &'a [f32],
    /// Values of all slots.
    values: &'a [f32],
    /// Most rows of the memory, and rows in use.
    memory_rows: usize,
    n: usize,
    /// Width of the operation's slot.
    width: usize,
    /// Gradients of the earlier slots.
    earlier: &'a mut [f32],
}

impl<'a> Step<'a> {
    /// What an input reads.
    fn read(&self, input: &Input) -> (&'a [f32], Rows) {
        let values = match input.view.source {
            Source::Sensation => self.sensations,
            Source::Slot(_) => self.values,
        };
        (values, self.program.rows(input.view, self.memory_rows))
    }

    /// Columns of this operation's own gradient.
    fn own(&self, start: usize, width: usize) -> Rows {
        Rows {
            start,
            stride: self.width,
            width,
        }
    }

    /// Hands columns of a gradient shaped as the own one to an input.
    fn pass(&mut self, input: &Input, dy: &[f32], own: Rows) {
        if input.differentiate {
            let at = self.program.rows(input.view, self.memory_rows);
            let write = Write::adding(input.accumulate);
            rows(self.n, dy, own, self.earlier, at, write);
        }
    }
}

/// Adds to `gradient` from the derivatives of policy and value.
pub(super) fn run(
    program: &Program,
    parameters: &[f32],
    sensations: &[f32],
    memory: &mut Training,
    gradient: &mut [f32],
) {
    let (memory_rows, n) = (memory.memory.rows, memory.memory.n);
    if n == 0 {
        return;
    }
    for &slot in &program.cleared {
        let slot = program.slots[slot];
        memory.gradients[memory_rows * slot.before..][..n * slot.width].fill(0.0);
    }
    for (i, operation) in program.operations.iter().enumerate().rev() {
        if !program.differentiable[i] {
            continue;
        }
        let slot = program.slots[i];
        let (earlier, own) = memory.gradients.split_at_mut(memory_rows * slot.before);
        let dy = &mut own[..n * slot.width];
        let y = &memory.memory.values[memory_rows * slot.before..][..n * slot.width];
        let mut step = Step {
            program,
            sensations,
            values: &memory.memory.values,
            memory_rows,
            n,
            width: slot.width,
            earlier,
        };
        match operation {
            Operation::Dense(layer) => dense(&mut step, layer, parameters, gradient, y, dy),
            Operation::Activation(input, kind) => {
                activate_backward(*kind, y, dy);
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
                let d_vector = vector.of_mut(gradient);
                let whole = Rows {
                    start: 0,
                    stride: 0,
                    width: vector.len,
                };
                let from = step.own(input.view.width, vector.len);
                rows(n, dy, from, d_vector, whole, Write::Add);
                step.pass(input, dy, step.own(0, input.view.width));
            }
        }
    }
}

fn dense(
    step: &mut Step<'_>,
    layer: &Dense,
    parameters: &[f32],
    gradient: &mut [f32],
    y: &[f32],
    dy: &mut [f32],
) {
    activate_backward(layer.activation, y, dy);
    let (n, units) = (step.n, step.width);
    let (x, at) = step.read(&layer.input);
    let x = Matrix::new(&x[at.start..], n, at.width, at.stride);
    let dy = &*dy;
    let d = Matrix::new(dy, n, units, units);
    let dw = layer.kernel.of_mut(gradient);
    product(dw, units, true, x.transposed(), d);
    if let Some(mask) = &layer.mask {
        multiply(dw, mask);
    }
    if let Some(bias) = layer.bias {
        column_sums(dy, bias.of_mut(gradient));
    }
    if layer.input.differentiate {
        let w = Matrix::new(layer.kernel.of(parameters), at.width, units, units);
        let dx = &mut step.earlier[at.start..];
        product(dx, at.stride, layer.input.accumulate, d, w.transposed());
    }
}

/// The gradient of a product by each factor: dy times the others.
fn factors(step: &mut Step<'_>, inputs: &[Input], dy: &[f32]) {
    for (i, input) in inputs.iter().enumerate() {
        if !input.differentiate {
            continue;
        }
        let to = step.program.rows(input.view, step.memory_rows);
        for r in 0..step.n {
            for c in 0..to.width {
                let mut d = dy[r * step.width + c];
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
