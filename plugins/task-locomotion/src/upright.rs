//! Moving forward in a plane without falling: Hopper and Walker2d.

use crate::proprioception::Proprioception;
use crate::{Interval, control, noise, revision, root};
use angora_sdk::{
    Action, Ending, Observation, Physics, PhysicsMut, Random, Result, SceneModel, SceneSpec,
    SceneTask, Step, TaskSpec, signal, state,
};
use serde::{Deserialize, Serialize};
use std::fmt::Debug;
use std::marker::PhantomData;

/// What tells such tasks from each other.
pub trait Kind: Debug + Clone + PartialEq + Send + 'static {
    /// The world as MJCF.
    const WORLD: &'static str;
    /// Every position but place and height, and every velocity, of a healthy body.
    const STATE: Interval;
    /// Height of the torso of a healthy body, m.
    const HEIGHT: Interval;
    /// Pitch of the torso of a healthy body, rad.
    const PITCH: Interval;
    /// Mean return from which the task counts as solved.
    const THRESHOLD: Option<f64>;

    /// The body that is used when none is named, for an id of the task.
    fn body(id: &str) -> &'static str;
}

/// Settings, named as Gymnasium's arguments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, bound = "")]
pub struct Config<K: Kind> {
    /// Reward per m/s.
    pub forward_reward_weight: f64,
    /// Cost of the squared action.
    pub ctrl_cost_weight: f64,
    /// Reward per step for being healthy.
    pub healthy_reward: f64,
    /// Whether the episode ends when the body is not healthy.
    pub terminate_when_unhealthy: bool,
    /// Every position but place and height, and every velocity, lies in here.
    pub healthy_state_range: Interval,
    /// The torso's height lies in here, m.
    pub healthy_z_range: Interval,
    /// The torso's pitch lies in here, rad.
    pub healthy_angle_range: Interval,
    /// Positions and velocities start uniform within this.
    pub reset_noise_scale: f64,
    /// Whether the place along the track is kept from the brain.
    pub exclude_current_positions_from_observation: bool,
    /// Whether the brain senses velocities; if not, it has to remember where things were.
    pub velocity: bool,
    /// Which task they are of.
    #[serde(skip)]
    pub kind: PhantomData<K>,
}

impl<K: Kind> Default for Config<K> {
    fn default() -> Self {
        Self {
            forward_reward_weight: 1.0,
            ctrl_cost_weight: 1e-3,
            healthy_reward: 1.0,
            terminate_when_unhealthy: true,
            healthy_state_range: K::STATE,
            healthy_z_range: K::HEIGHT,
            healthy_angle_range: K::PITCH,
            reset_noise_scale: 5e-3,
            exclude_current_positions_from_observation: true,
            velocity: true,
            kind: PhantomData,
        }
    }
}

/// The terms of the reward, in the order of their sum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// For the velocity.
    pub forward: f64,
    /// For not having fallen.
    pub healthy: f64,
    /// For the effort, negative.
    pub control: f64,
}

/// Addresses of the root joints in qpos.
#[derive(Debug, Clone, Copy, Default)]
struct Root {
    x: usize,
    z: usize,
    pitch: usize,
}

/// The task.
#[derive(Debug, Clone)]
pub struct Upright<K: Kind> {
    config: Config<K>,
    body: &'static str,
    /// Whether the step on which it falls counts as healthy too.
    spares_the_fall: bool,
    sense: Proprioception,
    root: Root,
    /// Control time step, s.
    timestep: f64,
    /// Place along the track before the control step, m.
    before: f64,
}

impl<K: Kind> Upright<K> {
    /// What the brain senses, before it is rounded to f32.
    pub fn senses<'p>(
        &'p self,
        qpos: &'p [f64],
        qvel: &'p [f64],
    ) -> impl Iterator<Item = f64> + 'p {
        self.sense.values(qpos, qvel)
    }

    /// Whether the body has neither fallen nor burst.
    #[must_use]
    pub fn healthy(&self, qpos: &[f64], qvel: &[f64]) -> bool {
        let root = self.root;
        let inner = |at: &usize| *at != root.x && *at != root.z;
        let mut positions = (0..qpos.len()).filter(inner).map(|at| qpos[at]);
        let state = self.config.healthy_state_range;
        positions.all(|q| state.contains(q))
            && qvel.iter().all(|v| state.contains(*v))
            && self.config.healthy_z_range.contains(qpos[root.z])
            && self.config.healthy_angle_range.contains(qpos[root.pitch])
    }

    /// Mean velocity along the track of a control step between two places, m/s.
    #[must_use]
    pub fn forward_velocity(&self, before: f64, after: f64) -> f64 {
        (after - before) / self.timestep
    }

    /// The terms of a velocity in m/s, health and an action, which is not clipped.
    #[must_use]
    pub fn terms(&self, velocity: f64, healthy: bool, action: &[f32]) -> Terms {
        Terms {
            forward: self.config.forward_reward_weight * velocity,
            healthy: if healthy || self.spares_the_fall {
                self.config.healthy_reward
            } else {
                0.0
            },
            control: -(self.config.ctrl_cost_weight * control::effort(action)),
        }
    }

    fn observation(
        &self,
        physics: Physics<'_, '_>,
        velocity: f64,
        effort: f64,
        out: &mut Observation<'_>,
    ) -> Result<()> {
        let (qpos, qvel) = (physics.qpos(), physics.qvel());
        self.sense.write(qpos, qvel, out)?;
        out.signal("position_x", &[qpos[self.root.x]])?;
        out.signal("forward_velocity", &[velocity])?;
        out.signal("control_effort", &[effort])?;
        out.signal("torso_height", &[qpos[self.root.z]])?;
        out.signal("torso_pitch", &[qpos[self.root.pitch]])?;
        out.signal("healthy", &[f64::from(u8::from(self.healthy(qpos, qvel)))])
    }
}

impl<K: Kind> SceneTask for Upright<K> {
    type Config = Config<K>;

    fn new(id: &str, config: Config<K>) -> Result<Self> {
        noise::checked(config.reset_noise_scale)?;
        Ok(Self {
            body: K::body(id),
            spares_the_fall: revision::before_5(id) && config.terminate_when_unhealthy,
            sense: Proprioception::new(config.velocity, 10.0),
            config,
            root: Root::default(),
            timestep: f64::NAN,
            before: 0.0,
        })
    }

    fn scene(&self) -> SceneSpec {
        SceneSpec {
            mjcf: K::WORLD.into(),
            default_body: self.body.into(),
            roles: ["root_x", "root_z", "root_y"].map(root::request).into(),
            ..SceneSpec::default()
        }
    }

    fn bind(&mut self, model: &SceneModel) -> Result<TaskSpec> {
        self.root = Root {
            x: root::joint(model, "root_x")?.qpos,
            z: root::joint(model, "root_z")?.qpos,
            pitch: root::joint(model, "root_y")?.qpos,
        };
        self.timestep = model.control_timestep;
        if self.config.exclude_current_positions_from_observation {
            self.sense.hidden = vec![self.root.x];
        }
        Ok(TaskSpec {
            sensations: vec![self.sense.spec(model)],
            action: model.action.clone(),
            signals: vec![
                signal("position_x", 1, "m"),
                signal("forward_velocity", 1, "m/s"),
                signal("control_effort", 1, ""),
                signal("torso_height", 1, "m"),
                signal("torso_pitch", 1, "rad"),
                signal("healthy", 1, ""),
            ],
            reward_terms: vec!["forward".into(), "healthy".into(), "control".into()],
            max_episode_steps: Some(1000),
            reward_threshold: K::THRESHOLD,
            control_timestep: Some(model.control_timestep),
            saves_state: true,
            ..TaskSpec::default()
        })
    }

    fn reset(&mut self, random: &mut Random, physics: &mut PhysicsMut<'_, '_>) -> Result<()> {
        noise::uniform(self.config.reset_noise_scale, random, physics);
        Ok(())
    }

    fn observe(&mut self, physics: Physics<'_, '_>, out: &mut Observation<'_>) -> Result<()> {
        self.observation(physics, 0.0, 0.0, out)
    }

    fn before_step(&mut self, _: Action<'_>, physics: &mut PhysicsMut<'_, '_>) -> Result<()> {
        self.before = physics.qpos()[self.root.x];
        Ok(())
    }

    fn after_step(
        &mut self,
        action: Action<'_>,
        physics: &mut PhysicsMut<'_, '_>,
        out: &mut Step<'_>,
    ) -> Result<Ending> {
        let velocity = self.forward_velocity(self.before, physics.qpos()[self.root.x]);
        let effort = control::effort(action.values());
        let healthy = self.healthy(physics.qpos(), physics.qvel());
        let terms = self.terms(velocity, healthy, action.values());
        out.reward_term("forward", terms.forward)?;
        out.reward_term("healthy", terms.healthy)?;
        out.reward_term("control", terms.control)?;
        self.observation(physics.read(), velocity, effort, out.observation())?;
        Ok(if healthy || !self.config.terminate_when_unhealthy {
            Ending::None
        } else {
            Ending::Terminated
        })
    }

    fn save(&self) -> Result<Vec<u8>> {
        state::save(&())
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        state::restore(state)
    }
}
