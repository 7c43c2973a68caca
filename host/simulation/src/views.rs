//! The physics state as slices, lent to a task for one call.

/// A contact of two geoms, as it crosses the plugin boundary.
pub type Contact = angora_plugin_api::v1::scene_task::ContactView;

/// The physics state. SI units, angles in rad; arrays in MuJoCo's index order, several numbers
/// per object where said.
///
/// After [`step`](crate::physics::Physics::step), `time`, `qpos` and `qvel` are new; everything
/// that is derived from them belongs to the last evaluation inside the step, as MuJoCo leaves
/// it. After [`forward`](crate::physics::Physics::forward) everything belongs to `qpos` and
/// `qvel`, except `cfrc_ext`, which only a step computes.
#[derive(Debug)]
pub struct Views<'a> {
    /// Time since the reset, s.
    pub time: f64,
    /// Positions `[nq]`.
    pub qpos: &'a mut [f64],
    /// Velocities `[nv]`.
    pub qvel: &'a mut [f64],
    /// Actuator inputs `[nu]`.
    pub ctrl: &'a mut [f64],
    /// Activations of muscles and other actuators with a state `[na]`.
    pub act: &'a mut [f64],
    /// Time derivatives of the activations `[na]`, 1/s.
    pub act_dot: &'a [f64],
    /// Lengths of actuators `[nu]`, m or rad.
    pub actuator_length: &'a [f64],
    /// Velocities of actuators `[nu]`, m/s or rad/s.
    pub actuator_velocity: &'a [f64],
    /// Places of mocap bodies `[3 each]`, m.
    pub mocap_pos: &'a mut [f64],
    /// Orientations of mocap bodies, w x y z `[4 each]`.
    pub mocap_quat: &'a mut [f64],
    /// Sensor values.
    pub sensordata: &'a [f64],
    /// Body frames: place `[3 each]`, m.
    pub xpos: &'a [f64],
    /// Body frames: orientation, w x y z `[4 each]`.
    pub xquat: &'a [f64],
    /// Centres of mass `[3 per body]`, m.
    pub xipos: &'a [f64],
    /// Sites: place `[3 each]`, m.
    pub site_xpos: &'a [f64],
    /// Sites: rotation matrix, row major `[9 each]`.
    pub site_xmat: &'a [f64],
    /// Geoms: place `[3 each]`, m.
    pub geom_xpos: &'a [f64],
    /// Velocities about the centre of mass, rotation then translation `[6 per body]`.
    pub cvel: &'a [f64],
    /// Inertias about the centre of mass `[10 per body]`.
    pub cinert: &'a [f64],
    /// External forces, torque then force `[6 per body]`; zero unless the scene asks for them.
    pub cfrc_ext: &'a [f64],
    /// Actuator forces in joint space `[nv]`.
    pub qfrc_actuator: &'a [f64],
    /// Actuator forces `[nu]`.
    pub actuator_force: &'a [f64],
    /// Forces of constraints (contacts, limits, friction) in joint space `[nv]`.
    pub qfrc_constraint: &'a [f64],
    /// Lengths of tendons.
    pub ten_length: &'a [f64],
    /// Contacts.
    pub contacts: &'a [Contact],
}
