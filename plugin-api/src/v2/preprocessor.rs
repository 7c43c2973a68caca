//! `angora.preprocessor/2`: transformations of sensations, actions and rewards, with randomness
//! and schedules.
//!
//! What it adds to revision 1: a seed at the start of each episode, the progress of the training,
//! and the action on its way from the policy to the body. The first preprocessor of a chain is
//! nearest to the body: sensations and rewards pass the chain from first to last, actions from
//! last to first. So each sees the action as those nearer to the brain left it, and changes it for
//! those nearer to the body; the task and the reward get what comes out at the end.

use crate::v1::{fault::Outcome, root::ExtensionTable};
use abi_stable::{
    StableAbi, sabi_trait,
    std_types::{RBox, RSlice, RSliceMut, RStr, RVec},
};

/// The table.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = PreprocessorTableRef, prefix_fields = PreprocessorTablePrefix)))]
#[sabi(missing_field(panic))]
pub struct PreprocessorTable {
    /// `[setup]` Makes the preprocessor of an id; the context is a
    /// `v2::PreprocessorContext` as JSON.
    #[sabi(last_prefix_field)]
    pub create: extern "C" fn(
        id: RStr<'_>,
        config: RSlice<'_, u8>,
        context: RSlice<'_, u8>,
    ) -> Outcome<PreprocessorBox>,
}

impl ExtensionTable for PreprocessorTableRef {
    const ID: &'static str = "angora.preprocessor/2";
}

/// One environment's preprocessor.
#[sabi_trait]
pub trait PreprocessorObject: Send {
    /// `[setup]` `v2::PreprocessorSpec` as JSON.
    fn spec(&self) -> Outcome<RVec<u8>>;

    /// `[between cycles]` How far the training is: its fraction, 0 to 1, and the control steps of
    /// all environments together. Before an episode that is evaluated: the end of the training.
    fn set_progress(&mut self, fraction: f64, steps: u64) -> Outcome<()>;

    /// `[episode]` An episode begins: forget what belongs to the last one, and draw what is random
    /// in this one from the seed and from nothing else. Each preprocessor of a chain gets a seed of
    /// its own.
    fn begin(&mut self, seed: u64) -> Outcome<()>;

    /// `[episode, hot]` Transforms a sensation in place; with `learn`, adds it to the delta first.
    fn sensation(&mut self, sensation: RSliceMut<'_, f32>, learn: bool) -> Outcome<()>;

    /// `[episode, hot]` Transforms an action in place, before the control step that it leads to.
    /// Of a box, values stay finite, and the host clips them to the bounds; of choices, each value
    /// stays an index of one.
    fn action(&mut self, action: RSliceMut<'_, f32>, learn: bool) -> Outcome<()>;

    /// `[episode, hot]` The transformed reward of a step that ended as `ending`.
    fn reward(&mut self, reward: f64, ending: u32, learn: bool) -> Outcome<f64>;

    /// `[between cycles]` Writes the delta and forgets it.
    fn take_delta(&mut self, delta: RSliceMut<'_, f64>) -> Outcome<()>;

    /// `[between cycles]` Merges another's delta into the statistics.
    fn merge(&mut self, delta: RSlice<'_, f64>) -> Outcome<()>;

    /// `[between cycles]` Writes the statistics.
    fn statistics(&self, statistics: RSliceMut<'_, f64>) -> Outcome<()>;

    /// `[between cycles]` Takes over statistics.
    fn set_statistics(&mut self, statistics: RSlice<'_, f64>) -> Outcome<()>;

    /// `[between cycles]` What is the environment's own: random streams with their positions,
    /// running sums, the delta.
    fn save(&self) -> Outcome<RVec<u8>>;

    /// `[setup]` Continues from a saved state.
    #[sabi(last_prefix_field)]
    fn restore(&mut self, state: RSlice<'_, u8>) -> Outcome<()>;
}

/// An owned preprocessor.
pub type PreprocessorBox = PreprocessorObject_TO<'static, RBox<()>>;
