//! A built-in cell over all steps of its sequences, on slices.
//!
//! Matrices are packed and step-major: row `t B + b` is step t of sequence b.

use crate::kernels::affine::Start;
use crate::kernels::cell;
use crate::kernels::elementwise::{Rows, column_sums};
use crate::kernels::product::{Matrix, affine_product, product};
use crate::program::CellKind;
use std::ops::Range;
use std::sync::Arc;

/// Which cell runs, and over what.
#[derive(Debug, Clone)]
pub struct Run {
    kind: CellKind,
    /// H.
    units: usize,
    /// C.
    steps: usize,
    /// Whether an episode begins `[C B]`; empty where none does.
    begins: Arc<[bool]>,
}

/// What the forward pass writes.
pub struct Trace<'a> {
    /// From x W + b to the gates `[C B, G H]`.
    pub gates: &'a mut [f32],
    /// The h that each step meets `[C B, H]`.
    pub before: &'a mut [f32],
    /// The h that it leaves `[C B, H]`.
    pub hidden: &'a mut [f32],
    /// The c that each step of an LSTM meets `[C B, H]`; empty for others.
    pub memory: &'a mut [f32],
    /// The c that it leaves `[C B, H]`; h U + b of a GRU `[C B, 3 H]`.
    pub second: &'a mut [f32],
}

/// The same, to be read.
pub struct Traced<'a> {
    pub gates: &'a [f32],
    pub before: &'a [f32],
    pub hidden: &'a [f32],
    pub memory: &'a [f32],
    pub second: &'a [f32],
}

/// Gradients of a cell.
pub struct Derivatives<'a> {
    /// By x W + b `[C B, G H]`.
    pub gates: &'a mut [f32],
    /// By h U + b of a GRU `[C B, 3 H]`; empty for others, whose gates' it is.
    pub inner: &'a mut [f32],
    /// By U `[H, G H]`.
    pub recurrent: &'a mut [f32],
    /// By the recurrent bias of a GRU `[3 H]`; empty for others.
    pub bias: &'a mut [f32],
}

impl Run {
    pub fn new(kind: CellKind, units: usize, steps: usize, begins: Arc<[bool]>) -> Self {
        Self {
            kind,
            units,
            steps,
            begins,
        }
    }

    /// H.
    pub fn units(&self) -> usize {
        self.units
    }

    /// G H.
    pub fn wide(&self) -> usize {
        self.kind.gates() * self.units
    }

    /// C.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Columns of [`Trace::memory`] and [`Trace::second`].
    pub fn second_widths(&self) -> [usize; 2] {
        let second = self.kind.second_width() * self.units;
        match self.kind {
            CellKind::Lstm => [self.units, second],
            _ => [0, second],
        }
    }

    /// Whether h U has a bias of its own, hence a gradient of its own.
    pub fn has_inner(&self) -> bool {
        self.kind == CellKind::Gru
    }

    /// Columns of the recurrent state: h, and behind it c of an LSTM.
    pub fn state_width(&self) -> usize {
        self.units + self.second_widths()[0]
    }

    fn begins(&self, row: usize) -> bool {
        self.begins.get(row) == Some(&true)
    }

    /// All steps, from the states before the first `[B, H]`, or `[B, 2 H]` of an LSTM.
    pub fn forward(&self, recurrent: &[f32], bias: &[f32], states: &[f32], trace: &mut Trace<'_>) {
        let width = trace.hidden.len() / self.units / self.steps;
        let at = Rows {
            start: 0,
            stride: self.units,
            width: self.units,
        };
        for t in 0..self.steps {
            let rows = t * width..(t + 1) * width;
            self.delay(states, 0, trace.hidden, trace.before, &rows);
            let narrow = scaled(&rows, self.units);
            let gates = &mut trace.gates[scaled(&rows, self.wide())];
            let before = &trace.before[narrow.clone()];
            match self.kind {
                CellKind::SimpleRnn => {
                    affine_product(before, at, recurrent, Start::Present, gates);
                    cell::simple_rnn(gates, &mut trace.hidden[narrow]);
                }
                CellKind::Gru => {
                    let inner = &mut trace.second[scaled(&rows, self.wide())];
                    affine_product(before, at, recurrent, Start::Bias(bias), inner);
                    let hidden = &mut trace.hidden[narrow];
                    cell::gru(gates, inner, before, hidden, self.units);
                }
                CellKind::Lstm => {
                    self.delay(states, self.units, trace.second, trace.memory, &rows);
                    affine_product(before, at, recurrent, Start::Present, gates);
                    let memory = &trace.memory[narrow.clone()];
                    let next = &mut trace.second[narrow.clone()];
                    cell::lstm(gates, memory, next, &mut trace.hidden[narrow], self.units);
                }
            }
        }
    }

    /// Writes what a step meets: what the step before has left, or columns of the states.
    fn delay(
        &self,
        states: &[f32],
        column: usize,
        left: &[f32],
        met: &mut [f32],
        rows: &Range<usize>,
    ) {
        let (units, stride) = (self.units, self.state_width());
        for row in rows.clone() {
            let met = &mut met[row * units..(row + 1) * units];
            if self.begins(row) {
                met.fill(0.0);
            } else if rows.start == 0 {
                met.copy_from_slice(&states[row * stride + column..][..units]);
            } else {
                met.copy_from_slice(&left[(row - rows.len()) * units..][..units]);
            }
        }
    }

    /// Copies out the states after the last step.
    pub fn left(&self, trace: &Trace<'_>, states: &mut [f32]) {
        let (units, stride) = (self.units, self.state_width());
        let width = states.len() / stride;
        let last = (self.steps - 1) * width;
        for (b, state) in states.chunks_exact_mut(stride).enumerate() {
            let row = (last + b) * units..(last + b + 1) * units;
            state[..units].copy_from_slice(&trace.hidden[row.clone()]);
            if self.kind == CellKind::Lstm {
                state[units..].copy_from_slice(&trace.second[row]);
            }
        }
    }

    /// Gradients from that by h `[C B, H]`; the states before the first step are constants.
    pub fn backward(&self, recurrent: &[f32], trace: &Traced<'_>, dy: &[f32], d: Derivatives<'_>) {
        let (units, wide) = (self.units, self.wide());
        let n = dy.len() / units;
        let width = n / self.steps;
        let u = Matrix::new(recurrent, units, wide, wide);
        // By what a step leaves and by what it meets; c first, which only an LSTM has.
        let mut d_memory = vec![0.0; self.second_widths()[0] * width];
        let mut d_hidden = vec![0.0; units * width];
        let (mut d_memory_before, mut d_before) = (d_memory.clone(), d_hidden.clone());
        for t in (0..self.steps).rev() {
            let rows = t * width..(t + 1) * width;
            let (narrow, broad) = (scaled(&rows, units), scaled(&rows, wide));
            for (sum, dy) in d_hidden.iter_mut().zip(&dy[narrow.clone()]) {
                *sum += dy;
            }
            let (gates, before) = (&trace.gates[broad.clone()], &trace.before[narrow.clone()]);
            let d_gates = &mut d.gates[broad.clone()];
            match self.kind {
                CellKind::SimpleRnn => {
                    cell::simple_rnn_backward(&trace.hidden[narrow], &d_hidden, d_gates);
                }
                CellKind::Gru => cell::gru_backward(
                    gates,
                    &trace.second[broad.clone()],
                    before,
                    &d_hidden,
                    d_gates,
                    &mut d.inner[broad.clone()],
                    &mut d_before,
                    units,
                ),
                CellKind::Lstm => cell::lstm_backward(
                    gates,
                    &trace.memory[narrow.clone()],
                    &trace.second[narrow],
                    &d_hidden,
                    &d_memory,
                    d_gates,
                    &mut d_memory_before,
                    units,
                ),
            }
            if t == 0 {
                break;
            }
            let d_inner = match self.has_inner() {
                true => &d.inner[broad],
                false => &d.gates[broad],
            };
            let d_inner = Matrix::new(d_inner, width, wide, wide);
            let accumulate = self.has_inner();
            product(&mut d_before, units, accumulate, d_inner, u.transposed());
            for (row, b) in rows.zip(0..) {
                if self.begins(row) {
                    for part in [&mut d_before, &mut d_memory_before] {
                        part.chunks_exact_mut(units)
                            .skip(b)
                            .take(1)
                            .for_each(|row| row.fill(0.0));
                    }
                }
            }
            std::mem::swap(&mut d_hidden, &mut d_before);
            std::mem::swap(&mut d_memory, &mut d_memory_before);
        }
        let d_inner = match self.has_inner() {
            true => &*d.inner,
            false => &*d.gates,
        };
        let before = Matrix::new(trace.before, n, units, units);
        let products = Matrix::new(d_inner, n, wide, wide);
        product(d.recurrent, wide, false, before.transposed(), products);
        if self.has_inner() {
            d.bias.fill(0.0);
            column_sums(d_inner, d.bias);
        }
    }
}

/// A range of rows as one of values.
fn scaled(rows: &Range<usize>, width: usize) -> Range<usize> {
    rows.start * width..rows.end * width
}
