//! Ant: walk forward on four legs without jumping or falling over.

use crate::proprioception::{self, Proprioception};
use crate::{Interval, control, noise, revision, root};
use angora_sdk::{
    Action, Ending, Fault, Observation, Physics, PhysicsMut, Random, Result, RoleKind, RoleRequest,
    SceneModel, SceneSpec, SceneTask, Step, TaskSpec, parts, signal, state,
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
    /// Cost of the squared contact forces; absent: 5e-4, before revision 5 nothing.
    pub contact_cost_weight: Option<f64>,
    /// Contact forces, N and N m, are clipped to it.
    pub contact_force_range: Interval,
    /// Reward per step for being healthy.
    pub healthy_reward: f64,
    /// Whether the episode ends when the body is not healthy.
    pub terminate_when_unhealthy: bool,
    /// The torso's height lies in here, m; the bounds count as healthy.
    pub healthy_z_range: Interval,
    /// Positions start uniform within this; velocities normal with this deviation.
    pub reset_noise_scale: f64,
    /// Whether the place of the torso is kept from the brain.
    pub exclude_current_positions_from_observation: bool,
    /// Whether the brain senses contact forces; absent: yes, before revision 5 no.
    pub include_cfrc_ext_in_observation: Option<bool>,
    /// Whether the brain senses velocities; if not, it has to remember where things were.
    pub velocity: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            forward_reward_weight: 1.0,
            ctrl_cost_weight: 0.5,
            contact_cost_weight: None,
            contact_force_range: Interval::between(-1.0, 1.0),
            healthy_reward: 1.0,
            terminate_when_unhealthy: true,
            healthy_z_range: Interval::between(0.2, 1.0),
            reset_noise_scale: 0.1,
            exclude_current_positions_from_observation: true,
            include_cfrc_ext_in_observation: None,
            velocity: true,
        }
    }
}

/// The task.
#[derive(Debug, Clone)]
pub struct Ant {
    config: Config,
    contact_cost: f64,
    feels_contacts: bool,
    /// Whether the step on which it falls counts as healthy too.
    spares_the_fall: bool,
    sense: Proprioception,
    /// Address of the torso's height in qpos.
    height: usize,
    /// Index of the torso.
    torso: usize,
    /// Control time step, s.
    timestep: f64,
    /// Place along the track before the control step, m.
    before: f64,
}

impl Ant {
    fn healthy(&self, physics: Physics<'_, '_>) -> bool {
        let mut state = physics.qpos().iter().chain(physics.qvel());
        state.all(|x| x.is_finite())
            && self
                .config
                .healthy_z_range
                .contains_with_bounds(physics.qpos()[self.height])
    }

    /// Sum of the squares of the clipped contact forces on all bodies.
    fn contact_effort(&self, physics: Physics<'_, '_>) -> f64 {
        let (forces, range) = (physics.cfrc_ext(), self.config.contact_force_range);
        control::pairwise(0, forces.len(), &|at| range.clamp(forces[at]).powi(2))
    }

    fn observation(
        &self,
        physics: Physics<'_, '_>,
        velocity: f64,
        effort: f64,
        out: &mut Observation<'_>,
    ) -> Result<()> {
        let state = self.sense.values(physics.qpos(), physics.qvel());
        // The world's own row comes first.
        let forces = if self.feels_contacts {
            &physics.cfrc_ext()[6..]
        } else {
            &[]
        };
        let range = self.config.contact_force_range;
        let felt = forces.iter().map(|force| range.clamp(*force));
        proprioception::write(state.chain(felt), out)?;
        let place = &physics.xpos()[3 * self.torso..];
        out.signal("position", &place[..2])?;
        out.signal("forward_velocity", &[velocity])?;
        out.signal("control_effort", &[effort])?;
        out.signal("contact_effort", &[self.contact_effort(physics)])?;
        out.signal("torso_height", &[physics.qpos()[self.height]])?;
        out.signal("healthy", &[f64::from(u8::from(self.healthy(physics)))])
    }
}

impl SceneTask for Ant {
    type Config = Config;

    fn new(id: &str, config: Config) -> Result<Self> {
        noise::checked(config.reset_noise_scale)?;
        let before_5 = revision::before_5(id);
        let contact_cost = if before_5 { 0.0 } else { 5e-4 };
        Ok(Self {
            contact_cost: config.contact_cost_weight.unwrap_or(contact_cost),
            feels_contacts: config.include_cfrc_ext_in_observation.unwrap_or(!before_5),
            spares_the_fall: before_5 && config.terminate_when_unhealthy,
            sense: Proprioception::new(config.velocity, f64::INFINITY),
            config,
            height: 0,
            torso: 0,
            timestep: f64::NAN,
            before: 0.0,
        })
    }

    fn scene(&self) -> SceneSpec {
        let torso = RoleRequest {
            role: "torso".into(),
            kind: RoleKind::Body,
            at_least: 1,
        };
        SceneSpec {
            mjcf: include_str!("../assets/plane-ant.xml").into(),
            default_body: "ant".into(),
            roles: vec![root::request("root"), torso],
            contact_forces: true,
            ..SceneSpec::default()
        }
    }

    fn bind(&mut self, model: &SceneModel) -> Result<TaskSpec> {
        let root = root::joint(model, "root")?.qpos;
        self.height = root + 2;
        self.torso = parts::bodies(model, "torso")?
            .first()
            .copied()
            .ok_or_else(|| Fault::failed("the body has no part of this role").on("torso"))?;
        self.timestep = model.control_timestep;
        if self.config.exclude_current_positions_from_observation {
            self.sense.hidden = vec![root, root + 1];
        }
        let forces = if self.feels_contacts {
            6 * (model.body_mass.len() - 1)
        } else {
            0
        };
        let receptors = self.sense.len(model.nq, model.nv) + forces;
        Ok(TaskSpec {
            sensations: vec![proprioception::spec(receptors)],
            action: model.action.clone(),
            signals: vec![
                signal("position", 2, "m"),
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
            reward_threshold: Some(6000.0),
            control_timestep: Some(model.control_timestep),
            saves_state: true,
            ..TaskSpec::default()
        })
    }

    fn reset(&mut self, random: &mut Random, physics: &mut PhysicsMut<'_, '_>) -> Result<()> {
        let scale = self.config.reset_noise_scale;
        // The quaternion too, which the physics makes a unit one when it steps.
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
        self.before = physics.xpos()[3 * self.torso];
        Ok(())
    }

    fn after_step(
        &mut self,
        action: Action<'_>,
        physics: &mut PhysicsMut<'_, '_>,
        out: &mut Step<'_>,
    ) -> Result<Ending> {
        let config = &self.config;
        let physics = physics.read();
        let velocity = (physics.xpos()[3 * self.torso] - self.before) / self.timestep;
        let effort = control::effort(action.values());
        let healthy = self.healthy(physics);
        let rewarded = if healthy || self.spares_the_fall {
            config.healthy_reward
        } else {
            0.0
        };
        out.reward_term("forward", config.forward_reward_weight * velocity)?;
        out.reward_term("healthy", rewarded)?;
        out.reward_term("control", -(config.ctrl_cost_weight * effort))?;
        let contact = self.contact_cost * self.contact_effort(physics);
        out.reward_term("contact", -contact)?;
        self.observation(physics, velocity, effort, out.observation())?;
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
