//! A planar walker: a torso on two legs of three segments.

use crate::parts::{role, runge_kutta};
use angora_sdk::{Body, BodySpec, ControlMode, NoConfig, Result, RoleKind};

/// The bodies `walker2d` and `walker2d-v4`.
#[derive(Debug)]
pub struct Walker2d;

/// Joints of the legs, in order.
const JOINTS: [&str; 6] = [
    "thigh_joint",
    "leg_joint",
    "foot_joint",
    "thigh_left_joint",
    "leg_left_joint",
    "foot_left_joint",
];
/// Actuators of the legs, in order.
const ACTUATORS: [&str; 6] = [
    "thigh",
    "leg",
    "foot",
    "thigh_left",
    "leg_left",
    "foot_left",
];
/// Friction of both feet, the right one first; that of the right one was lower up to revision 4.
const FOOT_FRICTION: [&str; 2] = ["friction=\"1.9 0.1 0.1\"", "friction=\"0.9 0.1 0.1\""];

impl Body for Walker2d {
    type Config = NoConfig;

    fn describe(id: &str, _config: NoConfig) -> Result<BodySpec> {
        let mjcf = include_str!("../assets/walker2d.xml");
        let [firm, slippery] = FOOT_FRICTION;
        let roles = [
            ("root_x", role(RoleKind::Joint, &["rootx"])),
            ("root_z", role(RoleKind::Joint, &["rootz"])),
            ("root_y", role(RoleKind::Joint, &["rooty"])),
            ("torso", role(RoleKind::Body, &["torso"])),
            ("leg_joint", role(RoleKind::Joint, &JOINTS)),
            ("leg_actuator", role(RoleKind::Actuator, &ACTUATORS)),
            (
                "foot",
                role(RoleKind::Geom, &["foot_geom", "foot_left_geom"]),
            ),
        ];
        Ok(BodySpec {
            mjcf: if id == "walker2d-v4" {
                mjcf.replacen(firm, slippery, 1)
            } else {
                mjcf.into()
            },
            roles: roles.map(|(name, role)| (name.into(), role)).into(),
            control: ControlMode::Direct,
            physics: runge_kutta(0.002),
            substeps: Some(4),
            ..BodySpec::default()
        })
    }
}
