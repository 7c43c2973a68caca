//! The root of a body, by role.

use angora_sdk::{Fault, JointModel, Result, RoleKind, RoleRequest, SceneModel, parts};

/// Asks for a role that one joint plays.
#[must_use]
pub fn request(role: &str) -> RoleRequest {
    RoleRequest {
        role: role.to_owned(),
        kind: RoleKind::Joint,
        at_least: 1,
    }
}

/// The first joint of a role.
///
/// # Errors
/// A body without it.
pub fn joint(model: &SceneModel, role: &str) -> Result<JointModel> {
    let joint = parts::joints(model, role)?.into_iter().next();
    joint.ok_or_else(|| Fault::failed("the body has no joint of this role").on(role))
}
