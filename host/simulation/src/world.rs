//! The two forms of a task behind one set of calls.

use crate::SimulationError;
use crate::compose::ComposedScene;
use crate::physics::Physics;
use crate::views::Views;
use angora_loader::{LoadedSceneTask, LoadedTask, PhysicsAccess, PluginFault};
use angora_plugin_api::Ending;

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
    ) -> Result<Self, SimulationError> {
        Ok(Self::Scene {
            task,
            physics: Box::new(Physics::new(scene)?),
        })
    }

    /// The physics, of a scene.
    pub fn physics_mut(&mut self) -> Option<&mut Physics> {
        match self {
            Self::SelfStepped(_) => None,
            Self::Scene { physics, .. } => Some(physics),
        }
    }

    /// Starts an episode.
    pub fn reset(
        &mut self,
        seed: u64,
        sensation: &mut [f32],
        signals: &mut [f64],
    ) -> Result<(), SimulationError> {
        match self {
            Self::SelfStepped(task) => Ok(task.reset(seed, sensation, signals)?),
            Self::Scene { task, physics } => {
                physics.reset()?;
                task.reset(seed, access(physics.views()))?;
                physics.forward()?;
                Ok(task.observe(access(physics.views()), sensation, signals)?)
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
            Self::Scene { task, physics } => {
                physics.apply_action(action);
                task.before_step(action, access(physics.views()))?;
                physics.step()?;
                Ok(task.after_step(action, access(physics.views()), sensation, signals, terms)?)
            }
        }
    }

    /// The task's state, and the physics' where there is one.
    pub fn save(&self) -> Result<(Vec<u8>, Option<Vec<u8>>), PluginFault> {
        match self {
            Self::SelfStepped(task) => Ok((task.save()?, None)),
            Self::Scene { task, physics } => Ok((task.save()?, Some(physics.save()))),
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
            Self::Scene { task, physics } => {
                physics.restore(physics_state.unwrap_or_default())?;
                Ok(task.restore(task_state)?)
            }
        }
    }
}

fn access(views: Views<'_>) -> PhysicsAccess<'_> {
    PhysicsAccess {
        time: views.time,
        qpos: views.qpos,
        qvel: views.qvel,
        ctrl: views.ctrl,
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
        contacts: views.contacts,
    }
}
