//! From a file to a plugin that the host can trust.
//!
//! [`Discovery`] finds plugins and reads their manifests without running them; a [`Catalogue`]
//! opens those that a run needs and hands out the internal traits of [`loaded`]. What is older or
//! newer than this host's contract is told apart before any of its code runs; nothing of a
//! contract version leaks past its adapter.

pub mod catalogue;
pub mod discover;
pub mod error;
pub mod loaded;
pub mod manifest;
mod native;

pub use catalogue::{Catalogue, LockedPlugin};
pub use discover::{Discovery, FoundPlugin, InstalledFile};
pub use error::{LoadError, PluginFault, Who};
pub use loaded::{
    LoadedBody, LoadedPreprocessor, LoadedReward, LoadedSceneTask, LoadedTask, PhysicsAccess,
};
