//! Reacher: bring the fingertip of a planar arm to a target. Gymnasium's numbers.

use crate::place;
use angora_sdk::{
    Action, Ending, Fault, JointModel, Observation, Physics, PhysicsMut, Random, Result, RoleKind,
    SceneModel, SceneSpec, SceneTask, SensationSpec, Sense, Step, TaskSpec, parts, sensation,
    signal, state,
};
use serde::{Deserialize, Serialize};

/// Targets lie within this of the shoulder, m.
const REACH: f64 = 0.2;
/// Bound of the noise of the joints' angles at a start, rad.
const ANGLE_NOISE: f64 = 0.1;
/// Bound of the noise of the joints' velocities at a start, rad/s.
const VELOCITY_NOISE: f64 = 0.005;

/// Settings, named as Gymnasium's arguments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Cost per m of distance.
    pub reward_dist_weight: f64,
    /// Cost of the squared action.
    pub reward_control_weight: f64,
    /// Whether the brain senses velocities; if not, it has to remember where things were.
    pub velocity: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            reward_dist_weight: 1.0,
            reward_control_weight: 1.0,
            velocity: true,
        }
    }
}

/// The task.
#[derive(Debug, Clone)]
pub struct Reacher {
    config: Config,
    before_5: bool,
    arm: Vec<JointModel>,
    target_joints: [usize; 2],
    /// Index of the site at the fingertip.
    fingertip: usize,
    /// Index of the target's body.
    target: usize,
    /// From target to fingertip before the control step, m.
    before: [f64; 3],
}

impl Reacher {
    /// From target to fingertip, m, as of the last evaluation inside the step.
    fn way(&self, physics: Physics<'_, '_>) -> [f64; 3] {
        let fingertip = place::of(physics.site_xpos(), self.fingertip);
        place::between(place::of(physics.xpos(), self.target), fingertip)
    }

    fn receptors(&self) -> usize {
        let velocities = if self.config.velocity {
            self.arm.len()
        } else {
            0
        };
        2 * self.arm.len() + 2 + velocities + if self.before_5 { 3 } else { 2 }
    }

    fn observation(
        &self,
        physics: Physics<'_, '_>,
        effort: f64,
        out: &mut Observation<'_>,
    ) -> Result<()> {
        let (qpos, qvel) = (physics.qpos(), physics.qvel());
        let way = self.way(physics);
        let angles = || self.arm.iter().map(|joint| qpos[joint.qpos]);
        let cosines = angles().map(f64::cos);
        let sines = angles().map(f64::sin);
        let target = self.target_joints.map(|at| qpos[at]);
        let moving: &[JointModel] = if self.config.velocity { &self.arm } else { &[] };
        let velocities = moving.iter().map(|joint| qvel[joint.qvel]);
        let seen = if self.before_5 { &way[..] } else { &way[..2] };
        let arm = cosines.chain(sines).chain(target).chain(velocities);
        let values = arm.chain(seen.iter().copied());
        let receptors = out.sense_mut(Sense::Proprioception)?;
        for (receptor, value) in receptors.iter_mut().zip(values) {
            *receptor = value as f32;
        }
        out.signal("distance", &[place::norm(way)])?;
        out.signal("target", &target)?;
        out.signal("control_effort", &[effort])
    }
}

impl SceneTask for Reacher {
    type Config = Config;

    fn new(id: &str, config: Config) -> Result<Self> {
        Ok(Self {
            config,
            before_5: id.ends_with("-v4"),
            arm: Vec::new(),
            target_joints: [0; 2],
            fingertip: 0,
            target: 0,
            before: [0.0; 3],
        })
    }

    fn scene(&self) -> SceneSpec {
        SceneSpec {
            mjcf: include_str!("../assets/reacher.xml").into(),
            default_body: "reacher-arm".into(),
            roles: vec![
                place::request("arm_joint", RoleKind::Joint, 2),
                place::request("fingertip", RoleKind::Site, 1),
            ],
            ..SceneSpec::default()
        }
    }

    fn bind(&mut self, model: &SceneModel) -> Result<TaskSpec> {
        self.arm = parts::joints(model, "arm_joint")?;
        for (at, name) in ["target_x", "target_y"].into_iter().enumerate() {
            self.target_joints[at] = place::joint(model, name)?.qpos;
        }
        self.target = place::body(model, "target")?;
        let fingertip = parts::sites(model, "fingertip")?.first().copied();
        self.fingertip = fingertip
            .ok_or_else(|| Fault::failed("the body has no site of this role").on("fingertip"))?;
        Ok(TaskSpec {
            sensations: vec![SensationSpec {
                unit: "mixed".into(),
                ..sensation(Sense::Proprioception, self.receptors())
            }],
            action: model.action.clone(),
            signals: vec![
                signal("distance", 1, "m"),
                signal("target", 2, "m"),
                signal("control_effort", 1, ""),
            ],
            reward_terms: vec!["distance".into(), "control".into()],
            max_episode_steps: Some(50),
            reward_threshold: Some(-3.75),
            control_timestep: Some(model.control_timestep),
            saves_state: true,
            ..TaskSpec::default()
        })
    }

    fn reset(&mut self, random: &mut Random, physics: &mut PhysicsMut<'_, '_>) -> Result<()> {
        for joint in &self.arm {
            physics.qpos_mut()[joint.qpos] += random.uniform(-ANGLE_NOISE, ANGLE_NOISE);
        }
        let target = loop {
            let drawn = [0; 2].map(|_| random.uniform(-REACH, REACH));
            if drawn[0].hypot(drawn[1]) < REACH {
                break drawn;
            }
        };
        for (at, place) in self.target_joints.into_iter().zip(target) {
            physics.qpos_mut()[at] = place;
        }
        for joint in &self.arm {
            physics.qvel_mut()[joint.qvel] += random.uniform(-VELOCITY_NOISE, VELOCITY_NOISE);
        }
        Ok(())
    }

    fn observe(&mut self, physics: Physics<'_, '_>, out: &mut Observation<'_>) -> Result<()> {
        self.observation(physics, 0.0, out)
    }

    fn before_step(&mut self, _: Action<'_>, physics: &mut PhysicsMut<'_, '_>) -> Result<()> {
        self.before = self.way(physics.read());
        Ok(())
    }

    fn after_step(
        &mut self,
        action: Action<'_>,
        physics: &mut PhysicsMut<'_, '_>,
        out: &mut Step<'_>,
    ) -> Result<Ending> {
        let physics = physics.read();
        // Up to revision 4 the reward is for where the fingertip was before the step.
        let way = if self.before_5 {
            self.before
        } else {
            self.way(physics)
        };
        let effort = place::effort(action.values());
        let config = &self.config;
        out.reward_term("distance", -(config.reward_dist_weight * place::norm(way)))?;
        out.reward_term("control", -(config.reward_control_weight * effort))?;
        self.observation(physics, effort, out.observation())?;
        Ok(Ending::None)
    }

    fn save(&self) -> Result<Vec<u8>> {
        state::save(&())
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        state::restore(state)
    }
}
