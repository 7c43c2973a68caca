//! `angora.settings/1`, in draft: which settings a contribution takes, for those who show and
//! check them.

use crate::v1::{fault::Outcome, root::ExtensionTable};
use abi_stable::{
    StableAbi,
    std_types::{RStr, RVec},
};

/// The table.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = SettingsTableRef, prefix_fields = SettingsTablePrefix)))]
#[sabi(missing_field(panic))]
pub struct SettingsTable {
    /// `[setup]` `SettingsSpec` as JSON of a contribution; the kind is that of the manifest
    /// (`scene_task`). A fault `Unsupported` where the plugin cannot tell.
    #[sabi(last_prefix_field)]
    pub describe: extern "C" fn(kind: RStr<'_>, id: RStr<'_>) -> Outcome<RVec<u8>>,
}

impl ExtensionTable for SettingsTableRef {
    const ID: &'static str = "angora.settings/1";
}
