//! A planar hopper: torso, thigh, leg and one foot.

use angora_sdk::{Body, BodySpec, ControlMode, NoConfig, PhysicsOptions, Result, Role, RoleKind};

/// The body `hopper`.
#[derive(Debug)]
pub struct Hopper;

/// Joints of the leg, in order.
const JOINTS: [&str; 3] = ["thigh_joint", "leg_joint", "foot_joint"];
/// Actuators of the leg, in order.
const ACTUATORS: [&str; 3] = ["thigh", "leg", "foot"];

fn role(kind: RoleKind, names: &[&str]) -> Role {
    Role {
        kind,
        names: names.iter().map(ToString::to_string).collect(),
    }
}

impl Body for Hopper {
    type Config = NoConfig;

    fn describe(_id: &str, _config: NoConfig) -> Result<BodySpec> {
        let roles = [
            ("root_x", role(RoleKind::Joint, &["rootx"])),
            ("root_z", role(RoleKind::Joint, &["rootz"])),
            ("root_y", role(RoleKind::Joint, &["rooty"])),
            ("torso", role(RoleKind::Body, &["torso"])),
            ("leg_joint", role(RoleKind::Joint, &JOINTS)),
            ("leg_actuator", role(RoleKind::Actuator, &ACTUATORS)),
            ("foot", role(RoleKind::Geom, &["foot_geom"])),
        ];
        Ok(BodySpec {
            mjcf: include_str!("../assets/hopper.xml").into(),
            assets: vec![],
            roles: roles.map(|(name, role)| (name.into(), role)).into(),
            control: ControlMode::Direct,
            physics: PhysicsOptions {
                timestep: Some(0.002),
                integrator: Some("RK4".into()),
                ..PhysicsOptions::default()
            },
            substeps: Some(4),
            ..BodySpec::default()
        })
    }
}

angora_sdk::export_plugin! {
    body "hopper" => Hopper,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_role_is_named_in_the_model() {
        let body = Hopper::describe("hopper", NoConfig {}).expect("describes");
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
