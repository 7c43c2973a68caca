//! A swimmer: three segments in a plane.

use crate::parts::{role, runge_kutta};
use angora_sdk::{Body, BodySpec, ControlMode, NoConfig, Result, RoleKind};

/// The body `swimmer`.
#[derive(Debug)]
pub struct Swimmer;

impl Body for Swimmer {
    type Config = NoConfig;

    fn describe(_id: &str, _config: NoConfig) -> Result<BodySpec> {
        let roles = [
            ("root_x", role(RoleKind::Joint, &["slider1"])),
            ("root_slide_y", role(RoleKind::Joint, &["slider2"])),
            ("root_rotation", role(RoleKind::Joint, &["free_body_rot"])),
            ("torso", role(RoleKind::Body, &["torso"])),
            (
                "segment_joint",
                role(RoleKind::Joint, &["motor1_rot", "motor2_rot"]),
            ),
            (
                "segment_actuator",
                role(RoleKind::Actuator, &["motor1", "motor2"]),
            ),
        ];
        Ok(BodySpec {
            mjcf: include_str!("../assets/swimmer.xml").into(),
            roles: roles.map(|(name, role)| (name.into(), role)).into(),
            control: ControlMode::Direct,
            physics: runge_kutta(0.01),
            substeps: Some(4),
            ..BodySpec::default()
        })
    }
}
