//! `angora.preprocessor/1`: transformations of sensations and rewards with mergeable statistics.
//!
//! There is one object per environment. During a cycle all of them transform with the same
//! statistics while each gathers a *delta* of its own; between cycles the host merges the deltas
//! in the order of the environments. So the result does not depend on threads or ranks.

use super::{fault::Outcome, root::ExtensionTable};
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
    /// `[setup]` Makes the preprocessor of an id; the context is a `PreprocessorContext` as JSON.
    #[sabi(last_prefix_field)]
    pub create: extern "C" fn(
        id: RStr<'_>,
        config: RSlice<'_, u8>,
        context: RSlice<'_, u8>,
    ) -> Outcome<PreprocessorBox>,
}

impl ExtensionTable for PreprocessorTableRef {
    const ID: &'static str = "angora.preprocessor/1";
}

/// One environment's preprocessor.
#[sabi_trait]
pub trait PreprocessorObject: Send {
    /// `[setup]` `PreprocessorSpec` as JSON.
    fn spec(&self) -> Outcome<RVec<u8>>;

    /// `[episode]` An episode begins: forget what belongs to the last one.
    fn begin(&mut self) -> Outcome<()>;

    /// `[episode, hot]` Transforms a sensation in place; with `learn`, adds it to the delta first.
    fn sensation(&mut self, sensation: RSliceMut<'_, f32>, learn: bool) -> Outcome<()>;

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

    /// `[between cycles]` What is the environment's own: running sums, the delta.
    fn save(&self) -> Outcome<RVec<u8>>;

    /// `[setup]` Continues from a saved state.
    #[sabi(last_prefix_field)]
    fn restore(&mut self, state: RSlice<'_, u8>) -> Outcome<()>;
}

/// An owned preprocessor.
pub type PreprocessorBox = PreprocessorObject_TO<'static, RBox<()>>;
