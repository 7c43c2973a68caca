//! Places, and what plays a role.

use angora_sdk::{Fault, JointModel, Result, RoleKind, RoleRequest, SceneModel};

/// Asks for a role of so many parts.
pub fn request(role: &str, kind: RoleKind, at_least: usize) -> RoleRequest {
    RoleRequest {
        role: role.to_owned(),
        kind,
        at_least,
    }
}

/// A joint of the world, which the task's own MJCF has.
pub fn joint(model: &SceneModel, name: &str) -> Result<JointModel> {
    let joint = model.joints.get(name).cloned();
    joint.ok_or_else(|| Fault::failed("the world has no such joint").on(name))
}

/// A rigid body of the world.
pub fn body(model: &SceneModel, name: &str) -> Result<usize> {
    let body = model.bodies.get(name).copied();
    body.ok_or_else(|| Fault::failed("the world has no such body").on(name))
}

/// The place of an object, of all.
pub fn of(places: &[f64], index: usize) -> [f64; 3] {
    [0, 1, 2].map(|axis| places[3 * index + axis])
}

/// One place as seen from another.
pub fn between(from: [f64; 3], to: [f64; 3]) -> [f64; 3] {
    [0, 1, 2].map(|axis| to[axis] - from[axis])
}

/// Length.
pub fn norm(way: [f64; 3]) -> f64 {
    way.iter().fold(0.0, |sum, x| sum + x * x).sqrt()
}

/// Sum of the squared actions, in f64.
pub fn effort(action: &[f32]) -> f64 {
    let squares = action.iter().map(|a| f64::from(*a) * f64::from(*a));
    squares.fold(0.0, |sum, square| sum + square)
}
