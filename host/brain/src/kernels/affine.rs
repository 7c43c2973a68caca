//! y = x W + b for acting: each row by itself, whatever else is in the batch.

use super::multiversion::{fma, multiversion};

multiversion! {
    /// `y[r][c] = bias[c] + sum over k of x[r][k] w[k][c]`, k in ascending order, one
    /// multiply-add each.
    ///
    /// Row r of x is the `inputs` values from `r * stride`; `w` is `[inputs, units]` row major;
    /// `bias` has `units` values or none (zero); `y` is `[n, units]`. Blocking over rows and
    /// columns changes which elements are computed together, never the operations of one.
    ///
    /// # Panics
    /// If a slice is too short.
    pub fn affine<const FUSED: bool>(
        x: &[f32],
        stride: usize,
        inputs: usize,
        w: &[f32],
        bias: &[f32],
        y: &mut [f32],
    ) {
        let units = w.len() / inputs;
        let w = &w[..inputs * units];
        let n = y.len() / units;
        let mut row = 0;
        while row + 4 <= n {
            let rows = [0, 1, 2, 3].map(|r| &x[(row + r) * stride..][..inputs]);
            band::<FUSED, 4>(rows, w, bias, &mut y[row * units..][..4 * units]);
            row += 4;
        }
        while row < n {
            let rows = [&x[row * stride..][..inputs]];
            band::<FUSED, 1>(rows, w, bias, &mut y[row * units..][..units]);
            row += 1;
        }
    }
}

/// R rows, all columns, in tiles as wide as fit.
#[inline(always)]
fn band<const FUSED: bool, const R: usize>(x: [&[f32]; R], w: &[f32], bias: &[f32], y: &mut [f32]) {
    let units = y.len() / R;
    let mut column = 0;
    macro_rules! tiles {
        ($($width:literal),*) => {$(
            while units - column >= $width {
                tile::<FUSED, R, $width>(x, w, bias, y, column);
                column += $width;
            }
        )*};
    }
    tiles!(32, 16, 8, 4, 1);
}

/// R rows, W columns from `column`: R W sums that stay in registers (4 by 32 is 8 of AVX-512's
/// 32; wider tiles measured slower).
#[inline(always)]
fn tile<const FUSED: bool, const R: usize, const W: usize>(
    x: [&[f32]; R],
    w: &[f32],
    bias: &[f32],
    y: &mut [f32],
    column: usize,
) {
    let units = y.len() / R;
    let mut sums = [[0.0_f32; W]; R];
    if !bias.is_empty() {
        for sum in &mut sums {
            sum.copy_from_slice(&bias[column..column + W]);
        }
    }
    for (k, weights) in w.chunks_exact(units).enumerate() {
        let weights = &weights[column..column + W];
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
        let (inputs, stride) = (9, 11);
        for units in [1, 3, 4, 12, 17, 64, 117] {
            let value = |i: usize| ((i * 2_654_435_761) % 1000) as f32 / 500.0 - 1.0;
            let x: Vec<f32> = (0..70 * stride).map(value).collect();
            let w: Vec<f32> = (0..inputs * units).map(|i| value(i + 5)).collect();
            let b: Vec<f32> = (0..units).map(|i| value(i + 77)).collect();
            let mut all = vec![0.0; 64 * units];
            affine(&x, stride, inputs, &w, &b, &mut all);
            for (i, &found) in all.iter().enumerate() {
                let (r, c) = (i / units, i % units);
                let exact: f64 = (0..inputs)
                    .map(|k| f64::from(x[r * stride + k]) * f64::from(w[k * units + c]))
                    .sum::<f64>()
                    + f64::from(b[c]);
                assert!((f64::from(found) - exact).abs() < 1e-5);
            }
            for n in [1, 2, 3, 5, 7, 8] {
                let mut few = vec![0.0; n * units];
                affine(&x[stride..], stride, inputs, &w, &b, &mut few);
                assert_eq!(few, all[units..][..n * units], "{units} units, {n} rows");
            }
        }
    }
}
