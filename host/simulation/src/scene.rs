//! A scene as data, for those who draw it without MuJoCo: parts, shapes, and where to look from.

mod describe;
mod mesh;
mod names;
#[cfg(test)]
mod tests;
mod view;

pub use mesh::Mesh;

use serde::Serialize;

/// A compiled scene. Lengths in m, angles in rad where not said otherwise, orientations as unit
/// quaternions w x y z, z up; indices are MuJoCo's.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SceneDescription {
    /// Rigid bodies; the first is the world.
    pub bodies: Vec<BodyPart>,
    /// Shapes.
    pub geoms: Vec<ShapePart>,
    /// Marked places, touch sites among them.
    pub sites: Vec<ShapePart>,
    /// Joints.
    pub joints: Vec<JointPart>,
    /// Actuators.
    pub actuators: Vec<ActuatorPart>,
    /// Sensors.
    pub sensors: Vec<SensorPart>,
    /// Cameras.
    pub cameras: Vec<CameraPart>,
    /// Meshes; their vertices are apart.
    pub meshes: Vec<MeshPart>,
    /// A view that has the scene in sight.
    pub view: View,
    /// Names of the positions `[nq]`.
    #[serde(skip)]
    pub qpos: Vec<String>,
    /// Names of the velocities `[nv]`.
    #[serde(skip)]
    pub qvel: Vec<String>,
    /// Names of the actuator inputs `[nu]`.
    #[serde(skip)]
    pub controls: Vec<String>,
    /// Names of the sensor values.
    #[serde(skip)]
    pub sensor_values: Vec<String>,
}

/// A rigid body.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BodyPart {
    /// Name, or `#index`.
    pub name: String,
    /// Index of its parent; the world is its own.
    pub parent: usize,
}

/// A geom or site, fixed to a body.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShapePart {
    /// Name, or `#index`.
    pub name: String,
    /// Index of its body.
    pub body: usize,
    /// MuJoCo's word: plane, sphere, capsule, ellipsoid, cylinder, box, mesh, hfield, sdf.
    #[serde(rename = "type")]
    pub shape: String,
    /// MuJoCo's three sizes of such a shape.
    pub size: [f64; 3],
    /// Colour as drawn, 0..1.
    pub rgba: [f32; 4],
    /// Place in the frame of its body.
    pub position: [f64; 3],
    /// Orientation in the frame of its body.
    pub orientation: [f64; 4],
    /// Index of its mesh.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mesh: Option<usize>,
    /// Group of visibility; MuJoCo's viewers show 0 to 2 at first.
    pub group: i32,
}

/// A joint.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JointPart {
    /// Name, or `#index`.
    pub name: String,
    /// Index of the body that it moves.
    pub body: usize,
    /// free, ball, slide or hinge.
    #[serde(rename = "type")]
    pub kind: String,
    /// Anchor in the frame of its body.
    pub position: [f64; 3],
    /// Axis in the frame of its body.
    pub axis: [f64; 3],
    /// Index of its first position.
    pub qpos: usize,
    /// Index of its first velocity.
    pub qvel: usize,
    /// Limits, where it has some.
    pub range: Option<[f64; 2]>,
}

/// An actuator.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActuatorPart {
    /// Name, or `#index`.
    pub name: String,
    /// Limits of its first input, where it has some.
    pub range: Option<[f64; 2]>,
}

/// A sensor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SensorPart {
    /// Name, or `#index`.
    pub name: String,
    /// MuJoCo's word, such as touch.
    #[serde(rename = "type")]
    pub kind: String,
    /// Index of its first value.
    pub start: usize,
    /// Number of its values.
    pub len: usize,
    /// Index of the site that it is at, where it is at one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<usize>,
}

/// A camera, fixed to a body.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CameraPart {
    /// Name, or `#index`.
    pub name: String,
    /// Index of its body.
    pub body: usize,
    /// Place in the frame of its body.
    pub position: [f64; 3],
    /// Orientation in the frame of its body; it looks along its own -z, with y up.
    pub orientation: [f64; 4],
    /// Vertical field of view, of a camera in perspective.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fovy_degrees: Option<f64>,
    /// Height of what it sees, of an orthographic camera.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<f64>,
}

/// A mesh.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeshPart {
    /// Name, or `#index`.
    pub name: String,
    /// Number of vertices.
    pub vertices: usize,
    /// Number of triangles.
    pub faces: usize,
}

/// A free camera that has everything in sight that is not part of the world, in MuJoCo's terms:
/// from `lookat`, back by `distance` against the direction (cos e cos a, cos e sin a, sin e) of
/// azimuth a and elevation e.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct View {
    /// What it looks at.
    pub lookat: [f64; 3],
    /// From how far.
    pub distance: f64,
    /// About z, from x.
    pub azimuth_degrees: f64,
    /// Negative from above.
    pub elevation_degrees: f64,
    /// Vertical field of view.
    pub fovy_degrees: f64,
    /// Index of a body that wanders off, so that a camera should follow it.
    pub follow: Option<usize>,
}
