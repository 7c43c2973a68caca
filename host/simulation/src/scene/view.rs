//! From where to look at a scene.

use super::View;
use super::describe::index;
use crate::physics::{Physics, PhysicsError, Poses};
use mujoco_rs::wrappers::{MjModel, MjtJoint};

/// Distance over the size of what is looked at, as MuJoCo's viewer begins.
const DISTANCE: f64 = 1.5;

/// The directions of MuJoCo's viewer, at what stands in the world at the reference pose. (The
/// viewer itself looks at the model's statistics, which a world may set for its floor.)
pub(super) fn of(physics: &Physics) -> Result<View, PhysicsError> {
    let model: &MjModel = physics.model();
    let (stat, global) = (model.stat(), &model.vis().global);
    let (lookat, extent) = match bounds(&Poses::new(physics)?.reference(), model) {
        Some((low, high)) => {
            let middle = |axis: usize| f64::midpoint(low[axis], high[axis]);
            let size = |axis: usize| high[axis] - low[axis];
            ([0, 1, 2].map(middle), size(0).max(size(1)).max(size(2)))
        }
        None => (stat.center, stat.extent),
    };
    Ok(View {
        lookat,
        distance: DISTANCE * extent,
        azimuth_degrees: f64::from(global.azimuth),
        elevation_degrees: f64::from(global.elevation),
        fovy_degrees: f64::from(global.fovy),
        follow: wanderer(model),
    })
}

/// The box around the bounding spheres of all geoms but the world's own, which stand at `places`.
fn bounds(places: &[[f64; 3]], model: &MjModel) -> Option<([f64; 3], [f64; 3])> {
    let mut found: Option<([f64; 3], [f64; 3])> = None;
    for (id, place) in places.iter().enumerate() {
        let radius = model.geom_rbound()[id];
        if model.geom_bodyid()[id] == 0 || radius <= 0.0 {
            continue;
        }
        let (low, high) = found.get_or_insert(([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]));
        for axis in 0..3 {
            low[axis] = low[axis].min(place[axis] - radius);
            high[axis] = high[axis].max(place[axis] + radius);
        }
    }
    found
}

/// The heaviest body whose joints let it go anywhere: free ones, or slides without limits.
fn wanderer(model: &MjModel) -> Option<usize> {
    let joints = 0..model.jnt_type().len();
    let loose = joints.filter(|&id| match model.jnt_type()[id] {
        MjtJoint::mjJNT_FREE => true,
        MjtJoint::mjJNT_SLIDE => !model.jnt_limited()[id],
        _ => false,
    });
    let bodies = loose.map(|id| index(model.jnt_bodyid()[id]));
    let mass = |body: &usize| model.body_subtreemass()[*body];
    bodies.max_by(|a, b| mass(a).total_cmp(&mass(b)).then(b.cmp(a)))
}
