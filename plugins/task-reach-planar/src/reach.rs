//! The task: a new target each episode, which ends when the fingertip is there.

use crate::Config;
use angora_sdk::{
    Action, Ending, Fault, JointModel, Observation, Physics, PhysicsMut, Random, Result, RoleKind,
    RoleRequest, SceneModel, SceneSpec, SceneTask, SensationSpec, Sense, Step, TaskSpec, parts,
    sensation, signal, state, vision,
};
use serde::{Deserialize, Serialize};

/// Rows and columns of a picture.
const PIXELS: usize = 64;

/// The terms of the reward, in the order of their sum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// For coming nearer.
    pub progress: f64,
    /// For the effort, negative.
    pub control: f64,
    /// 1 at the step that reaches the target.
    pub success: f64,
}

/// What of an episode the physics does not know.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Episode {
    /// Place of the target, m.
    target: [f64; 2],
    /// Distance of fingertip and target, m.
    distance: f64,
}

/// Both tasks: they differ in what the brain senses.
#[derive(Debug, Clone)]
pub struct ReachPlanar {
    config: Config,
    /// Whether the brain sees, and senses nothing else.
    visual: bool,
    joints: Vec<JointModel>,
    /// Index of the fingertip among the sites.
    fingertip: usize,
    episode: Episode,
}

impl ReachPlanar {
    /// The terms of a control step from a distance to another (m) with an action, which is not
    /// clipped.
    #[must_use]
    pub fn terms(&self, before: f64, after: f64, action: &[f32]) -> Terms {
        let squares = action.iter().map(|a| f64::from(*a) * f64::from(*a));
        let effort = squares.sum::<f64>() / action.len() as f64;
        Terms {
            progress: self.config.progress_weight * (before - after),
            control: -(self.config.control_weight * effort),
            success: f64::from(u8::from(self.reached(after))),
        }
    }

    fn reached(&self, distance: f64) -> bool {
        distance < self.config.success_radius
    }

    /// Draws a target, uniform over the area in which targets lie.
    fn draw_target(&self, random: &mut Random) -> [f64; 2] {
        let [least, greatest] = self.config.target_distance;
        let [first, last] = self.config.target_direction;
        let distance = random.uniform(least * least, greatest * greatest).sqrt();
        let direction = random.uniform(first, last);
        [distance * direction.cos(), distance * direction.sin()]
    }

    /// Place of the fingertip, m.
    fn fingertip(&self, physics: Physics<'_, '_>) -> [f64; 2] {
        let at = 3 * self.fingertip;
        [physics.site_xpos()[at], physics.site_xpos()[at + 1]]
    }

    /// From the fingertip to the target, m.
    fn way(&self, fingertip: [f64; 2]) -> [f64; 2] {
        let [x, y] = self.episode.target;
        [x - fingertip[0], y - fingertip[1]]
    }

    /// Writes senses and signals; the distance is up to date.
    fn write(&self, physics: Physics<'_, '_>, out: &mut Observation<'_>) -> Result<()> {
        let (target, distance) = (self.episode.target, self.episode.distance);
        let fingertip = self.fingertip(physics);
        if !self.visual {
            let place = out.sense_mut(Sense::Proprioception)?;
            for (receptors, joint) in place.chunks_exact_mut(3).zip(&self.joints) {
                let (angle, speed) = (physics.qpos()[joint.qpos], physics.qvel()[joint.qvel]);
                receptors.copy_from_slice(&[angle.cos() as f32, angle.sin() as f32, speed as f32]);
            }
            let way = self.way(fingertip);
            let goal = [target[0], target[1], way[0], way[1]].map(|x| x as f32);
            out.sense(Sense::Goal, &goal)?;
        }
        out.signal("distance", &[distance])?;
        out.signal("success", &[f64::from(u8::from(self.reached(distance)))])?;
        out.signal("fingertip_position", &fingertip)?;
        out.signal("target_position", &target)
    }

    fn senses(&self) -> Vec<SensationSpec> {
        if self.visual {
            return Vec::new();
        }
        let proprioception = SensationSpec {
            unit: "mixed".into(),
            ..sensation(Sense::Proprioception, 3 * self.joints.len())
        };
        let goal = SensationSpec {
            unit: "m".into(),
            ..sensation(Sense::Goal, 4)
        };
        vec![proprioception, goal]
    }
}

impl SceneTask for ReachPlanar {
    type Config = Config;

    fn new(id: &str, config: Config) -> Result<Self> {
        Ok(Self {
            config: config.checked()?,
            visual: id == "ReachPlanarVisual-v1",
            joints: Vec::new(),
            fingertip: 0,
            episode: Episode::default(),
        })
    }

    fn scene(&self) -> SceneSpec {
        let request = |role: &str, kind| RoleRequest {
            role: role.into(),
            kind,
            at_least: 1,
        };
        SceneSpec {
            mjcf: include_str!("../assets/table.xml").into(),
            default_body: "planar-arm".into(),
            roles: vec![
                request("arm_joint", RoleKind::Joint),
                request("fingertip", RoleKind::Site),
            ],
            vision: self.visual.then(|| vision(&["top"], PIXELS, PIXELS)),
            ..SceneSpec::default()
        }
    }

    fn bind(&mut self, model: &SceneModel) -> Result<TaskSpec> {
        self.joints = parts::joints(model, "arm_joint")?;
        if self.joints.iter().any(|joint| joint.range.is_none()) {
            let message = "a joint without a range has no middle to start from";
            return Err(Fault::failed(message).on("arm_joint"));
        }
        let tips = parts::sites(model, "fingertip")?;
        self.fingertip = *tips
            .first()
            .ok_or_else(|| Fault::failed("nothing plays this role").on("fingertip"))?;
        Ok(TaskSpec {
            sensations: self.senses(),
            action: model.action.clone(),
            signals: vec![
                signal("distance", 1, "m"),
                signal("success", 1, ""),
                signal("fingertip_position", 2, "m"),
                signal("target_position", 2, "m"),
            ],
            reward_terms: ["progress", "control", "success"].map(Into::into).into(),
            max_episode_steps: Some(50),
            reward_threshold: Some(2.0),
            control_timestep: Some(model.control_timestep),
            saves_state: true,
            ..TaskSpec::default()
        })
    }

    fn reset(&mut self, random: &mut Random, physics: &mut PhysicsMut<'_, '_>) -> Result<()> {
        for joint in &self.joints {
            // That there is a range was checked in `bind`.
            let (low, high) = joint.range.unwrap_or_default();
            let reach = self.config.start_range * (high - low) / 2.0;
            let angle = (low + high) / 2.0 + random.uniform(-reach, reach);
            physics.qpos_mut()[joint.qpos] = angle;
        }
        self.episode.target = self.draw_target(random);
        // The world stands before the body, so its target is the first mocap body.
        physics.mocap_pos_mut()[..2].copy_from_slice(&self.episode.target);
        Ok(())
    }

    fn observe(&mut self, physics: Physics<'_, '_>, out: &mut Observation<'_>) -> Result<()> {
        self.episode.distance = length(self.way(self.fingertip(physics)));
        self.write(physics, out)
    }

    fn after_step(
        &mut self,
        action: Action<'_>,
        physics: &mut PhysicsMut<'_, '_>,
        out: &mut Step<'_>,
    ) -> Result<Ending> {
        let before = self.episode.distance;
        let after = length(self.way(self.fingertip(physics.read())));
        self.episode.distance = after;
        let terms = self.terms(before, after, action.values());
        out.reward_term("progress", terms.progress)?;
        out.reward_term("control", terms.control)?;
        out.reward_term("success", terms.success)?;
        self.write(physics.read(), out.observation())?;
        Ok(if self.reached(after) {
            Ending::Terminated
        } else {
            Ending::None
        })
    }

    fn save(&self) -> Result<Vec<u8>> {
        state::save(&self.episode)
    }

    fn restore(&mut self, saved: &[u8]) -> Result<()> {
        self.episode = state::restore(saved)?;
        Ok(())
    }
}

fn length([x, y]: [f64; 2]) -> f64 {
    x.hypot(y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use angora_sdk::{ActionSpec, Role};

    fn task(id: &str) -> ReachPlanar {
        ReachPlanar::new(id, Config::default()).expect("makes")
    }

    /// A composed arm of one joint, with this range, and a fingertip.
    fn model(range: Option<(f64, f64)>) -> SceneModel {
        let joint = JointModel {
            id: 0,
            qpos: 0,
            qvel: 0,
            range,
        };
        let role = |kind, name: &str| Role {
            kind,
            names: vec![name.into()],
        };
        SceneModel {
            nq: 1,
            nv: 1,
            nu: 1,
            bodies: Default::default(),
            joints: [("hinge".into(), joint)].into(),
            sites: [("tip".into(), 4)].into(),
            geoms: Default::default(),
            sensors: Default::default(),
            tendons: Default::default(),
            body_mass: Vec::new(),
            touch: angora_sdk::TouchMode::Raw,
            poses: Default::default(),
            actuators: Default::default(),
            ctrl_range: vec![(-1.0, 1.0)],
            qpos0: vec![0.0],
            roles: [
                ("arm_joint".into(), role(RoleKind::Joint, "hinge")),
                ("fingertip".into(), role(RoleKind::Site, "tip")),
            ]
            .into(),
            action: ActionSpec::Box {
                low: vec![-1.0],
                high: vec![1.0],
            },
            control_timestep: 0.04,
            ..SceneModel::default()
        }
    }

    #[test]
    fn terms_are_those_of_the_readme() {
        let task = task("ReachPlanar-v1");
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} is not {b}");
        let way = task.terms(0.1, 0.06, &[0.5, -1.0]);
        near(way.progress, 0.4);
        near(way.control, -0.00625);
        assert_eq!(way.success, 0.0);
        let away = task.terms(0.06, 0.1, &[0.0, 0.0]);
        near(away.progress, -0.4);
        assert_eq!(task.terms(0.03, 0.0199, &[0.0]).success, 1.0);
        assert_eq!(task.terms(0.03, 0.02, &[0.0]).success, 0.0);
    }

    #[test]
    fn who_sees_senses_nothing_else() {
        let mut seeing = task("ReachPlanarVisual-v1");
        let drawn = seeing.scene().vision.expect("cameras");
        assert_eq!(drawn.sensation().shape, [64, 64, 3]);
        let spec = seeing.bind(&model(Some((-1.0, 1.0)))).expect("binds");
        assert!(spec.sensations.is_empty());

        let mut told = task("ReachPlanar-v1");
        assert_eq!(told.scene().vision, None);
        let spec = told.bind(&model(Some((-1.0, 1.0)))).expect("binds");
        assert_eq!(spec.sensation_len(), 3 + 4);
    }

    #[test]
    fn a_joint_without_a_range_is_refused() {
        let fault = task("ReachPlanar-v1").bind(&model(None));
        assert_eq!(fault.expect_err("refused").field, "arm_joint");
    }

    #[test]
    fn targets_lie_in_their_sector_and_spread_over_it() {
        let task = task("ReachPlanar-v1");
        let mut random = Random::new(1);
        let mut outer = 0;
        for _ in 0..2000 {
            let target = task.draw_target(&mut random);
            let distance = length(target);
            assert!((0.1..=0.2).contains(&distance));
            assert!(target[1].atan2(target[0]).abs() <= 1.5);
            outer += usize::from(distance > 0.15);
        }
        // (0.2² - 0.15²) / (0.2² - 0.1²) of the area.
        let part = outer as f64 / 2000.0;
        assert!((part - 7.0 / 12.0).abs() < 0.04, "{part}");
    }
}
