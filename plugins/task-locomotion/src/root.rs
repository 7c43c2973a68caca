//! The root of a body, by role.

use angora_sdk::{Fault, JointModel, Result, RoleKind, RoleRequest, SceneModel};

/// Asks for a role that one joint plays.
#[must_use]
pub fn request(role: &str) -> RoleRequest {
    RoleRequest {
        role: role.to_owned(),
        kind: RoleKind::Joint,
        at_least: 1,
    }
}

/// Asks for the roles of a body that moves freely: the joint `root` and the body `torso`.
#[must_use]
pub fn free() -> Vec<RoleRequest> {
    let torso = RoleRequest {
        role: "torso".to_owned(),
        kind: RoleKind::Body,
        at_least: 1,
    };
    vec![request("root"), torso]
}

/// The first joint of a role.
///
/// # Errors
/// A body without it.
pub fn joint(model: &SceneModel, role: &str) -> Result<JointModel> {
    let joint = part(model, role).and_then(|name| model.joints.get(name));
    let joint = joint.cloned();
    joint.ok_or_else(|| Fault::failed("the body has no joint of this role").on(role))
}

/// Index of the first rigid body of a role.
///
/// # Errors
/// A body without it.
pub fn body(model: &SceneModel, role: &str) -> Result<usize> {
    let body = part(model, role).and_then(|name| model.bodies.get(name));
    let body = body.copied();
    body.ok_or_else(|| Fault::failed("the body has no part of this role").on(role))
}

fn part<'m>(model: &'m SceneModel, role: &str) -> Option<&'m String> {
    model.roles.get(role).and_then(|role| role.names.first())
}
