//! `angora.reward/1`: reward terms computed from signals.

use super::{fault::Outcome, root::ExtensionTable};
use abi_stable::{
    StableAbi, sabi_trait,
    std_types::{RBox, RSlice, RSliceMut, RStr, RVec},
};

/// The table.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = RewardTableRef, prefix_fields = RewardTablePrefix)))]
#[sabi(missing_field(panic))]
pub struct RewardTable {
    /// `[setup]` Makes the reward of an id; the context is a `RewardContext` as JSON.
    pub create: extern "C" fn(
        id: RStr<'_>,
        config: RSlice<'_, u8>,
        context: RSlice<'_, u8>,
    ) -> Outcome<RewardBox>,
    /// `[setup]` The configurations of the reward of an id: `RewardConfiguration`s by name, as
    /// JSON. The host resolves what they inherit and gives `create` the settings.
    #[sabi(last_prefix_field)]
    pub configurations: extern "C" fn(id: RStr<'_>) -> Outcome<RVec<u8>>,
}

impl ExtensionTable for RewardTableRef {
    const ID: &'static str = "angora.reward/1";
}

/// One environment's reward.
#[sabi_trait]
pub trait RewardObject: Send {
    /// `[setup]` `RewardSpec` as JSON.
    fn spec(&self) -> Outcome<RVec<u8>>;

    /// `[episode]` An episode begins with these signals.
    fn reset(&mut self, seed: u64, signals: RSlice<'_, f64>) -> Outcome<()>;

    /// `[episode, hot]` Writes the terms of one control step. `progress` is the part of the
    /// training that is done, 0..1, for schedules.
    fn evaluate(
        &mut self,
        signals: RSlice<'_, f64>,
        action: RSlice<'_, f32>,
        progress: f64,
        terms: RSliceMut<'_, f64>,
    ) -> Outcome<()>;

    /// `[between cycles]` The state in mid-episode.
    fn save(&self) -> Outcome<RVec<u8>>;

    /// `[setup]` Continues from a saved state.
    #[sabi(last_prefix_field)]
    fn restore(&mut self, state: RSlice<'_, u8>) -> Outcome<()>;
}

/// An owned reward.
pub type RewardBox = RewardObject_TO<'static, RBox<()>>;
