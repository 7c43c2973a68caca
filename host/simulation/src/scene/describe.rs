//! Reads a compiled model.

use super::{
    ActuatorPart, BodyPart, CameraPart, JointPart, MeshPart, SceneDescription, SensorPart,
    ShapePart,
};
use super::{names, view};
use crate::compose::name_of;
use crate::physics::{Physics, PhysicsError};
use mujoco_rs::wrappers::{MjModel, MjtGeomBase, MjtObjBase, MjtProjection};

/// A shape's colour where neither it nor its material says one (MuJoCo's default).
const UNCOLOURED: [f32; 4] = [0.5, 0.5, 0.5, 1.0];

impl SceneDescription {
    /// Of the scene that a simulation steps.
    ///
    /// # Errors
    /// [`PhysicsError::Engine`] where memory runs out.
    pub fn of(physics: &Physics) -> Result<Self, PhysicsError> {
        let model: &MjModel = physics.model();
        let joints: Vec<JointPart> = (0..model.jnt_type().len())
            .map(|id| joint(model, id))
            .collect();
        let sensors: Vec<SensorPart> = (0..model.sensor_type().len())
            .map(|id| sensor(model, id))
            .collect();
        let actuators: Vec<ActuatorPart> = (0..model.actuator_trntype().len())
            .map(|id| actuator(model, id))
            .collect();
        Ok(Self {
            bodies: (0..model.body_mass().len())
                .map(|id| BodyPart {
                    name: name_of(model, MjtObjBase::mjOBJ_BODY, id),
                    parent: index(model.body_parentid()[id]),
                })
                .collect(),
            geoms: (0..model.geom_type().len())
                .map(|id| geom(model, id))
                .collect(),
            sites: (0..model.site_type().len())
                .map(|id| site(model, id))
                .collect(),
            cameras: (0..model.cam_pos().len())
                .map(|id| camera(model, id))
                .collect(),
            meshes: (0..model.mesh_vertnum().len())
                .map(|id| MeshPart {
                    name: name_of(model, MjtObjBase::mjOBJ_MESH, id),
                    vertices: index(model.mesh_vertnum()[id]),
                    faces: index(model.mesh_facenum()[id]),
                })
                .collect(),
            view: view::of(physics)?,
            qpos: names::qpos(&joints),
            qvel: names::qvel(&joints),
            controls: names::controls(model, &actuators),
            sensor_values: names::sensor_values(&sensors),
            joints,
            actuators,
            sensors,
        })
    }
}

fn geom(model: &MjModel, id: usize) -> ShapePart {
    let shape = model.geom_type()[id];
    let is_mesh = matches!(shape, MjtGeomBase::mjGEOM_MESH | MjtGeomBase::mjGEOM_SDF);
    ShapePart {
        name: name_of(model, MjtObjBase::mjOBJ_GEOM, id),
        body: index(model.geom_bodyid()[id]),
        shape: word(&shape),
        size: model.geom_size()[id],
        rgba: colour(model, model.geom_rgba()[id], model.geom_matid()[id]),
        position: model.geom_pos()[id],
        orientation: model.geom_quat()[id],
        mesh: usize::try_from(model.geom_dataid()[id])
            .ok()
            .filter(|_| is_mesh),
        group: model.geom_group()[id],
    }
}

fn site(model: &MjModel, id: usize) -> ShapePart {
    ShapePart {
        name: name_of(model, MjtObjBase::mjOBJ_SITE, id),
        body: index(model.site_bodyid()[id]),
        shape: word(&model.site_type()[id]),
        size: model.site_size()[id],
        rgba: colour(model, model.site_rgba()[id], model.site_matid()[id]),
        position: model.site_pos()[id],
        orientation: model.site_quat()[id],
        mesh: None,
        group: model.site_group()[id],
    }
}

/// As MuJoCo's visualiser chooses it: a colour of its own, else the material's.
fn colour(model: &MjModel, own: [f32; 4], material: i32) -> [f32; 4] {
    let material = usize::try_from(material).ok();
    match material.and_then(|id| model.mat_rgba().get(id)) {
        Some(rgba) if own == UNCOLOURED => *rgba,
        _ => own,
    }
}

fn joint(model: &MjModel, id: usize) -> JointPart {
    JointPart {
        name: name_of(model, MjtObjBase::mjOBJ_JOINT, id),
        body: index(model.jnt_bodyid()[id]),
        kind: word(&model.jnt_type()[id]),
        position: model.jnt_pos()[id],
        axis: model.jnt_axis()[id],
        qpos: index(model.jnt_qposadr()[id]),
        qvel: index(model.jnt_dofadr()[id]),
        range: model.jnt_limited()[id].then(|| model.jnt_range()[id]),
    }
}

fn actuator(model: &MjModel, id: usize) -> ActuatorPart {
    let first = index(model.actuator_ctrladr()[id]);
    let limited = model.actuator_ctrllimited().get(first) == Some(&true);
    ActuatorPart {
        name: name_of(model, MjtObjBase::mjOBJ_ACTUATOR, id),
        range: limited.then(|| model.actuator_ctrlrange()[first]),
    }
}

fn sensor(model: &MjModel, id: usize) -> SensorPart {
    let at_site = model.sensor_objtype()[id] == MjtObjBase::mjOBJ_SITE;
    SensorPart {
        name: name_of(model, MjtObjBase::mjOBJ_SENSOR, id),
        kind: word(&model.sensor_type()[id]),
        start: index(model.sensor_adr()[id]),
        len: index(model.sensor_dim()[id]),
        site: at_site.then(|| index(model.sensor_objid()[id])),
    }
}

fn camera(model: &MjModel, id: usize) -> CameraPart {
    let flat = model.cam_projection()[id] == MjtProjection::mjPROJ_ORTHOGRAPHIC;
    let size = model.cam_fovy()[id];
    CameraPart {
        name: name_of(model, MjtObjBase::mjOBJ_CAMERA, id),
        body: index(model.cam_bodyid()[id]),
        position: model.cam_pos()[id],
        orientation: model.cam_quat()[id],
        fovy_degrees: (!flat).then_some(size),
        height: flat.then_some(size),
    }
}

/// MuJoCo's word for a kind of thing, which its own identifiers end with.
fn word(kind: &impl std::fmt::Debug) -> String {
    let identifier = format!("{kind:?}");
    let (_, word) = identifier.split_once('_').unwrap_or(("", &identifier));
    word.to_lowercase()
}

/// An index or number, which MuJoCo keeps as an int.
pub(super) fn index(value: i32) -> usize {
    usize::try_from(value).unwrap_or(0)
}
