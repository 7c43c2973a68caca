//! An arm of two links in the plane.

use angora_sdk::{Body, BodySpec, Fault, FaultCode, PhysicsOptions, Result, Role, RoleKind};
use serde::{Deserialize, Serialize};

/// Settings, as a run writes them below `body_config`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Torque of the motors at full input, N m.
    pub strength: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self { strength: 5.0 }
    }
}

/// The body.
#[derive(Debug)]
pub struct __TYPE__;

/// Joints, and the motors of the same names, from the shoulder on.
const JOINTS: [&str; 2] = ["shoulder", "elbow"];

fn role(kind: RoleKind, names: &[&str]) -> Role {
    Role {
        kind,
        names: names.iter().map(ToString::to_string).collect(),
    }
}

impl Body for __TYPE__ {
    type Config = Config;

    fn describe(_id: &str, config: Config) -> Result<BodySpec> {
        if !(config.strength > 0.0 && config.strength.is_finite()) {
            let message = format!("{} N m is no positive number", config.strength);
            return Err(Fault::new(FaultCode::Config, message).on("strength"));
        }
        let mjcf = include_str!("../assets/body.xml");
        let roles = [
            ("arm_joint", role(RoleKind::Joint, &JOINTS)),
            ("arm_actuator", role(RoleKind::Actuator, &JOINTS)),
            ("fingertip", role(RoleKind::Site, &["fingertip"])),
        ];
        Ok(BodySpec {
            mjcf: mjcf.replace("GEAR", &config.strength.to_string()),
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
    body "__ID__" => __TYPE__,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_motors_are_as_strong_as_they_are_set() {
        let body = __TYPE__::describe("__ID__", Config { strength: 2.5 });
        let body = body.expect("describes itself");
        assert!(body.mjcf.contains("gear=\"2.5\""), "{}", body.mjcf);
    }

    #[test]
    fn a_strength_that_is_none_is_refused_by_name() {
        let fault = __TYPE__::describe("__ID__", Config { strength: f64::NAN });
        assert_eq!(fault.expect_err("refused").field, "strength");
    }
}
