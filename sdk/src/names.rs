//! Names for the elements of senses that are made of a model's coordinates.

use crate::{ElementSpec, JointModel, SceneModel};

/// A name for each position of the model, in its order: that of the joint, with the part where a
/// joint has several (`root.x`, `root.rw`); `#3` where a joint has no name.
#[must_use]
pub fn positions(model: &SceneModel) -> Vec<String> {
    spread(
        model,
        model.nq,
        |joint| joint.qpos,
        &["rw", "rx", "ry", "rz"],
    )
}

/// A name for each velocity of the model, in its order, as those of positions.
#[must_use]
pub fn velocities(model: &SceneModel) -> Vec<String> {
    spread(model, model.nv, |joint| joint.qvel, &["rx", "ry", "rz"])
}

/// Elements of these names without units of their own.
pub fn named(names: impl IntoIterator<Item = String>) -> Vec<ElementSpec> {
    let unit = String::new;
    let element = |name| ElementSpec { name, unit: unit() };
    names.into_iter().map(element).collect()
}

fn spread(
    model: &SceneModel,
    len: usize,
    address: impl Fn(&JointModel) -> usize,
    rotation: &[&str],
) -> Vec<String> {
    let mut joints: Vec<(usize, &String)> = model
        .joints
        .iter()
        .map(|(name, joint)| (address(joint), name))
        .collect();
    joints.sort();
    let mut names: Vec<String> = (0..len).map(|at| format!("#{at}")).collect();
    for (i, (start, name)) in joints.iter().enumerate() {
        let end = joints.get(i + 1).map_or(len, |next| next.0);
        let width = end.saturating_sub(*start);
        let parts: Vec<&str> = match width {
            1 => {
                names[*start].clone_from(name);
                continue;
            }
            width if width == rotation.len() => rotation.to_vec(),
            width if width == 3 + rotation.len() => [&["x", "y", "z"], rotation].concat(),
            // Joints without names lie behind this one.
            _ => continue,
        };
        for (place, part) in names[*start..end].iter_mut().zip(parts) {
            *place = format!("{name}.{part}");
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_named_after_their_joints() {
        let joint = |qpos, qvel| JointModel {
            id: 0,
            qpos,
            qvel,
            range: None,
        };
        let model = SceneModel {
            nq: 9,
            nv: 8,
            joints: [
                ("root".to_owned(), joint(0, 0)),
                ("knee".to_owned(), joint(7, 6)),
                ("ankle".to_owned(), joint(8, 7)),
            ]
            .into(),
            ..SceneModel::default()
        };
        assert_eq!(
            positions(&model),
            [
                "root.x", "root.y", "root.z", "root.rw", "root.rx", "root.ry", "root.rz", "knee",
                "ankle"
            ]
        );
        let velocities = velocities(&model);
        assert_eq!(
            velocities[3..],
            ["root.rx", "root.ry", "root.rz", "knee", "ankle"]
        );
    }
}
