//! Balancing a pole on a cart: InvertedPendulum-v5, with or without velocities.
//!
//! The task asks a body for roles only: a joint of the cart and one of the pole.

mod inverted_pendulum;

pub use inverted_pendulum::{Config, InvertedPendulum};

angora_sdk::export_plugin! {
    scene_task "InvertedPendulum-v5" => InvertedPendulum,
}
