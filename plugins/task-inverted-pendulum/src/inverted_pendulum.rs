//! InvertedPendulum: push the cart so that the pole stays upright. Gymnasium's numbers.

use crate::{before_revision_5, checked_noise};
use angora_sdk::{
    Action, Ending, Fault, JointModel, Observation, Physics, PhysicsMut, Random, Result, RoleKind,
    RoleRequest, SceneModel, SceneSpec, SceneTask, SensationSpec, Sense, Step, TaskSpec, elements,
    sensation, signal, state,
};
use serde::{Deserialize, Serialize};

/// Lean of the pole beyond which it has fallen, rad.
const ANGLE_LIMIT: f64 = 0.2;

/// What is sensed: the places, then the velocities.
const SENSED: [(&str, &str); 4] = [
    ("cart_position", "m"),
    ("pole_angle", "rad"),
    ("cart_velocity", "m/s"),
    ("pole_velocity", "rad/s"),
];

/// Settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Positions and velocities start uniform within this.
    pub reset_noise_scale: f64,
    /// Whether the brain senses the velocities; if not, it has to remember where things were.
    pub velocity: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            reset_noise_scale: 0.01,
            velocity: true,
        }
    }
}

/// Addresses of a joint's state.
#[derive(Debug, Clone, Copy, Default)]
struct Joint {
    qpos: usize,
    qvel: usize,
}

/// The task.
#[derive(Debug, Clone)]
pub struct InvertedPendulum {
    config: Config,
    /// Whether the step on which the pole falls is rewarded too.
    spares_the_fall: bool,
    cart: Joint,
    pole: Joint,
}

impl InvertedPendulum {
    /// What the brain senses, before it is rounded to f32: place of the cart and lean of the
    /// pole, then, if they are sensed, their velocities.
    pub fn senses(&self, qpos: &[f64], qvel: &[f64]) -> impl Iterator<Item = f64> + use<> {
        let sensed = if self.config.velocity { 4 } else { 2 };
        self.state(qpos, qvel).into_iter().take(sensed)
    }

    /// Whether the pole has fallen or the state burst.
    #[must_use]
    pub fn fallen(&self, qpos: &[f64], qvel: &[f64]) -> bool {
        let state = self.state(qpos, qvel);
        state[1].abs() > ANGLE_LIMIT || state.iter().any(|x| !x.is_finite())
    }

    /// Place of the cart, lean of the pole, and their velocities.
    fn state(&self, qpos: &[f64], qvel: &[f64]) -> [f64; 4] {
        let (cart, pole) = (self.cart, self.pole);
        [
            qpos[cart.qpos],
            qpos[pole.qpos],
            qvel[cart.qvel],
            qvel[pole.qvel],
        ]
    }

    fn observation(&self, physics: Physics<'_, '_>, out: &mut Observation<'_>) -> Result<()> {
        let (qpos, qvel) = (physics.qpos(), physics.qvel());
        let place = out.sense_mut(Sense::Proprioception)?;
        for (receptor, value) in place.iter_mut().zip(self.senses(qpos, qvel)) {
            *receptor = value as f32;
        }
        let [position, angle, velocity, turning] = self.state(qpos, qvel);
        out.signal("cart_position", &[position])?;
        out.signal("cart_velocity", &[velocity])?;
        out.signal("pole_angle", &[angle])?;
        out.signal("pole_velocity", &[turning])
    }
}

impl SceneTask for InvertedPendulum {
    type Config = Config;

    fn new(id: &str, config: Config) -> Result<Self> {
        checked_noise(config.reset_noise_scale)?;
        Ok(Self {
            config,
            spares_the_fall: before_revision_5(id),
            cart: Joint::default(),
            pole: Joint::default(),
        })
    }

    fn scene(&self) -> SceneSpec {
        let request = |role: &str| RoleRequest {
            role: role.into(),
            kind: RoleKind::Joint,
            at_least: 1,
        };
        SceneSpec {
            mjcf: include_str!("../assets/rail.xml").into(),
            default_body: "inverted-pendulum".into(),
            roles: ["cart_joint", "pole_joint"].map(request).into(),
            ..SceneSpec::default()
        }
    }

    fn bind(&mut self, model: &SceneModel) -> Result<TaskSpec> {
        self.cart = joint(model, "cart_joint")?;
        self.pole = joint(model, "pole_joint")?;
        let receptors = if self.config.velocity { 4 } else { 2 };
        Ok(TaskSpec {
            sensations: vec![SensationSpec {
                unit: "mixed".into(),
                elements: elements(&SENSED[..receptors]),
                ..sensation(Sense::Proprioception, receptors)
            }],
            action: model.action.clone(),
            signals: vec![
                signal("cart_position", 1, "m"),
                signal("cart_velocity", 1, "m/s"),
                signal("pole_angle", 1, "rad"),
                signal("pole_velocity", 1, "rad/s"),
            ],
            reward_terms: vec!["balance".into()],
            max_episode_steps: Some(1000),
            reward_threshold: Some(950.0),
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
            *velocity += random.uniform(-scale, scale);
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
        let fallen = self.fallen(physics.qpos(), physics.qvel());
        let rewarded = !fallen || self.spares_the_fall;
        out.reward_term("balance", f64::from(u8::from(rewarded)))?;
        self.observation(physics.read(), out.observation())?;
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

/// The first joint of a role.
fn joint(model: &SceneModel, role: &str) -> Result<Joint> {
    let name = model.roles.get(role).and_then(|role| role.names.first());
    let joint = name.and_then(|name| model.joints.get(name));
    let JointModel { qpos, qvel, .. } = joint
        .ok_or_else(|| Fault::failed("the body has no joint of this role").on(role))?
        .clone();
    Ok(Joint { qpos, qvel })
}
