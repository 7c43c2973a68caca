//! Names of the numbers in MuJoCo's arrays.

use super::{ActuatorPart, JointPart, SensorPart};
use mujoco_rs::wrappers::MjModel;

/// One for each position.
pub(super) fn qpos(joints: &[JointPart]) -> Vec<String> {
    spread(joints, &["w", "x", "y", "z"])
}

/// One for each velocity.
pub(super) fn qvel(joints: &[JointPart]) -> Vec<String> {
    spread(joints, &["x", "y", "z"])
}

/// Joints in MuJoCo's order, whose numbers lie one after another.
fn spread(joints: &[JointPart], rotation: &[&str]) -> Vec<String> {
    let mut names = Vec::new();
    for joint in joints {
        let name = &joint.name;
        let turns = || rotation.iter().map(move |part| format!("{name}.r{part}"));
        match joint.kind.as_str() {
            "free" => {
                names.extend(["x", "y", "z"].map(|part| format!("{name}.{part}")));
                names.extend(turns());
            }
            "ball" => names.extend(turns()),
            _ => names.push(name.clone()),
        }
    }
    names
}

/// One for each actuator input; an actuator may have several.
pub(super) fn controls(model: &MjModel, actuators: &[ActuatorPart]) -> Vec<String> {
    let lens = model.actuator_ctrlnum().iter().map(|&len| len.max(0));
    let lens = lens.map(|len| usize::try_from(len).unwrap_or(0));
    let names = actuators.iter().map(|actuator| actuator.name.as_str());
    numbered(names.zip(lens))
}

/// One for each sensor value.
pub(super) fn sensor_values(sensors: &[SensorPart]) -> Vec<String> {
    let sensors = sensors.iter();
    numbered(sensors.map(|sensor| (sensor.name.as_str(), sensor.len)))
}

/// A name as it is where it has one number, else with the number's index.
fn numbered<'a>(parts: impl Iterator<Item = (&'a str, usize)>) -> Vec<String> {
    let mut names = Vec::new();
    for (name, len) in parts {
        match len {
            1 => names.push(name.to_owned()),
            _ => names.extend((0..len).map(|index| format!("{name}.{index}"))),
        }
    }
    names
}
