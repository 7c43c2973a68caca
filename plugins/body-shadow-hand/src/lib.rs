//! A Shadow Dexterous Hand: 24 joints, 20 position actuators, 92 touch sensors.

mod config;
mod model;
pub mod parts;

pub use config::{Config, Control, Wrist};

use angora_sdk::{Body, BodySpec, PhysicsOptions, Result};

/// The body `shadow-hand`.
#[derive(Debug)]
pub struct ShadowHand;

impl Body for ShadowHand {
    type Config = Config;

    fn describe(_id: &str, config: Config) -> Result<BodySpec> {
        let mjcf = model::mjcf(&config);
        Ok(BodySpec {
            roles: parts::roles(&mjcf),
            mjcf,
            assets: vec![],
            control: config.control.into(),
            physics: PhysicsOptions {
                timestep: Some(0.005),
                integrator: Some("Euler".into()),
                solver: Some("Newton".into()),
                cone: Some("pyramidal".into()),
                iterations: Some(20),
            },
            substeps: Some(4),
            touch: config.touch,
            poses: parts::poses(&config),
            ..BodySpec::default()
        })
    }
}

angora_sdk::export_plugin! {
    body "shadow-hand" => ShadowHand,
}
