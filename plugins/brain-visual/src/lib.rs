//! Brains that see: convolutions over the image, then one layer that joins all senses.

mod senses;
mod stem;
mod visual;

pub use visual::{Config, Visual};

angora_sdk::export_plugin! {
    brain "cornet-z" => Visual,
    brain "visual-small" => Visual,
}
