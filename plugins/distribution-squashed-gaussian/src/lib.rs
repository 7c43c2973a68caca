//! A tanh-squashed Gaussian: actions that stay within their bounds without being clipped.

mod squashed;

pub use squashed::{Config, SquashedGaussian};

angora_sdk::export_plugin! {
    distribution "squashed-gaussian" => SquashedGaussian,
}
