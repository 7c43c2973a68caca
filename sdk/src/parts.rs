//! The parts of a body by the role that they play: names become indices once, when a task binds.

use crate::{Fault, FaultCode, JointModel, Result, RoleKind, SceneModel};
use std::collections::BTreeMap;

/// Indices of the sites of a role, in its order.
///
/// # Errors
/// A role that the body lacks, or of another kind.
pub fn sites(model: &SceneModel, role: &str) -> Result<Vec<usize>> {
    indices(model, role, RoleKind::Site, &model.sites)
}

/// Indices of the rigid bodies of a role.
///
/// # Errors
/// As [`sites`].
pub fn bodies(model: &SceneModel, role: &str) -> Result<Vec<usize>> {
    indices(model, role, RoleKind::Body, &model.bodies)
}

/// Indices of the actuators of a role.
///
/// # Errors
/// As [`sites`].
pub fn actuators(model: &SceneModel, role: &str) -> Result<Vec<usize>> {
    indices(model, role, RoleKind::Actuator, &model.actuators)
}

/// Indices of the tendons of a role.
///
/// # Errors
/// As [`sites`].
pub fn tendons(model: &SceneModel, role: &str) -> Result<Vec<usize>> {
    indices(model, role, RoleKind::Tendon, &model.tendons)
}

/// The joints of a role, in its order.
///
/// # Errors
/// As [`sites`].
pub fn joints(model: &SceneModel, role: &str) -> Result<Vec<JointModel>> {
    collect(model, role, RoleKind::Joint, |name| {
        model.joints.get(name).cloned()
    })
}

/// Addresses in the sensor data of the sensors of a role, each of one value.
///
/// # Errors
/// As [`sites`]; a sensor of several values.
pub fn sensors(model: &SceneModel, role: &str) -> Result<Vec<usize>> {
    collect(model, role, RoleKind::Sensor, |name| {
        let (address, len) = *model.sensors.get(name)?;
        (len == 1).then_some(address)
    })
}

/// Names of the parts of a role, in its order; none where the body lacks it.
#[must_use]
pub fn names(model: &SceneModel, role: &str) -> Vec<String> {
    let found = model.roles.get(role);
    found.map_or_else(Vec::new, |role| role.names.clone())
}

/// Whether the body has a role.
#[must_use]
pub fn has(model: &SceneModel, role: &str) -> bool {
    model.roles.contains_key(role)
}

fn indices(
    model: &SceneModel,
    role: &str,
    kind: RoleKind,
    known: &BTreeMap<String, usize>,
) -> Result<Vec<usize>> {
    collect(model, role, kind, |name| known.get(name).copied())
}

fn collect<T>(
    model: &SceneModel,
    role: &str,
    kind: RoleKind,
    find: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>> {
    let refuse = |message: String| Err(Fault::new(FaultCode::Invalid, message).on(role));
    let Some(found) = model.roles.get(role) else {
        return refuse("the body lacks this role".into());
    };
    if found.kind != kind {
        return refuse(format!(
            "the role is played by parts of kind {:?}, expected {kind:?}",
            found.kind
        ));
    }
    let mut parts = Vec::with_capacity(found.names.len());
    for name in &found.names {
        match find(name) {
            Some(part) => parts.push(part),
            None => return refuse(format!("there is no {kind:?} {name:?} that fits")),
        }
    }
    Ok(parts)
}
