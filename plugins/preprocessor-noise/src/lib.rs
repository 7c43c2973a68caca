//! Noise of the senses and of the muscles.
//!
//! Both are Gaussian with a standard deviation that has a constant part and one that grows with the
//! signal; see [`Level`]. They differ in what they are added to.

mod level;
mod motor;
mod sensory;

pub use level::Level;
pub use motor::{MotorNoise, MotorSettings};
pub use sensory::{SensoryNoise, SensorySettings};

angora_sdk::export_plugin! {
    preprocessor "sensory-noise" => SensoryNoise,
    preprocessor "motor-noise" => MotorNoise,
}
