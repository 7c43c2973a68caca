//! An ant: a ball on four legs of two joints.

use crate::parts::{role, runge_kutta};
use angora_sdk::{Body, BodySpec, ControlMode, NoConfig, Result, RoleKind};

/// The body `ant`.
#[derive(Debug)]
pub struct Ant;

/// Joints of the legs, in the order of the positions.
const JOINTS: [&str; 8] = [
    "hip_1", "ankle_1", "hip_2", "ankle_2", "hip_3", "ankle_3", "hip_4", "ankle_4",
];
/// Actuators, in the order of the action; each has the name of its joint.
const ACTUATORS: [&str; 8] = [
    "hip_4", "ankle_4", "hip_1", "ankle_1", "hip_2", "ankle_2", "hip_3", "ankle_3",
];
/// What touches the ground at the end of each leg.
const FEET: [&str; 4] = [
    "left_ankle_geom",
    "right_ankle_geom",
    "third_ankle_geom",
    "fourth_ankle_geom",
];

impl Body for Ant {
    type Config = NoConfig;

    fn describe(_id: &str, _config: NoConfig) -> Result<BodySpec> {
        let roles = [
            ("root", role(RoleKind::Joint, &["root"])),
            ("torso", role(RoleKind::Body, &["torso"])),
            ("leg_joint", role(RoleKind::Joint, &JOINTS)),
            ("leg_actuator", role(RoleKind::Actuator, &ACTUATORS)),
            ("foot", role(RoleKind::Geom, &FEET)),
        ];
        Ok(BodySpec {
            mjcf: include_str!("../assets/ant.xml").into(),
            roles: roles.map(|(name, role)| (name.into(), role)).into(),
            control: ControlMode::Direct,
            physics: runge_kutta(0.01),
            substeps: Some(5),
            ..BodySpec::default()
        })
    }
}
