//! `angora.task/2`: tasks with a world of their own, with conditions and events.

use super::event::TaskOutput;
use crate::v1::{fault::Outcome, root::ExtensionTable};
use abi_stable::{
    StableAbi, sabi_trait,
    std_types::{RBox, RSlice, RStr, RVec},
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
    const ID: &'static str = "angora.task/2";
}

/// One world.
#[sabi_trait]
pub trait TaskObject: Send {
    /// `[setup]` `TaskSpec` as JSON; the same at each call.
    fn spec(&self) -> Outcome<RVec<u8>>;

    /// `[episode]` Starts an episode under these conditions, one value for each that the spec
    /// declares. All randomness of the episode comes from the seed. Writes all senses and signals.
    fn reset(
        &mut self,
        seed: u64,
        conditions: RSlice<'_, f64>,
        output: &mut TaskOutput<'_>,
    ) -> Outcome<()>;

    /// `[episode, hot]` One control step. Writes senses, signals, the terms of the default reward
    /// and events; returns an `Ending` as a number.
    fn step(&mut self, action: RSlice<'_, f32>, output: &mut TaskOutput<'_>) -> Outcome<u32>;

    /// `[between cycles]` The whole state in mid-episode, including random streams and conditions.
    fn save(&self) -> Outcome<RVec<u8>>;

    /// `[between cycles]` How much of the training is done, 0..1, for settings with a schedule.
    fn set_progress(&mut self, progress: f64) -> Outcome<()>;

    /// `[setup]` Continues from a saved state.
    #[sabi(last_prefix_field)]
    fn restore(&mut self, state: RSlice<'_, u8>) -> Outcome<()>;
}

/// An owned task.
pub type TaskBox = TaskObject_TO<'static, RBox<()>>;
