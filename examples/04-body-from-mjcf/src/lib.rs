//! An arm whose wrist nobody moves: a spring holds it.

use angora_sdk::{Body, BodySpec, Fault, FaultCode, PhysicsOptions, Result, Role, RoleKind};
use serde::{Deserialize, Serialize};

/// Settings: what a run writes as `body_config.stiffness`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Stiffness of the wrist, N m/rad.
    pub stiffness: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self { stiffness: 0.5 }
    }
}

/// The body `springy-arm`.
#[derive(Debug)]
pub struct SpringyArm;

fn role(kind: RoleKind, names: &[&str]) -> Role {
    Role {
        kind,
        names: names.iter().map(ToString::to_string).collect(),
    }
}

impl Body for SpringyArm {
    type Config = Config;

    fn describe(_id: &str, config: Config) -> Result<BodySpec> {
        if !(config.stiffness >= 0.0 && config.stiffness.is_finite()) {
            let message = format!("{} N m/rad is no stiffness", config.stiffness);
            return Err(Fault::new(FaultCode::Config, message).on("stiffness"));
        }
        let mjcf = include_str!("../assets/springy-arm.xml");
        let roles = [
            // What tasks read and start: the wrist too.
            (
                "arm_joint",
                role(RoleKind::Joint, &["shoulder", "elbow", "wrist"]),
            ),
            (
                "arm_actuator",
                role(RoleKind::Actuator, &["shoulder", "elbow"]),
            ),
            ("fingertip", role(RoleKind::Site, &["fingertip"])),
        ];
        Ok(BodySpec {
            mjcf: mjcf.replace("STIFFNESS", &config.stiffness.to_string()),
            roles: roles.map(|(name, role)| (name.into(), role)).into(),
            physics: PhysicsOptions {
                timestep: Some(0.005),
                integrator: Some("implicitfast".into()),
                ..PhysicsOptions::default()
            },
            substeps: Some(8),
            ..BodySpec::default()
        })
    }
}

angora_sdk::export_plugin! {
    body "springy-arm" => SpringyArm,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wrist_is_as_stiff_as_it_is_set() {
        let body = SpringyArm::describe("springy-arm", Config { stiffness: 2.0 });
        let mjcf = body.expect("describes itself").mjcf;
        assert!(mjcf.contains("stiffness=\"2\""), "{mjcf}");
    }

    #[test]
    fn a_stiffness_that_is_none_is_refused_by_name() {
        let fault = SpringyArm::describe("springy-arm", Config { stiffness: -1.0 });
        assert_eq!(fault.expect_err("refused").field, "stiffness");
    }
}
