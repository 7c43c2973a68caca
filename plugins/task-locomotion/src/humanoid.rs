//! Humanoid: walk forward on two legs without falling.

use crate::anatomy::{Anatomy, Parts};
use crate::{Interval, control, noise, revision, root};
use angora_sdk::{
    Action, Ending, Observation, Physics, PhysicsMut, Random, Result, SceneModel, SceneSpec,
    SceneTask, Step, TaskSpec, signal, state,
};
use serde::{Deserialize, Serialize};

/// Settings, named as Gymnasium's arguments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Reward per m/s of the centre of mass.
    pub forward_reward_weight: f64,
    /// Cost of the squared inputs of the actuators.
    pub ctrl_cost_weight: f64,
    /// Cost of the squared contact forces; absent: 5e-7, before revision 5 nothing.
    pub contact_cost_weight: Option<f64>,
    /// The cost of contacts is clipped to it.
    pub contact_cost_range: Interval,
    /// Reward per step for being healthy.
    pub healthy_reward: f64,
    /// Whether the episode ends when the body is not healthy.
    pub terminate_when_unhealthy: bool,
    /// The torso's height lies strictly in here, m.
    pub healthy_z_range: Interval,
    /// Positions and velocities start uniform within this.
    pub reset_noise_scale: f64,
    /// Whether the place of the torso is kept from the brain.
    pub exclude_current_positions_from_observation: bool,
    /// Whether the brain senses inertias of bodies about the centre of mass.
    pub include_cinert_in_observation: bool,
    /// Whether the brain senses velocities of bodies about the centre of mass.
    pub include_cvel_in_observation: bool,
    /// Whether the brain senses forces of actuators at the joints.
    pub include_qfrc_actuator_in_observation: bool,
    /// Whether the brain senses contact forces on bodies.
    pub include_cfrc_ext_in_observation: bool,
    /// Whether the brain senses velocities at all, of joints and bodies; if not, it has to
    /// remember where things were.
    pub velocity: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            forward_reward_weight: 1.25,
            ctrl_cost_weight: 0.1,
            contact_cost_weight: None,
            contact_cost_range: Interval {
                low: None,
                high: Some(10.0),
            },
            healthy_reward: 5.0,
            terminate_when_unhealthy: true,
            healthy_z_range: Interval::between(1.0, 2.0),
            reset_noise_scale: 0.01,
            exclude_current_positions_from_observation: true,
            include_cinert_in_observation: true,
            include_cvel_in_observation: true,
            include_qfrc_actuator_in_observation: true,
            include_cfrc_ext_in_observation: true,
            velocity: true,
        }
    }
}

impl Config {
    fn parts(&self) -> Parts {
        Parts {
            place: !self.exclude_current_positions_from_observation,
            inertias: self.include_cinert_in_observation,
            velocities: self.include_cvel_in_observation && self.velocity,
            actuators: self.include_qfrc_actuator_in_observation,
            contacts: self.include_cfrc_ext_in_observation,
            joint_velocities: self.velocity,
        }
    }
}

/// The task.
#[derive(Debug, Clone)]
pub struct Humanoid {
    config: Config,
    contact_cost: f64,
    /// Whether the step on which it falls counts as healthy too.
    spares_the_fall: bool,
    sense: Anatomy,
    /// Address of the torso's height in qpos.
    height: usize,
    /// Mass of each rigid body, kg.
    masses: Vec<f64>,
    /// Control time step, s.
    timestep: f64,
    /// Place of the centre of mass along the track before the control step, m.
    before: f64,
}

impl Humanoid {
    fn healthy(&self, physics: Physics<'_, '_>) -> bool {
        let height = physics.qpos()[self.height];
        self.config.healthy_z_range.contains(height)
    }

    /// Place of the centre of mass on the ground, m.
    fn centre(&self, xipos: &[f64]) -> [f64; 2] {
        let masses = &self.masses;
        let whole = control::pairwise(0, masses.len(), &|at| masses[at]);
        [0, 1].map(|axis| {
            let parts = masses.iter().zip(xipos.chunks_exact(3));
            parts.fold(0.0, |sum, (mass, place)| sum + mass * place[axis]) / whole
        })
    }

    fn observation(
        &self,
        physics: Physics<'_, '_>,
        velocity: f64,
        out: &mut Observation<'_>,
    ) -> Result<()> {
        self.sense.write(physics, out)?;
        out.signal("centre_of_mass", &self.centre(physics.xipos()))?;
        out.signal("forward_velocity", &[velocity])?;
        out.signal("control_effort", &[control::squares(physics.ctrl())])?;
        out.signal("contact_effort", &[control::squares(physics.cfrc_ext())])?;
        out.signal("torso_height", &[physics.qpos()[self.height]])?;
        out.signal("healthy", &[f64::from(u8::from(self.healthy(physics)))])
    }
}

impl SceneTask for Humanoid {
    type Config = Config;

    fn new(id: &str, config: Config) -> Result<Self> {
        noise::checked(config.reset_noise_scale)?;
        let before_5 = revision::before_5(id);
        let contact_cost = if before_5 { 0.0 } else { 5e-7 };
        Ok(Self {
            contact_cost: config.contact_cost_weight.unwrap_or(contact_cost),
            spares_the_fall: before_5 && config.terminate_when_unhealthy,
            sense: Anatomy::new(config.parts(), before_5),
            config,
            height: 0,
            masses: Vec::new(),
            timestep: f64::NAN,
            before: 0.0,
        })
    }

    fn scene(&self) -> SceneSpec {
        SceneSpec {
            mjcf: include_str!("../assets/plane-humanoid.xml").into(),
            default_body: "humanoid".into(),
            roles: vec![root::request("root")],
            contact_forces: true,
            ..SceneSpec::default()
        }
    }

    fn bind(&mut self, model: &SceneModel) -> Result<TaskSpec> {
        let root = root::joint(model, "root")?.qpos;
        self.height = root + 2;
        self.masses.clone_from(&model.body_mass);
        self.timestep = model.control_timestep;
        Ok(TaskSpec {
            sensations: vec![self.sense.bind(model, root)],
            action: model.action.clone(),
            signals: vec![
                signal("centre_of_mass", 2, "m"),
                signal("forward_velocity", 1, "m/s"),
                signal("control_effort", 1, ""),
                signal("contact_effort", 1, ""),
                signal("torso_height", 1, "m"),
                signal("healthy", 1, ""),
            ],
            reward_terms: ["forward", "healthy", "control", "contact"]
                .map(String::from)
                .into(),
            max_episode_steps: Some(1000),
            reward_threshold: None,
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
        self.observation(physics, 0.0, out)
    }

    fn before_step(&mut self, _: Action<'_>, physics: &mut PhysicsMut<'_, '_>) -> Result<()> {
        self.before = self.centre(physics.xipos())[0];
        Ok(())
    }

    fn after_step(
        &mut self,
        _action: Action<'_>,
        physics: &mut PhysicsMut<'_, '_>,
        out: &mut Step<'_>,
    ) -> Result<Ending> {
        let config = &self.config;
        let physics = physics.read();
        let velocity = (self.centre(physics.xipos())[0] - self.before) / self.timestep;
        let healthy = self.healthy(physics);
        let rewarded = if healthy || self.spares_the_fall {
            config.healthy_reward
        } else {
            0.0
        };
        let control = config.ctrl_cost_weight * control::squares(physics.ctrl());
        let contact = self.contact_cost * control::squares(physics.cfrc_ext());
        out.reward_term("forward", config.forward_reward_weight * velocity)?;
        out.reward_term("healthy", rewarded)?;
        out.reward_term("control", -control)?;
        out.reward_term("contact", -config.contact_cost_range.clamp(contact))?;
        self.observation(physics, velocity, out.observation())?;
        Ok(if healthy || !config.terminate_when_unhealthy {
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
