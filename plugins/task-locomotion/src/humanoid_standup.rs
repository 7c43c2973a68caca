//! HumanoidStandup: get up from the back, as high as possible; nothing ends the episode.

use crate::anatomy::{Anatomy, Parts};
use crate::{Interval, control, noise, revision, root};
use angora_sdk::{
    Action, Ending, Observation, Physics, PhysicsMut, Random, Result, SceneModel, SceneSpec,
    SceneTask, Step, TaskSpec, signal, state,
};
use serde::{Deserialize, Serialize};

/// What the height of the torso is divided by, s: the reference's physics step, not the control
/// step, whatever this scene's is.
const HEIGHT_DIVISOR: f64 = 0.003;

/// Settings, named as Gymnasium's arguments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Reward per m of the torso's height over 0.003 s.
    pub uph_cost_weight: f64,
    /// Cost of the squared inputs of the actuators.
    pub ctrl_cost_weight: f64,
    /// Cost of the squared contact forces.
    pub impact_cost_weight: f64,
    /// The cost of contacts is clipped to it.
    pub impact_cost_range: Interval,
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
            uph_cost_weight: 1.0,
            ctrl_cost_weight: 0.1,
            impact_cost_weight: 5e-7,
            impact_cost_range: Interval {
                low: None,
                high: Some(10.0),
            },
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
pub struct HumanoidStandup {
    config: Config,
    sense: Anatomy,
    /// Address of the torso's height in qpos.
    height: usize,
}

impl HumanoidStandup {
    fn observation(&self, physics: Physics<'_, '_>, out: &mut Observation<'_>) -> Result<()> {
        self.sense.write(physics, out)?;
        out.signal("control_effort", &[control::squares(physics.ctrl())])?;
        out.signal("contact_effort", &[control::squares(physics.cfrc_ext())])?;
        out.signal("torso_height", &[physics.qpos()[self.height]])
    }
}

impl SceneTask for HumanoidStandup {
    type Config = Config;

    fn new(id: &str, config: Config) -> Result<Self> {
        noise::checked(config.reset_noise_scale)?;
        Ok(Self {
            sense: Anatomy::new(config.parts(), revision::before_5(id)),
            config,
            height: 0,
        })
    }

    fn scene(&self) -> SceneSpec {
        SceneSpec {
            mjcf: include_str!("../assets/plane-humanoid.xml").into(),
            default_body: "humanoid-standup".into(),
            roles: vec![root::request("root")],
            contact_forces: true,
            ..SceneSpec::default()
        }
    }

    fn bind(&mut self, model: &SceneModel) -> Result<TaskSpec> {
        let root = root::joint(model, "root")?.qpos;
        self.height = root + 2;
        Ok(TaskSpec {
            sensations: vec![self.sense.bind(model, root)],
            action: model.action.clone(),
            signals: vec![
                signal("control_effort", 1, ""),
                signal("contact_effort", 1, ""),
                signal("torso_height", 1, "m"),
            ],
            reward_terms: ["height", "control", "impact", "alive"]
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
        self.observation(physics, out)
    }

    fn after_step(
        &mut self,
        _action: Action<'_>,
        physics: &mut PhysicsMut<'_, '_>,
        out: &mut Step<'_>,
    ) -> Result<Ending> {
        let config = &self.config;
        let physics = physics.read();
        let height = physics.qpos()[self.height] / HEIGHT_DIVISOR;
        let control = config.ctrl_cost_weight * control::squares(physics.ctrl());
        let impact = config.impact_cost_weight * control::squares(physics.cfrc_ext());
        out.reward_term("height", config.uph_cost_weight * height)?;
        out.reward_term("control", -control)?;
        out.reward_term("impact", -config.impact_cost_range.clamp(impact))?;
        out.reward_term("alive", 1.0)?;
        self.observation(physics, out.observation())?;
        Ok(Ending::None)
    }

    fn save(&self) -> Result<Vec<u8>> {
        state::save(&())
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        state::restore(state)
    }
}
