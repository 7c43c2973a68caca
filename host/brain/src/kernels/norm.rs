//! Layer normalisation (Ba, Kiros and Hinton 2016), row by row.

use super::elementwise::Rows;
use super::multiversion::{fma, multiversion};

/// Number of partial sums of a row; fixed, so that a row's sum does not depend on the batch.
const LANES: usize = 16;

/// Sum of f over a row, in [`LANES`] partial sums.
#[inline(always)]
fn sum(width: usize, f: impl Fn(usize) -> f32) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let whole = width - width % LANES;
    for start in (0..whole).step_by(LANES) {
        for (i, lane) in lanes.iter_mut().enumerate() {
            *lane += f(start + i);
        }
    }
    for i in whole..width {
        lanes[i - whole] += f(i);
    }
    lanes.iter().sum()
}

/// Mean and 1 / sqrt(variance + epsilon) of a row.
#[inline(always)]
fn moments(x: &[f32], epsilon: f32) -> (f32, f32) {
    let mean = sum(x.len(), |i| x[i]) / x.len() as f32;
    let variance = sum(x.len(), |i| (x[i] - mean) * (x[i] - mean)) / x.len() as f32;
    (mean, 1.0 / (variance + epsilon).sqrt())
}

multiversion! {
    /// y = scale (x - mean) / sqrt(variance + epsilon) + offset, over each row of `at` in `x`;
    /// `y` is `[n, width]`.
    pub fn layer_norm<const FUSED: bool>(
        x: &[f32], at: Rows, scale: &[f32], offset: &[f32], epsilon: f32, y: &mut [f32]
    ) {
        for (r, y) in y.chunks_exact_mut(at.width).enumerate() {
            let x = &x[at.start + r * at.stride..][..at.width];
            let (mean, inverse) = moments(x, epsilon);
            for (((y, x), scale), offset) in y.iter_mut().zip(x).zip(scale).zip(offset) {
                *y = fma::<FUSED>((x - mean) * inverse, *scale, *offset);
            }
        }
    }
}

/// Where [`layer_norm_backward`] puts the gradient of its input.
#[derive(Debug)]
pub struct InputGradient<'a> {
    /// The values.
    pub values: &'a mut [f32],
    /// Their rows.
    pub at: Rows,
    /// Whether it is added to what is there.
    pub accumulate: bool,
}

multiversion! {
    /// Gradients of [`layer_norm`] from `dy` `[n, width]`; adds to those of scale and offset.
    ///
    /// With h the normalised input and g = dy scale:
    /// dx = (g - mean g - h mean(g h)) / sqrt(variance + epsilon).
    pub fn layer_norm_backward<const FUSED: bool>(
        x: &[f32],
        at: Rows,
        scale: &[f32],
        epsilon: f32,
        dy: &[f32],
        d_scale: &mut [f32],
        d_offset: &mut [f32],
        dx: Option<InputGradient<'_>>,
    ) {
        let width = at.width;
        let mut dx = dx;
        for (r, dy) in dy.chunks_exact(width).enumerate() {
            let x = &x[at.start + r * at.stride..][..width];
            let (mean, inverse) = moments(x, epsilon);
            for i in 0..width {
                d_scale[i] += dy[i] * ((x[i] - mean) * inverse);
                d_offset[i] += dy[i];
            }
            let Some(dx) = &mut dx else { continue };
            let mean_g = sum(width, |i| dy[i] * scale[i]) / width as f32;
            let mean_gh =
                sum(width, |i| dy[i] * scale[i] * (x[i] - mean) * inverse) / width as f32;
            let out = &mut dx.values[dx.at.start + r * dx.at.stride..][..width];
            for i in 0..width {
                let h = (x[i] - mean) * inverse;
                let d = (dy[i] * scale[i] - mean_g - h * mean_gh) * inverse;
                out[i] = if dx.accumulate { out[i] + d } else { d };
            }
        }
    }
}
