//! `angora.task/1`: tasks with a world of their own.

use super::{fault::Outcome, root::ExtensionTable};
use abi_stable::{
    StableAbi, sabi_trait,
    std_types::{RBox, RSlice, RSliceMut, RStr, RVec},
};

/// The table.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = TaskTableRef, prefix_fields = TaskTablePrefix)))]
#[sabi(missing_field(panic))]
pub struct TaskTable {
    /// `[setup]` Makes the task of an id with a JSON configuration (`null` for its defaults).
    #[sabi(last_prefix_field)]
    pub create: extern "C" fn(id: RStr<'_>, config: RSlice<'_, u8>) -> Outcome<TaskBox>,
}

impl ExtensionTable for TaskTableRef {
    const ID: &'static str = "angora.task/1";
}

/// One world.
#[sabi_trait]
pub trait TaskObject: Send {
    /// `[setup]` `TaskSpec` as JSON; the same at each call.
    fn spec(&self) -> Outcome<RVec<u8>>;

    /// `[episode]` Starts an episode. All randomness of the episode comes from the seed.
    /// Writes all senses (f32) and signals (f64) in the order of the spec.
    fn reset(
        &mut self,
        seed: u64,
        sensation: RSliceMut<'_, f32>,
        signals: RSliceMut<'_, f64>,
    ) -> Outcome<()>;

    /// `[episode, hot]` One control step. Writes senses, signals and the terms of the default
    /// reward; returns an `Ending` as a number.
    fn step(
        &mut self,
        action: RSlice<'_, f32>,
        sensation: RSliceMut<'_, f32>,
        signals: RSliceMut<'_, f64>,
        reward_terms: RSliceMut<'_, f64>,
    ) -> Outcome<u32>;

    /// `[between cycles]` The whole state in mid-episode, including random streams.
    fn save(&self) -> Outcome<RVec<u8>>;

    /// `[between cycles]` How much of the training is done, 0..1, for settings with a schedule.
    fn set_progress(&mut self, progress: f64) -> Outcome<()>;

    /// `[setup]` Continues from a saved state.
    #[sabi(last_prefix_field)]
    fn restore(&mut self, state: RSlice<'_, u8>) -> Outcome<()>;
}

/// An owned task.
pub type TaskBox = TaskObject_TO<'static, RBox<()>>;
