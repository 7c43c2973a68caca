//! `angora.distribution/1`: distributions of actions, which are data.

use crate::v1::{fault::Outcome, root::ExtensionTable};
use abi_stable::{
    StableAbi,
    std_types::{RSlice, RStr, RVec},
};

/// The table.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = DistributionTableRef, prefix_fields = DistributionTablePrefix)))]
#[sabi(missing_field(panic))]
pub struct DistributionTable {
    /// `[setup]` `DistributionSpec` as JSON for an id and a `DistributionRequest` as JSON. The same
    /// request has the same answer.
    #[sabi(last_prefix_field)]
    pub declare: extern "C" fn(id: RStr<'_>, request: RSlice<'_, u8>) -> Outcome<RVec<u8>>,
}

impl ExtensionTable for DistributionTableRef {
    const ID: &'static str = "angora.distribution/1";
}
