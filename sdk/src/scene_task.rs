//! Scene tasks: goals and rewards over a physics scene that the host steps.

use crate::{
    Action, Ending, Observation, Random, Result, SceneModel, SceneSpec, Step, TaskSpec,
    task::unsupported,
};
use angora_plugin_api::v1::scene_task::{ContactView, PhysicsViews};
use serde::de::DeserializeOwned;

/// A task over a scene. The host composes the world with any body that has the roles which the
/// scene asks for, steps the physics, renders, truncates, records.
pub trait SceneTask: Send + Sized + 'static {
    /// Settings, as a lab writes them in TOML; [`NoConfig`](crate::NoConfig) for none.
    type Config: DeserializeOwned + Default;

    /// Makes the task that `export_plugin!` lists under `id`.
    ///
    /// # Errors
    /// Settings that make no sense.
    fn new(id: &str, config: Self::Config) -> Result<Self>;

    /// The world and what it needs of a body.
    fn scene(&self) -> SceneSpec;

    /// A file that the scene's MJCF refers to.
    ///
    /// # Errors
    /// By default: there is none.
    fn asset(_id: &str, name: &str) -> Result<Vec<u8>> {
        Err(crate::Fault::failed(format!("there is no asset {name:?}")))
    }

    /// Looks up names in the composed model once, and answers with the spec.
    ///
    /// # Errors
    /// A model that the task cannot work with.
    fn bind(&mut self, model: &SceneModel) -> Result<TaskSpec>;

    /// Starts an episode: writes qpos, qvel and mocap over the reference pose.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn reset(&mut self, random: &mut Random, physics: &mut PhysicsMut<'_, '_>) -> Result<()>;

    /// Whether the episode may start so, once everything has settled; if not, the host starts
    /// again with another seed.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn accepts(&mut self, _physics: Physics<'_, '_>) -> Result<bool> {
        Ok(true)
    }

    /// Writes the first sensation of an episode.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn observe(&mut self, physics: Physics<'_, '_>, out: &mut Observation<'_>) -> Result<()>;

    /// Before the physics of a control step; ctrl holds the action already.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn before_step(
        &mut self,
        _action: Action<'_>,
        _physics: &mut PhysicsMut<'_, '_>,
    ) -> Result<()> {
        Ok(())
    }

    /// After the physics of a control step: writes senses, signals and reward terms. Derived
    /// quantities (places, velocities of bodies) are those of the last evaluation inside the
    /// step, as MuJoCo leaves them.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn after_step(
        &mut self,
        action: Action<'_>,
        physics: &mut PhysicsMut<'_, '_>,
        out: &mut Step<'_>,
    ) -> Result<Ending>;

    /// The task's own state in mid-episode; the host saves the physics.
    ///
    /// # Errors
    /// By default: not supported.
    fn save(&self) -> Result<Vec<u8>> {
        Err(unsupported("save"))
    }

    /// How much of the training is done, 0..1, for settings with a schedule; told between cycles.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn set_progress(&mut self, _progress: f64) -> Result<()> {
        Ok(())
    }

    /// Continues from a saved state.
    ///
    /// # Errors
    /// By default: not supported.
    fn restore(&mut self, _state: &[u8]) -> Result<()> {
        Err(unsupported("restore"))
    }
}

/// The physics state, to be read. SI units, angles in rad.
#[derive(Clone, Copy)]
pub struct Physics<'r, 'a>(&'r PhysicsViews<'a>);

/// The physics state, to be read and written.
pub struct PhysicsMut<'r, 'a>(&'r mut PhysicsViews<'a>);

/// Accessors that both views have.
macro_rules! read {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        impl<'r> Physics<'r, '_> {
            $($(#[$doc])* #[must_use] pub fn $name(self) -> &'r [f64] { self.0.$name.as_slice() })*
        }
        impl PhysicsMut<'_, '_> {
            $($(#[$doc])* #[must_use] pub fn $name(&self) -> &[f64] { self.0.$name.as_slice() })*
        }
    };
}

read! {
    /// Positions `[nq]`.
    qpos,
    /// Velocities `[nv]`.
    qvel,
    /// Actuator inputs `[nu]`.
    ctrl,
    /// Sensor values.
    sensordata,
    /// Places of bodies `[3 each]`, m.
    xpos,
    /// Orientations of bodies, w x y z `[4 each]`.
    xquat,
    /// Centres of mass of bodies `[3 each]`, m.
    xipos,
    /// Places of sites `[3 each]`, m.
    site_xpos,
    /// Rotation matrices of sites, row major `[9 each]`.
    site_xmat,
    /// Places of geoms `[3 each]`, m.
    geom_xpos,
    /// Velocities of bodies about the centre of mass, rotation then translation `[6 each]`.
    cvel,
    /// Inertias of bodies about the centre of mass `[10 each]`.
    cinert,
    /// External forces on bodies, torque then force `[6 each]`; only where the scene asks.
    cfrc_ext,
    /// Actuator forces in joint space `[nv]`.
    qfrc_actuator,
    /// Actuator forces `[nu]`.
    actuator_force,
    /// Forces of constraints (contacts, limits, friction) in joint space `[nv]`.
    qfrc_constraint,
    /// Lengths of tendons.
    ten_length,
}

impl<'r, 'a> Physics<'r, 'a> {
    /// Over the host's views.
    #[doc(hidden)]
    #[must_use]
    pub fn new(views: &'r PhysicsViews<'a>) -> Self {
        Self(views)
    }

    /// Time since the episode began, s.
    #[must_use]
    pub fn time(self) -> f64 {
        self.0.time
    }

    /// Contacts of geoms.
    #[must_use]
    pub fn contacts(self) -> &'r [ContactView] {
        self.0.contacts.as_slice()
    }
}

impl<'r, 'a> PhysicsMut<'r, 'a> {
    /// Over the host's views.
    #[doc(hidden)]
    pub fn new(views: &'r mut PhysicsViews<'a>) -> Self {
        Self(views)
    }

    /// The same state, to be read.
    #[must_use]
    pub fn read(&self) -> Physics<'_, 'a> {
        Physics(self.0)
    }

    /// Time since the episode began, s.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.0.time
    }

    /// Contacts of geoms.
    #[must_use]
    pub fn contacts(&self) -> &[ContactView] {
        self.0.contacts.as_slice()
    }

    /// Positions `[nq]`, to be written.
    pub fn qpos_mut(&mut self) -> &mut [f64] {
        self.0.qpos.as_mut_slice()
    }

    /// Velocities `[nv]`, to be written.
    pub fn qvel_mut(&mut self) -> &mut [f64] {
        self.0.qvel.as_mut_slice()
    }

    /// Actuator inputs `[nu]`, to be written.
    pub fn ctrl_mut(&mut self) -> &mut [f64] {
        self.0.ctrl.as_mut_slice()
    }

    /// Places of mocap bodies `[3 each]`, to be written.
    pub fn mocap_pos_mut(&mut self) -> &mut [f64] {
        self.0.mocap_pos.as_mut_slice()
    }

    /// Orientations of mocap bodies, w x y z `[4 each]`, to be written.
    pub fn mocap_quat_mut(&mut self) -> &mut [f64] {
        self.0.mocap_quat.as_mut_slice()
    }
}
