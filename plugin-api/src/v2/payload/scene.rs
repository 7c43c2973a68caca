//! Bodies and scenes, and what a task is told of the composed model.

use crate::ActionSpec;
use crate::scene::{
    ControlMode, JointModel, PhysicsOptions, Role, RoleRequest, TouchMode, VisionSpec,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Under what a scene settles at the beginning of an episode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Settling {
    /// An action, as long as the body's, in the units of its control mode.
    Action(Vec<f32>),
    /// Actuator inputs by name, each in the actuator's own unit, which also become the activation
    /// of the muscles named. The rest have the input 0.
    Activation(BTreeMap<String, f64>),
}

/// A body as data.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BodySpec {
    /// The body's model as MJCF text.
    pub mjcf: String,
    /// Names of files that the MJCF refers to, given by the plugin on request.
    #[serde(default)]
    pub assets: Vec<String>,
    /// Roles, by name: `root_x`, `fingertip`, `palm`.
    #[serde(default)]
    pub roles: BTreeMap<String, Role>,
    /// How actions drive the actuators.
    #[serde(default)]
    pub control: ControlMode,
    /// Physics settings for which the body was made.
    #[serde(default)]
    pub physics: PhysicsOptions,
    /// Physics steps per control step for which the body was made.
    #[serde(default)]
    pub substeps: Option<u32>,
    /// What a brain feels of its touch sensors, the role `touch`.
    #[serde(default)]
    pub touch: TouchMode,
    /// Poses by name: positions (rad, m) by joint; joints that are not named stay at the
    /// reference pose. `rest` is the one in which tasks begin where they have no reason for
    /// another.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub poses: BTreeMap<String, BTreeMap<String, f64>>,
    /// Actuators that no action drives: the task writes their `ctrl` in `before_step`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undriven: Vec<String>,
    /// Under what a scene settles in which the body stands, where the scene has no reason for
    /// another; `None` is the action 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settling: Option<Settling>,
    /// Capabilities that a host must know; one that does not refuses the body
    /// ([`capability`](crate::capability)).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
}

/// What a load does at its site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LoadKind {
    /// A force, N.
    Force,
    /// A force from a velocity: a matrix, N s/m.
    Viscous,
    /// A force from a distance to an origin: a matrix, N/m.
    Elastic,
    /// Stiff walls along a line: stiffness N/m, damping N s/m.
    Channel,
}

/// The frame in which a load's numbers are given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LoadFrame {
    /// The world's.
    #[default]
    World,
    /// The site's own, which turns with it.
    Site,
}

/// A load on a body that the host applies before each physics step (capability
/// `angora.loads/1`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LoadSpec {
    /// Name, snake_case.
    pub name: String,
    /// Role of the body, of kind site, at whose first part it acts.
    pub site: String,
    /// What it does.
    pub kind: LoadKind,
    /// Frame of its numbers.
    #[serde(default)]
    pub frame: LoadFrame,
}

/// A scene task's world, before a body stands in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SceneSpec {
    /// The world as MJCF text.
    pub mjcf: String,
    /// Names of files that the MJCF refers to.
    #[serde(default)]
    pub assets: Vec<String>,
    /// The body that is used when the user names none.
    pub default_body: String,
    /// The reward that is used when the user names none; `None` is the task's own terms, of which
    /// there are none otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_reward: Option<String>,
    /// Roles that the task needs.
    #[serde(default)]
    pub roles: Vec<RoleRequest>,
    /// Physics settings of the task.
    #[serde(default)]
    pub physics: PhysicsOptions,
    /// Physics steps per control step; `None` leaves it to the body.
    #[serde(default)]
    pub substeps: Option<u32>,
    /// Seconds of a control step, in place of `substeps`: the host takes as many physics steps as
    /// make it up, whatever the time step is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control_timestep: Option<f64>,
    /// Seconds for which the physics runs at the beginning of an episode, after `reset` has
    /// placed everything, under the action 0. The episode's time begins after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settling_time: Option<f64>,
    /// Whether contact forces (`cfrc_ext`) are computed after each control step.
    #[serde(default)]
    pub contact_forces: bool,
    /// Cameras that give the sense `vision`; `None` leaves the scene undrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vision: Option<VisionSpec>,
    /// Actuators that no action drives, beside those of the body; the task writes
    /// their `ctrl` in `before_step`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undriven: Vec<String>,
    /// Under what the scene settles; `None` leaves it to the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settling: Option<Settling>,
    /// Loads on the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loads: Vec<LoadSpec>,
    /// Capabilities that a host must know; one that does not refuses the scene
    /// ([`capability`](crate::capability)).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
}

/// What the host tells a scene task of the composed model, so that it can resolve names to
/// indices once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SceneModel {
    /// Number of position coordinates.
    pub nq: usize,
    /// Number of velocity coordinates.
    pub nv: usize,
    /// Number of actuators.
    pub nu: usize,
    /// Rigid bodies by name, with their index.
    pub bodies: BTreeMap<String, usize>,
    /// Joints by name.
    pub joints: BTreeMap<String, JointModel>,
    /// Sites by name, with their index.
    pub sites: BTreeMap<String, usize>,
    /// Geoms by name, with their index.
    pub geoms: BTreeMap<String, usize>,
    /// Sensors by name, with the address and length of their data.
    pub sensors: BTreeMap<String, (usize, usize)>,
    /// Actuators by name, with their index.
    pub actuators: BTreeMap<String, usize>,
    /// Tendons by name, with their index.
    pub tendons: BTreeMap<String, usize>,
    /// Mass of each rigid body, kg.
    pub body_mass: Vec<f64>,
    /// Control range of each actuator.
    pub ctrl_range: Vec<(f64, f64)>,
    /// Position coordinates at the reference pose.
    pub qpos0: Vec<f64>,
    /// The body's roles.
    pub roles: BTreeMap<String, Role>,
    /// What a brain feels of the role `touch`.
    #[serde(default)]
    pub touch: TouchMode,
    /// The body's poses: positions (rad, m) by joint.
    #[serde(default)]
    pub poses: BTreeMap<String, BTreeMap<String, f64>>,
    /// The action that the body's control mode offers.
    pub action: ActionSpec,
    /// Seconds between two control steps.
    pub control_timestep: f64,
    /// Names of the actuators that no action drives.
    #[serde(default)]
    pub undriven: Vec<String>,
    /// Number of activations, the length of `act`.
    #[serde(default)]
    pub na: usize,
    /// Muscles by the name of their actuator.
    #[serde(default)]
    pub muscles: BTreeMap<String, MuscleModel>,
}

/// A muscle of the composed model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MuscleModel {
    /// Index of its actuator.
    pub actuator: usize,
    /// Address of its activation in `act`.
    pub act: usize,
    /// Least and greatest length of actuator and tendon, m.
    pub lengthrange: (f64, f64),
    /// Operating range, in units of the optimal length, onto which `lengthrange` is mapped.
    pub range: (f64, f64),
    /// Peak active force F0, N.
    pub force: f64,
    /// Optimal length L0, m.
    pub optimal_length: f64,
}
