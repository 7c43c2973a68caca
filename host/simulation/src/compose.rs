//! A task's world and a body become one physics model.

mod limits;
mod model;
mod names;
mod options;
mod pairs;
mod roles;
mod settling;
mod steps;
#[cfg(test)]
pub(crate) mod tests;
mod vision;

use limits::MainFile;
pub use model::unnamed_parts;
pub(crate) use model::{camera_names, name_of, names_of};
pub(crate) use settling::Rest;

use crate::physics::{
    Drive, PhysicsError,
    guard::{self, Failure},
};
use angora_plugin_api::{
    BodySpec, ControlMode, PhysicsOptions, SceneSpec,
    scene::{SceneModel, VisionSpec},
};
use mujoco_rs::{
    prelude::{Attach, MjModel, MjSpec},
    wrappers::mj_auxiliary::MjVfs,
};
use std::sync::Arc;

/// A file that MJCF refers to: its name there, without any `meshdir`, and its content. World and
/// body may share a name only if the contents are equal.
pub type Asset = (String, Vec<u8>);

/// A world with a body in it, ready to be simulated any number of times.
#[derive(Debug, Clone)]
pub struct ComposedScene {
    /// The compiled model, shared by all simulations of it.
    pub model: Arc<MjModel>,
    /// Physics steps per control step, at least 1.
    pub substeps: u32,
    /// Physics steps at the beginning of an episode, under what the scene or the body settles.
    pub settling_steps: u32,
    /// How actions become actuator inputs.
    pub control: ControlMode,
    /// Whether contact forces are computed after each control step.
    pub contact_forces: bool,
    /// The cameras that give the sense of vision, which the model has.
    pub vision: Option<VisionSpec>,
    /// What the task is told of the model.
    pub info: SceneModel,
    /// MuJoCo's warnings while the body was attached and the model compiled, one line each, such
    /// as options of the body's MJCF that differ from the world's and were left out.
    pub remarks: Vec<String>,
    pub(crate) drive: Drive,
    pub(crate) rest: Rest,
    /// Index of the body's first rigid body; those before are the world's.
    pub(crate) first_body: usize,
}

/// Puts a body into a task's world and compiles both.
///
/// Everything under the body's `worldbody` is copied to the world's origin, after the world's
/// own parts, with its defaults, actuators, sensors, tendons and assets; all names stay.
/// Indices of bodies, geoms and sites thus begin with the world's. Of the time step,
/// integrator, solver, cone and iterations the first that is given counts: by the user, the
/// task, the world's MJCF, the body, the body's MJCF. Other `<option>`s are the world's.
///
/// Where it makes steps shorter and changes no bit of them, the geoms that may touch are predefined
/// as pairs, with the model's masks 0, and islands are off; see [`compose_as_written`].
///
/// # Errors
/// Every [`PhysicsError`] but `Diverged` and `State`: MJCF that MuJoCo does not
/// accept, names that clash, missing roles or parts, options that mean nothing, actuators that
/// the control mode cannot drive.
pub fn compose(
    scene: &SceneSpec,
    scene_assets: &[Asset],
    body: &BodySpec,
    body_assets: &[Asset],
    user: &PhysicsOptions,
) -> Result<ComposedScene, PhysicsError> {
    composed((scene, scene_assets), (body, body_assets), user, true)
}

/// The same without what makes steps shorter: the model is what the MJCF says, to be held against
/// those of other programs. It moves the same, bit by bit.
///
/// # Errors
/// As [`compose`].
pub fn compose_as_written(
    scene: &SceneSpec,
    scene_assets: &[Asset],
    body: &BodySpec,
    body_assets: &[Asset],
    user: &PhysicsOptions,
) -> Result<ComposedScene, PhysicsError> {
    composed((scene, scene_assets), (body, body_assets), user, false)
}

/// Checks the limits of MJCF alone; for the fuzz targets.
///
/// # Errors
/// As [`compose`], before MuJoCo sees anything.
#[doc(hidden)]
pub fn check_limits(world: &str, body: &str, assets: &[Asset]) -> Result<(), PhysicsError> {
    let assets: Vec<&Asset> = assets.iter().collect();
    limits::check(&main_files(world, body), &assets)
}

const WORLD_FILE: &str = "angora world.xml";
const BODY_FILE: &str = "angora body.xml";

fn main_files<'f>(world: &'f str, body: &'f str) -> [MainFile<'f>; 2] {
    let files = [
        (WORLD_FILE, world, "the task's world"),
        (BODY_FILE, body, "the body"),
    ];
    files.map(|(name, mjcf, what)| MainFile { name, mjcf, what })
}

fn composed(
    (scene, scene_assets): (&SceneSpec, &[Asset]),
    (body, body_assets): (&BodySpec, &[Asset]),
    user: &PhysicsOptions,
    shortcuts: bool,
) -> Result<ComposedScene, PhysicsError> {
    guard::install();
    let mut files = Files::new();
    let of_body_alone = body_assets
        .iter()
        .filter(|asset| !scene_assets.contains(asset));
    let assets: Vec<&Asset> = scene_assets.iter().chain(of_body_alone).collect();
    let main_files = main_files(&scene.mjcf, &body.mjcf);
    limits::check(&main_files, &assets)?;
    for (name, bytes) in assets {
        files.add(name, bytes)?;
    }
    let [world_file, body_file] = &main_files;
    let mut world_spec = files.parse(world_file)?;
    let mut body_spec = files.parse(body_file)?;
    let body_name = body_spec.modelname().to_owned();
    let whole = format!("the world with body {body_name:?} in it");
    let reject = |error: &dyn std::fmt::Display| PhysicsError::Model {
        what: whole.clone(),
        message: error.to_string(),
    };

    names::check(&world_spec, &body_spec, &body_name)?;
    let choices = [
        user,
        &scene.physics,
        &options::of(&world_spec),
        &body.physics,
    ];
    options::apply(&choices, &mut world_spec, &mut body_spec)?;
    let timestep = world_spec.option().timestep;
    let substeps = steps::per_control_step(scene, body, timestep)?;
    let settling_steps = steps::settling(scene, timestep)?;
    let first_body = world_spec.body_iter().count();
    world_spec
        .world_body_mut()
        .attach_by_deep_copy(&mut body_spec, "", "")
        .map_err(|error| reject(&error))?;
    let compile = |spec: &mut MjSpec| {
        let compiled = spec.compile_with_vfs(&files.0);
        compiled.map_err(|error| reject(&error))
    };
    let mut remarks = remarks(&[&body_spec, &world_spec]);
    let mut model = compile(&mut world_spec)?;
    for remark in self::remarks(&[&world_spec]) {
        if !remarks.contains(&remark) {
            remarks.push(remark);
        }
    }
    if shortcuts && pairs::predefine(&mut world_spec, &model) {
        model = compile(&mut world_spec)?;
    }

    options::check(&model)?;
    if shortcuts {
        options::spare(&mut model);
    }
    roles::check(&scene.roles, &body.roles, &body_name, &model)?;
    if let Some(spec) = &scene.vision {
        vision::check(spec, &model)?;
    }
    let undriven = [&body.undriven[..], &scene.undriven[..]].concat();
    let drive = Drive::new(body.control, &model, &undriven)?;
    let rest = settling::of(
        scene.settling.as_ref(),
        body.settling.as_ref(),
        &model,
        &drive,
    )?;
    guard::probe(&model).map_err(|failure| match failure {
        Failure::Error(message) => PhysicsError::Engine { message },
        Failure::Diverged => reject(&"its reference pose cannot be evaluated"),
    })?;
    Ok(ComposedScene {
        substeps,
        settling_steps,
        control: body.control,
        contact_forces: scene.contact_forces,
        vision: scene.vision.clone(),
        info: model::describe(&model, body, &drive, substeps),
        remarks,
        drive,
        rest,
        first_body,
        model: Arc::new(model),
    })
}

/// MuJoCo's warnings so far, each once and on one line, less the one on the empty prefix, which is
/// meant.
fn remarks(specs: &[&MjSpec]) -> Vec<String> {
    let mut remarks: Vec<String> = Vec::new();
    for spec in specs {
        let texts = (0..spec.num_warnings()).filter_map(|index| spec.warning(index));
        for text in texts.filter(|text| !text.contains("empty prefix")) {
            let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if !remarks.contains(&line) {
                remarks.push(line);
            }
        }
    }
    remarks
}

/// The files that MuJoCo may read: only those that plugins gave.
struct Files(MjVfs);

impl Files {
    fn new() -> Self {
        Self(MjVfs::new())
    }

    /// Adds a file; a second one of the same name is refused.
    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), PhysicsError> {
        let fault = |message: String| PhysicsError::Asset {
            name: name.into(),
            message,
        };
        if name.contains('\0') {
            return Err(fault("its name holds a zero byte".into()));
        }
        self.0
            .add_from_buffer(name, bytes)
            .map_err(|error| fault(error.to_string()))
    }

    /// Parses MJCF that may include the other files.
    fn parse(&mut self, file: &MainFile<'_>) -> Result<MjSpec, PhysicsError> {
        self.add(file.name, file.mjcf.as_bytes())?;
        MjSpec::from_xml_vfs(file.name, &self.0).map_err(|error| PhysicsError::Model {
            what: file.what.into(),
            message: error.to_string(),
        })
    }
}
