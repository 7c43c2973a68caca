//! y = x W + b for acting: each row by itself, whatever else is in the batch.

use super::multiversion::{fma, multiversion};
use super::panel::{PANEL, Strided, add_panel};

/// What a sum starts from.
#[derive(Debug, Clone, Copy)]
pub enum Start<'a> {
    /// Zero.
    Zero,
    /// One value per column.
    Bias(&'a [f32]),
    /// What `y` holds.
    Present,
}

impl<'a> Start<'a> {
    /// From what `y` holds, or from zero.
    #[must_use]
    pub fn present(accumulate: bool) -> Self {
        if accumulate {
            Self::Present
        } else {
            Self::Zero
        }
    }

    /// From a bias, or from zero where there is none.
    #[must_use]
    pub fn bias(bias: Option<&'a [f32]>) -> Self {
        bias.map_or(Self::Zero, Self::Bias)
    }
}

/// Rows of W that are taken at once: with [`TILE`] columns they fit the first cache.
const DEPTH: usize = 256;

/// Columns of W that are taken at once.
const TILE: usize = PANEL;

/// From so many rows on, a block of a wide W is copied before it is used: its rows lie far apart,
/// which the first cache does not like, and the copy is then little beside the product.
const COPIED_FROM: usize = 16;

multiversion! {
    /// `y[r][c] = start + sum over k of x[r][k] w[k][c]`, k in ascending order, one multiply-add
    /// each.
    ///
    /// Row r of x is the `inputs` values from `r * stride`; `w` is `[inputs, units]` row major;
    /// `y` is `[n, units]`. Blocking changes which elements are computed together, never the
    /// operations of one.
    ///
    /// # Panics
    /// If a slice is too short.
    pub fn affine<const FUSED: bool>(
        x: &[f32],
        stride: usize,
        inputs: usize,
        w: &[f32],
        start: Start<'_>,
        y: &mut [f32],
    ) {
        let units = w.len() / inputs;
        let n = y.len() / units;
        let mut column = 0;
        macro_rules! tiles {
            ($($width:expr),*) => {$(
                while units - column >= $width {
                    columns::<FUSED, { $width }>(x, stride, inputs, w, start, y, n, column);
                    column += $width;
                }
            )*};
        }
        tiles!(TILE, 16, 8, 4, 1);
    }
}

/// W columns from `column`, all rows.
#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "a tile has this many bounds")]
fn columns<const FUSED: bool, const W: usize>(
    x: &[f32],
    stride: usize,
    inputs: usize,
    w: &[f32],
    start: Start<'_>,
    y: &mut [f32],
    n: usize,
    column: usize,
) {
    let units = w.len() / inputs;
    let copied = W == TILE && n >= COPIED_FROM && units > 4 * TILE;
    let mut copy = [0.0_f32; DEPTH * TILE];
    for k in (0..inputs).step_by(DEPTH) {
        let depth = DEPTH.min(inputs - k);
        let start = if k == 0 { start } else { Start::Present };
        let rows = &w[k * units..(k + depth) * units];
        let (block, block_stride, first) = if copied {
            for (to, from) in copy.chunks_exact_mut(W).zip(rows.chunks_exact(units)) {
                to.copy_from_slice(&from[column..column + W]);
            }
            let block = &copy[..depth * W];
            begin(start, y, units, column, W);
            let x = Strided {
                values: &x[k..],
                stride,
            };
            if add_panel(n, x, block, &mut y[column..], units) {
                continue;
            }
            (block, W, 0)
        } else {
            (rows, units, column)
        };
        let start = if copied { Start::Present } else { start };
        let mut row = 0;
        while row + 4 <= n {
            let x = [0, 1, 2, 3].map(|r| &x[(row + r) * stride + k..][..depth]);
            let y = &mut y[row * units..][..4 * units];
            tile::<FUSED, 4, W>(x, block, block_stride, first, start, y, column);
            row += 4;
        }
        while row < n {
            let x = [&x[row * stride + k..][..depth]];
            let y = &mut y[row * units..][..units];
            tile::<FUSED, 1, W>(x, block, block_stride, first, start, y, column);
            row += 1;
        }
    }
}

/// Writes what the sums of some columns start from.
#[inline(always)]
fn begin(start: Start<'_>, y: &mut [f32], units: usize, column: usize, width: usize) {
    for y in y.chunks_exact_mut(units) {
        let y = &mut y[column..column + width];
        match start {
            Start::Zero => y.fill(0.0),
            Start::Bias(bias) => y.copy_from_slice(&bias[column..column + width]),
            Start::Present => {}
        }
    }
}

/// R rows, W columns: R W sums that stay in registers (4 by 32 is 8 of AVX-512's 32; wider tiles
/// measured slower). The weights are the columns from `first` of rows `stride` apart.
#[inline(always)]
fn tile<const FUSED: bool, const R: usize, const W: usize>(
    x: [&[f32]; R],
    weights: &[f32],
    stride: usize,
    first: usize,
    start: Start<'_>,
    y: &mut [f32],
    column: usize,
) {
    let units = y.len() / R;
    let mut sums = [[0.0_f32; W]; R];
    match start {
        Start::Zero => {}
        Start::Bias(bias) => {
            for sum in &mut sums {
                sum.copy_from_slice(&bias[column..column + W]);
            }
        }
        Start::Present => {
            for (r, sum) in sums.iter_mut().enumerate() {
                sum.copy_from_slice(&y[r * units + column..][..W]);
            }
        }
    }
    for (k, weights) in weights.chunks_exact(stride).enumerate() {
        let weights = &weights[first..first + W];
        for (sum, x) in sums.iter_mut().zip(x) {
            let x = x[k];
            for (sum, &weight) in sum.iter_mut().zip(weights) {
                *sum = fma::<FUSED>(x, weight, *sum);
            }
        }
    }
    for (r, sum) in sums.iter().enumerate() {
        y[r * units + column..][..W].copy_from_slice(sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn affine_is_the_sum_and_does_not_depend_on_the_batch() {
        for (inputs, stride) in [(9, 11), (600, 600)] {
            for units in [1, 3, 4, 12, 17, 64, 117, 200] {
                let value = |i: usize| ((i * 2_654_435_761) % 1000) as f32 / 500.0 - 1.0;
                let x: Vec<f32> = (0..70 * stride).map(value).collect();
                let w: Vec<f32> = (0..inputs * units).map(|i| value(i + 5)).collect();
                let b: Vec<f32> = (0..units).map(|i| value(i + 77)).collect();
                let mut all = vec![0.0; 64 * units];
                affine(&x, stride, inputs, &w, Start::Bias(&b), &mut all);
                for (i, &found) in all.iter().enumerate() {
                    let (r, c) = (i / units, i % units);
                    let exact: f64 = (0..inputs)
                        .map(|k| f64::from(x[r * stride + k]) * f64::from(w[k * units + c]))
                        .sum::<f64>()
                        + f64::from(b[c]);
                    assert!((f64::from(found) - exact).abs() < 1e-6 * inputs as f64);
                }
                for n in [1, 2, 3, 5, 7, 8] {
                    let mut few = vec![0.0; n * units];
                    affine(&x[stride..], stride, inputs, &w, Start::Bias(&b), &mut few);
                    assert_eq!(few, all[units..][..n * units], "{units} units, {n} rows");
                }
            }
        }
    }
}
