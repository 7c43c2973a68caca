//! States of a scene that no behaviour had to reach: the joints of its body anywhere they can be.

use crate::compose::ComposedScene;
use angora_core::Stream;
use mujoco_rs::wrappers::MjtJoint;
use std::f64::consts::PI;

/// Where the joints of a scene's body can be. Joints of the world are the task's to place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JointRanges {
    /// Place in qpos, least and greatest value, rad or m.
    ranges: Vec<(usize, f64, f64)>,
}

impl JointRanges {
    /// Hinges and slides with their limits; a hinge without is drawn from a whole turn. Slides
    /// without limits, ball joints and free joints have no range to draw from: they stay where the
    /// task puts them.
    pub(crate) fn new(scene: &ComposedScene) -> Self {
        let model = &scene.model;
        let of_body = |body: i32| usize::try_from(body).is_ok_and(|id| id >= scene.first_body);
        let ranges = (0..model.jnt_type().len())
            .filter(|&id| of_body(model.jnt_bodyid()[id]))
            .filter_map(|id| {
                let [low, high] = match (model.jnt_type()[id], model.jnt_limited()[id]) {
                    (MjtJoint::mjJNT_HINGE | MjtJoint::mjJNT_SLIDE, true) => model.jnt_range()[id],
                    (MjtJoint::mjJNT_HINGE, false) => [-PI, PI],
                    _ => return None,
                };
                let qpos = usize::try_from(model.jnt_qposadr()[id]).ok()?;
                Some((qpos, low, high))
            })
            .collect();
        Self { ranges }
    }

    /// Number of joints with a range.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether no joint has a range.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Draws every joint, uniform over its range.
    pub(crate) fn draw(&self, stream: &mut Stream, qpos: &mut [f64]) {
        for (at, low, high) in &self.ranges {
            qpos[*at] = low + (high - low) * stream.uniform();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]

    use super::*;
    use crate::compose::tests::{BODY, WORLD, body, plain, world};
    use angora_core::Purpose;

    #[test]
    fn joints_of_the_body_fill_their_ranges_and_all_else_stays() {
        let yard = WORLD.replace(
            "</worldbody>",
            "<body name='door'><joint name='door' range='-1 1'/><geom size='1'/></body></worldbody>",
        );
        let arm = BODY.replace(
            "<body name=\"stick\">",
            "<body name=\"stick\"><joint name=\"spin\" axis=\"1 0 0\" limited=\"false\"/>
             <joint name=\"rail\" type=\"slide\" limited=\"false\"/>",
        );
        let scene = plain(&world(&yard), &body(&arm)).unwrap();
        let joints = &scene.info.joints;
        let ranges = JointRanges::new(&scene);
        let expected = vec![
            (joints["spin"].qpos, -PI, PI),
            (joints["swing"].qpos, -1.5, 1.5),
        ];
        assert_eq!(ranges.ranges, expected);

        let mut stream = Stream::new(1, 0, 0, Purpose::Scatter);
        let mut seen = [(f64::INFINITY, f64::NEG_INFINITY); 2];
        for _ in 0..1000 {
            let mut qpos = scene.info.qpos0.clone();
            ranges.draw(&mut stream, &mut qpos);
            for ((at, ..), (least, most)) in ranges.ranges.iter().zip(&mut seen) {
                *least = least.min(qpos[*at]);
                *most = most.max(qpos[*at]);
                qpos[*at] = scene.info.qpos0[*at];
            }
            assert_eq!(qpos, scene.info.qpos0, "nothing else is moved");
        }
        for ((_, low, high), (least, most)) in ranges.ranges.iter().zip(seen) {
            let margin = 0.01 * (high - low);
            assert!(low <= &least && least < low + margin);
            assert!(&most <= high && most > high - margin);
        }
    }
}
