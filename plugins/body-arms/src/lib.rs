//! Arms of other people's tasks: two joints in a plane, and seven in space.

use angora_sdk::{Body, BodySpec, ControlMode, NoConfig, PhysicsOptions, Result, Role, RoleKind};

/// The body `reacher-arm`.
#[derive(Debug)]
pub struct ReacherArm;

/// The body `pusher-arm`.
#[derive(Debug)]
pub struct PusherArm;

/// Joints of the pusher's arm, from the shoulder on.
const PUSHER_JOINTS: [&str; 7] = [
    "r_shoulder_pan_joint",
    "r_shoulder_lift_joint",
    "r_upper_arm_roll_joint",
    "r_elbow_flex_joint",
    "r_forearm_roll_joint",
    "r_wrist_flex_joint",
    "r_wrist_roll_joint",
];
/// Actuators of the pusher's arm, in the same order.
const PUSHER_ACTUATORS: [&str; 7] = [
    "shoulder_pan",
    "shoulder_lift",
    "upper_arm_roll",
    "elbow_flex",
    "forearm_roll",
    "wrist_flex",
    "wrist_roll",
];

fn role(kind: RoleKind, names: &[&str]) -> Role {
    Role {
        kind,
        names: names.iter().map(ToString::to_string).collect(),
    }
}

impl Body for ReacherArm {
    type Config = NoConfig;

    fn describe(_id: &str, _config: NoConfig) -> Result<BodySpec> {
        let roles = [
            ("arm_joint", role(RoleKind::Joint, &["joint0", "joint1"])),
            (
                "arm_actuator",
                role(RoleKind::Actuator, &["shoulder", "elbow"]),
            ),
            ("fingertip", role(RoleKind::Site, &["fingertip"])),
        ];
        Ok(BodySpec {
            mjcf: include_str!("../assets/reacher-arm.xml").into(),
            roles: roles.map(|(name, role)| (name.into(), role)).into(),
            control: ControlMode::Direct,
            physics: PhysicsOptions {
                timestep: Some(0.01),
                integrator: Some("RK4".into()),
                ..PhysicsOptions::default()
            },
            substeps: Some(2),
            ..BodySpec::default()
        })
    }
}

impl Body for PusherArm {
    type Config = NoConfig;

    fn describe(_id: &str, _config: NoConfig) -> Result<BodySpec> {
        let roles = [
            ("arm_joint", role(RoleKind::Joint, &PUSHER_JOINTS)),
            ("arm_actuator", role(RoleKind::Actuator, &PUSHER_ACTUATORS)),
            ("hand", role(RoleKind::Site, &["hand"])),
        ];
        Ok(BodySpec {
            mjcf: include_str!("../assets/pusher-arm.xml").into(),
            roles: roles.map(|(name, role)| (name.into(), role)).into(),
            control: ControlMode::Direct,
            physics: PhysicsOptions {
                timestep: Some(0.01),
                integrator: Some("Euler".into()),
                iterations: Some(20),
                ..PhysicsOptions::default()
            },
            substeps: Some(5),
            ..BodySpec::default()
        })
    }
}

angora_sdk::export_plugin! {
    body "reacher-arm" => ReacherArm,
    body "pusher-arm" => PusherArm,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_role_is_named_in_the_model() {
        for body in [
            ReacherArm::describe("reacher-arm", NoConfig {}),
            PusherArm::describe("pusher-arm", NoConfig {}),
        ] {
            let body = body.expect("describes");
            for (name, role) in &body.roles {
                for part in &role.names {
                    let named = body.mjcf.contains(&format!("name=\"{part}\""));
                    assert!(named, "{name}: {part}");
                }
            }
        }
    }
}
