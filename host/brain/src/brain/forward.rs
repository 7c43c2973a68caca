//! Running a program forwards.

use super::Memory;
use crate::kernels::affine::affine;
use crate::kernels::elementwise::{Rows, Write, activate, rows};
use crate::kernels::norm::layer_norm;
use crate::kernels::product::affine_product;
use crate::program::{Input, Operation, Program, Source};

/// How x W + b is computed.
pub(super) trait Mode {
    /// Writes `y` `[n, units]` from the rows `at` of `x`.
    fn affine(x: &[f32], at: Rows, w: &[f32], bias: &[f32], y: &mut [f32]);
}

/// Row by row, the same bits in every batch.
pub(super) struct Acting;

/// As one matrix product.
pub(super) struct Training;

impl Mode for Acting {
    fn affine(x: &[f32], at: Rows, w: &[f32], bias: &[f32], y: &mut [f32]) {
        affine(&x[at.start..], at.stride, at.width, w, bias, y);
    }
}

impl Mode for Training {
    fn affine(x: &[f32], at: Rows, w: &[f32], bias: &[f32], y: &mut [f32]) {
        affine_product(x, at, w, bias, y);
    }
}

/// Computes every slot for the memory's `n` rows.
pub(super) fn run<M: Mode>(
    program: &Program,
    parameters: &[f32],
    sensations: &[f32],
    memory: &mut Memory,
) {
    let n = memory.n;
    if n == 0 {
        return;
    }
    for (operation, slot) in program.operations.iter().zip(&program.slots) {
        let (done, rest) = memory.values.split_at_mut(memory.rows * slot.before);
        let y = &mut rest[..n * slot.width];
        let read = |input: &Input| -> (&[f32], Rows) {
            let values = match input.view.source {
                Source::Sensation => sensations,
                Source::Slot(_) => &*done,
            };
            (values, program.rows(input.view, memory.rows))
        };
        let whole = |start: usize, width: usize| Rows {
            start,
            stride: slot.width,
            width,
        };
        match operation {
            Operation::Dense(dense) => {
                let (x, at) = read(&dense.input);
                let bias = dense.bias.map_or(&[][..], |bias| bias.of(parameters));
                M::affine(x, at, dense.kernel.of(parameters), bias, y);
                activate(dense.activation, y);
            }
            Operation::Activation(input, kind) => {
                let (x, at) = read(input);
                rows(n, x, at, y, whole(0, at.width), Write::Set);
                activate(*kind, y);
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
                let vector = vector.of(parameters);
                rows(
                    n,
                    vector,
                    appended,
                    y,
                    whole(at.width, appended.width),
                    Write::Set,
                );
            }
        }
    }
}
