//! Roles and physics, in few words.

use angora_sdk::{PhysicsOptions, Role, RoleKind};

/// A role of these parts.
pub fn role(kind: RoleKind, names: &[&str]) -> Role {
    Role {
        kind,
        names: names.iter().map(ToString::to_string).collect(),
    }
}

/// The fourth-order Runge-Kutta integrator with a time step in s.
pub fn runge_kutta(timestep: f64) -> PhysicsOptions {
    PhysicsOptions {
        timestep: Some(timestep),
        integrator: Some("RK4".into()),
        ..PhysicsOptions::default()
    }
}
