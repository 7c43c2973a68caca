//! A cart on a rail with a pole on a hinge, or with one pole on another.

use angora_sdk::{Body, BodySpec, ControlMode, NoConfig, PhysicsOptions, Result, Role, RoleKind};

/// The body `inverted-pendulum`.
#[derive(Debug)]
pub struct InvertedPendulum;

/// The body `inverted-double-pendulum`.
#[derive(Debug)]
pub struct InvertedDoublePendulum;

fn role(kind: RoleKind, name: &str) -> Role {
    Role {
        kind,
        names: vec![name.to_owned()],
    }
}

/// A cart with one pole or more, which all have these roles.
fn cart(mjcf: &str, timestep: f64, substeps: u32) -> BodySpec {
    let roles = [
        ("cart_joint", role(RoleKind::Joint, "cart_slide")),
        ("pole_joint", role(RoleKind::Joint, "pole_hinge")),
        ("cart_actuator", role(RoleKind::Actuator, "cart_motor")),
        ("pole", role(RoleKind::Body, "pole")),
    ];
    BodySpec {
        mjcf: mjcf.into(),
        roles: roles.map(|(name, role)| (name.into(), role)).into(),
        control: ControlMode::Direct,
        physics: PhysicsOptions {
            timestep: Some(timestep),
            integrator: Some("RK4".into()),
            ..PhysicsOptions::default()
        },
        substeps: Some(substeps),
        ..BodySpec::default()
    }
}

impl Body for InvertedPendulum {
    type Config = NoConfig;

    fn describe(_id: &str, _config: NoConfig) -> Result<BodySpec> {
        let mjcf = include_str!("../assets/inverted-pendulum.xml");
        Ok(cart(mjcf, 0.02, 2))
    }
}

impl Body for InvertedDoublePendulum {
    type Config = NoConfig;

    fn describe(_id: &str, _config: NoConfig) -> Result<BodySpec> {
        let mjcf = include_str!("../assets/inverted-double-pendulum.xml");
        let mut body = cart(mjcf, 0.01, 5);
        let more = [
            ("upper_pole_joint", role(RoleKind::Joint, "pole2_hinge")),
            ("upper_pole", role(RoleKind::Body, "pole2")),
            ("pole_tip", role(RoleKind::Site, "tip")),
        ];
        let more = more.map(|(name, role)| (name.to_owned(), role));
        body.roles.extend(more);
        Ok(body)
    }
}

angora_sdk::export_plugin! {
    body "inverted-pendulum" => InvertedPendulum,
    body "inverted-double-pendulum" => InvertedDoublePendulum,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_role_is_named_in_the_model() {
        for body in [
            InvertedPendulum::describe("inverted-pendulum", NoConfig {}),
            InvertedDoublePendulum::describe("inverted-double-pendulum", NoConfig {}),
        ] {
            let body = body.expect("describes");
            for (name, role) in &body.roles {
                for part in &role.names {
                    let named = body.mjcf.contains(&format!("name=\"{part}\""));
                    assert!(named, "{name}: {part}");
                }
            }
        }
    }
}
