//! Matrix products: small ones by our own tiles, large ones by the gemm crate, with bounds checked
//! here.
#![allow(
    unsafe_code,
    reason = "gemm takes raw pointers and strides; this is the only place that calls it"
)]

use super::affine::Start;
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

/// Number of values from the first to the last element of a matrix that is not empty.
fn extent(shape: [usize; 2], strides: [usize; 2]) -> usize {
    (shape[0] - 1) * strides[0] + (shape[1] - 1) * strides[1] + 1
}

/// `to = a b`, or `to += a b`; `to` is `[a rows, b columns]` with rows `stride` apart.
///
/// On the calling thread. A right operand of up to [`SMALL`] values is multiplied without
/// allocation; beyond that gemm packs the operands into memory of its own, which is then little
/// beside the product.
///
/// # Panics
/// If shapes do not fit or a matrix lies outside its slice.
pub fn product(to: &mut [f32], stride: usize, accumulate: bool, a: Matrix<'_>, b: Matrix<'_>) {
    let ([m, k], [inner, n]) = (a.shape, b.shape);
    assert_eq!(k, inner, "inner dimensions of a product");
    if m == 0 || n == 0 {
        return;
    }
    assert!(n <= stride && extent([m, n], [stride, 1]) <= to.len());
    assert!(k == 0 || extent(a.shape, a.strides) <= a.values.len());
    assert!(k == 0 || extent(b.shape, b.strides) <= b.values.len());
    if k * n <= SMALL && tiled::try_product(to, stride, accumulate, a, b) {
        return;
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

/// y = start + x W as one product: x is the rows `at`, W `[inputs, units]`, y `[n, units]`.
pub fn affine_product(x: &[f32], at: Rows, w: &[f32], start: Start<'_>, y: &mut [f32]) {
    let units = w.len() / at.width;
    let n = y.len() / units;
    if let Start::Bias(bias) = start {
        for y in y.chunks_exact_mut(units) {
            y.copy_from_slice(bias);
        }
    }
    let accumulate = !matches!(start, Start::Zero);
    let x = Matrix::new(&x[at.start..], n, at.width, at.stride);
    let w = Matrix::new(w, at.width, units, units);
    product(y, units, accumulate, x, w);
}
