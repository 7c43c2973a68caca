//! A planar arm: upper arm, forearm and a fingertip.

use angora_sdk::{Body, BodySpec, ControlMode, NoConfig, PhysicsOptions, Result, Role, RoleKind};

/// The body `planar-arm`.
#[derive(Debug)]
pub struct PlanarArm;

/// Joints and their actuators, from the shoulder on.
const JOINTS: [&str; 2] = ["shoulder", "elbow"];

fn role(kind: RoleKind, names: &[&str]) -> Role {
    Role {
        kind,
        names: names.iter().map(ToString::to_string).collect(),
    }
}

impl Body for PlanarArm {
    type Config = NoConfig;

    fn describe(_id: &str, _config: NoConfig) -> Result<BodySpec> {
        let roles = [
            ("arm_joint", role(RoleKind::Joint, &JOINTS)),
            ("arm_actuator", role(RoleKind::Actuator, &JOINTS)),
            ("fingertip", role(RoleKind::Site, &["fingertip"])),
        ];
        Ok(BodySpec {
            mjcf: include_str!("../assets/planar-arm.xml").into(),
            assets: vec![],
            roles: roles.map(|(name, role)| (name.into(), role)).into(),
            control: ControlMode::Direct,
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
    body "planar-arm" => PlanarArm,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_role_is_named_in_the_model() {
        let body = PlanarArm::describe("planar-arm", NoConfig {}).expect("describes");
        for (name, role) in &body.roles {
            for part in &role.names {
                assert!(
                    body.mjcf.contains(&format!("name=\"{part}\"")),
                    "{name}: {part}"
                );
            }
        }
    }
}
