//! Bodies and scenes.

use super::spec::ActionSpec;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Physics settings; a field that is absent leaves the choice to the next in line
/// (user, then task, then body, then MuJoCo's default).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PhysicsOptions {
    /// Physics time step, s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestep: Option<f64>,
    /// `Euler`, `RK4`, `implicit` or `implicitfast`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integrator: Option<String>,
    /// `PGS`, `CG` or `Newton`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub solver: Option<String>,
    /// `pyramidal` or `elliptic`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cone: Option<String>,
    /// Most iterations of the solver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iterations: Option<u32>,
}

/// What a role of a body is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RoleKind {
    /// Rigid bodies.
    Body,
    /// Joints.
    Joint,
    /// Sites.
    Site,
    /// Geoms.
    Geom,
    /// Actuators.
    Actuator,
    /// Sensors.
    Sensor,
    /// Cameras.
    Camera,
    /// Tendons.
    Tendon,
}

/// How the brain's action becomes actuator input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ControlMode {
    /// The action is the actuator input, in its own range and unit.
    #[default]
    Direct,
    /// Actions in [-1, 1] spread over each actuator's control range.
    Absolute,
    /// Actions in [-1, 1] move each position actuator's target from the present joint position,
    /// by at most half of its control range.
    Relative,
}

/// What a brain feels of the body's touch sensors, whose values are sums of normal forces (N).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TouchMode {
    /// The forces, N.
    #[default]
    Raw,
    /// 1 where there is a force, else 0.
    Boolean,
    /// log(1 + force in N).
    Log,
    /// Nothing: the brain has no sense of touch.
    Off,
}

/// A role: the named parts of a body that play it, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Role {
    /// What the parts are.
    pub kind: RoleKind,
    /// Their names in the body's MJCF.
    pub names: Vec<String>,
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
}

/// A role that a scene task needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoleRequest {
    /// Name of the role.
    pub role: String,
    /// What its parts must be.
    pub kind: RoleKind,
    /// Least number of parts.
    pub at_least: usize,
}

/// Cameras whose pictures the host draws: the sense `vision` of a scene task.
///
/// The task's [`TaskSpec`](crate::TaskSpec) does not list the sense and the task never writes
/// it: the host puts it before the task's own senses, and fills it after each reset and each
/// control step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VisionSpec {
    /// Names of cameras of the world or of the body. Each gives three channels, red, green and
    /// blue, in this order.
    pub cameras: Vec<String>,
    /// Rows of a picture.
    pub height: usize,
    /// Columns of a picture.
    pub width: usize,
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
}

/// What the host tells a scene task of the composed model, so that it can resolve names to
/// indices once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
}

/// A joint of the composed model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JointModel {
    /// Index.
    pub id: usize,
    /// Address in `qpos`.
    pub qpos: usize,
    /// Address in `qvel`.
    pub qvel: usize,
    /// Range, where limited.
    pub range: Option<(f64, f64)>,
}
