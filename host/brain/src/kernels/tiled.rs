//! Products of small matrices without packing and without allocation.
//!
//! The gemm crate packs its operands into memory that it allocates at each call. For the layers
//! of small brains that costs as much as the product; these kernels read the operands where they
//! are, because they lie in the first two caches anyway.

use super::affine::Start;
use super::multiversion::{fma, multiversion};
use super::product::Matrix;

/// Side of the block of a transposed right operand that is copied onto the stack.
const BLOCK: usize = 64;

/// `to = start + a b` where each row of b is contiguous, or each column (b is a transpose).
/// `to` is `[a rows, b columns]` with rows `stride` apart. Returns whether it could.
///
/// # Panics
/// If a matrix lies outside its slice.
pub fn try_product(
    to: &mut [f32],
    stride: usize,
    start: Start<'_>,
    a: Matrix<'_>,
    b: Matrix<'_>,
) -> bool {
    if b.strides[1] == 1 {
        if a.strides[1] == 1 {
            by_rows(to, stride, start, a, b.values, b.strides[0], b.shape[1]);
            return true;
        }
        if a.strides[0] == 1 {
            by_columns(to, stride, start, a, b.values, b.strides[0], b.shape[1]);
            return true;
        }
    }
    if b.strides[0] == 1 && a.strides[1] == 1 {
        with_transposed(to, stride, start, a, b);
        return true;
    }
    false
}

/// b is a transpose: its blocks are copied with contiguous rows first.
fn with_transposed(to: &mut [f32], stride: usize, start: Start<'_>, a: Matrix<'_>, b: Matrix<'_>) {
    let [inner, columns] = b.shape;
    let mut block = [0.0_f32; BLOCK * BLOCK];
    for column in (0..columns).step_by(BLOCK) {
        let width = BLOCK.min(columns - column);
        for k in (0..inner).step_by(BLOCK) {
            let depth = BLOCK.min(inner - k);
            transpose(b, k, depth, column, width, &mut block);
            let part = Matrix {
                values: &a.values[k..],
                shape: [a.shape[0], depth],
                strides: a.strides,
            };
            let start = match start {
                _ if k > 0 => Start::Present,
                Start::Bias(bias) => Start::Bias(&bias[column..]),
                start => start,
            };
            by_rows(&mut to[column..], stride, start, part, &block, BLOCK, width);
        }
    }
}

/// `block[i][j] = b[k + i][column + j]`, rows of the block [`BLOCK`] apart.
fn transpose(
    b: Matrix<'_>,
    k: usize,
    depth: usize,
    column: usize,
    width: usize,
    block: &mut [f32; BLOCK * BLOCK],
) {
    for j in 0..width {
        let from = &b.values[(column + j) * b.strides[1] + k..][..depth];
        for (i, value) in from.iter().enumerate() {
            block[i * BLOCK + j] = *value;
        }
    }
}

multiversion! {
    /// Rows of a are contiguous.
    fn by_rows<const FUSED: bool>(
        to: &mut [f32],
        stride: usize,
        start: Start<'_>,
        a: Matrix<'_>,
        b: &[f32],
        b_stride: usize,
        columns: usize,
    ) {
        let [n, inner] = a.shape;
        let mut row = 0;
        while row + 4 <= n {
            let rows = [0, 1, 2, 3].map(|r| &a.values[(row + r) * a.strides[0]..][..inner]);
            band::<FUSED, 4>(&mut to[row * stride..], stride, start, rows, b, b_stride, columns);
            row += 4;
        }
        while row < n {
            let rows = [&a.values[row * a.strides[0]..][..inner]];
            band::<FUSED, 1>(&mut to[row * stride..], stride, start, rows, b, b_stride, columns);
            row += 1;
        }
    }
}

multiversion! {
    /// Columns of a are contiguous.
    fn by_columns<const FUSED: bool>(
        to: &mut [f32],
        stride: usize,
        start: Start<'_>,
        a: Matrix<'_>,
        b: &[f32],
        b_stride: usize,
        columns: usize,
    ) {
        let [n, inner] = a.shape;
        let mut row = 0;
        while row + 4 <= n {
            let to = &mut to[row * stride..];
            column_band::<FUSED, 4>(to, stride, start, &a.values[row..], a.strides[1], inner, b, b_stride, columns);
            row += 4;
        }
        while row < n {
            let to = &mut to[row * stride..];
            column_band::<FUSED, 1>(to, stride, start, &a.values[row..], a.strides[1], inner, b, b_stride, columns);
            row += 1;
        }
    }
}

/// Calls a tile function for tiles as wide as fit.
macro_rules! tiles {
    ($columns:expr, $column:ident, $call:ident::<$fused:ident, $rows:ident>($($argument:expr),*)) => {
        tiles!(@ [32, 16, 8, 4, 2, 1] $columns, $column, $call, $fused, $rows, ($($argument),*))
    };
    (@ [$($width:literal),*] $columns:expr, $column:ident, $call:ident, $fused:ident, $rows:ident, $arguments:tt) => {
        let mut $column = 0;
        $(while $columns - $column >= $width {
            tiles!(@call $call, $fused, $rows, $width, $column, $arguments);
            $column += $width;
        })*
    };
    (@call $call:ident, $fused:ident, $rows:ident, $width:literal, $column:ident, ($($argument:expr),*)) => {
        $call::<$fused, $rows, $width>($($argument),*, $column)
    };
}

#[inline(always)]
fn band<const FUSED: bool, const R: usize>(
    to: &mut [f32],
    stride: usize,
    start: Start<'_>,
    a: [&[f32]; R],
    b: &[f32],
    b_stride: usize,
    columns: usize,
) {
    tiles!(
        columns,
        column,
        row_tile::<FUSED, R>(to, stride, start, a, b, b_stride)
    );
}

/// R rows of a, W columns of b from `column`: R W sums that stay in registers.
#[inline(always)]
fn row_tile<const FUSED: bool, const R: usize, const W: usize>(
    to: &mut [f32],
    stride: usize,
    start: Start<'_>,
    a: [&[f32]; R],
    b: &[f32],
    b_stride: usize,
    column: usize,
) {
    let mut sums = load::<R, W>(to, stride, start, column);
    for k in 0..a[0].len() {
        let weights = &b[k * b_stride + column..][..W];
        for (sum, a) in sums.iter_mut().zip(a) {
            let x = a[k];
            for (sum, &weight) in sum.iter_mut().zip(weights) {
                *sum = fma::<FUSED>(x, weight, *sum);
            }
        }
    }
    store(to, stride, &sums, column);
}

#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "a tile has this many bounds")]
fn column_band<const FUSED: bool, const R: usize>(
    to: &mut [f32],
    stride: usize,
    start: Start<'_>,
    a: &[f32],
    a_stride: usize,
    inner: usize,
    b: &[f32],
    b_stride: usize,
    columns: usize,
) {
    tiles!(
        columns,
        column,
        column_tile::<FUSED, R>(to, stride, start, a, a_stride, inner, b, b_stride)
    );
}

/// As [`row_tile`], where the R values of a for one k lie side by side.
#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "a tile has this many bounds")]
fn column_tile<const FUSED: bool, const R: usize, const W: usize>(
    to: &mut [f32],
    stride: usize,
    start: Start<'_>,
    a: &[f32],
    a_stride: usize,
    inner: usize,
    b: &[f32],
    b_stride: usize,
    column: usize,
) {
    let mut sums = load::<R, W>(to, stride, start, column);
    for k in 0..inner {
        let weights = &b[k * b_stride + column..][..W];
        let values = &a[k * a_stride..][..R];
        for (sum, &x) in sums.iter_mut().zip(values) {
            for (sum, &weight) in sum.iter_mut().zip(weights) {
                *sum = fma::<FUSED>(x, weight, *sum);
            }
        }
    }
    store(to, stride, &sums, column);
}

#[inline(always)]
fn load<const R: usize, const W: usize>(
    to: &[f32],
    stride: usize,
    start: Start<'_>,
    column: usize,
) -> [[f32; W]; R] {
    let mut sums = [[0.0_f32; W]; R];
    for (r, sum) in sums.iter_mut().enumerate() {
        match start {
            Start::Zero => {}
            Start::Bias(bias) => sum.copy_from_slice(&bias[column..][..W]),
            Start::Present => sum.copy_from_slice(&to[r * stride + column..][..W]),
        }
    }
    sums
}

#[inline(always)]
fn store<const R: usize, const W: usize>(
    to: &mut [f32],
    stride: usize,
    sums: &[[f32; W]; R],
    column: usize,
) {
    for (r, sum) in sums.iter().enumerate() {
        to[r * stride + column..][..W].copy_from_slice(sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every form against the sum in f64.
    #[test]
    fn products_are_the_sums() {
        let value = |i: usize| ((i * 2_654_435_761) % 1000) as f32 / 500.0 - 1.0;
        for (m, k, n) in [
            (1, 1, 1),
            (4, 17, 64),
            (7, 70, 12),
            (33, 64, 65),
            (32, 64, 6),
            (9, 20, 3),
            (6, 9, 27),
            (5, 130, 70),
        ] {
            let a: Vec<f32> = (0..m * k).map(value).collect();
            let b: Vec<f32> = (0..k * n).map(|i| value(i + 31)).collect();
            let across = |values: &[f32], rows: usize, columns: usize| -> Vec<f32> {
                (0..rows * columns)
                    .map(|i| values[(i % rows) * columns + i / rows])
                    .collect()
            };
            let (at, bt) = (across(&a, m, k), across(&b, k, n));
            let forms = [
                (Matrix::new(&a, m, k, k), Matrix::new(&b, k, n, n)),
                (
                    Matrix::new(&at, k, m, m).transposed(),
                    Matrix::new(&b, k, n, n),
                ),
                (
                    Matrix::new(&a, m, k, k),
                    Matrix::new(&bt, n, k, k).transposed(),
                ),
            ];
            for (left, right) in forms {
                let bias: Vec<f32> = (0..n).map(|i| value(i + 7)).collect();
                for start in [Start::Zero, Start::Present, Start::Bias(&bias)] {
                    let stride = n + 3;
                    let mut to = vec![0.5_f32; m * stride];
                    assert!(try_product(&mut to, stride, start, left, right));
                    for i in 0..m {
                        for j in 0..n {
                            let start = match start {
                                Start::Zero => 0.0,
                                Start::Present => 0.5,
                                Start::Bias(bias) => f64::from(bias[j]),
                            };
                            let exact: f64 = (0..k)
                                .map(|p| f64::from(a[i * k + p]) * f64::from(b[p * n + j]))
                                .sum::<f64>()
                                + start;
                            let found = f64::from(to[i * stride + j]);
                            assert!((found - exact).abs() < 1e-4, "{m} {k} {n}: {found} {exact}");
                        }
                        assert_eq!(to[i * stride + n..(i + 1) * stride], [0.5; 3]);
                    }
                }
            }
        }
    }
}
