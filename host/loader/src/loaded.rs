//! What the rest of the host knows of a plugin's objects, whatever contract they speak.
//!
//! What is said to allocate nothing does so in native plugins; from a module come lists.
//!
//! Adapters see to it that nothing broken comes through: whatever is handed on has the promised
//! length and is finite; everything else is a [`PluginFault`].

use crate::error::PluginFault;
use crate::events::EventMark;
use angora_plugin_api::v2::Abilities;
use angora_plugin_api::{
    BodySpec, Ending, PreprocessorSpec, Progress, RewardSpec, SceneSpec, TaskSpec,
    scene::SceneModel,
};

type Result<T> = std::result::Result<T, PluginFault>;

/// A task with a world of its own.
pub trait LoadedTask: Send {
    /// What it exchanges.
    fn spec(&self) -> &TaskSpec;
    /// Conditions of the episodes that begin from now on, one value for each of the spec's; those
    /// of the first revision have none.
    fn set_conditions(&mut self, _row: &[f64]) {}
    /// What happened in the last `reset` or `step`.
    fn events(&self) -> &[EventMark] {
        &[]
    }
    /// Starts an episode.
    ///
    /// # Errors
    /// A fault; the object is not to be used again.
    fn reset(&mut self, seed: u64, sensation: &mut [f32], signals: &mut [f64]) -> Result<()>;
    /// One control step. Allocates nothing.
    ///
    /// # Errors
    /// A fault; the object is not to be used again.
    fn step(
        &mut self,
        action: &[f32],
        sensation: &mut [f32],
        signals: &mut [f64],
        reward_terms: &mut [f64],
    ) -> Result<Ending>;
    /// How much of the training is done.
    ///
    /// # Errors
    /// A fault.
    fn set_progress(&mut self, progress: f64) -> Result<()>;
    /// The whole state.
    ///
    /// # Errors
    /// A fault.
    fn save(&self) -> Result<Vec<u8>>;
    /// Continues from a state.
    ///
    /// # Errors
    /// A fault.
    fn restore(&mut self, state: &[u8]) -> Result<()>;
}

/// Contacts and arrays of the physics, lent for a call. SI units.
#[derive(Debug)]
#[allow(
    missing_docs,
    reason = "the fields are those of the contract's PhysicsViews"
)]
pub struct PhysicsAccess<'a> {
    pub time: f64,
    pub qpos: &'a mut [f64],
    pub qvel: &'a mut [f64],
    pub ctrl: &'a mut [f64],
    pub act: &'a mut [f64],
    pub act_dot: &'a [f64],
    pub actuator_length: &'a [f64],
    pub actuator_velocity: &'a [f64],
    pub mocap_pos: &'a mut [f64],
    pub mocap_quat: &'a mut [f64],
    pub sensordata: &'a [f64],
    pub xpos: &'a [f64],
    pub xquat: &'a [f64],
    pub xipos: &'a [f64],
    pub site_xpos: &'a [f64],
    pub site_xmat: &'a [f64],
    pub geom_xpos: &'a [f64],
    pub cvel: &'a [f64],
    pub cinert: &'a [f64],
    pub cfrc_ext: &'a [f64],
    pub qfrc_actuator: &'a [f64],
    pub actuator_force: &'a [f64],
    pub qfrc_constraint: &'a [f64],
    pub ten_length: &'a [f64],
    pub contacts: &'a [angora_plugin_api::v1::scene_task::ContactView],
}

/// A task over a scene.
pub trait LoadedSceneTask: Send {
    /// The world.
    fn scene(&self) -> &SceneSpec;
    /// A file that the world refers to.
    ///
    /// # Errors
    /// A fault.
    fn asset(&self, name: &str) -> Result<Vec<u8>>;
    /// Told of the composed model; answers with the spec, which lists the senses that the task
    /// writes: not the vision that the scene asks the host for.
    ///
    /// # Errors
    /// A fault.
    fn bind(&mut self, model: &SceneModel) -> Result<TaskSpec>;
    /// Conditions of the episodes that begin from now on, one value for each of the spec's; those
    /// of the first revision have none.
    fn set_conditions(&mut self, _row: &[f64]) {}
    /// What happened in the last `observe` or `after_step`.
    fn events(&self) -> &[EventMark] {
        &[]
    }
    /// Writes the start of an episode.
    ///
    /// # Errors
    /// A fault; the object is not to be used again.
    fn reset(&mut self, seed: u64, physics: PhysicsAccess<'_>) -> Result<()>;
    /// Whether the episode may start so.
    ///
    /// # Errors
    /// A fault; the object is not to be used again.
    fn accepts(&mut self, physics: PhysicsAccess<'_>) -> Result<bool>;
    /// The first sensation.
    ///
    /// # Errors
    /// A fault; the object is not to be used again.
    fn observe(
        &mut self,
        physics: PhysicsAccess<'_>,
        sensation: &mut [f32],
        signals: &mut [f64],
    ) -> Result<()>;
    /// Before the physics.
    ///
    /// # Errors
    /// A fault; the object is not to be used again.
    fn before_step(&mut self, action: &[f32], physics: PhysicsAccess<'_>) -> Result<()>;
    /// After the physics. Allocates nothing.
    ///
    /// # Errors
    /// A fault; the object is not to be used again.
    fn after_step(
        &mut self,
        action: &[f32],
        physics: PhysicsAccess<'_>,
        sensation: &mut [f32],
        signals: &mut [f64],
        reward_terms: &mut [f64],
    ) -> Result<Ending>;
    /// How much of the training is done.
    ///
    /// # Errors
    /// A fault.
    fn set_progress(&mut self, progress: f64) -> Result<()>;
    /// The task's own state.
    ///
    /// # Errors
    /// A fault.
    fn save(&self) -> Result<Vec<u8>>;
    /// Continues from a state.
    ///
    /// # Errors
    /// A fault.
    fn restore(&mut self, state: &[u8]) -> Result<()>;
}

/// A body and its files.
#[derive(Debug, Clone)]
pub struct LoadedBody {
    /// The body.
    pub spec: BodySpec,
    /// Files that the MJCF refers to, by name.
    pub assets: Vec<(String, Vec<u8>)>,
}

/// A reward.
pub trait LoadedReward: Send {
    /// Its terms.
    fn spec(&self) -> &RewardSpec;
    /// An episode begins.
    ///
    /// # Errors
    /// A fault.
    fn reset(&mut self, seed: u64, signals: &[f64]) -> Result<()>;
    /// The terms of a step. Allocates nothing.
    ///
    /// # Errors
    /// A fault.
    fn evaluate(
        &mut self,
        signals: &[f64],
        action: &[f32],
        progress: f64,
        terms: &mut [f64],
    ) -> Result<()>;
    /// Its state.
    ///
    /// # Errors
    /// A fault.
    fn save(&self) -> Result<Vec<u8>>;
    /// Continues from a state.
    ///
    /// # Errors
    /// A fault.
    fn restore(&mut self, state: &[u8]) -> Result<()>;
}

/// A preprocessor of one environment.
pub trait LoadedPreprocessor: Send {
    /// What it changes.
    fn spec(&self) -> &PreprocessorSpec;
    /// What it does beyond that; nothing in revision 1.
    fn abilities(&self) -> Abilities;
    /// How far the training is. Allocates nothing.
    ///
    /// # Errors
    /// A fault.
    fn set_progress(&mut self, progress: Progress) -> Result<()>;
    /// An episode begins; revision 1 does without the seed.
    ///
    /// # Errors
    /// A fault.
    fn begin(&mut self, seed: u64) -> Result<()>;
    /// Transforms an action in place; what comes out is within the bounds. Allocates nothing.
    ///
    /// # Errors
    /// A fault.
    fn action(&mut self, action: &mut [f32], learn: bool) -> Result<()>;
    /// Transforms a sensation in place. Allocates nothing.
    ///
    /// # Errors
    /// A fault.
    fn sensation(&mut self, sensation: &mut [f32], learn: bool) -> Result<()>;
    /// Transforms a reward. Allocates nothing.
    ///
    /// # Errors
    /// A fault.
    fn reward(&mut self, reward: f64, ending: Ending, learn: bool) -> Result<f64>;
    /// Writes its delta and forgets it.
    ///
    /// # Errors
    /// A fault.
    fn take_delta(&mut self, delta: &mut [f64]) -> Result<()>;
    /// Merges a delta.
    ///
    /// # Errors
    /// A fault.
    fn merge(&mut self, delta: &[f64]) -> Result<()>;
    /// Writes its statistics.
    ///
    /// # Errors
    /// A fault.
    fn statistics(&self, statistics: &mut [f64]) -> Result<()>;
    /// Takes over statistics.
    ///
    /// # Errors
    /// A fault.
    fn set_statistics(&mut self, statistics: &[f64]) -> Result<()>;
    /// What is the environment's own.
    ///
    /// # Errors
    /// A fault.
    fn save(&self) -> Result<Vec<u8>>;
    /// Continues from a state.
    ///
    /// # Errors
    /// A fault.
    fn restore(&mut self, state: &[u8]) -> Result<()>;
}
