//! The vertices of a scene's meshes.

use crate::physics::Physics;
use mujoco_rs::wrappers::MjModel;

/// A mesh in the frame of the geoms that show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Mesh {
    /// Vertices `[V, 3]`, m.
    pub vertices: Vec<[f32; 3]>,
    /// Triangles `[F, 3]` as indices of vertices, counter-clockwise from outside.
    pub faces: Vec<[u32; 3]>,
}

impl Mesh {
    /// The meshes of a scene, in MuJoCo's order.
    #[must_use]
    pub fn all(physics: &Physics) -> Vec<Self> {
        let model: &MjModel = physics.model();
        let number = |value: i32| usize::try_from(value).unwrap_or(0);
        let part = |at: i32, len: i32| number(at)..number(at) + number(len);
        (0..model.mesh_vertnum().len())
            .map(|id| {
                let vertices = part(model.mesh_vertadr()[id], model.mesh_vertnum()[id]);
                let faces = part(model.mesh_faceadr()[id], model.mesh_facenum()[id]);
                let faces = &model.mesh_face()[faces];
                Self {
                    vertices: model.mesh_vert()[vertices].to_vec(),
                    faces: faces
                        .iter()
                        .map(|face| face.map(|vertex| u32::try_from(vertex).unwrap_or(0)))
                        .collect(),
                }
            })
            .collect()
    }
}
