//! `angora.host/1`: what a plugin is told of the host that has opened it.
//!
//! A plugin that is never told was opened by a host that knows no capability; it refuses what
//! requires one, so that such a host does not go on without it.

use crate::v1::{fault::Outcome, root::ExtensionTable};
use abi_stable::{StableAbi, std_types::RSlice};

/// The table.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = HostTableRef, prefix_fields = HostTablePrefix)))]
#[sabi(missing_field(panic))]
pub struct HostTable {
    /// `[load]` The capabilities that the host knows, as a JSON list of names; once, before any
    /// object is made.
    #[sabi(last_prefix_field)]
    pub announce: extern "C" fn(capabilities: RSlice<'_, u8>) -> Outcome<()>,
}

impl ExtensionTable for HostTableRef {
    const ID: &'static str = "angora.host/1";
}
