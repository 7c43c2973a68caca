//! Five fingers that move in one plane, with the roles of a hand.

use angora_sdk::{Body, BodySpec, ControlMode, PhysicsOptions, Result, Role, RoleKind, TouchMode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// First, middle, ring and little finger, thumb.
pub const FINGERS: [&str; 5] = ["ff", "mf", "rf", "lf", "th"];

/// Resting angles of a finger's joints from its base on, rad.
pub const REST: [f64; 3] = [-1.2, 0.5, 0.7];

/// Settings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What an action of -1 or 1 is measured from.
    pub control: Control,
    /// What the brain feels of the touch sensors.
    pub touch: TouchMode,
}

/// What an action is measured from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Control {
    /// The joint's present angle.
    #[default]
    Relative,
    /// The middle of its range.
    Absolute,
}

/// The body `planar-fingers`.
#[derive(Debug)]
pub struct PlanarFingers;

/// The joints of a finger from its base on.
fn joints(finger: &str) -> [String; 3] {
    [2, 1, 0].map(|index| format!("{finger}J{index}"))
}

fn roles() -> BTreeMap<String, Role> {
    let joint_names: Vec<String> = FINGERS.into_iter().flat_map(joints).collect();
    let palm = ["front_left", "front_right", "back_left", "back_right"];
    let touch_of_palm = palm.map(|part| format!("TS_palm_{part}"));
    let links = |finger| ["proximal", "middle", "distal"].map(|link| format!("TS_{finger}{link}"));
    let touch = touch_of_palm
        .into_iter()
        .chain(FINGERS.into_iter().flat_map(links));
    let actuators = joint_names.iter().map(|joint| format!("A_{joint}"));
    [
        ("actuator", RoleKind::Actuator, actuators.collect()),
        ("hand_joint", RoleKind::Joint, joint_names.clone()),
        (
            "fingertip",
            RoleKind::Site,
            FINGERS.map(|finger| format!("S_{finger}tip")).into(),
        ),
        ("palm", RoleKind::Body, vec!["palm".into()]),
        ("palm_center", RoleKind::Site, vec!["palm_center".into()]),
        ("touch", RoleKind::Sensor, touch.collect()),
    ]
    .map(|(role, kind, names)| (role.to_owned(), Role { kind, names }))
    .into()
}

impl Body for PlanarFingers {
    type Config = Config;

    fn describe(_id: &str, config: Config) -> Result<BodySpec> {
        let rest = |finger| joints(finger).into_iter().zip(REST);
        Ok(BodySpec {
            mjcf: include_str!("../assets/planar-fingers.xml").into(),
            assets: vec![],
            roles: roles(),
            control: match config.control {
                Control::Relative => ControlMode::Relative,
                Control::Absolute => ControlMode::Absolute,
            },
            physics: PhysicsOptions {
                timestep: Some(0.005),
                integrator: Some("Euler".into()),
                ..PhysicsOptions::default()
            },
            substeps: Some(4),
            touch: config.touch,
            poses: [(
                "rest".to_owned(),
                FINGERS.into_iter().flat_map(rest).collect(),
            )]
            .into(),
            ..BodySpec::default()
        })
    }
}

angora_sdk::export_plugin! {
    body "planar-fingers" => PlanarFingers,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_role_is_named_in_the_model() {
        let body = PlanarFingers::describe("planar-fingers", Config::default()).expect("describes");
        for (name, role) in &body.roles {
            for part in &role.names {
                let named = format!("name=\"{part}\"");
                assert!(body.mjcf.contains(&named), "{name}: {part}");
            }
        }
        for joint in body.poses["rest"].keys() {
            assert!(body.roles["hand_joint"].names.contains(joint), "{joint}");
        }
    }
}
