//! Matrix products: small ones by our own tiles, large ones by the gemm crate, with bounds checked
//! here.
#![allow(
    unsafe_code,
    reason = "gemm takes raw pointers and strides; this is the only place that calls it"
)]

use super::affine::{Start, affine};
use super::elementwise::Rows;
use super::tiled;

/// A matrix within a slice; element (i, j) is at `start + i * row_stride + j * column_stride`.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    /// Where it lies.
    pub values: &'a [f32],
    /// Rows and columns.
    pub shape: [usize; 2],
    /// Distance of two rows and of two columns.
    pub strides: [usize; 2],
}

impl<'a> Matrix<'a> {
    /// Row major, with rows `stride` apart.
    #[must_use]
    pub fn new(values: &'a [f32], rows: usize, columns: usize, stride: usize) -> Self {
        Self {
            values,
            shape: [rows, columns],
            strides: [stride, 1],
        }
    }

    /// The transpose, without moving anything.
    #[must_use]
    pub fn transposed(self) -> Self {
        Self {
            values: self.values,
            shape: [self.shape[1], self.shape[0]],
            strides: [self.strides[1], self.strides[0]],
        }
    }
}

/// Right operands up to this many values (256 KiB) stay in the second cache; measured crossover
/// with gemm on an AVX-512 machine.
const SMALL: usize = 1 << 16;

/// Up to so many rows and columns a gradient of weights is summed without allocation over any
/// number of rows, piece by piece. Gemm, which allocates, is 1.1 to 1.8 times as quick at it
/// (measured on an AVX-512 machine) and takes over where the product is most of the work.
const NARROW: usize = 256;

/// Number of values from the first to the last element of a matrix that is not empty.
fn extent(shape: [usize; 2], strides: [usize; 2]) -> usize {
    (shape[0] - 1) * strides[0] + (shape[1] - 1) * strides[1] + 1
}

/// `to = a b`, or `to += a b`; `to` is `[a rows, b columns]` with rows `stride` apart.
///
/// On the calling thread. A right operand of up to [`SMALL`] values is multiplied without
/// allocation, and so is a gradient of weights, `a` a transpose and the sum over rows, for up to
/// [`NARROW`] inputs and units; beyond that gemm packs the operands into memory of its own, which
/// is then little beside the product.
///
/// # Panics
/// If shapes do not fit or a matrix lies outside its slice.
pub fn product(to: &mut [f32], stride: usize, accumulate: bool, a: Matrix<'_>, b: Matrix<'_>) {
    product_from(to, stride, Start::present(accumulate), a, b);
}

/// The same from any start.
fn product_from(to: &mut [f32], stride: usize, start: Start<'_>, a: Matrix<'_>, b: Matrix<'_>) {
    let ([m, k], [inner, n]) = (a.shape, b.shape);
    assert_eq!(k, inner, "inner dimensions of a product");
    if m == 0 || n == 0 {
        return;
    }
    assert!(n <= stride && extent([m, n], [stride, 1]) <= to.len());
    assert!(k == 0 || extent(a.shape, a.strides) <= a.values.len());
    assert!(k == 0 || extent(b.shape, b.strides) <= b.values.len());
    if k * n <= SMALL && tiled::try_product(to, stride, start, a, b) {
        return;
    }
    if let Start::Bias(bias) = start {
        for to in to.chunks_mut(stride).take(m) {
            to[..n].copy_from_slice(bias);
        }
    }
    let accumulate = !matches!(start, Start::Zero);
    let narrow = m <= NARROW && n <= NARROW;
    if narrow && a.strides[0] == 1 && b.strides[1] == 1 {
        return in_pieces(to, stride, accumulate, a, b);
    }
    // SAFETY: the assertions above hold every element (i, j) of the three matrices inside its
    // slice; the rows of `to` do not overlap (n <= stride); `to` is borrowed exclusively.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            to.as_mut_ptr(),
            1,
            stride as isize,
            accumulate,
            a.values.as_ptr(),
            a.strides[1] as isize,
            a.strides[0] as isize,
            b.values.as_ptr(),
            b.strides[1] as isize,
            b.strides[0] as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

/// The same for a transpose times rows, some rows at a time.
fn in_pieces(to: &mut [f32], stride: usize, accumulate: bool, a: Matrix<'_>, b: Matrix<'_>) {
    let ([m, k], n) = (a.shape, b.shape[1]);
    let most = SMALL / n;
    for first in (0..k).step_by(most) {
        let rows = most.min(k - first);
        let a = Matrix {
            values: &a.values[first * a.strides[1]..],
            shape: [m, rows],
            ..a
        };
        let b = Matrix {
            values: &b.values[first * b.strides[0]..],
            shape: [rows, n],
            ..b
        };
        let start = Start::present(accumulate || first > 0);
        let did = tiled::try_product(to, stride, start, a, b);
        debug_assert!(did, "a transpose times rows is what tiles can do");
    }
}

/// Up to so many rows gemm spends more on packing a large right operand than on the product
/// (measured on an AVX-512 machine: 70 GFLOP/s with 48 rows, 217 with 768).
const FEW_ROWS: usize = 128;

/// y = start + x W as one product: x is the rows `at`, W `[inputs, units]`, y `[n, units]`.
pub fn affine_product(x: &[f32], at: Rows, w: &[f32], start: Start<'_>, y: &mut [f32]) {
    let units = w.len() / at.width;
    let n = y.len() / units;
    if n <= FEW_ROWS && w.len() > SMALL {
        return affine(&x[at.start..], at.stride, at.width, w, start, y);
    }
    let x = Matrix::new(&x[at.start..], n, at.width, at.stride);
    let w = Matrix::new(w, at.width, units, units);
    product_from(y, units, start, x, w);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gradients of weights over more rows than one right operand holds, and of widths beyond
    /// which gemm takes over: against sums in f64.
    #[test]
    fn gradients_over_many_rows_are_sums_over_them() {
        for (m, k, n) in [
            (5, 700, 256),
            (256, 513, 130),
            (3, 300, 257),
            (257, 300, 256),
        ] {
            let value = |i: usize| ((i * 7919) % 1013) as f32 / 1013.0 - 0.5;
            let x: Vec<f32> = (0..k * m).map(value).collect();
            let d: Vec<f32> = (0..k * n).map(|i| value(i + 17)).collect();
            for accumulate in [false, true] {
                let mut to = vec![2.0_f32; m * n];
                let a = Matrix::new(&x, k, m, m).transposed();
                product(&mut to, n, accumulate, a, Matrix::new(&d, k, n, n));
                for i in 0..m {
                    for j in 0..n {
                        let term = |r: usize| f64::from(x[r * m + i]) * f64::from(d[r * n + j]);
                        let before = if accumulate { 2.0 } else { 0.0 };
                        let expected = before + (0..k).map(term).sum::<f64>();
                        let found = f64::from(to[i * n + j]);
                        assert!((found - expected).abs() < 2e-4, "{m} {k} {n}: {i} {j}");
                    }
                }
            }
        }
    }
}
