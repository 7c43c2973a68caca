//! A planar cheetah: torso with head, a back and a front leg of three segments.

use angora_sdk::{Body, BodySpec, ControlMode, NoConfig, PhysicsOptions, Result, Role, RoleKind};

/// The body `half-cheetah`.
#[derive(Debug)]
pub struct HalfCheetah;

/// Joints and actuators of the legs, in order.
const LEGS: [&str; 6] = ["bthigh", "bshin", "bfoot", "fthigh", "fshin", "ffoot"];

fn role(kind: RoleKind, names: &[&str]) -> Role {
    Role {
        kind,
        names: names.iter().map(ToString::to_string).collect(),
    }
}

impl Body for HalfCheetah {
    type Config = NoConfig;

    fn describe(_id: &str, _config: NoConfig) -> Result<BodySpec> {
        let roles = [
            ("root_x", role(RoleKind::Joint, &["rootx"])),
            ("root_z", role(RoleKind::Joint, &["rootz"])),
            ("root_y", role(RoleKind::Joint, &["rooty"])),
            ("torso", role(RoleKind::Body, &["torso"])),
            ("leg_joint", role(RoleKind::Joint, &LEGS)),
            ("leg_actuator", role(RoleKind::Actuator, &LEGS)),
            ("foot", role(RoleKind::Geom, &["bfoot", "ffoot"])),
        ];
        Ok(BodySpec {
            mjcf: include_str!("../assets/half-cheetah.xml").into(),
            assets: vec![],
            roles: roles.map(|(name, role)| (name.into(), role)).into(),
            control: ControlMode::Direct,
            physics: PhysicsOptions {
                timestep: Some(0.01),
                integrator: Some("Euler".into()),
                ..PhysicsOptions::default()
            },
            substeps: Some(5),
            ..BodySpec::default()
        })
    }
}

angora_sdk::export_plugin! {
    body "half-cheetah" => HalfCheetah,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_role_is_named_in_the_model() {
        let body = HalfCheetah::describe("half-cheetah", NoConfig {}).expect("describes");
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
