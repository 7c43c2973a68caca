//! Noise of starts.

use angora_sdk::{Fault, FaultCode, PhysicsMut, Random, Result};

/// The scale of noise, if it makes sense.
///
/// # Errors
/// A negative scale.
pub fn checked(scale: f64) -> Result<f64> {
    if scale >= 0.0 && scale.is_finite() {
        return Ok(scale);
    }
    let message = format!("{scale} is not a scale of noise: it may not be negative");
    Err(Fault::new(FaultCode::Config, message).on("reset_noise_scale"))
}

/// Moves all positions and velocities by a uniform draw within the scale.
pub fn uniform(scale: f64, random: &mut Random, physics: &mut PhysicsMut<'_, '_>) {
    for position in physics.qpos_mut() {
        *position += random.uniform(-scale, scale);
    }
    for velocity in physics.qvel_mut() {
        *velocity += random.uniform(-scale, scale);
    }
}
