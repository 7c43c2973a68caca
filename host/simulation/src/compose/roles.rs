//! Roles: what a task asks of a body, and whether the body's parts are there.

use super::model::{mujoco_kind, names_of};
use crate::physics::PhysicsError;
use angora_core::suggest;
use angora_plugin_api::{RoleKind, RoleRequest, scene::Role};
use mujoco_rs::wrappers::MjModel;
use std::collections::BTreeMap;

/// Checks that all requested roles are there, of the right kind and number, and that the parts
/// of every role are parts of the model.
pub(super) fn check(
    requests: &[RoleRequest],
    roles: &BTreeMap<String, Role>,
    body: &str,
    model: &MjModel,
) -> Result<(), PhysicsError> {
    let fault = |role: &str, message: String| {
        Err(PhysicsError::Role {
            role: role.into(),
            body: body.into(),
            message,
        })
    };
    for RoleRequest {
        role,
        kind,
        at_least,
    } in requests
    {
        let Some(found) = roles.get(role) else {
            return Err(PhysicsError::MissingRole {
                role: role.clone(),
                kind: word(*kind),
                body: body.into(),
                known: list(roles),
            });
        };
        if found.kind != *kind {
            let (has, needs) = (word(found.kind), word(*kind));
            return fault(
                role,
                format!("it is of kind {has}, the task needs kind {needs}"),
            );
        }
        if found.names.len() < *at_least {
            let has = found.names.len();
            return fault(
                role,
                format!("it has {has} parts, the task needs {at_least}"),
            );
        }
    }
    for (role, Role { kind, names }) in roles {
        let known = || names_of(model, mujoco_kind(*kind)).map(|(name, _)| name);
        for name in names {
            if model.name_to_id(mujoco_kind(*kind), name).is_none() {
                let known: Vec<&str> = known().collect();
                let hint = suggest::hint(name, known.iter().copied());
                return fault(
                    role,
                    format!("there is no {} {name:?}; {hint}", word(*kind)),
                );
            }
        }
    }
    Ok(())
}

/// A kind in messages.
fn word(kind: RoleKind) -> &'static str {
    match kind {
        RoleKind::Body => "body",
        RoleKind::Joint => "joint",
        RoleKind::Site => "site",
        RoleKind::Geom => "geom",
        RoleKind::Actuator => "actuator",
        RoleKind::Sensor => "sensor",
        RoleKind::Camera => "camera",
        RoleKind::Tendon => "tendon",
    }
}

/// `"foot" (geom), "root_x" (joint)`.
fn list(roles: &BTreeMap<String, Role>) -> String {
    if roles.is_empty() {
        return "no roles".into();
    }
    let item = |(name, role): (&String, &Role)| format!("{name:?} ({})", word(role.kind));
    roles.iter().map(item).collect::<Vec<_>>().join(", ")
}
