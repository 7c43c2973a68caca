//! Preprocessors.

use crate::{Ending, PreprocessorContext, PreprocessorSpec, Result};
use serde::de::DeserializeOwned;

/// A transformation of sensations or rewards with statistics that merge exactly.
///
/// One object per environment: it transforms with the shared *statistics* and gathers a *delta*
/// of its own, which the host merges between cycles in the order of the environments.
pub trait Preprocessor: Send + Sized + 'static {
    /// Settings, as a lab writes them in TOML; [`NoConfig`](crate::NoConfig) for none.
    type Config: DeserializeOwned + Default;

    /// Makes the preprocessor that `export_plugin!` lists under `id`.
    ///
    /// # Errors
    /// Settings that make no sense.
    fn new(id: &str, config: Self::Config, context: PreprocessorContext) -> Result<Self>;

    /// What it changes, and the length of its statistics.
    fn spec(&self) -> PreprocessorSpec;

    /// An episode begins: forget what belongs to the last one (a stack of frames, a filter).
    fn begin(&mut self) {}

    /// Transforms a sensation in place; with `learn`, adds it to the delta first. Pictures stay
    /// within 0 to 255 ([`is_picture`](crate::SensationSpec::is_picture)): they are kept as bytes.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn sensation(&mut self, _sensation: &mut [f32], _learn: bool) -> Result<()> {
        Ok(())
    }

    /// The transformed reward of a step; with `learn`, adds it to the delta first.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn reward(&mut self, reward: f64, _ending: Ending, _learn: bool) -> Result<f64> {
        Ok(reward)
    }

    /// Writes the delta and forgets it.
    fn take_delta(&mut self, delta: &mut [f64]);

    /// Merges a delta into the statistics.
    fn merge(&mut self, delta: &[f64]);

    /// Writes the statistics.
    fn statistics(&self, statistics: &mut [f64]);

    /// Takes over statistics.
    fn set_statistics(&mut self, statistics: &[f64]);

    /// What is the environment's own; see [`state::save`](crate::state::save).
    ///
    /// # Errors
    /// A state that cannot be saved.
    fn save(&self) -> Result<Vec<u8>>;

    /// Continues from a saved state.
    ///
    /// # Errors
    /// A state that does not fit.
    fn restore(&mut self, state: &[u8]) -> Result<()>;
}
