//! Scene tasks: goals and rewards over a physics scene that the host steps.

use crate::{
    Action, Ending, Observation, Physics, PhysicsMut, Random, Result, SceneModel, SceneSpec, Step,
    TaskSpec, task::unsupported,
};
use serde::de::DeserializeOwned;

/// A task over a scene. The host composes the world with any body that has the roles which the
/// scene asks for, steps the physics, renders, truncates, records.
pub trait SceneTask: Send + Sized + 'static {
    /// Settings, as a lab writes them in TOML; [`NoConfig`](crate::NoConfig) for none.
    type Config: DeserializeOwned + Default;

    /// Makes the task that `export_plugin!` lists under `id`.
    ///
    /// # Errors
    /// Settings that make no sense.
    fn new(id: &str, config: Self::Config) -> Result<Self>;

    /// The world and what it needs of a body.
    fn scene(&self) -> SceneSpec;

    /// A file that the scene's MJCF refers to.
    ///
    /// # Errors
    /// By default: there is none.
    fn asset(_id: &str, name: &str) -> Result<Vec<u8>> {
        Err(crate::Fault::failed(format!("there is no asset {name:?}")))
    }

    /// Looks up names in the composed model once, and answers with the spec.
    ///
    /// # Errors
    /// A model that the task cannot work with.
    fn bind(&mut self, model: &SceneModel) -> Result<TaskSpec>;

    /// Told before each `reset` of the conditions of the episode: one value for each that the spec
    /// declares, in its order; by older hosts of none, which leaves each at its default.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn set_conditions(&mut self, _row: &[f64]) -> Result<()> {
        Ok(())
    }

    /// Starts an episode: writes qpos, qvel, act and mocap over the reference pose.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn reset(&mut self, random: &mut Random, physics: &mut PhysicsMut<'_, '_>) -> Result<()>;

    /// Whether the episode may start so, once everything has settled; if not, the host starts
    /// again with another seed.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn accepts(&mut self, _physics: Physics<'_, '_>) -> Result<bool> {
        Ok(true)
    }

    /// Writes the first sensation of an episode.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn observe(&mut self, physics: Physics<'_, '_>, out: &mut Observation<'_>) -> Result<()>;

    /// Before the physics of a control step; ctrl holds the action already.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn before_step(
        &mut self,
        _action: Action<'_>,
        _physics: &mut PhysicsMut<'_, '_>,
    ) -> Result<()> {
        Ok(())
    }

    /// After the physics of a control step: writes senses, signals and reward terms. Derived
    /// quantities (places, velocities of bodies) are those of the last evaluation inside the
    /// step, as MuJoCo leaves them.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn after_step(
        &mut self,
        action: Action<'_>,
        physics: &mut PhysicsMut<'_, '_>,
        out: &mut Step<'_>,
    ) -> Result<Ending>;

    /// The task's own state in mid-episode; the host saves the physics.
    ///
    /// # Errors
    /// By default: not supported.
    fn save(&self) -> Result<Vec<u8>> {
        Err(unsupported("save"))
    }

    /// How much of the training is done, 0..1, for settings with a schedule; told between cycles.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn set_progress(&mut self, _progress: f64) -> Result<()> {
        Ok(())
    }

    /// Continues from a saved state.
    ///
    /// # Errors
    /// By default: not supported.
    fn restore(&mut self, _state: &[u8]) -> Result<()> {
        Err(unsupported("restore"))
    }
}
