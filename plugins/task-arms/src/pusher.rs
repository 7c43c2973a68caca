//! Pusher: push a cylinder to a goal with the hand of an arm. Gymnasium's numbers.

use crate::place;
use angora_sdk::{
    Action, Ending, Fault, JointModel, Observation, Physics, PhysicsMut, Random, Result, RoleKind,
    SceneModel, SceneSpec, SceneTask, SensationSpec, Sense, Step, TaskSpec, parts, sensation,
    signal, state,
};
use serde::{Deserialize, Serialize};

/// The object starts at least this far from the goal, m.
const CLEARANCE: f64 = 0.17;
/// Bound of the noise of the joints' velocities at a start, rad/s.
const VELOCITY_NOISE: f64 = 0.005;

/// Settings, named as Gymnasium's arguments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Cost per m between object and hand.
    pub reward_near_weight: f64,
    /// Cost per m between object and goal.
    pub reward_dist_weight: f64,
    /// Cost of the squared action.
    pub reward_control_weight: f64,
    /// Whether the brain senses velocities; if not, it has to remember where things were.
    pub velocity: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            reward_near_weight: 0.5,
            reward_dist_weight: 1.0,
            reward_control_weight: 0.1,
            velocity: true,
        }
    }
}

/// The task.
#[derive(Debug, Clone)]
pub struct Pusher {
    config: Config,
    arm: Vec<JointModel>,
    /// Addresses of the slides of the object, across and along, and of the goal.
    slides: [usize; 4],
    /// Index of the site in the hand.
    hand: usize,
    /// Index of the object's body.
    object: usize,
    /// Index of the goal's body.
    goal: usize,
}

/// Distances, m.
struct Distances {
    near: f64,
    goal: f64,
}

impl Pusher {
    /// Places of hand, object and goal, m, as of the last evaluation inside the step.
    fn places(&self, physics: Physics<'_, '_>) -> [[f64; 3]; 3] {
        [
            place::of(physics.site_xpos(), self.hand),
            place::of(physics.xpos(), self.object),
            place::of(physics.xpos(), self.goal),
        ]
    }

    fn distances(&self, physics: Physics<'_, '_>) -> Distances {
        let [hand, object, goal] = self.places(physics);
        Distances {
            near: place::norm(place::between(hand, object)),
            goal: place::norm(place::between(goal, object)),
        }
    }

    fn observation(
        &self,
        physics: Physics<'_, '_>,
        effort: f64,
        out: &mut Observation<'_>,
    ) -> Result<()> {
        let (qpos, qvel) = (physics.qpos(), physics.qvel());
        let angles = self.arm.iter().map(|joint| qpos[joint.qpos]);
        let moving: &[JointModel] = if self.config.velocity { &self.arm } else { &[] };
        let velocities = moving.iter().map(|joint| qvel[joint.qvel]);
        let places = self.places(physics).into_iter().flatten();
        let receptors = out.sense_mut(Sense::Proprioception)?;
        for (receptor, value) in receptors
            .iter_mut()
            .zip(angles.chain(velocities).chain(places))
        {
            *receptor = value as f32;
        }
        let distances = self.distances(physics);
        out.signal("object_goal_distance", &[distances.goal])?;
        out.signal("object_hand_distance", &[distances.near])?;
        out.signal("control_effort", &[effort])
    }
}

impl SceneTask for Pusher {
    type Config = Config;

    fn new(_id: &str, config: Config) -> Result<Self> {
        Ok(Self {
            config,
            arm: Vec::new(),
            slides: [0; 4],
            hand: 0,
            object: 0,
            goal: 0,
        })
    }

    fn scene(&self) -> SceneSpec {
        SceneSpec {
            mjcf: include_str!("../assets/pusher.xml").into(),
            default_body: "pusher-arm".into(),
            roles: vec![
                place::request("arm_joint", RoleKind::Joint, 1),
                place::request("hand", RoleKind::Site, 1),
            ],
            ..SceneSpec::default()
        }
    }

    fn bind(&mut self, model: &SceneModel) -> Result<TaskSpec> {
        self.arm = parts::joints(model, "arm_joint")?;
        let slides = ["obj_slidey", "obj_slidex", "goal_slidey", "goal_slidex"];
        for (at, name) in slides.into_iter().enumerate() {
            self.slides[at] = place::joint(model, name)?.qpos;
        }
        self.object = place::body(model, "object")?;
        self.goal = place::body(model, "goal")?;
        let hand = parts::sites(model, "hand")?.first().copied();
        self.hand =
            hand.ok_or_else(|| Fault::failed("the body has no site of this role").on("hand"))?;
        let velocities = if self.config.velocity {
            self.arm.len()
        } else {
            0
        };
        Ok(TaskSpec {
            sensations: vec![SensationSpec {
                unit: "mixed".into(),
                ..sensation(Sense::Proprioception, self.arm.len() + velocities + 9)
            }],
            action: model.action.clone(),
            signals: vec![
                signal("object_goal_distance", 1, "m"),
                signal("object_hand_distance", 1, "m"),
                signal("control_effort", 1, ""),
            ],
            reward_terms: ["goal", "control", "near"].map(String::from).into(),
            max_episode_steps: Some(100),
            reward_threshold: Some(0.0),
            control_timestep: Some(model.control_timestep),
            saves_state: true,
            ..TaskSpec::default()
        })
    }

    fn reset(&mut self, random: &mut Random, physics: &mut PhysicsMut<'_, '_>) -> Result<()> {
        // Of the object: across the table, then along it. The goal stays at 0, 0.
        let object = loop {
            let drawn = [random.uniform(-0.3, 0.0), random.uniform(-0.2, 0.2)];
            if drawn[0].hypot(drawn[1]) > CLEARANCE {
                break drawn;
            }
        };
        let slides = [object[0], object[1], 0.0, 0.0];
        for (at, place) in self.slides.into_iter().zip(slides) {
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

    fn after_step(
        &mut self,
        action: Action<'_>,
        physics: &mut PhysicsMut<'_, '_>,
        out: &mut Step<'_>,
    ) -> Result<Ending> {
        let physics = physics.read();
        let distances = self.distances(physics);
        let effort = place::effort(action.values());
        let config = &self.config;
        out.reward_term("goal", -(config.reward_dist_weight * distances.goal))?;
        out.reward_term("control", -(config.reward_control_weight * effort))?;
        out.reward_term("near", -(config.reward_near_weight * distances.near))?;
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
