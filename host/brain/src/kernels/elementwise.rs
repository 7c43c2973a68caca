//! Elementwise operations, copies and column sums.

use super::multiversion::multiversion;
use super::scalar;
use angora_plugin_api::brain::ActivationKind;

multiversion! {
    /// y = f(y).
    pub fn activate<const FUSED: bool>(kind: ActivationKind, y: &mut [f32]) {
        macro_rules! each {
            ($($kind:ident),*) => {
                match kind {
                    ActivationKind::Linear => {}
                    $(ActivationKind::$kind => for y in y {
                        *y = scalar::activate::<FUSED>(ActivationKind::$kind, *y);
                    })*
                }
            };
        }
        each!(Tanh, Relu, Sigmoid, Softplus, Elu);
    }
}

multiversion! {
    /// d = d f'(x), from y = f(x).
    pub fn activate_backward<const FUSED: bool>(kind: ActivationKind, y: &[f32], d: &mut [f32]) {
        macro_rules! each {
            ($($kind:ident),*) => {
                match kind {
                    ActivationKind::Linear => {}
                    $(ActivationKind::$kind => for (d, &y) in d.iter_mut().zip(y) {
                        *d *= scalar::slope::<FUSED>(ActivationKind::$kind, y);
                    })*
                }
            };
        }
        each!(Tanh, Relu, Sigmoid, Softplus, Elu);
    }
}

multiversion! {
    /// Adds the sum of each column of `d` `[n, sum.len()]` to `sum`.
    pub fn column_sums<const FUSED: bool>(d: &[f32], sum: &mut [f32]) {
        for row in d.chunks_exact(sum.len()) {
            for (sum, d) in sum.iter_mut().zip(row) {
                *sum += d;
            }
        }
    }
}

multiversion! {
    /// x = x y.
    pub fn multiply<const FUSED: bool>(x: &mut [f32], y: &[f32]) {
        for (x, y) in x.iter_mut().zip(y) {
            *x *= y;
        }
    }
}

multiversion! {
    /// x = factor x.
    pub fn scale<const FUSED: bool>(factor: f32, x: &mut [f32]) {
        for x in x {
            *x *= factor;
        }
    }
}

/// What happens to the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// It is overwritten.
    Set,
    /// The source is added.
    Add,
    /// It is multiplied by the source.
    Multiply,
}

impl Write {
    /// [`Write::Add`] if so, [`Write::Set`] else.
    #[must_use]
    pub fn adding(accumulate: bool) -> Self {
        if accumulate { Self::Add } else { Self::Set }
    }
}

/// Rows of a matrix within a slice: row r is the `width` values from `start + r * stride`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rows {
    /// First value of row 0.
    pub start: usize,
    /// Values from one row to the next.
    pub stride: usize,
    /// Values of a row.
    pub width: usize,
}

multiversion! {
    /// Copies, adds or multiplies n rows of `from` into n rows of `to` of the same width.
    ///
    /// # Panics
    /// If a row lies outside its slice.
    pub fn rows<const FUSED: bool>(
        n: usize, from: &[f32], a: Rows, to: &mut [f32], b: Rows, write: Write
    ) {
        for r in 0..n {
            let from = &from[a.start + r * a.stride..][..a.width];
            let to = &mut to[b.start + r * b.stride..][..a.width];
            match write {
                Write::Set => to.copy_from_slice(from),
                Write::Add => for (to, from) in to.iter_mut().zip(from) { *to += from; },
                Write::Multiply => for (to, from) in to.iter_mut().zip(from) { *to *= from; },
            }
        }
    }
}
