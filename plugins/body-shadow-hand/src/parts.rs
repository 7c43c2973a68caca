//! The parts of the hand that tasks ask for by role, and the pose in which it rests.

use crate::config::{Config, Wrist};
use angora_sdk::{Role, RoleKind};
use std::collections::BTreeMap;

/// Joints of the wrist: to the sides, up and down.
pub const WRIST_JOINTS: [&str; 2] = ["WRJ1", "WRJ0"];

/// Sites at the fingertips: first, middle, ring and little finger, thumb.
pub const FINGERTIPS: [&str; 5] = ["S_fftip", "S_mftip", "S_rftip", "S_lftip", "S_thtip"];

/// A relaxed hand, slightly closed: the angle of each joint in the order of `qpos`, rad. It is the
/// initial pose of gymnasium-robotics' HandReach and of AngoraPy's reaching tasks.
pub const REST: [(&str, f64); 24] = [
    ("WRJ1", -0.16514339750464327),
    ("WRJ0", -0.31973286565062153),
    ("FFJ3", 0.14340512546557435),
    ("FFJ2", 0.32028208333591573),
    ("FFJ1", 0.7126053607727917),
    ("FFJ0", 0.6705281001412586),
    ("MFJ3", 0.000246444303701037),
    ("MFJ2", 0.3152655251085491),
    ("MFJ1", 0.7659800313729842),
    ("MFJ0", 0.7323156897425923),
    ("RFJ3", 0.00038520700007378114),
    ("RFJ2", 0.36743546201985233),
    ("RFJ1", 0.7119514095008576),
    ("RFJ0", 0.6699446327514138),
    ("LFJ4", 0.0525442258033891),
    ("LFJ3", -0.13615534724474673),
    ("LFJ2", 0.39872030433433003),
    ("LFJ1", 0.7415570009679252),
    ("LFJ0", 0.704096378652974),
    ("THJ4", 0.003673823825070126),
    ("THJ3", 0.5506291436028695),
    ("THJ2", -0.014515151997119306),
    ("THJ1", -0.0015229223564485414),
    ("THJ0", -0.7894883021600622),
];

/// The roles of a hand whose model is `mjcf`, which lists the parts of each in their order.
pub(crate) fn roles(mjcf: &str) -> BTreeMap<String, Role> {
    use RoleKind::{Actuator, Body, Joint, Sensor, Site, Tendon};
    let named = |beginning: &str, prefix: &str| names(mjcf, beginning, prefix);
    let fixed = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    let actuators = named("<position", "A_");
    let (wrist, fingers) = actuators
        .iter()
        .cloned()
        .partition(|name| name.starts_with("A_WR"));
    [
        ("hand_joint", Joint, named("<joint", "")),
        ("wrist_joint", Joint, fixed(&WRIST_JOINTS)),
        ("fingertip", Site, fixed(&FINGERTIPS)),
        ("palm", Body, fixed(&["palm"])),
        ("palm_center", Site, fixed(&["palm_center_site"])),
        ("actuator", Actuator, actuators),
        ("wrist_actuator", Actuator, wrist),
        ("finger_actuator", Actuator, fingers),
        ("tendon", Tendon, named("<fixed", "T_")),
        ("touch", Sensor, named("<touch", "TS_")),
        ("fingertip_touch", Sensor, named("<touch", "ST_")),
    ]
    .into_iter()
    .map(|(role, kind, names)| (role.to_owned(), Role { kind, names }))
    .collect()
}

/// The angle at which a joint rests, rad.
pub(crate) fn resting_angle(joint: &str) -> f64 {
    let found = REST.iter().find(|(name, _)| *name == joint);
    found.map_or(0.0, |(_, angle)| *angle)
}

/// The poses: `rest`, and `flat` with stretched fingers. A frozen wrist stays where it is held.
pub(crate) fn poses(config: &Config) -> BTreeMap<String, BTreeMap<String, f64>> {
    let rest = REST.map(|(joint, angle)| (joint.to_owned(), angle));
    let flat = WRIST_JOINTS.map(|joint| {
        let angle = match config.wrist {
            Wrist::Free => 0.0,
            Wrist::Frozen => resting_angle(joint),
        };
        (joint.to_owned(), angle)
    });
    [("rest", rest.into()), ("flat", flat.into())]
        .map(|(name, pose)| (name.to_owned(), pose))
        .into()
}

/// The names of a kind of element that begin with a prefix, in the order of the file.
fn names(mjcf: &str, element: &str, prefix: &str) -> Vec<String> {
    let beginning = format!("{element} name=\"{prefix}");
    mjcf.lines()
        .filter_map(|line| line.trim_start().strip_prefix(&beginning))
        .filter_map(|rest| rest.split('"').next())
        .map(|rest| format!("{prefix}{rest}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::{Config, ShadowHand, Wrist};
    use angora_sdk::{Body, TouchMode};

    fn counts(config: Config) -> Vec<(String, usize)> {
        let body = ShadowHand::describe("shadow-hand", config).expect("describes");
        let roles = body.roles.into_iter();
        roles.map(|(name, role)| (name, role.names.len())).collect()
    }

    #[test]
    fn roles_have_the_parts_that_the_settings_leave() {
        let expected = |actuators: usize, touch: usize| {
            [
                ("actuator", actuators),
                ("finger_actuator", 18),
                ("fingertip", 5),
                ("fingertip_touch", if touch > 0 { 5 } else { 0 }),
                ("hand_joint", 24),
                ("palm", 1),
                ("palm_center", 1),
                ("tendon", 44),
                ("touch", touch),
                ("wrist_actuator", actuators - 18),
                ("wrist_joint", 2),
            ]
            .map(|(name, count)| (name.to_owned(), count))
            .to_vec()
        };
        assert_eq!(counts(Config::default()), expected(20, 92));
        let bare = Config {
            wrist: Wrist::Frozen,
            touch: TouchMode::Off,
            ..Config::default()
        };
        assert_eq!(counts(bare), expected(18, 0));
    }

    #[test]
    fn the_resting_pose_is_in_the_order_of_the_joints() {
        let body = ShadowHand::describe("shadow-hand", Config::default()).expect("describes");
        let rest = super::REST.map(|(name, _)| name.to_owned());
        assert_eq!(body.roles["hand_joint"].names, rest);
    }
}
