//! Programs run over a block of elements, without allocation.

use super::compile::{GROUPS, Group, Instruction, LANES, Program, Source};
use super::graph::Op;
use crate::kernels::multiversion::multiversion;
use crate::kernels::scalar::{exp, ln, sigmoid, softplus, tanh};
use crate::special::{digamma, digamma_trigamma, ln_1p, ln_beta, ln_gamma};
use angora_plugin_api::distribution::ExpressionOp as E;
use std::cell::Cell;

/// Gives the memory a program's size and constants.
pub fn prepare(program: &Program, memory: &mut Vec<Group>) {
    if memory.len() < program.len {
        memory.resize(program.len, [0.0; LANES]);
    }
    for (groups, &value) in memory.chunks_exact_mut(GROUPS).zip(&program.constants) {
        groups.fill([value; LANES]);
    }
}

/// Where a component of a group of elements lies.
#[inline(always)]
fn at(source: Source, component: usize, group: usize) -> usize {
    source.start + component * source.component + group
}

/// The groups of a component. What is written is never what is read (`compile`).
#[inline(always)]
fn row(memory: &[Cell<Group>], source: Source, component: usize, groups: usize) -> &[Cell<Group>] {
    let start = at(source, component, 0);
    &memory[start..start + groups]
}

#[inline(always)]
fn checked_ln<const FUSED: bool>(x: f32) -> f32 {
    let y = ln::<FUSED>(x);
    if x >= f32::MIN_POSITIVE { y } else { f32::NAN }
}

#[inline(always)]
fn checked_ln_1p<const FUSED: bool>(x: f32) -> f32 {
    let y = ln_1p::<FUSED>(x);
    if x > -1.0 { y } else { f32::NAN }
}

#[inline(always)]
fn truth(holds: bool) -> f32 {
    if holds { 1.0 } else { 0.0 }
}

/// An index below `width`.
#[inline(always)]
fn index(x: f32, width: usize) -> usize {
    (x as usize).min(width - 1)
}

// Loops over lanes with the expression in them: closures would not be compiled for the level of
// instructions (see `multiversion`).
macro_rules! lanes {
    ($memory:ident, $groups:ident, $i:ident, |$x:ident| $value:expr) => {
        let cells = Cell::from_mut(&mut *$memory).as_slice_of_cells();
        for c in 0..$i.width {
            let a = row(cells, $i.inputs[0], c, $groups);
            for (out, a) in row(cells, $i.out, c, $groups).iter().zip(a) {
                let (a, mut group) = (a.get(), [0.0; LANES]);
                for l in 0..LANES {
                    let $x = a[l];
                    group[l] = $value;
                }
                out.set(group);
            }
        }
    };
    ($memory:ident, $groups:ident, $i:ident, |$x:ident, $y:ident| $value:expr) => {
        let cells = Cell::from_mut(&mut *$memory).as_slice_of_cells();
        for c in 0..$i.width {
            let a = row(cells, $i.inputs[0], c, $groups);
            let b = row(cells, $i.inputs[1], c, $groups);
            for ((out, a), b) in row(cells, $i.out, c, $groups).iter().zip(a).zip(b) {
                let (a, b, mut group) = (a.get(), b.get(), [0.0; LANES]);
                for l in 0..LANES {
                    let ($x, $y) = (a[l], b[l]);
                    group[l] = $value;
                }
                out.set(group);
            }
        }
    };
}

// Over the components of the first operand, one after another; `$sum` begins as `$start`.
macro_rules! fold {
    ($memory:ident, $groups:ident, $i:ident, $start:expr, |$sum:ident, $x:ident| $value:expr) => {
        for g in 0..$groups {
            let mut sums = [$start; LANES];
            for c in 0..$i.read {
                let a = $memory[at($i.inputs[0], c, g)];
                for l in 0..LANES {
                    let ($sum, $x) = (sums[l], a[l]);
                    sums[l] = $value;
                }
            }
            $memory[at($i.out, 0, g)] = sums;
        }
    };
}

multiversion! {
    /// Runs a prepared program over the first so many groups of a block.
    pub fn run<const FUSED: bool>(program: &Program, memory: &mut [Group], groups: usize) {
        let groups = groups.min(GROUPS);
        for i in &program.instructions {
            match i.op {
                Op::Apply(op) => apply::<FUSED>(op, i, memory, groups),
                Op::Trigamma => {
                    lanes!(memory, groups, i, |x| positive(x, digamma_trigamma::<FUSED>(x).1));
                }
                Op::OneHot => one_hot(i, memory, groups),
                Op::Constant(_) | Op::Table(_) | Op::Raw(_) | Op::Action | Op::Draw(_) => {}
            }
        }
    }
}

/// What is defined for positive numbers alone.
#[inline(always)]
fn positive(x: f32, value: f32) -> f32 {
    if x > 0.0 { value } else { f32::NAN }
}

#[inline(always)]
fn apply<const FUSED: bool>(op: E, i: &Instruction, memory: &mut [Group], groups: usize) {
    match op {
        // Tables are constants.
        E::Table => {}
        E::Neg => {
            lanes!(memory, groups, i, |x| -x);
        }
        E::Abs => {
            lanes!(memory, groups, i, |x| x.abs());
        }
        E::Square => {
            lanes!(memory, groups, i, |x| x * x);
        }
        E::Sqrt => {
            lanes!(memory, groups, i, |x| x.sqrt());
        }
        E::Exp => {
            lanes!(memory, groups, i, |x| exp::<FUSED>(x));
        }
        E::Ln => {
            lanes!(memory, groups, i, |x| checked_ln::<FUSED>(x));
        }
        E::Ln1p => {
            lanes!(memory, groups, i, |x| checked_ln_1p::<FUSED>(x));
        }
        E::Tanh => {
            lanes!(memory, groups, i, |x| tanh::<FUSED>(x));
        }
        E::Sigmoid => {
            lanes!(memory, groups, i, |x| sigmoid::<FUSED>(x));
        }
        E::Softplus => {
            lanes!(memory, groups, i, |x| softplus::<FUSED>(x));
        }
        E::Lgamma => {
            lanes!(memory, groups, i, |x| positive(x, ln_gamma::<FUSED>(x)));
        }
        E::Digamma => {
            lanes!(memory, groups, i, |x| positive(x, digamma::<FUSED>(x)));
        }
        E::Add => {
            lanes!(memory, groups, i, |x, y| x + y);
        }
        E::Sub => {
            lanes!(memory, groups, i, |x, y| x - y);
        }
        E::Mul => {
            lanes!(memory, groups, i, |x, y| x * y);
        }
        E::Div => {
            lanes!(memory, groups, i, |x, y| x / y);
        }
        E::Pow => {
            lanes!(memory, groups, i, |x, y| exp::<FUSED>(
                y * checked_ln::<FUSED>(x)
            ));
        }
        // NaN stays NaN, as it does not with f32::min.
        E::Min => {
            lanes!(memory, groups, i, |x, y| if y < x { y } else { x });
        }
        E::Max => {
            lanes!(memory, groups, i, |x, y| if y > x { y } else { x });
        }
        E::LnBeta => {
            lanes!(memory, groups, i, |x, y| positive(
                x.min(y),
                ln_beta::<FUSED>(x, y)
            ));
        }
        E::Less => {
            lanes!(memory, groups, i, |x, y| truth(x < y));
        }
        E::LessEqual => {
            lanes!(memory, groups, i, |x, y| truth(x <= y));
        }
        E::Select => select(i, memory, groups),
        E::Sum => fold!(memory, groups, i, 0.0_f32, |sum, x| sum + x),
        E::Largest => {
            fold!(memory, groups, i, f32::NEG_INFINITY, |sum, x| if x > sum {
                x
            } else {
                sum
            });
        }
        E::LogSumExp => log_sum_exp::<FUSED>(i, memory, groups),
        E::ArgMax => arg_max(i, memory, groups),
        E::CumulativeSum => cumulative_sum(i, memory, groups),
        E::Pick => pick(i, memory, groups),
    }
}

#[inline(always)]
fn select(i: &Instruction, memory: &mut [Group], groups: usize) {
    for c in 0..i.width {
        for g in 0..groups {
            let [a, b, d] = [0, 1, 2].map(|n| memory[at(i.inputs[n], c, g)]);
            let out = &mut memory[at(i.out, c, g)];
            for l in 0..LANES {
                out[l] = if a[l] != 0.0 { b[l] } else { d[l] };
            }
        }
    }
}

#[inline(always)]
fn log_sum_exp<const FUSED: bool>(i: &Instruction, memory: &mut [Group], groups: usize) {
    fold!(
        memory,
        groups,
        i,
        f32::NEG_INFINITY,
        |most, x| if x > most { x } else { most }
    );
    for g in 0..groups {
        let most = memory[at(i.out, 0, g)];
        let mut sums = [0.0_f32; LANES];
        for c in 0..i.read {
            let a = memory[at(i.inputs[0], c, g)];
            for l in 0..LANES {
                sums[l] += exp::<FUSED>(a[l] - most[l]);
            }
        }
        let out = &mut memory[at(i.out, 0, g)];
        for l in 0..LANES {
            out[l] = most[l] + checked_ln::<FUSED>(sums[l]);
        }
    }
}

#[inline(always)]
fn arg_max(i: &Instruction, memory: &mut [Group], groups: usize) {
    for g in 0..groups {
        let mut most = memory[at(i.inputs[0], 0, g)];
        let mut first = [0.0_f32; LANES];
        for c in 1..i.read {
            let a = memory[at(i.inputs[0], c, g)];
            for l in 0..LANES {
                let larger = a[l] > most[l];
                most[l] = if larger { a[l] } else { most[l] };
                first[l] = if larger { c as f32 } else { first[l] };
            }
        }
        memory[at(i.out, 0, g)] = first;
    }
}

#[inline(always)]
fn cumulative_sum(i: &Instruction, memory: &mut [Group], groups: usize) {
    for g in 0..groups {
        let mut sums = [0.0_f32; LANES];
        for c in 0..i.width {
            let a = memory[at(i.inputs[0], c, g)];
            for l in 0..LANES {
                sums[l] += a[l];
            }
            memory[at(i.out, c, g)] = sums;
        }
    }
}

#[inline(always)]
fn pick(i: &Instruction, memory: &mut [Group], groups: usize) {
    for g in 0..groups {
        let chosen = memory[at(i.inputs[1], 0, g)];
        let mut out = [0.0_f32; LANES];
        for l in 0..LANES {
            out[l] = memory[at(i.inputs[0], index(chosen[l], i.read), g)][l];
        }
        memory[at(i.out, 0, g)] = out;
    }
}

#[inline(always)]
fn one_hot(i: &Instruction, memory: &mut [Group], groups: usize) {
    for g in 0..groups {
        let chosen = memory[at(i.inputs[0], 0, g)];
        for c in 0..i.width {
            let out = &mut memory[at(i.out, c, g)];
            for l in 0..LANES {
                out[l] = truth(index(chosen[l], i.width) == c);
            }
        }
    }
}
