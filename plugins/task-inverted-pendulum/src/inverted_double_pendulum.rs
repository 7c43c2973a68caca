//! InvertedDoublePendulum: push the cart so that two poles, one on the other, stay upright.
//! Gymnasium's numbers.

use crate::{before_revision_5, checked_noise};
use angora_sdk::{
    Action, Ending, Fault, JointModel, Observation, Physics, PhysicsMut, Random, Result, RoleKind,
    RoleRequest, SceneModel, SceneSpec, SceneTask, SensationSpec, Sense, Step, TaskSpec, elements,
    parts, sensation, signal, state,
};
use serde::{Deserialize, Serialize};

/// Height of the tip at which the poles have fallen, m.
const FALLEN: f64 = 1.0;
/// Largest magnitude of a velocity or force that is sensed.
const SENSED: f64 = 10.0;
/// Places that are sensed.
const PLACES: [(&str, &str); 5] = [
    ("cart_position", "m"),
    ("lower_pole_sine", ""),
    ("upper_pole_sine", ""),
    ("lower_pole_cosine", ""),
    ("upper_pole_cosine", ""),
];
/// Velocities that are sensed after them, limited.
const VELOCITIES: [(&str, &str); 3] = [
    ("cart_velocity", "m/s"),
    ("lower_pole_velocity", "rad/s"),
    ("upper_pole_velocity", "rad/s"),
];
/// Forces of constraints that are sensed last, limited.
const FORCES: [(&str, &str); 3] = [
    ("cart_force", "N"),
    ("lower_pole_torque", "N m"),
    ("upper_pole_torque", "N m"),
];

/// Settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Reward per step on which the poles are up.
    pub healthy_reward: f64,
    /// Positions start uniform within this; velocities normal with this deviation.
    pub reset_noise_scale: f64,
    /// Whether the brain senses the velocities; if not, it has to remember where things were.
    pub velocity: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            healthy_reward: 10.0,
            reset_noise_scale: 0.1,
            velocity: true,
        }
    }
}

/// Joints of the cart, the lower pole and the upper one.
const ROLES: [&str; 3] = ["cart_joint", "pole_joint", "upper_pole_joint"];

/// The task.
#[derive(Debug, Clone)]
pub struct InvertedDoublePendulum {
    config: Config,
    before_5: bool,
    /// Addresses of the joints' positions.
    qpos: [usize; 3],
    /// Addresses of the joints' velocities.
    qvel: [usize; 3],
    /// Index of the site at the tip.
    tip: usize,
}

impl InvertedDoublePendulum {
    /// Of how many joints the forces of constraints are sensed: after revision 4 that of the cart
    /// alone, since the others are free.
    fn forces(&self) -> usize {
        if self.before_5 { 3 } else { 1 }
    }

    /// Name and unit of each receptor.
    fn sensed(&self) -> Vec<(&'static str, &'static str)> {
        let velocities: &[_] = if self.config.velocity {
            &VELOCITIES
        } else {
            &[]
        };
        [&PLACES, velocities, &FORCES[..self.forces()]].concat()
    }

    /// Place of the tip: along the rail and up, m, as of the last evaluation inside the step.
    fn tip(&self, physics: Physics<'_, '_>) -> [f64; 2] {
        let place = &physics.site_xpos()[3 * self.tip..];
        [place[0], place[2]]
    }

    fn observation(&self, physics: Physics<'_, '_>, out: &mut Observation<'_>) -> Result<()> {
        let position = self.qpos.map(|at| physics.qpos()[at]);
        let velocity = self.qvel.map(|at| physics.qvel()[at]);
        let force = self.qvel.map(|at| physics.qfrc_constraint()[at]);
        let [_, lower, upper] = position;
        let place = [
            position[0],
            lower.sin(),
            upper.sin(),
            lower.cos(),
            upper.cos(),
        ];
        let moving: &[f64] = if self.config.velocity { &velocity } else { &[] };
        let limited = moving.iter().chain(&force[..self.forces()]);
        let limited = limited.map(|x| x.clamp(-SENSED, SENSED));
        let receptors = out.sense_mut(Sense::Proprioception)?;
        for (receptor, value) in receptors.iter_mut().zip(place.into_iter().chain(limited)) {
            *receptor = value as f32;
        }
        out.signal("cart_position", &position[..1])?;
        out.signal("cart_velocity", &velocity[..1])?;
        out.signal("pole_angles", &position[1..])?;
        out.signal("pole_velocities", &velocity[1..])?;
        out.signal("tip", &self.tip(physics))
    }
}

impl SceneTask for InvertedDoublePendulum {
    type Config = Config;

    fn new(id: &str, config: Config) -> Result<Self> {
        checked_noise(config.reset_noise_scale)?;
        Ok(Self {
            config,
            before_5: before_revision_5(id),
            qpos: [0; 3],
            qvel: [0; 3],
            tip: 0,
        })
    }

    fn scene(&self) -> SceneSpec {
        let request = |role: &str, kind| RoleRequest {
            role: role.into(),
            kind,
            at_least: 1,
        };
        let joints = ROLES.map(|role| request(role, RoleKind::Joint));
        let tip = request("pole_tip", RoleKind::Site);
        SceneSpec {
            mjcf: include_str!("../assets/rail-double.xml").into(),
            default_body: "inverted-double-pendulum".into(),
            roles: joints.into_iter().chain([tip]).collect(),
            ..SceneSpec::default()
        }
    }

    fn bind(&mut self, model: &SceneModel) -> Result<TaskSpec> {
        for (at, role) in ROLES.into_iter().enumerate() {
            let joint = first(parts::joints(model, role)?, role)?;
            let JointModel { qpos, qvel, .. } = joint;
            (self.qpos[at], self.qvel[at]) = (qpos, qvel);
        }
        self.tip = first(parts::sites(model, "pole_tip")?, "pole_tip")?;
        let sensed = self.sensed();
        Ok(TaskSpec {
            sensations: vec![SensationSpec {
                unit: "mixed".into(),
                elements: elements(&sensed),
                ..sensation(Sense::Proprioception, sensed.len())
            }],
            action: model.action.clone(),
            signals: vec![
                signal("cart_position", 1, "m"),
                signal("cart_velocity", 1, "m/s"),
                signal("pole_angles", 2, "rad"),
                signal("pole_velocities", 2, "rad/s"),
                signal("tip", 2, "m"),
            ],
            reward_terms: ["healthy", "distance", "velocity"].map(String::from).into(),
            max_episode_steps: Some(1000),
            reward_threshold: Some(9100.0),
            control_timestep: Some(model.control_timestep),
            saves_state: true,
            ..TaskSpec::default()
        })
    }

    fn reset(&mut self, random: &mut Random, physics: &mut PhysicsMut<'_, '_>) -> Result<()> {
        let scale = self.config.reset_noise_scale;
        for position in physics.qpos_mut() {
            *position += random.uniform(-scale, scale);
        }
        for velocity in physics.qvel_mut() {
            *velocity += scale * random.normal();
        }
        Ok(())
    }

    fn observe(&mut self, physics: Physics<'_, '_>, out: &mut Observation<'_>) -> Result<()> {
        self.observation(physics, out)
    }

    fn after_step(
        &mut self,
        _action: Action<'_>,
        physics: &mut PhysicsMut<'_, '_>,
        out: &mut Step<'_>,
    ) -> Result<Ending> {
        let physics = physics.read();
        let [x, y] = self.tip(physics);
        let fallen = y <= FALLEN;
        let [_, lower, upper] = self.qvel.map(|at| physics.qvel()[at]);
        let rewarded = if fallen && !self.before_5 {
            0.0
        } else {
            self.config.healthy_reward
        };
        out.reward_term("healthy", rewarded)?;
        out.reward_term("distance", -(0.01 * x * x + (y - 2.0) * (y - 2.0)))?;
        let velocity = 1e-3 * lower * lower + 5e-3 * upper * upper;
        out.reward_term("velocity", -velocity)?;
        self.observation(physics, out.observation())?;
        Ok(if fallen {
            Ending::Terminated
        } else {
            Ending::None
        })
    }

    fn save(&self) -> Result<Vec<u8>> {
        state::save(&())
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        state::restore(state)
    }
}

/// The first part of a role.
fn first<T>(parts: Vec<T>, role: &str) -> Result<T> {
    let part = parts.into_iter().next();
    part.ok_or_else(|| Fault::failed("nothing plays this role").on(role))
}
