//! Moving forward where nothing ends the episode: HalfCheetah and Swimmer.

use crate::proprioception::Proprioception;
use crate::{control, noise, root};
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
    /// The body that is used when none is named.
    const BODY: &'static str;
    /// Roles of the joints that say where the body is; the first is along the track.
    const PLACE: &'static [&'static str];
    /// Cost of the squared action.
    const CONTROL_COST: f64;
    /// Mean return from which the task counts as solved.
    const THRESHOLD: f64;

    /// A velocity to start with, for a scale of noise.
    fn first_velocity(random: &mut Random, scale: f64) -> f64;
}

/// Settings, named as Gymnasium's arguments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, bound = "")]
pub struct Config<K: Kind> {
    /// Reward per m/s.
    pub forward_reward_weight: f64,
    /// Cost of the squared action.
    pub ctrl_cost_weight: f64,
    /// How far positions and velocities start from those of the reference pose.
    pub reset_noise_scale: f64,
    /// Whether the place of the body is kept from the brain.
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
            ctrl_cost_weight: K::CONTROL_COST,
            reset_noise_scale: 0.1,
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
    /// For the effort, negative.
    pub control: f64,
}

/// The task.
#[derive(Debug, Clone)]
pub struct Endless<K: Kind> {
    config: Config<K>,
    sense: Proprioception,
    /// Address of the place along the track in qpos.
    root_x: usize,
    /// Control time step, s.
    timestep: f64,
    /// Place along the track before the control step, m.
    before: f64,
}

impl<K: Kind> Endless<K> {
    /// What the brain senses, before it is rounded to f32.
    pub fn senses<'p>(
        &'p self,
        qpos: &'p [f64],
        qvel: &'p [f64],
    ) -> impl Iterator<Item = f64> + 'p {
        self.sense.values(qpos, qvel)
    }

    /// Mean velocity along the track of a control step between two places, m/s.
    #[must_use]
    pub fn forward_velocity(&self, before: f64, after: f64) -> f64 {
        (after - before) / self.timestep
    }

    /// The terms of a velocity in m/s and an action, which is not clipped.
    #[must_use]
    pub fn terms(&self, velocity: f64, action: &[f32]) -> Terms {
        Terms {
            forward: self.config.forward_reward_weight * velocity,
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
        self.sense.write(physics.qpos(), physics.qvel(), out)?;
        out.signal("position_x", &[physics.qpos()[self.root_x]])?;
        out.signal("forward_velocity", &[velocity])?;
        out.signal("control_effort", &[effort])
    }
}

impl<K: Kind> SceneTask for Endless<K> {
    type Config = Config<K>;

    fn new(_id: &str, config: Config<K>) -> Result<Self> {
        noise::checked(config.reset_noise_scale)?;
        Ok(Self {
            sense: Proprioception::new(config.velocity, f64::INFINITY),
            config,
            root_x: 0,
            timestep: f64::NAN,
            before: 0.0,
        })
    }

    fn scene(&self) -> SceneSpec {
        SceneSpec {
            mjcf: K::WORLD.into(),
            default_body: K::BODY.into(),
            roles: K::PLACE.iter().map(|role| root::request(role)).collect(),
            ..SceneSpec::default()
        }
    }

    fn bind(&mut self, model: &SceneModel) -> Result<TaskSpec> {
        let place = K::PLACE.iter().map(|role| root::joint(model, role));
        let place: Vec<usize> = place
            .map(|joint| joint.map(|joint| joint.qpos))
            .collect::<Result<_>>()?;
        self.root_x = place[0];
        self.timestep = model.control_timestep;
        if self.config.exclude_current_positions_from_observation {
            self.sense.hidden = place;
        }
        Ok(TaskSpec {
            sensations: vec![self.sense.spec(model)],
            action: model.action.clone(),
            signals: vec![
                signal("position_x", 1, "m"),
                signal("forward_velocity", 1, "m/s"),
                signal("control_effort", 1, ""),
            ],
            reward_terms: vec!["forward".into(), "control".into()],
            max_episode_steps: Some(1000),
            reward_threshold: Some(K::THRESHOLD),
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
            *velocity += K::first_velocity(random, scale);
        }
        Ok(())
    }

    fn observe(&mut self, physics: Physics<'_, '_>, out: &mut Observation<'_>) -> Result<()> {
        self.observation(physics, 0.0, 0.0, out)
    }

    fn before_step(&mut self, _: Action<'_>, physics: &mut PhysicsMut<'_, '_>) -> Result<()> {
        self.before = physics.qpos()[self.root_x];
        Ok(())
    }

    fn after_step(
        &mut self,
        action: Action<'_>,
        physics: &mut PhysicsMut<'_, '_>,
        out: &mut Step<'_>,
    ) -> Result<Ending> {
        let velocity = self.forward_velocity(self.before, physics.qpos()[self.root_x]);
        let effort = control::effort(action.values());
        let terms = self.terms(velocity, action.values());
        out.reward_term("forward", terms.forward)?;
        out.reward_term("control", terms.control)?;
        self.observation(physics.read(), velocity, effort, out.observation())?;
        Ok(Ending::None)
    }

    fn save(&self) -> Result<Vec<u8>> {
        state::save(&())
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        state::restore(state)
    }
}
