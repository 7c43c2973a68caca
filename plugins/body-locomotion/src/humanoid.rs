//! A humanoid, standing or on its back.

use crate::parts::{role, runge_kutta};
use angora_sdk::{Body, BodySpec, ControlMode, NoConfig, PhysicsOptions, Result, RoleKind};

/// The bodies `humanoid` and `humanoid-standup`.
#[derive(Debug)]
pub struct Humanoid;

/// Joints, in the order of the positions.
const JOINTS: [&str; 17] = [
    "abdomen_z",
    "abdomen_y",
    "abdomen_x",
    "right_hip_x",
    "right_hip_z",
    "right_hip_y",
    "right_knee",
    "left_hip_x",
    "left_hip_z",
    "left_hip_y",
    "left_knee",
    "right_shoulder1",
    "right_shoulder2",
    "right_elbow",
    "left_shoulder1",
    "left_shoulder2",
    "left_elbow",
];

impl Body for Humanoid {
    type Config = NoConfig;

    fn describe(id: &str, _config: NoConfig) -> Result<BodySpec> {
        // Actuators have the names of their joints; the bending of the abdomen comes first.
        let mut actuators = JOINTS;
        actuators.swap(0, 1);
        let roles = [
            ("root", role(RoleKind::Joint, &["root"])),
            ("torso", role(RoleKind::Body, &["torso"])),
            ("joint", role(RoleKind::Joint, &JOINTS)),
            ("actuator", role(RoleKind::Actuator, &actuators)),
            ("foot", role(RoleKind::Geom, &["right_foot", "left_foot"])),
            ("hand", role(RoleKind::Geom, &["right_hand", "left_hand"])),
        ];
        Ok(BodySpec {
            mjcf: if id == "humanoid-standup" {
                include_str!("../assets/humanoid-standup.xml").into()
            } else {
                include_str!("../assets/humanoid.xml").into()
            },
            roles: roles.map(|(name, role)| (name.into(), role)).into(),
            control: ControlMode::Direct,
            physics: PhysicsOptions {
                solver: Some("PGS".into()),
                iterations: Some(50),
                ..runge_kutta(0.003)
            },
            substeps: Some(5),
            ..BodySpec::default()
        })
    }
}
