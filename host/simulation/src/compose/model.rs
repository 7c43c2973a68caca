//! What a task is told of the compiled model.

use super::ComposedScene;
use crate::physics::Drive;
use angora_plugin_api::{
    BodySpec, RoleKind,
    scene::{JointModel, MuscleModel, SceneModel},
};
use mujoco_rs::wrappers::{MjModel, MjtGain, MjtObjBase};

/// Names, addresses and ranges of the model.
pub(super) fn describe(
    model: &MjModel,
    body: &BodySpec,
    drive: &Drive,
    substeps: u32,
) -> SceneModel {
    let indices = |kind: MjtObjBase| {
        names_of(model, kind)
            .map(|(name, id)| (name.to_owned(), id))
            .collect()
    };
    let joint = |id: usize| JointModel {
        id,
        qpos: address(model.jnt_qposadr()[id]),
        qvel: address(model.jnt_dofadr()[id]),
        range: model.jnt_limited()[id].then(|| model.jnt_range()[id].into()),
    };
    let sensor = |id: usize| {
        (
            address(model.sensor_adr()[id]),
            address(model.sensor_dim()[id]),
        )
    };
    SceneModel {
        nq: model.qpos0().len(),
        nv: model.dof_damping().len(),
        nu: model.actuator_ctrlrange().len(),
        bodies: indices(MjtObjBase::mjOBJ_BODY),
        joints: names_of(model, MjtObjBase::mjOBJ_JOINT)
            .map(|(name, id)| (name.to_owned(), joint(id)))
            .collect(),
        sites: indices(MjtObjBase::mjOBJ_SITE),
        geoms: indices(MjtObjBase::mjOBJ_GEOM),
        sensors: names_of(model, MjtObjBase::mjOBJ_SENSOR)
            .map(|(name, id)| (name.to_owned(), sensor(id)))
            .collect(),
        actuators: indices(MjtObjBase::mjOBJ_ACTUATOR),
        tendons: indices(MjtObjBase::mjOBJ_TENDON),
        body_mass: model.body_mass().to_vec(),
        ctrl_range: model
            .actuator_ctrlrange()
            .iter()
            .map(|&r| r.into())
            .collect(),
        qpos0: model.qpos0().to_vec(),
        roles: body.roles.clone(),
        touch: body.touch,
        poses: body.poses.clone(),
        action: drive.action(),
        control_timestep: f64::from(substeps) * model.opt().timestep,
        undriven: drive
            .undriven()
            .map(|id| name_of(model, MjtObjBase::mjOBJ_ACTUATOR, id))
            .collect(),
        na: usize::try_from(model.ffi().na).unwrap_or(0),
        muscles: names_of(model, MjtObjBase::mjOBJ_ACTUATOR)
            .filter_map(|(name, id)| Some((name.to_owned(), muscle(model, id)?)))
            .collect(),
    }
}

/// An actuator as a muscle, if it is one: MuJoCo's gain of that type, with an activation.
fn muscle(model: &MjModel, id: usize) -> Option<MuscleModel> {
    if model.actuator_gaintype()[id] != MjtGain::mjGAIN_MUSCLE {
        return None;
    }
    let act = usize::try_from(model.actuator_actadr()[id]).ok()?;
    let [low, high, force, scale, ..] = model.actuator_gainprm()[id];
    let [shortest, longest] = model.actuator_lengthrange()[id];
    Some(MuscleModel {
        actuator: id,
        act,
        lengthrange: (shortest, longest),
        range: (low, high),
        // A negative force asks MuJoCo to scale by the acceleration that a unit force gives.
        force: if force < 0.0 {
            scale / model.actuator_acc0()[id].max(f64::MIN_POSITIVE)
        } else {
            force
        },
        optimal_length: (longest - shortest) / (high - low),
    })
}

/// Name of a part, or `#index` where it has none.
pub(crate) fn name_of(model: &MjModel, kind: MjtObjBase, id: usize) -> String {
    let name = model.id_to_name(kind, id).filter(|name| !name.is_empty());
    name.map_or_else(|| unnamed(id), str::to_owned)
}

/// What a part is called that has no name.
pub(super) fn unnamed(id: usize) -> String {
    format!("#{id}")
}

/// Names of the model's cameras.
pub(crate) fn camera_names(model: &MjModel) -> impl Iterator<Item = &str> {
    names_of(model, MjtObjBase::mjOBJ_CAMERA).map(|(name, _)| name)
}

/// The named parts of a kind, with their indices.
pub(crate) fn names_of(model: &MjModel, kind: MjtObjBase) -> impl Iterator<Item = (&str, usize)> {
    let count = match kind {
        MjtObjBase::mjOBJ_BODY => model.body_mass().len(),
        MjtObjBase::mjOBJ_JOINT => model.jnt_type().len(),
        MjtObjBase::mjOBJ_SITE => model.site_pos().len(),
        MjtObjBase::mjOBJ_GEOM => model.geom_type().len(),
        MjtObjBase::mjOBJ_ACTUATOR => model.actuator_trntype().len(),
        MjtObjBase::mjOBJ_SENSOR => model.sensor_type().len(),
        MjtObjBase::mjOBJ_CAMERA => model.cam_pos().len(),
        MjtObjBase::mjOBJ_TENDON => model.tendon_range().len(),
        _ => 0,
    };
    // Geoms may have been given names for their pairs.
    let given = move |name: &str, id: usize| kind == MjtObjBase::mjOBJ_GEOM && name == unnamed(id);
    (0..count)
        .filter_map(move |id| model.id_to_name(kind, id).map(|name| (name, id)))
        .filter(move |(name, id)| !name.is_empty() && !given(name, *id))
}

/// How many parts of each kind that has to be named by others are not, where there are any.
#[must_use]
pub fn unnamed_parts(scene: &ComposedScene) -> Vec<(&'static str, usize)> {
    let model = &scene.model;
    let kinds = [
        ("bodies", MjtObjBase::mjOBJ_BODY, model.body_mass().len()),
        ("joints", MjtObjBase::mjOBJ_JOINT, model.jnt_type().len()),
        (
            "actuators",
            MjtObjBase::mjOBJ_ACTUATOR,
            model.actuator_trntype().len(),
        ),
        (
            "sensors",
            MjtObjBase::mjOBJ_SENSOR,
            model.sensor_type().len(),
        ),
    ];
    kinds
        .into_iter()
        .map(|(what, kind, all)| (what, all - names_of(model, kind).count()))
        .filter(|(_, unnamed)| *unnamed > 0)
        .collect()
}

/// MuJoCo's word for a kind of part.
pub(super) fn mujoco_kind(kind: RoleKind) -> MjtObjBase {
    match kind {
        RoleKind::Body => MjtObjBase::mjOBJ_BODY,
        RoleKind::Joint => MjtObjBase::mjOBJ_JOINT,
        RoleKind::Site => MjtObjBase::mjOBJ_SITE,
        RoleKind::Geom => MjtObjBase::mjOBJ_GEOM,
        RoleKind::Actuator => MjtObjBase::mjOBJ_ACTUATOR,
        RoleKind::Sensor => MjtObjBase::mjOBJ_SENSOR,
        RoleKind::Camera => MjtObjBase::mjOBJ_CAMERA,
        RoleKind::Tendon => MjtObjBase::mjOBJ_TENDON,
    }
}

/// An address or length, which MuJoCo keeps as an int.
fn address(value: i32) -> usize {
    usize::try_from(value).unwrap_or(0)
}
