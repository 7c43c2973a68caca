//! Convolution and pooling of Burn's own operations, which want images as `[n, C, H, W]`.

use crate::kernels::image::{Conv, Pool, Window};
use angora_plugin_api::brain::PoolKind;
use burn::tensor::Tensor;
use burn::tensor::module::{avg_pool2d, conv2d, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions};

/// Rows of images `[n, H W C]` as `[n, C, H, W]`.
fn images(window: &Window, rows: Tensor<2>) -> Tensor<4> {
    let ([n, _], [height, width]) = (rows.dims(), window.image);
    rows.reshape([n, height, width, window.channels])
        .permute([0, 3, 1, 2])
}

/// The reverse of [`images`].
fn rows(images: Tensor<4>) -> Tensor<2> {
    let [n, channels, height, width] = images.dims();
    images
        .permute([0, 2, 3, 1])
        .reshape([n, height * width * channels])
}

/// Places before and after the image, down and across.
fn padding(window: &Window) -> [(usize, usize); 2] {
    std::array::from_fn(|axis| {
        let covered = (window.count[axis] - 1) * window.stride[axis] + window.size[axis];
        let before = window.before[axis];
        let after = covered.saturating_sub(window.image[axis] + before);
        (before, after)
    })
}

/// x W + b over the windows of images `[n, H W C]`, with W `[kh kw C, filters]` and b `[filters]`.
pub fn convolution(conv: &Conv, x: Tensor<2>, kernel: Tensor<2>, bias: Tensor<1>) -> Tensor<2> {
    let window = &conv.window;
    let [height, width] = window.size;
    let kernel = kernel
        .reshape([height, width, window.channels, conv.filters])
        .permute([3, 2, 0, 1]);
    let options = ConvOptions::new_with_padding(window.stride, padding(window), [1, 1], 1);
    rows(conv2d(images(window, x), kernel, Some(bias), options))
}

/// The largest value or the mean of each window, over the places that lie in the image.
pub fn pool(pool: &Pool, x: Tensor<2>) -> Tensor<2> {
    let window = &pool.window;
    let x = images(window, x);
    rows(match pool.kind {
        PoolKind::Max => {
            let options = MaxPoolOptions::new(window.size)
                .with_stride(window.stride)
                .with_padding_pairs(padding(window));
            max_pool2d(x, options)
        }
        PoolKind::Average => {
            let options = AvgPoolOptions::new(window.size)
                .with_stride(window.stride)
                .with_padding_pairs(padding(window))
                .with_count_include_pad(false);
            avg_pool2d(x, options)
        }
    })
}
