//! World and body share one set of names for each kind of part.

use crate::physics::PhysicsError;
use mujoco_rs::wrappers::mj_editing::{MjSpec, SpecElement};
use std::collections::BTreeSet;

/// Refuses a name that both use for the same kind of part.
pub(super) fn check(world: &MjSpec, body: &MjSpec, body_name: &str) -> Result<(), PhysicsError> {
    macro_rules! none_twice {
        ($($kind:literal: $parts:ident),* $(,)?) => {$(
            let taken: BTreeSet<&str> = world.$parts().map(|part| part.name()).collect();
            // Unnamed parts do not clash, and both have the world itself.
            let twice = body
                .$parts()
                .map(|part| part.name())
                .find(|name| !name.is_empty() && *name != "world" && taken.contains(name));
            if let Some(name) = twice {
                return Err(PhysicsError::NameClash {
                    body: body_name.into(),
                    kind: $kind,
                    name: name.into(),
                });
            }
        )*};
    }
    none_twice!(
        "body": body_iter,
        "joint": joint_iter,
        "geom": geom_iter,
        "site": site_iter,
        "camera": camera_iter,
        "light": light_iter,
        "actuator": actuator_iter,
        "sensor": sensor_iter,
        "tendon": tendon_iter,
        "equality constraint": equality_iter,
        "mesh": mesh_iter,
        "texture": texture_iter,
        "material": material_iter,
    );
    Ok(())
}
