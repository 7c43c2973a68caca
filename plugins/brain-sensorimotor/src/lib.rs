//! Sensorimotor brains, area by area: from touch, joints, goal and vision over parietal and
//! prefrontal cortex to the motor cortex.

mod cortex;
mod senses;
mod sensorimotor;
mod shadow;
mod shadow_v2;
mod visual;

pub use sensorimotor::{Config, Sensorimotor};

angora_sdk::export_plugin! {
    brain "shadow" => Sensorimotor,
    brain "shadowv2" => Sensorimotor,
}
