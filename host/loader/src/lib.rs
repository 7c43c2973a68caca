//! From a file to a plugin that the host can trust.
//!
//! [`Discovery`] finds plugins and reads their manifests without running them; a [`Catalogue`]
//! opens those that a run needs and hands out the internal traits of [`loaded`]. What is older or
//! newer than this host's contract is told apart before any of its code runs; nothing of a
//! contract version leaks past its adapter.

pub mod alias;
pub mod calls;
pub mod catalogue;
mod checks;
pub mod discover;
pub mod error;
pub mod events;
#[doc(hidden)]
pub mod fuzzing;
pub mod loaded;
pub mod manifest;
mod native;
mod plugin;
pub mod remarks;
mod wasm;

pub use catalogue::{Catalogue, LockedPlugin};
pub use discover::{Discovery, Form, FoundPlugin, InstalledFile};
pub use error::{LoadError, PluginFault, Who};
pub use loaded::{
    LoadedBody, LoadedPreprocessor, LoadedReward, LoadedSceneTask, LoadedTask, PhysicsAccess,
};
pub use remarks::Remarks;
pub use wasm::limits::WasmLimits;

/// A folder in the user's cache that nobody else can write, made if there is none.
fn cache_folder(name: &str) -> Option<std::path::PathBuf> {
    let cache = cache_place()?.join("angora");
    let folder = cache.join(name);
    let ours = |folder| angora_core::private::own_folder(folder);
    (ours(&cache) && ours(&folder)).then_some(folder)
}

/// The user's cache.
fn cache_place() -> Option<std::path::PathBuf> {
    let of_home = || Some(std::path::PathBuf::from(std::env::var_os("HOME")?).join(".cache"));
    let named = std::env::var_os("XDG_CACHE_HOME").map(std::path::PathBuf::from);
    named.filter(|path| path.is_absolute()).or_else(of_home)
}
