//! `angora.body/1`: bodies, which are data.

use super::{fault::Outcome, root::ExtensionTable};
use abi_stable::{
    StableAbi,
    std_types::{RSlice, RStr, RVec},
};

/// The table.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = BodyTableRef, prefix_fields = BodyTablePrefix)))]
#[sabi(missing_field(panic))]
pub struct BodyTable {
    /// `[setup]` `BodySpec` as JSON for an id and a JSON configuration (`null` for its defaults).
    pub describe: extern "C" fn(id: RStr<'_>, config: RSlice<'_, u8>) -> Outcome<RVec<u8>>,
    /// `[setup]` A file that the MJCF refers to.
    #[sabi(last_prefix_field)]
    pub asset: extern "C" fn(id: RStr<'_>, name: RStr<'_>) -> Outcome<RVec<u8>>,
}

impl ExtensionTable for BodyTableRef {
    const ID: &'static str = "angora.body/1";
}
