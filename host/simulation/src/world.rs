//! The two forms of a task behind one set of calls.

use crate::SimulationError;
use crate::compose::ComposedScene;
use crate::physics::Physics;
use crate::views::Views;
use crate::vision::Vision;
use angora_core::{Purpose, Stream};
use angora_loader::events::EventMark;
use angora_loader::{LoadedSceneTask, LoadedTask, PhysicsAccess, PluginFault};
use angora_plugin_api::Ending;
use std::sync::Arc;

/// Starts of an episode that a task may refuse in a row.
const MOST_STARTS: u64 = 100;

/// A task's world.
pub enum World {
    /// It steps itself.
    SelfStepped(Box<dyn LoadedTask>),
    /// The host steps it.
    Scene {
        /// Goals, sensations, rewards.
        task: Box<dyn LoadedSceneTask>,
        /// The physics.
        physics: Box<Physics>,
        /// The cameras, for scenes that ask for them.
        vision: Option<Arc<Vision>>,
    },
}

impl World {
    pub fn self_stepped(task: Box<dyn LoadedTask>) -> Self {
        Self::SelfStepped(task)
    }

    /// # Errors
    /// No memory for the physics.
    pub fn scene(
        task: Box<dyn LoadedSceneTask>,
        scene: &ComposedScene,
        vision: Option<Arc<Vision>>,
    ) -> Result<Self, SimulationError> {
        Ok(Self::Scene {
            task,
            physics: Box::new(Physics::new(scene)?),
            vision,
        })
    }

    /// The physics, of a scene.
    pub fn physics(&self) -> Option<&Physics> {
        match self {
            Self::SelfStepped(_) => None,
            Self::Scene { physics, .. } => Some(physics),
        }
    }

    /// The same, to be changed.
    pub fn physics_mut(&mut self) -> Option<&mut Physics> {
        match self {
            Self::SelfStepped(_) => None,
            Self::Scene { physics, .. } => Some(physics),
        }
    }

    /// Conditions of the episodes that begin from now on.
    pub fn set_conditions(&mut self, row: &[f64]) {
        match self {
            Self::SelfStepped(task) => task.set_conditions(row),
            Self::Scene { task, .. } => task.set_conditions(row),
        }
    }

    /// What happened in the last reset or step.
    pub fn events(&self) -> &[EventMark] {
        match self {
            Self::SelfStepped(task) => task.events(),
            Self::Scene { task, .. } => task.events(),
        }
    }

    /// Starts an episode; `arrange` may move the joints of a scene before anything is observed.
    /// A scene task may refuse a start; the next is drawn from a seed that follows from the first.
    pub fn reset(
        &mut self,
        seed: u64,
        mut arrange: impl FnMut(&mut [f64]),
        sensation: &mut [f32],
        signals: &mut [f64],
    ) -> Result<(), SimulationError> {
        match self {
            Self::SelfStepped(task) => Ok(task.reset(seed, sensation, signals)?),
            Self::Scene {
                task,
                physics,
                vision,
            } => {
                let (seen, told) = parts(vision.as_deref(), sensation);
                let mut start = seed;
                for attempt in 1.. {
                    physics.reset()?;
                    task.reset(start, access(physics.views()))?;
                    arrange(physics.views().qpos);
                    physics.settle()?;
                    physics.forward()?;
                    if task.accepts(access(physics.views()))? {
                        break;
                    }
                    if attempt == MOST_STARTS {
                        return Err(SimulationError::Task(format!(
                            "the task refused {MOST_STARTS} starts of an episode in a row; body and task do not go together, or a setting leaves no start"
                        )));
                    }
                    start = Stream::new(seed, attempt, 0, Purpose::Reset).bits();
                }
                task.observe(access(physics.views()), told, signals)?;
                look(vision.as_deref(), physics, seen)
            }
        }
    }

    /// One control step.
    pub fn step(
        &mut self,
        action: &[f32],
        sensation: &mut [f32],
        signals: &mut [f64],
        terms: &mut [f64],
    ) -> Result<Ending, SimulationError> {
        match self {
            Self::SelfStepped(task) => Ok(task.step(action, sensation, signals, terms)?),
            Self::Scene {
                task,
                physics,
                vision,
            } => {
                let (seen, told) = parts(vision.as_deref(), sensation);
                physics.apply_action(action);
                task.before_step(action, access(physics.views()))?;
                physics.step()?;
                let ending =
                    task.after_step(action, access(physics.views()), told, signals, terms)?;
                look(vision.as_deref(), physics, seen)?;
                Ok(ending)
            }
        }
    }

    /// Tells the task how much of the training is done.
    pub fn set_progress(&mut self, progress: f64) -> Result<(), PluginFault> {
        match self {
            Self::SelfStepped(task) => task.set_progress(progress),
            Self::Scene { task, .. } => task.set_progress(progress),
        }
    }

    /// The task's state, and the physics' where there is one.
    pub fn save(&self) -> Result<(Vec<u8>, Option<Vec<u8>>), PluginFault> {
        match self {
            Self::SelfStepped(task) => Ok((task.save()?, None)),
            Self::Scene { task, physics, .. } => Ok((task.save()?, Some(physics.save()))),
        }
    }

    /// Continues from a state.
    pub fn restore(
        &mut self,
        task_state: &[u8],
        physics_state: Option<&[u8]>,
    ) -> Result<(), SimulationError> {
        match self {
            Self::SelfStepped(task) => Ok(task.restore(task_state)?),
            Self::Scene { task, physics, .. } => {
                physics.restore(physics_state.unwrap_or_default())?;
                Ok(task.restore(task_state)?)
            }
        }
    }
}

/// A sensation as what the host draws, which comes first, and what the task writes.
fn parts<'s>(vision: Option<&Vision>, sensation: &'s mut [f32]) -> (&'s mut [f32], &'s mut [f32]) {
    let drawn = vision.map_or(0, |vision| vision.sense().len());
    sensation.split_at_mut(drawn)
}

/// Fills the sense of vision, where there is one.
fn look(
    vision: Option<&Vision>,
    physics: &mut Physics,
    seen: &mut [f32],
) -> Result<(), SimulationError> {
    match vision {
        None => Ok(()),
        Some(vision) => Ok(vision.see(physics, seen)?),
    }
}

fn access(views: Views<'_>) -> PhysicsAccess<'_> {
    PhysicsAccess {
        time: views.time,
        qpos: views.qpos,
        qvel: views.qvel,
        ctrl: views.ctrl,
        act: views.act,
        act_dot: views.act_dot,
        actuator_length: views.actuator_length,
        actuator_velocity: views.actuator_velocity,
        mocap_pos: views.mocap_pos,
        mocap_quat: views.mocap_quat,
        sensordata: views.sensordata,
        xpos: views.xpos,
        xquat: views.xquat,
        xipos: views.xipos,
        site_xpos: views.site_xpos,
        site_xmat: views.site_xmat,
        geom_xpos: views.geom_xpos,
        cvel: views.cvel,
        cinert: views.cinert,
        cfrc_ext: views.cfrc_ext,
        qfrc_actuator: views.qfrc_actuator,
        actuator_force: views.actuator_force,
        qfrc_constraint: views.qfrc_constraint,
        ten_length: views.ten_length,
        contacts: views.contacts,
    }
}
