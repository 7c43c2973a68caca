//! The innermost loop of products with few rows: a tile of sums that stays in registers.
//!
//! Written with intrinsics for AVX-512, where the compiler's own vectorisation reaches half of
//! what this does; other processors take the loop in [`super::affine`]. Both do the same
//! multiply-adds in the same order, so they give the same bits.
#![allow(
    unsafe_code,
    reason = "intrinsics read and write through pointers; the bounds are asserted at the entrance"
)]

#[cfg(target_arch = "x86_64")]
use super::multiversion::{Level, level};
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{
    _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
};

/// Columns of a panel.
pub const PANEL: usize = 32;

/// Rows that lie `stride` values apart, from the first of a slice on.
#[derive(Debug, Clone, Copy)]
pub struct Strided<'a> {
    /// The values.
    pub values: &'a [f32],
    /// Values from one row to the next.
    pub stride: usize,
}

/// Adds `x w` to [`PANEL`] columns of n rows of y: x has `w.len() / PANEL` columns, w is packed
/// `[columns of x, PANEL]`, and row r of y begins at `r y_stride`. Returns whether it could.
///
/// # Panics
/// If a slice is too short.
#[inline]
pub fn add_panel(n: usize, x: Strided<'_>, w: &[f32], y: &mut [f32], y_stride: usize) -> bool {
    #[cfg(target_arch = "x86_64")]
    if level() == Level::Avx512 {
        let depth = w.len() / PANEL;
        assert_eq!(w.len(), depth * PANEL);
        assert!(n == 0 || x.values.len() >= (n - 1) * x.stride + depth);
        assert!(n == 0 || y.len() >= (n - 1) * y_stride + PANEL);
        let mut row = 0;
        macro_rules! tiles {
            ($($rows:literal),*) => {$(
                while n - row >= $rows {
                    // SAFETY: the processor has AVX-512 F; rows `row..row + $rows` lie in x and y
                    // by the assertions above.
                    unsafe {
                        tile::<$rows>(
                            x.values.as_ptr().add(row * x.stride),
                            x.stride,
                            w.as_ptr(),
                            depth,
                            y.as_mut_ptr().add(row * y_stride),
                            y_stride,
                        );
                    }
                    row += $rows;
                }
            )*};
        }
        tiles!(12, 8, 4, 1);
        return true;
    }
    let _ = (n, x, w, y, y_stride);
    false
}

/// R rows: 2 R sums of 16 stay in registers.
///
/// # Safety
/// The processor has AVX-512 F; x has R rows of `depth` values, w `depth` rows of [`PANEL`], y R
/// rows of [`PANEL`].
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn tile<const R: usize>(
    x: *const f32,
    x_stride: usize,
    w: *const f32,
    depth: usize,
    y: *mut f32,
    y_stride: usize,
) {
    // SAFETY: every address is inside of what the caller vouches for.
    unsafe {
        let mut sums = [[_mm512_setzero_ps(); 2]; R];
        for (r, sum) in sums.iter_mut().enumerate() {
            sum[0] = _mm512_loadu_ps(y.add(r * y_stride));
            sum[1] = _mm512_loadu_ps(y.add(r * y_stride + 16));
        }
        for k in 0..depth {
            let w0 = _mm512_loadu_ps(w.add(k * PANEL));
            let w1 = _mm512_loadu_ps(w.add(k * PANEL + 16));
            for (r, sum) in sums.iter_mut().enumerate() {
                let x = _mm512_set1_ps(*x.add(r * x_stride + k));
                sum[0] = _mm512_fmadd_ps(x, w0, sum[0]);
                sum[1] = _mm512_fmadd_ps(x, w1, sum[1]);
            }
        }
        for (r, sum) in sums.iter().enumerate() {
            _mm512_storeu_ps(y.add(r * y_stride), sum[0]);
            _mm512_storeu_ps(y.add(r * y_stride + 16), sum[1]);
        }
    }
}
