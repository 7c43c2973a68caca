//! Convolution and pooling of images `[H, W, channels]`, one image at a time.
//!
//! A convolution lays the windows of an image out as rows and is a matrix product from there on.
//! Each image is computed on its own, so its result does not depend on the batch.

use super::elementwise::{Rows, column_sums};
use super::multiversion::multiversion;
use super::product::{Matrix, product};
use angora_plugin_api::brain::{Padding, PoolKind};

/// How many windows fit along one side; 0 where the image is too small.
pub fn window_count(len: usize, size: usize, stride: usize, padding: Padding) -> usize {
    match padding {
        Padding::Same => len.div_ceil(stride),
        Padding::Valid if len < size => 0,
        Padding::Valid => (len - size) / stride + 1,
    }
}

/// Windows that move over an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Height and width of the image.
    pub image: [usize; 2],
    /// Channels of the image.
    pub channels: usize,
    /// Height and width of the window.
    pub size: [usize; 2],
    /// Strides down and across.
    pub stride: [usize; 2],
    /// Places that lie before the image's first row and column.
    pub before: [usize; 2],
    /// Number of windows down and across.
    pub count: [usize; 2],
}

impl Window {
    /// Over an image `[H, W, channels]`. `Same` pads with as many places as are needed, half of
    /// them (rounded down) before the image, as TensorFlow does.
    pub fn new(image: [usize; 3], size: [usize; 2], stride: [usize; 2], padding: Padding) -> Self {
        let axis = |i: usize| {
            let count = window_count(image[i], size[i], stride[i], padding);
            let covered = count.saturating_sub(1) * stride[i] + size[i];
            let before = match padding {
                Padding::Valid => 0,
                Padding::Same => covered.saturating_sub(image[i]) / 2,
            };
            (count, before)
        };
        let ((rows, above), (columns, left)) = (axis(0), axis(1));
        Self {
            image: [image[0], image[1]],
            channels: image[2],
            size,
            stride,
            before: [above, left],
            count: [rows, columns],
        }
    }

    /// Number of windows.
    pub fn places(&self) -> usize {
        self.count[0] * self.count[1]
    }

    /// Values in a window.
    pub fn values(&self) -> usize {
        self.size[0] * self.size[1] * self.channels
    }

    /// Where the window number `i` along an axis lies in the image: its first place in the image,
    /// the first place within the window that is in the image, and how many are.
    #[inline(always)]
    fn span(&self, axis: usize, i: usize) -> (usize, usize, usize) {
        let start = i * self.stride[axis];
        let skipped = self.before[axis].saturating_sub(start);
        let first = (start + skipped).saturating_sub(self.before[axis]);
        let inside = self.size[axis]
            .saturating_sub(skipped)
            .min(self.image[axis].saturating_sub(first));
        (first, skipped, inside)
    }
}

/// A convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conv {
    /// Its windows.
    pub window: Window,
    /// Number of filters.
    pub filters: usize,
}

multiversion! {
    /// Writes the windows of an image as rows `[places, values]`, zero outside of the image.
    pub fn lay_out<const FUSED: bool>(window: &Window, image: &[f32], rows: &mut [f32]) {
        let channels = window.channels;
        let line = window.size[1] * channels;
        let padded = window.before != [0, 0]
            || (0..2).any(|a| {
                (window.count[a] - 1) * window.stride[a] + window.size[a] > window.image[a]
            });
        if padded {
            rows.fill(0.0);
        }
        let mut place = 0;
        for i in 0..window.count[0] {
            let (top, above, height) = window.span(0, i);
            for j in 0..window.count[1] {
                let (first, left, width) = window.span(1, j);
                let row = &mut rows[place * window.values()..][..window.values()];
                for y in 0..height {
                    let from = ((top + y) * window.image[1] + first) * channels;
                    let to = (above + y) * line + left * channels;
                    let from = &image[from..][..width * channels];
                    row[to..][..width * channels].copy_from_slice(from);
                }
                place += 1;
            }
        }
    }
}

multiversion! {
    /// The reverse of [`lay_out`]: adds rows `[places, values]` to the image that they come from.
    pub fn put_back<const FUSED: bool>(window: &Window, rows: &[f32], image: &mut [f32]) {
        let channels = window.channels;
        let line = window.size[1] * channels;
        let mut place = 0;
        for i in 0..window.count[0] {
            let (top, above, height) = window.span(0, i);
            for j in 0..window.count[1] {
                let (first, left, width) = window.span(1, j);
                let row = &rows[place * window.values()..][..window.values()];
                for y in 0..height {
                    let to = ((top + y) * window.image[1] + first) * channels;
                    let from = (above + y) * line + left * channels;
                    let to = &mut image[to..][..width * channels];
                    for (to, from) in to.iter_mut().zip(&row[from..][..width * channels]) {
                        *to += from;
                    }
                }
                place += 1;
            }
        }
    }
}

/// Where the gradient of one image goes.
#[derive(Debug)]
pub struct ImageGradient<'a> {
    /// Its values.
    pub values: &'a mut [f32],
    /// Whether it is added to what is there.
    pub accumulate: bool,
}

/// Gradients of a convolution over one image from `dy` `[places, filters]` (before the
/// activation): adds to that of the parameters, the kernel's and behind it the bias's. `scratch`
/// holds a layout of the image.
pub fn conv_backward(
    conv: &Conv,
    image: &[f32],
    kernel: &[f32],
    dy: &[f32],
    d_parameters: &mut [f32],
    dx: Option<ImageGradient<'_>>,
    scratch: &mut [f32],
) {
    let (places, values, filters) = (conv.window.places(), conv.window.values(), conv.filters);
    let (d_kernel, d_bias) = d_parameters.split_at_mut(kernel.len());
    let rows = &mut scratch[..places * values];
    lay_out(&conv.window, image, rows);
    let d = Matrix::new(dy, places, filters, filters);
    let x = Matrix::new(rows, places, values, values);
    product(d_kernel, filters, true, x.transposed(), d);
    column_sums(dy, d_bias);
    if let Some(dx) = dx {
        let kernel = Matrix::new(kernel, values, filters, filters);
        product(rows, values, false, d, kernel.transposed());
        if !dx.accumulate {
            dx.values.fill(0.0);
        }
        put_back(&conv.window, rows, dx.values);
    }
}

/// A pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pool {
    /// Its windows.
    pub window: Window,
    /// Which value.
    pub kind: PoolKind,
}

multiversion! {
    /// The largest value, or the mean, of each window and channel over the places that lie in the
    /// image: `y` `[places, channels]`.
    pub fn pool<const FUSED: bool>(pool: &Pool, image: &[f32], y: &mut [f32]) {
        let window = &pool.window;
        let channels = window.channels;
        let mut place = 0;
        for i in 0..window.count[0] {
            let (top, _, height) = window.span(0, i);
            for j in 0..window.count[1] {
                let (first, _, width) = window.span(1, j);
                let y = &mut y[place * channels..][..channels];
                y.fill(match pool.kind {
                    PoolKind::Max => f32::NEG_INFINITY,
                    PoolKind::Average => 0.0,
                });
                for r in top..top + height {
                    let line = (r * window.image[1] + first) * channels;
                    for x in image[line..][..width * channels].chunks_exact(channels) {
                        match pool.kind {
                            // So that NaN is kept.
                            PoolKind::Max => for (y, &x) in y.iter_mut().zip(x) {
                                *y = if *y >= x { *y } else { x };
                            },
                            PoolKind::Average => for (y, x) in y.iter_mut().zip(x) { *y += x; },
                        }
                    }
                }
                if pool.kind == PoolKind::Average {
                    let inverse = 1.0 / (height * width) as f32;
                    for y in y { *y *= inverse; }
                }
                place += 1;
            }
        }
    }
}

/// Adds the gradient of a pool over one image to `dx`, from the image, the pool's output and its
/// gradient. Of equal largest values the first takes it.
pub fn pool_backward(pool: &Pool, image: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32]) {
    let window = &pool.window;
    let channels = window.channels;
    let mut place = 0;
    for i in 0..window.count[0] {
        let (top, _, height) = window.span(0, i);
        for j in 0..window.count[1] {
            let (first, _, width) = window.span(1, j);
            let share = 1.0 / (height * width) as f32;
            for c in 0..channels {
                let (y, d) = (y[place * channels + c], dy[place * channels + c]);
                'window: for r in top..top + height {
                    for s in first..first + width {
                        let at = (r * window.image[1] + s) * channels + c;
                        match pool.kind {
                            PoolKind::Average => dx[at] += d * share,
                            PoolKind::Max if image[at] == y => {
                                dx[at] += d;
                                break 'window;
                            }
                            PoolKind::Max => {}
                        }
                    }
                }
            }
            place += 1;
        }
    }
}

/// The rows of a laid out image.
pub fn laid_out(window: &Window) -> Rows {
    Rows {
        start: 0,
        stride: window.values(),
        width: window.values(),
    }
}
