//! Places and angles of a scene by name, as labels of its pictures.

use crate::compose::{ComposedScene, names_of};
use crate::error::SimulationError;
use crate::views::Views;
use angora_core::suggest;
use angora_plugin_api::RoleKind;
use mujoco_rs::wrappers::{MjModel, MjtJoint, MjtObjBase};

/// A number of the physics that a picture may show.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// What it is of, and which of its numbers: `site:fingertip x`, `joint:elbow`.
    pub name: String,
    /// `m` or `rad`; empty for cosines, sines and rotations.
    pub unit: &'static str,
    read: Read,
}

/// Where it is read.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Read {
    Qpos(usize),
    Cosine(usize),
    Sine(usize),
    /// Index into the bodies' places.
    Body(usize),
    /// Index into the sites' places.
    Site(usize),
    /// Of a body: one of the first two columns of its rotation matrix, and the row.
    Rotation {
        body: usize,
        column: usize,
        row: usize,
    },
}

impl Quantity {
    /// Its value; the physics is evaluated ([`Physics::forward`](crate::physics::Physics::forward)).
    #[must_use]
    pub fn read(&self, views: &Views<'_>) -> f64 {
        match self.read {
            Read::Qpos(at) => views.qpos[at],
            Read::Cosine(at) => views.qpos[at].cos(),
            Read::Sine(at) => views.qpos[at].sin(),
            Read::Body(at) => views.xpos[at],
            Read::Site(at) => views.site_xpos[at],
            Read::Rotation { body, column, row } => {
                let q = &views.xquat[4 * body..4 * body + 4];
                rotation([q[0], q[1], q[2], q[3]], row, column)
            }
        }
    }
}

/// An element of the rotation matrix of a unit quaternion w x y z, of the first two columns.
fn rotation([w, x, y, z]: [f64; 4], row: usize, column: usize) -> f64 {
    match (column, row) {
        (0, 0) => 1.0 - 2.0 * (y * y + z * z),
        (0, 1) => 2.0 * (x * y + w * z),
        (0, _) => 2.0 * (x * z - w * y),
        (_, 0) => 2.0 * (x * y - w * z),
        (_, 1) => 1.0 - 2.0 * (x * x + z * z),
        (_, _) => 2.0 * (y * z + w * x),
    }
}

const AXES: [&str; 3] = ["x", "y", "z"];

/// How a label is written.
const FORMS: &str = "joint:NAME, site:NAME, body:NAME or rotation:BODY";

/// The quantities that labels name, in order.
///
/// `joint:` is the angle (rad) of a hinge, its cosine and sine where it has no limits, or the
/// place (m) of a slide; `site:` and `body:` are places in the world (m); `rotation:` is the first
/// two columns of a body's rotation matrix, which unlike angles and quaternions is continuous (Zhou
/// et al. 2019).
///
/// # Errors
/// A label that names nothing; the nearest name is said.
pub(crate) fn quantities(
    scene: &ComposedScene,
    labels: &[String],
) -> Result<Vec<Quantity>, SimulationError> {
    let mut found = Vec::new();
    for label in labels {
        let refuse =
            |problem: String| SimulationError::Setting(format!("label {label:?}: {problem}"));
        let (kind, name) = label
            .split_once(':')
            .ok_or_else(|| refuse(format!("expected {FORMS}")))?;
        let object = match kind {
            "joint" => MjtObjBase::mjOBJ_JOINT,
            "site" => MjtObjBase::mjOBJ_SITE,
            "body" | "rotation" => MjtObjBase::mjOBJ_BODY,
            _ => return Err(refuse(format!("expected {FORMS}"))),
        };
        let model = &scene.model;
        let Some((_, id)) = names_of(model, object).find(|(known, _)| *known == name) else {
            let known: Vec<&str> = names_of(model, object).map(|(name, _)| name).collect();
            let what = if kind == "rotation" { "body" } else { kind };
            let hint = suggest::hint(name, known.iter().copied());
            return Err(refuse(format!("the scene has no {what} {name:?}; {hint}")));
        };
        match kind {
            "joint" => found.extend(of_joint(model, label, id).map_err(refuse)?),
            "rotation" => found.extend((0..6).map(|i| Quantity {
                name: format!("{label} {}{}", AXES[i % 3], i / 3 + 1),
                unit: "",
                read: Read::Rotation {
                    body: id,
                    column: i / 3,
                    row: i % 3,
                },
            })),
            _ => found.extend((0..3).map(|axis| Quantity {
                name: format!("{label} {}", AXES[axis]),
                unit: "m",
                read: match kind {
                    "site" => Read::Site(3 * id + axis),
                    _ => Read::Body(3 * id + axis),
                },
            })),
        }
    }
    Ok(found)
}

fn of_joint(model: &MjModel, label: &str, id: usize) -> Result<Vec<Quantity>, String> {
    let at = usize::try_from(model.jnt_qposadr()[id]).unwrap_or(0);
    let quantity = |suffix: &str, unit, read| Quantity {
        name: format!("{label}{suffix}"),
        unit,
        read,
    };
    match (model.jnt_type()[id], model.jnt_limited()[id]) {
        (MjtJoint::mjJNT_SLIDE, _) => Ok(vec![quantity("", "m", Read::Qpos(at))]),
        (MjtJoint::mjJNT_HINGE, true) => Ok(vec![quantity("", "rad", Read::Qpos(at))]),
        (MjtJoint::mjJNT_HINGE, false) => Ok(vec![
            quantity(" cos", "", Read::Cosine(at)),
            quantity(" sin", "", Read::Sine(at)),
        ]),
        _ => Err(
            "a ball or free joint is no single angle; name its body: body:NAME and rotation:NAME"
                .into(),
        ),
    }
}

/// What a scene is about: the hinges and slides and the sites that play a role of the body, and
/// the places of the bodies that the task moves. Where that is nothing, all hinges and slides.
pub(crate) fn default_labels(scene: &ComposedScene) -> Vec<String> {
    let model = &scene.model;
    let of_role = |kind: RoleKind, word: &'static str| {
        let roles = scene
            .info
            .roles
            .values()
            .filter(move |role| role.kind == kind);
        roles.flat_map(move |role| role.names.iter().map(move |name| format!("{word}:{name}")))
    };
    let single = |label: &String| {
        let id = |(name, id)| (label.strip_prefix("joint:") == Some(name)).then_some(id);
        let id = names_of(model, MjtObjBase::mjOBJ_JOINT).find_map(id);
        id.is_some_and(|id| is_single(model, id))
    };
    let moved = names_of(model, MjtObjBase::mjOBJ_BODY)
        .filter(|(_, id)| *id < scene.first_body)
        .filter(|(_, id)| model.body_mocapid()[*id] >= 0 || model.body_jntnum()[*id] > 0)
        .map(|(name, _)| format!("body:{name}"));
    let mut labels: Vec<String> = Vec::new();
    let candidates = of_role(RoleKind::Joint, "joint")
        .filter(single)
        .chain(of_role(RoleKind::Site, "site"))
        .chain(moved);
    for label in candidates {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    if labels.is_empty() {
        let joints = names_of(model, MjtObjBase::mjOBJ_JOINT);
        let joints = joints.filter(|(_, id)| is_single(model, *id));
        labels.extend(joints.map(|(name, _)| format!("joint:{name}")));
    }
    labels
}

/// Whether a joint is one number.
fn is_single(model: &MjModel, id: usize) -> bool {
    matches!(
        model.jnt_type()[id],
        MjtJoint::mjJNT_HINGE | MjtJoint::mjJNT_SLIDE
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]

    use super::*;
    use crate::compose::tests::{BODY, WORLD, body, plain, world};
    use crate::physics::Physics;

    fn labels(written: &[&str]) -> Vec<String> {
        written.iter().map(ToString::to_string).collect()
    }

    fn scene() -> ComposedScene {
        let swinger = BODY.replace(
            "<joint name=\"swing\"",
            "<joint name=\"spin\" axis=\"1 0 0\" limited=\"false\"/><joint name=\"swing\"",
        );
        plain(&world(WORLD), &body(&swinger)).unwrap()
    }

    /// Values by name after the root has been turned by a quarter about z and moved.
    fn values(written: &[&str]) -> Vec<(String, &'static str, f64)> {
        let scene = scene();
        let mut physics = Physics::new(&scene).unwrap();
        physics.reset().unwrap();
        let half = 0.5_f64.sqrt();
        let qpos = [0.3, -0.2, 0.7, half, 0.0, 0.0, half, 2.0, -0.4];
        physics.views().qpos.copy_from_slice(&qpos);
        physics.forward().unwrap();
        let quantities = quantities(&scene, &labels(written)).unwrap();
        let views = physics.views();
        let read = |quantity: &Quantity| {
            let rounded = (quantity.read(&views) * 1e9).round() / 1e9;
            (quantity.name.clone(), quantity.unit, rounded + 0.0)
        };
        quantities.iter().map(read).collect()
    }

    fn of(entries: &[(&str, &'static str, f64)]) -> Vec<(String, &'static str, f64)> {
        let own =
            |(name, unit, value): &(&str, &'static str, f64)| (name.to_string(), *unit, *value);
        entries.iter().map(own).collect()
    }

    #[test]
    fn quantities_are_what_the_physics_says() {
        let cosine = (2.0_f64.cos() * 1e9).round() / 1e9;
        let sine = (2.0_f64.sin() * 1e9).round() / 1e9;
        assert_eq!(
            values(&["joint:swing", "joint:spin"]),
            of(&[
                ("joint:swing", "rad", -0.4),
                ("joint:spin cos", "", cosine),
                ("joint:spin sin", "", sine),
            ])
        );
        // The site stands 0.1 m above the ball.
        assert_eq!(
            values(&["site:top", "body:target"]),
            of(&[
                ("site:top x", "m", 0.3),
                ("site:top y", "m", -0.2),
                ("site:top z", "m", 0.8),
                ("body:target x", "m", 1.0),
                ("body:target y", "m", 2.0),
                ("body:target z", "m", 3.0),
            ])
        );
        // A quarter about z takes x to y, and y to -x.
        let rotation = values(&["rotation:ball"]);
        let numbers: Vec<f64> = rotation.iter().map(|(.., value)| *value).collect();
        assert_eq!(numbers, [0.0, 1.0, 0.0, -1.0, 0.0, 0.0]);
        assert_eq!(rotation[3].0, "rotation:ball x2");
    }

    #[test]
    fn columns_of_rotations_are_those_of_mujoco() {
        let scene = scene();
        let mut physics = Physics::new(&scene).unwrap();
        physics.reset().unwrap();
        let q = [0.1, 0.7, -0.5, 0.5];
        let norm = q.iter().map(|x| x * x).sum::<f64>().sqrt();
        physics.views().qpos[3..7].copy_from_slice(&q.map(|x| x / norm));
        physics.forward().unwrap();
        let quantities = quantities(&scene, &labels(&["rotation:ball"])).unwrap();
        let views = physics.views();
        // The site is turned as the ball that it is fixed to.
        for (i, quantity) in quantities.iter().enumerate() {
            let expected = views.site_xmat[3 * (i % 3) + i / 3];
            assert!((quantity.read(&views) - expected).abs() < 1e-12, "{i}");
        }
    }

    #[test]
    fn labels_that_name_nothing_are_refused_with_the_nearest_name() {
        let scene = scene();
        let refused = |label: &str| {
            let error = quantities(&scene, &labels(&[label])).unwrap_err();
            error.to_string()
        };
        assert_eq!(
            refused("site:topp"),
            "label \"site:topp\": the scene has no site \"topp\"; did you mean top?"
        );
        assert_eq!(
            refused("rotation:bal"),
            "label \"rotation:bal\": the scene has no body \"bal\"; did you mean ball?"
        );
        for wrong in ["fingertip", "geom:floor"] {
            let error = refused(wrong);
            assert!(error.contains("expected joint:NAME, site:NAME"), "{error}");
        }
        assert!(refused("joint:root").contains("name its body"));
    }

    #[test]
    fn a_scene_is_about_its_roles_and_what_the_task_moves() {
        let plain_scene = scene();
        // The role `root` is a free joint, the role `tip` a geom.
        assert_eq!(default_labels(&plain_scene), ["body:target"]);
        let mut swinger = body(BODY);
        let role = |kind, name: &str| angora_plugin_api::scene::Role {
            kind,
            names: vec![name.into()],
        };
        swinger
            .roles
            .insert("hinge".into(), role(RoleKind::Joint, "swing"));
        swinger
            .roles
            .insert("top".into(), role(RoleKind::Site, "top"));
        let scene = plain(&world(WORLD), &swinger).unwrap();
        assert_eq!(
            default_labels(&scene),
            ["joint:swing", "site:top", "body:target"]
        );
        let still = WORLD.replace("mocap=\"true\"", "");
        let scene = plain(&world(&still), &body(BODY)).unwrap();
        assert_eq!(default_labels(&scene), ["joint:swing"]);
    }
}
