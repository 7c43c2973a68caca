//! Which number made MuJoCo give up.

use super::guard::Data;
use crate::compose::name_of;
use mujoco_rs::{
    mujoco_c::mjtWarning,
    wrappers::{MjModel, MjtObjBase},
};

/// The first bad number of the state, in words.
pub(super) fn describe(data: &Data) -> String {
    use mjtWarning::{mjWARN_BADCTRL, mjWARN_BADQACC, mjWARN_BADQPOS, mjWARN_BADQVEL};
    let model = data.model();
    let found = |warning: mjtWarning| {
        let stat = &data.ffi().warning[warning as usize];
        (stat.number > 0).then(|| usize::try_from(stat.lastinfo).unwrap_or(0))
    };
    let bad = "is not a number or beyond 1e10";
    if let Some(index) = found(mjWARN_BADCTRL) {
        let name = name_of(model, MjtObjBase::mjOBJ_ACTUATOR, index);
        format!("input {index} (actuator {name:?}) {bad}")
    } else if let Some(index) = found(mjWARN_BADQPOS) {
        format!(
            "position {index} (joint {:?}) {bad}",
            joint_of_position(model, index)
        )
    } else if let Some(index) = found(mjWARN_BADQVEL) {
        format!(
            "velocity {index} (joint {:?}) {bad}",
            joint_of_velocity(model, index)
        )
    } else if let Some(index) = found(mjWARN_BADQACC) {
        format!(
            "acceleration {index} (joint {:?}) {bad}",
            joint_of_velocity(model, index)
        )
    } else {
        format!("a number {bad}")
    }
}

/// Name of the joint that a position coordinate belongs to.
fn joint_of_position(model: &MjModel, index: usize) -> String {
    let begins_before = |address: &i32| usize::try_from(*address).is_ok_and(|a| a <= index);
    let after = model.jnt_qposadr().partition_point(begins_before);
    name_of(model, MjtObjBase::mjOBJ_JOINT, after.saturating_sub(1))
}

/// Name of the joint that a velocity coordinate belongs to.
fn joint_of_velocity(model: &MjModel, index: usize) -> String {
    let joint = model
        .dof_jntid()
        .get(index)
        .and_then(|&id| usize::try_from(id).ok());
    name_of(model, MjtObjBase::mjOBJ_JOINT, joint.unwrap_or(0))
}
