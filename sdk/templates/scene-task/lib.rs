//! Hold the fingertip at a target.

use angora_sdk::{
    Action, Ending, Fault, FaultCode, Observation, Physics, PhysicsMut, Proprioception, Random,
    Result, RoleKind, RoleRequest, SceneModel, SceneSpec, SceneTask, Sense, Step, TaskSpec, parts,
    sensation, signal, state, task_spec,
};
use serde::{Deserialize, Serialize};

/// Settings, as a run writes them below `task_config`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Distance within which the fingertip is at the target, m.
    pub radius: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self { radius: 0.02 }
    }
}

/// The task.
#[derive(Debug, Clone)]
pub struct __TYPE__ {
    config: Config,
    /// What the body feels of itself; bound to a body before the first episode.
    body: Option<Proprioception>,
    /// Index of the fingertip among the sites.
    fingertip: usize,
    /// Place of the target, m: all that the physics does not know of an episode.
    target: [f64; 2],
}

impl __TYPE__ {
    /// Distance of fingertip and target in the plane, m.
    fn distance(&self, physics: Physics<'_, '_>) -> f64 {
        let tip = &physics.site_xpos()[3 * self.fingertip..][..2];
        (self.target[0] - tip[0]).hypot(self.target[1] - tip[1])
    }

    /// Writes what the brain senses, and the signals that rewards and analyses read.
    fn write(&self, physics: Physics<'_, '_>, out: &mut Observation<'_>) -> Result<()> {
        if let Some(body) = &self.body {
            body.write(physics, out)?;
        }
        out.sense(Sense::Goal, &self.target.map(|x| x as f32))?;
        let distance = self.distance(physics);
        out.signal("distance", &[distance])?;
        out.signal("success", &[f64::from(distance < self.config.radius)])
    }
}

impl SceneTask for __TYPE__ {
    type Config = Config;

    fn new(_id: &str, config: Config) -> Result<Self> {
        if !(config.radius > 0.0 && config.radius.is_finite()) {
            let message = format!("{} m is no radius", config.radius);
            return Err(Fault::new(FaultCode::Config, message).on("radius"));
        }
        Ok(Self {
            config,
            body: None,
            fingertip: 0,
            target: [0.0; 2],
        })
    }

    fn scene(&self) -> SceneSpec {
        let role = |role: &str, kind| RoleRequest {
            role: role.into(),
            kind,
            at_least: 1,
        };
        SceneSpec {
            mjcf: include_str!("../assets/world.xml").into(),
            default_body: "planar-arm".into(),
            roles: vec![
                role("arm_joint", RoleKind::Joint),
                role("fingertip", RoleKind::Site),
            ],
            ..SceneSpec::default()
        }
    }

    fn bind(&mut self, model: &SceneModel) -> Result<TaskSpec> {
        // Names become indices once, here.
        let body = Proprioception::bind(model, "arm_joint")?;
        self.fingertip = parts::sites(model, "fingertip")?[0];
        let senses = [body.sensation(), sensation(Sense::Goal, 2)];
        self.body = Some(body);
        Ok(TaskSpec {
            signals: vec![signal("distance", 1, "m"), signal("success", 1, "")],
            max_episode_steps: Some(50),
            control_timestep: Some(model.control_timestep),
            saves_state: true,
            ..task_spec(&senses, model.action.clone(), &["near", "effort"])
        })
    }

    fn reset(&mut self, random: &mut Random, physics: &mut PhysicsMut<'_, '_>) -> Result<()> {
        // All chance comes from `random`: one seed is one run.
        let (distance, direction) = (random.uniform(0.1, 0.2), random.uniform(-1.5, 1.5));
        self.target = [distance * direction.cos(), distance * direction.sin()];
        // The world stands before the body, so its target is the first mocap body.
        physics.mocap_pos_mut()[..2].copy_from_slice(&self.target);
        Ok(())
    }

    fn observe(&mut self, physics: Physics<'_, '_>, out: &mut Observation<'_>) -> Result<()> {
        self.write(physics, out)
    }

    fn after_step(
        &mut self,
        action: Action<'_>,
        physics: &mut PhysicsMut<'_, '_>,
        out: &mut Step<'_>,
    ) -> Result<Ending> {
        let forces = action.values().iter().map(|a| f64::from(*a));
        let effort: f64 = forces.map(|force| force * force).sum();
        out.reward_term("near", -self.distance(physics.read()))?;
        out.reward_term("effort", -0.001 * effort)?;
        self.write(physics.read(), out.observation())?;
        Ok(Ending::None)
    }

    fn save(&self) -> Result<Vec<u8>> {
        state::save(&self.target)
    }

    fn restore(&mut self, saved: &[u8]) -> Result<()> {
        self.target = state::restore(saved)?;
        Ok(())
    }
}

angora_sdk::export_plugin! {
    scene_task "__ID__" => __TYPE__,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_of_the_world_is_the_one_that_the_task_moves() {
        let task = __TYPE__::new("__ID__", Config::default()).expect("is made");
        let world = task.scene().mjcf;
        assert_eq!(world.matches("mocap=\"true\"").count(), 1);
    }

    #[test]
    fn a_radius_that_is_none_is_refused_by_name() {
        let fault = __TYPE__::new("__ID__", Config { radius: -1.0 });
        assert_eq!(fault.expect_err("refused").field, "radius");
    }

    #[test]
    fn what_is_saved_is_restored() {
        let mut task = __TYPE__::new("__ID__", Config::default()).expect("is made");
        task.target = [0.1, -0.05];
        let saved = task.save().expect("saves");
        task.target = [0.0; 2];
        task.restore(&saved).expect("restores");
        assert_eq!(task.target, [0.1, -0.05]);
    }
}
