//! Self-stepped tasks.

use crate::{Action, Ending, Fault, FaultCode, Observation, Random, Result, Step, TaskSpec};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;

/// For what has no settings. Any key is refused by name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoConfig {}

/// A task with a world of its own.
pub trait Task: Send + Sized + 'static {
    /// Settings, as a lab writes them in TOML; [`NoConfig`] for none.
    type Config: DeserializeOwned + Default;

    /// Makes the task that `export_plugin!` lists under `id`.
    ///
    /// # Errors
    /// Settings that make no sense.
    fn new(id: &str, config: Self::Config) -> Result<Self>;

    /// What it exchanges with the host; the same at each call.
    fn spec(&self) -> TaskSpec;

    /// Told before each `reset` of the conditions of the episode: one value for each that the spec
    /// declares, in its order; by older hosts of none, which leaves each at its default.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn set_conditions(&mut self, _row: &[f64]) -> Result<()> {
        Ok(())
    }

    /// Starts an episode and writes its first sensation. All chance comes from `random`.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn reset(&mut self, random: &mut Random, out: &mut Observation<'_>) -> Result<()>;

    /// One control step. Writes senses, signals and reward terms. The time limit of the spec is
    /// the host's affair.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn step(&mut self, action: Action<'_>, out: &mut Step<'_>) -> Result<Ending>;

    /// The whole state in mid-episode, so that a resumed run goes on bitwise; see
    /// [`state::save`](crate::state::save). Needed where the spec says `saves_state`.
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

    /// What the tasks that have been made so far rest on beyond the plugin's own file, such as an
    /// interpreter and its packages: names and versions, which a run keeps in its `angora.lock`.
    fn provenance() -> BTreeMap<String, String> {
        BTreeMap::new()
    }

    /// Continues from a saved state.
    ///
    /// # Errors
    /// By default: not supported.
    fn restore(&mut self, _state: &[u8]) -> Result<()> {
        Err(unsupported("restore"))
    }
}

/// The fault of an optional call that is not there.
pub(crate) fn unsupported(call: &str) -> Fault {
    Fault::new(
        FaultCode::Unsupported,
        format!("there is no {call}; say so in the spec (saves_state = false)"),
    )
}
