//! `angora.brain/1`: brains, which are data.

use super::{fault::Outcome, root::ExtensionTable};
use abi_stable::{
    StableAbi,
    std_types::{RSlice, RStr, RVec},
};

/// The table.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = BrainTableRef, prefix_fields = BrainTablePrefix)))]
#[sabi(missing_field(panic))]
pub struct BrainTable {
    /// `[setup]` `BrainSpec` as JSON for an id and a `BrainRequest` as JSON.
    #[sabi(last_prefix_field)]
    pub design: extern "C" fn(id: RStr<'_>, request: RSlice<'_, u8>) -> Outcome<RVec<u8>>,
}

impl ExtensionTable for BrainTableRef {
    const ID: &'static str = "angora.brain/1";
}
