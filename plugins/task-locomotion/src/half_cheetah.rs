//! HalfCheetah-v5: run forward with little effort; nothing ends the episode.

use crate::proprioception::Proprioception;
use crate::{control, noise, root};
use angora_sdk::{
    Action, Ending, Observation, Physics, PhysicsMut, PhysicsOptions, Random, Result, SceneModel,
    SceneSpec, SceneTask, Step, TaskSpec, signal, state,
};
use serde::{Deserialize, Serialize};

/// Settings, named as Gymnasium's arguments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Reward per m/s.
    pub forward_reward_weight: f64,
    /// Cost of the squared action.
    pub ctrl_cost_weight: f64,
    /// Positions start uniform within this; velocities normal with this deviation.
    pub reset_noise_scale: f64,
    /// Whether the place along the track is kept from the brain.
    pub exclude_current_positions_from_observation: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            forward_reward_weight: 1.0,
            ctrl_cost_weight: 0.1,
            reset_noise_scale: 0.1,
            exclude_current_positions_from_observation: true,
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
pub struct HalfCheetah {
    config: Config,
    sense: Proprioception,
    /// Address of the place along the track in qpos.
    root_x: usize,
    /// Control time step, s.
    timestep: f64,
    /// Place along the track before the control step, m.
    before: f64,
}

impl HalfCheetah {
    /// What the brain senses, before it is rounded to f32.
    pub fn senses<'p>(&self, qpos: &'p [f64], qvel: &'p [f64]) -> impl Iterator<Item = f64> + 'p {
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

impl SceneTask for HalfCheetah {
    type Config = Config;

    fn new(_id: &str, config: Config) -> Result<Self> {
        noise::checked(config.reset_noise_scale)?;
        Ok(Self {
            config,
            sense: Proprioception {
                hidden: None,
                speed_limit: f64::INFINITY,
            },
            root_x: 0,
            timestep: f64::NAN,
            before: 0.0,
        })
    }

    fn scene(&self) -> SceneSpec {
        SceneSpec {
            mjcf: include_str!("../assets/plane-half-cheetah.xml").into(),
            assets: vec![],
            default_body: "half-cheetah".into(),
            roles: vec![root::request("root_x")],
            physics: PhysicsOptions::default(),
            substeps: None,
            contact_forces: false,
            vision: None,
            ..SceneSpec::default()
        }
    }

    fn bind(&mut self, model: &SceneModel) -> Result<TaskSpec> {
        self.root_x = root::joint(model, "root_x")?.qpos;
        self.timestep = model.control_timestep;
        let hides = self.config.exclude_current_positions_from_observation;
        self.sense.hidden = hides.then_some(self.root_x);
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
            reward_threshold: Some(4800.0),
            control_timestep: Some(model.control_timestep),
            saves_state: true,
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
