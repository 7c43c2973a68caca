//! A cart on a rail with a pole on a hinge.

use angora_sdk::{Body, BodySpec, ControlMode, NoConfig, PhysicsOptions, Result, Role, RoleKind};

/// The body `inverted-pendulum`.
#[derive(Debug)]
pub struct InvertedPendulum;

fn role(kind: RoleKind, name: &str) -> Role {
    Role {
        kind,
        names: vec![name.to_owned()],
    }
}

impl Body for InvertedPendulum {
    type Config = NoConfig;

    fn describe(_id: &str, _config: NoConfig) -> Result<BodySpec> {
        let roles = [
            ("cart_joint", role(RoleKind::Joint, "cart_slide")),
            ("pole_joint", role(RoleKind::Joint, "pole_hinge")),
            ("cart_actuator", role(RoleKind::Actuator, "cart_motor")),
            ("pole", role(RoleKind::Body, "pole")),
        ];
        Ok(BodySpec {
            mjcf: include_str!("../assets/inverted-pendulum.xml").into(),
            assets: vec![],
            roles: roles.map(|(name, role)| (name.into(), role)).into(),
            control: ControlMode::Direct,
            physics: PhysicsOptions {
                timestep: Some(0.02),
                integrator: Some("RK4".into()),
                ..PhysicsOptions::default()
            },
            substeps: Some(2),
            ..BodySpec::default()
        })
    }
}

angora_sdk::export_plugin! {
    body "inverted-pendulum" => InvertedPendulum,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_role_is_named_in_the_model() {
        let body = InvertedPendulum::describe("inverted-pendulum", NoConfig {}).expect("describes");
        for (name, role) in &body.roles {
            for part in &role.names {
                assert!(
                    body.mjcf.contains(&format!("name=\"{part}\"")),
                    "{name}: {part}"
                );
            }
        }
    }
}
