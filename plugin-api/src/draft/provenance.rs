//! `angora.provenance/1`, in draft: what a contribution is made of beyond the plugin's own file,
//! such as an interpreter and its packages, for those who want to make a run again.

use crate::v1::{fault::Outcome, root::ExtensionTable};
use abi_stable::{
    StableAbi,
    std_types::{RStr, RVec},
};

/// The table.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = ProvenanceTableRef, prefix_fields = ProvenanceTablePrefix)))]
#[sabi(missing_field(panic))]
pub struct ProvenanceTable {
    /// `[setup]` What the objects of a contribution that have been made so far rest on, as a JSON
    /// object of names and versions; the kind is that of the manifest (`scene_task`). Empty where
    /// the plugin's file is all.
    #[sabi(last_prefix_field)]
    pub tell: extern "C" fn(kind: RStr<'_>, id: RStr<'_>) -> Outcome<RVec<u8>>,
}

impl ExtensionTable for ProvenanceTableRef {
    const ID: &'static str = "angora.provenance/1";
}
