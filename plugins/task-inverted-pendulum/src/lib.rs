//! Balancing poles on a cart: InvertedPendulum and InvertedDoublePendulum, with or without
//! velocities.
//!
//! The tasks ask a body for roles only: joints of the cart and of the poles, and a tip.

pub mod inverted_double_pendulum;
mod inverted_pendulum;

pub use inverted_double_pendulum::InvertedDoublePendulum;
pub use inverted_pendulum::{Config, InvertedPendulum};

use angora_sdk::{Fault, FaultCode, Result};

angora_sdk::export_plugin! {
    scene_task "InvertedPendulum-v5" => InvertedPendulum,
    scene_task "InvertedPendulum-v4" => InvertedPendulum,
    scene_task "InvertedDoublePendulum-v5" => InvertedDoublePendulum,
    scene_task "InvertedDoublePendulum-v4" => InvertedDoublePendulum,
}

/// Whether an id names the rules of before revision 5.
fn before_revision_5(id: &str) -> bool {
    id.ends_with("-v4")
}

/// Refuses a scale of noise that makes no sense.
fn checked_noise(scale: f64) -> Result<()> {
    if scale >= 0.0 && scale.is_finite() {
        return Ok(());
    }
    let message = format!("{scale} is not a scale of noise: expected 0 or more");
    Err(Fault::new(FaultCode::Config, message).on("reset_noise_scale"))
}
