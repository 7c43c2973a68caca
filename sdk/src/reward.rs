//! Rewards.

use crate::{Random, Result, RewardConfiguration, RewardContext, RewardSpec};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// A reward: named terms computed from a task's signals.
pub trait Reward: Send + Sized + 'static {
    /// Settings, as a lab writes them in TOML; [`NoConfig`](crate::NoConfig) for none.
    type Config: DeserializeOwned + Default;

    /// Makes the reward that `export_plugin!` lists under `id`.
    ///
    /// # Errors
    /// Settings that make no sense, or signals that it needs and the task does not have.
    fn new(id: &str, config: Self::Config, context: RewardContext) -> Result<Self>;

    /// Named sets of settings that users choose with `--reward-config`; none by default. The
    /// name `default` is what `Config::default()` gives.
    #[must_use]
    fn configurations(_id: &str) -> BTreeMap<String, RewardConfiguration> {
        BTreeMap::new()
    }

    /// Its terms; the same at each call.
    fn spec(&self) -> RewardSpec;

    /// An episode begins with these signals.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn reset(&mut self, _random: &mut Random, _signals: &[f64]) -> Result<()> {
        Ok(())
    }

    /// Writes the terms of one control step; `progress` (0..1) is the part of the training that
    /// is done.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn evaluate(
        &mut self,
        signals: &[f64],
        action: &[f32],
        progress: f64,
        terms: &mut [f64],
    ) -> Result<()>;

    /// The state in mid-episode; nothing by default.
    ///
    /// # Errors
    /// A state that cannot be saved.
    fn save(&self) -> Result<Vec<u8>> {
        Ok(Vec::new())
    }

    /// Continues from a saved state.
    ///
    /// # Errors
    /// A state that does not fit.
    fn restore(&mut self, _state: &[u8]) -> Result<()> {
        Ok(())
    }
}
