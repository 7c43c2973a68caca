//! `scene.safetensors`: what of a scene is too long for the header.

use angora_checkpoint::{Array, Values};
use angora_simulation::physics::Physics;
use angora_simulation::scene::Mesh;

/// Name of the file with the meshes.
pub const FILE: &str = "scene.safetensors";

/// Vertices and faces of a scene's meshes; empty where it has none.
#[must_use]
pub fn arrays(physics: &Physics) -> Vec<Array> {
    let mut arrays = Vec::new();
    for (index, mesh) in Mesh::all(physics).into_iter().enumerate() {
        arrays.push(Array {
            name: format!("mesh.{index}.vertices"),
            shape: vec![mesh.vertices.len(), 3],
            values: Values::F32(mesh.vertices.into_iter().flatten().collect()),
        });
        let vertices = mesh.faces.iter().flatten();
        arrays.push(Array {
            name: format!("mesh.{index}.faces"),
            shape: vec![mesh.faces.len(), 3],
            // Exact below 2^24.
            values: Values::F32(vertices.map(|&vertex| vertex as f32).collect()),
        });
    }
    arrays
}
