//! `angora.scene-task/2`: tasks over a physics scene that the host composes and steps, with
//! conditions, events and the state of muscles.

use super::event::TaskOutput;
use crate::v1::{fault::Outcome, root::ExtensionTable, scene_task::ContactView};
use abi_stable::{
    StableAbi, sabi_trait,
    std_types::{RBox, RSlice, RSliceMut, RStr, RVec},
};

/// The physics state, lent for one call. SI units, angles in rad; arrays in the order of the
/// composed model, several numbers per object where said.
#[repr(C)]
#[derive(StableAbi)]
pub struct PhysicsViews<'a> {
    /// Time since the episode began, s.
    pub time: f64,
    /// Positions `[nq]`.
    pub qpos: RSliceMut<'a, f64>,
    /// Velocities `[nv]`.
    pub qvel: RSliceMut<'a, f64>,
    /// Actuator inputs `[nu]`.
    pub ctrl: RSliceMut<'a, f64>,
    /// Activations of muscles and other actuators with a state `[na]`.
    pub act: RSliceMut<'a, f64>,
    /// Places of mocap bodies `[3 each]`.
    pub mocap_pos: RSliceMut<'a, f64>,
    /// Orientations of mocap bodies, w x y z `[4 each]`.
    pub mocap_quat: RSliceMut<'a, f64>,
    /// Sensor values.
    pub sensordata: RSlice<'a, f64>,
    /// Body frames: place `[3 each]`.
    pub xpos: RSlice<'a, f64>,
    /// Body frames: orientation, w x y z `[4 each]`.
    pub xquat: RSlice<'a, f64>,
    /// Centres of mass `[3 each]`.
    pub xipos: RSlice<'a, f64>,
    /// Sites: place `[3 each]`.
    pub site_xpos: RSlice<'a, f64>,
    /// Sites: rotation matrix, row major `[9 each]`.
    pub site_xmat: RSlice<'a, f64>,
    /// Geoms: place `[3 each]`.
    pub geom_xpos: RSlice<'a, f64>,
    /// Velocities about the centre of mass, rotation then translation `[6 per body]`.
    pub cvel: RSlice<'a, f64>,
    /// Inertias about the centre of mass `[10 per body]`.
    pub cinert: RSlice<'a, f64>,
    /// External forces, torque then force `[6 per body]`; current only where the scene asks.
    pub cfrc_ext: RSlice<'a, f64>,
    /// Actuator forces in joint space `[nv]`.
    pub qfrc_actuator: RSlice<'a, f64>,
    /// Actuator forces `[nu]`.
    pub actuator_force: RSlice<'a, f64>,
    /// Time derivatives of the activations `[na]`, 1/s.
    pub act_dot: RSlice<'a, f64>,
    /// Lengths of actuators `[nu]`, m or rad.
    pub actuator_length: RSlice<'a, f64>,
    /// Velocities of actuators `[nu]`, m/s or rad/s.
    pub actuator_velocity: RSlice<'a, f64>,
    /// Forces of constraints (contacts, limits, friction) in joint space `[nv]`.
    pub qfrc_constraint: RSlice<'a, f64>,
    /// Lengths of tendons.
    pub ten_length: RSlice<'a, f64>,
    /// Contacts.
    pub contacts: RSlice<'a, ContactView>,
}

/// The table.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = SceneTaskTableRef, prefix_fields = SceneTaskTablePrefix)))]
#[sabi(missing_field(panic))]
pub struct SceneTaskTable {
    /// `[setup]` Makes the task of an id with a JSON configuration (`null` for its defaults).
    pub create: extern "C" fn(id: RStr<'_>, config: RSlice<'_, u8>) -> Outcome<SceneTaskBox>,
    /// `[setup]` A file that the scene's MJCF refers to.
    #[sabi(last_prefix_field)]
    pub asset: extern "C" fn(id: RStr<'_>, name: RStr<'_>) -> Outcome<RVec<u8>>,
}

impl ExtensionTable for SceneTaskTableRef {
    const ID: &'static str = "angora.scene-task/2";
}

/// One environment's task.
#[sabi_trait]
pub trait SceneTaskObject: Send {
    /// `[setup]` `SceneSpec` as JSON.
    fn scene(&self) -> Outcome<RVec<u8>>;

    /// `[setup]` Told of the composed model (`SceneModel` as JSON), resolves its names once and
    /// answers with its `TaskSpec` as JSON.
    fn bind(&mut self, model: RSlice<'_, u8>) -> Outcome<RVec<u8>>;

    /// `[episode]` Starts an episode under these conditions, one value for each that the spec
    /// declares: the host has reset the physics to its reference pose; the task writes qpos, qvel,
    /// act, mocap. The host then lets the scene settle, computes everything derived and calls
    /// `observe`. All randomness of the episode comes from the seed.
    fn reset(
        &mut self,
        seed: u64,
        conditions: RSlice<'_, f64>,
        views: &mut PhysicsViews<'_>,
    ) -> Outcome<()>;

    /// `[episode]` Whether the episode may start so, after `reset`, after settling if the scene
    /// asks for it, and with everything derived computed. If not, the host starts again with
    /// another seed, up to a hundred times.
    fn accepts(&mut self, views: &PhysicsViews<'_>) -> Outcome<bool>;

    /// `[episode]` The first sensation and signals of an episode, and what happened as it began.
    fn observe(&mut self, views: &PhysicsViews<'_>, output: &mut TaskOutput<'_>) -> Outcome<()>;

    /// `[episode, hot]` Before the physics of a control step, after the host has applied the
    /// action to ctrl: remember what the reward needs, write the ctrl of actuators that no action
    /// drives, change ctrl or mocap.
    fn before_step(&mut self, action: RSlice<'_, f32>, views: &mut PhysicsViews<'_>)
    -> Outcome<()>;

    /// `[episode, hot]` After the physics of a control step. Derived arrays are those of the last
    /// evaluation inside the step. Writes senses, signals, the terms of the default reward and
    /// events; returns an `Ending` as a number.
    fn after_step(
        &mut self,
        action: RSlice<'_, f32>,
        views: &mut PhysicsViews<'_>,
        output: &mut TaskOutput<'_>,
    ) -> Outcome<u32>;

    /// `[between cycles]` The task's own state in mid-episode; the host saves the physics.
    fn save(&self) -> Outcome<RVec<u8>>;

    /// `[between cycles]` How much of the training is done, 0..1, for settings with a schedule.
    fn set_progress(&mut self, progress: f64) -> Outcome<()>;

    /// `[setup]` Continues from a saved state.
    #[sabi(last_prefix_field)]
    fn restore(&mut self, state: RSlice<'_, u8>) -> Outcome<()>;
}

/// An owned scene task.
pub type SceneTaskBox = SceneTaskObject_TO<'static, RBox<()>>;
