//! How environments of a task are built.

use crate::compose::{ComposedScene, compose};
use crate::conditions;
use crate::environment::Environment;
use crate::error::SimulationError;
use crate::physics::PhysicsError;
use crate::pose::{self, Quantity};
use crate::reward;
use crate::scatter::JointRanges;
use crate::vision::Vision;
use crate::world::World;
use angora_loader::calls::{Name, inside};
use angora_loader::{Catalogue, LoadedSceneTask};
use angora_plugin_api::{PhysicsOptions, PluginKind, RewardConfiguration, RewardContext, TaskSpec};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the user chose of a task's world.
#[derive(Debug, Clone, Default)]
pub struct TaskChoice {
    /// Id of the task.
    pub task: String,
    /// The task's configuration.
    pub task_config: Value,
    /// Id of the body; `None` is the task's own.
    pub body: Option<String>,
    /// The body's configuration.
    pub body_config: Value,
    /// Id of a reward that replaces the task's own.
    pub reward: Option<String>,
    /// Name of a configuration of the reward; `None` is the reward's defaults.
    pub reward_configuration: Option<String>,
    /// The user's own configurations, by name.
    pub reward_configurations: BTreeMap<String, RewardConfiguration>,
    /// Settings of the reward over those of its configuration.
    pub reward_config: Value,
    /// Physics settings over those of task and body.
    pub physics: PhysicsOptions,
    /// Conditions of every episode, by name: numbers, or labels that the task gives.
    pub conditions: serde_json::Map<String, Value>,
}

/// Builds environments of one task; the physics model is composed once and shared.
pub struct Blueprint<'c> {
    catalogue: &'c Catalogue,
    choice: TaskChoice,
    body: Option<String>,
    scene: Option<ComposedScene>,
    vision: Option<Arc<Vision>>,
    /// Id and settings of the reward that replaces the task's own.
    reward: Option<(String, Value)>,
    spec: TaskSpec,
}

impl<'c> Blueprint<'c> {
    /// Checks the choice by building one environment.
    ///
    /// # Errors
    /// A plugin that does not load or refuses, a body without the roles that the task needs, a
    /// scene that MuJoCo refuses.
    pub fn new(catalogue: &'c Catalogue, choice: TaskChoice) -> Result<Self, SimulationError> {
        let mut body = None;
        let mut reward = choice.reward.clone();
        let scene = match catalogue.task_kind(&choice.task)? {
            PluginKind::SceneTask => {
                let task = catalogue.scene_task(&choice.task, &choice.task_config)?;
                let own = || task.scene().default_body.clone();
                let id = choice.body.clone().unwrap_or_else(own);
                let scene = compose_scene(catalogue, &choice, task.as_ref(), &id)?;
                body = Some(id);
                reward = reward.or_else(|| task.scene().default_reward.clone());
                Some(scene)
            }
            _ => {
                if let Some(body) = &choice.body {
                    return Err(SimulationError::Setting(format!(
                        "body {body:?}: the task {:?} has a world of its own and takes no body",
                        choice.task
                    )));
                }
                None
            }
        };
        let vision = match &scene {
            Some(scene) => Vision::new(scene)?.map(Arc::new),
            None => None,
        };
        let reward = match reward {
            Some(id) => {
                let settings = reward::settings(catalogue, &choice, &id)?;
                Some((id, settings))
            }
            None => {
                reward::refuse_settings(&choice)?;
                None
            }
        };
        let mut blueprint = Self {
            catalogue,
            choice,
            body,
            scene,
            vision,
            reward,
            spec: placeholder(),
        };
        blueprint.spec = blueprint.make(0, 0)?.spec().clone();
        Ok(blueprint)
    }

    /// What the task exchanges; the reward terms are those of the chosen reward.
    #[must_use]
    pub fn spec(&self) -> &TaskSpec {
        &self.spec
    }

    /// Id of the body in a scene: the one that was chosen, else the task's own.
    #[must_use]
    pub fn body(&self) -> Option<&str> {
        self.body.as_deref()
    }

    /// Id of the reward: the one that was chosen, else the one that a scene task names; `None` is
    /// a task's own.
    #[must_use]
    pub fn reward(&self) -> Option<&str> {
        Some(&self.reward.as_ref()?.0)
    }

    /// Settings of that reward, with all that its configuration inherits.
    #[must_use]
    pub fn reward_settings(&self) -> Option<&Value> {
        Some(&self.reward.as_ref()?.1)
    }

    /// The world with the body in it; `None` of a task that steps itself.
    #[must_use]
    pub fn scene(&self) -> Option<&ComposedScene> {
        self.scene.as_ref()
    }

    /// Conditions of every episode, in the order of the spec.
    ///
    /// # Errors
    /// A condition that the task does not declare, or a value that it may not have.
    pub fn conditions(&self) -> Result<Vec<f64>, SimulationError> {
        conditions::row(&self.choice.task, &self.spec, &self.choice.conditions)
    }

    /// MuJoCo's warnings on the composition of body and world, each a sentence for the user; none
    /// of a task that steps itself. Whoever builds environments for a user shows them.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let (task, body) = (&self.choice.task, self.body.as_deref().unwrap_or_default());
        let remarks = self.scene.iter().flat_map(|scene| &scene.remarks);
        let remark = |text: &String| format!("body {body} in task {task}: {text}");
        remarks.map(remark).collect()
    }

    /// Builds the environment of an index, which keys its random streams.
    ///
    /// # Errors
    /// As in [`Blueprint::new`]; cameras on a machine that cannot draw.
    pub fn build(&self, seed: u64, index: u64) -> Result<Environment, SimulationError> {
        if let Some(vision) = &self.vision {
            vision.prepare()?;
        }
        let environment = self.make(seed, index)?;
        if *environment.spec() != self.spec {
            return Err(SimulationError::Task(format!(
                "the task {:?} gives another spec each time it is asked; a spec depends on the settings alone",
                self.choice.task
            )));
        }
        Ok(environment)
    }

    /// The ranges of the body's joints, for [`Environment::scatter`]; `None` of a task that steps
    /// itself.
    #[must_use]
    pub fn joint_ranges(&self) -> Option<JointRanges> {
        self.scene.as_ref().map(JointRanges::new)
    }

    /// The quantities of the physics that labels name: `joint:NAME` is the angle (rad) of a hinge,
    /// its cosine and sine where it has no limits, or the place (m) of a slide; `site:NAME` and
    /// `body:NAME` are places in the world (m); `rotation:BODY` is the first two columns of a
    /// rotation matrix. Without labels those that the scene is about: what plays a role of the body,
    /// and the bodies that the task moves. None of a task that steps itself.
    ///
    /// # Errors
    /// A label that names nothing.
    pub fn quantities(&self, labels: &[String]) -> Result<Vec<Quantity>, SimulationError> {
        match &self.scene {
            None => Ok(Vec::new()),
            Some(scene) if labels.is_empty() => {
                pose::quantities(scene, &pose::default_labels(scene))
            }
            Some(scene) => pose::quantities(scene, labels),
        }
    }

    fn make(&self, seed: u64, index: u64) -> Result<Environment, SimulationError> {
        let choice = &self.choice;
        let (world, spec) = match &self.scene {
            None => {
                let task = self.catalogue.task(&choice.task, &choice.task_config)?;
                let spec = task.spec().clone();
                (World::self_stepped(task), spec)
            }
            Some(scene) => {
                let mut task = self
                    .catalogue
                    .scene_task(&choice.task, &choice.task_config)?;
                let mut spec = task.bind(&scene.info)?;
                if let Some(vision) = &self.vision {
                    spec.sensations.insert(0, vision.sense().clone());
                }
                (World::scene(task, scene, self.vision.clone())?, spec)
            }
        };
        let conditions = conditions::row(&choice.task, &spec, &choice.conditions)?;
        let reward = match &self.reward {
            None => None,
            Some((id, settings)) => {
                let context = RewardContext {
                    signals: spec.signals.clone(),
                    action: spec.action.clone(),
                    control_timestep: spec.control_timestep,
                };
                Some(self.catalogue.reward(id, settings, &context)?)
            }
        };
        Ok(Environment::new(
            seed, index, world, spec, conditions, reward,
        ))
    }
}

fn compose_scene(
    catalogue: &Catalogue,
    choice: &TaskChoice,
    task: &dyn LoadedSceneTask,
    body: &str,
) -> Result<ComposedScene, SimulationError> {
    let scene = task.scene();
    let of_task = catalogue.name(PluginKind::SceneTask, &choice.task)?.text();
    let of_body = catalogue.name(PluginKind::Body, body)?.text();
    let name = Name::new(format_args!("{of_body} in {of_task}"));
    let body = catalogue.body(body, &choice.body_config)?;
    let mut assets = Vec::new();
    for name in &scene.assets {
        assets.push((name.clone(), task.asset(name)?));
    }
    // MuJoCo's compiler runs over what the plugins gave: it is theirs if it hangs or crashes.
    let composed = inside(name, "compose", || {
        let body_assets = &body.assets;
        compose(scene, &assets, &body.spec, body_assets, &choice.physics)
    });
    composed.map_err(|error| match error {
        PhysicsError::Model { .. } | PhysicsError::Mjcf { .. } => SimulationError::Mjcf {
            scene: name.text(),
            source: error,
        },
        other => other.into(),
    })
}

/// Stands in until the first environment has been built.
fn placeholder() -> TaskSpec {
    TaskSpec {
        sensations: Vec::new(),
        action: angora_plugin_api::ActionSpec::Discrete { n: 1 },
        signals: Vec::new(),
        reward_terms: Vec::new(),
        max_episode_steps: None,
        reward_threshold: None,
        control_timestep: None,
        saves_state: false,
        ..TaskSpec::default()
    }
}
