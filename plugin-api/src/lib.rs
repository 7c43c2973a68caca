//! The contract between Angora's host and its plugins.
//!
//! Data and signatures only: nothing here does I/O, keeps state or knows the engine.
//! Read in this order: [`version`], [`kind`], [`manifest`], [`sense`], [`spec`], [`scene`],
//! [`brain`], [`distribution`], [`settings`], [`capability`], [`fault`], then [`v1`] and [`v2`], the
//! tables that cross the boundary of a native plugin and what they carry as JSON, [`wit`], the
//! interfaces of a sandboxed module, and `draft`, what may yet change.
//!
//! Authors do not use this crate directly; they use `angora-sdk`.

pub mod brain;
pub mod capability;
#[cfg(not(target_family = "wasm"))]
pub mod draft;
pub mod fault;
pub mod kind;
pub mod manifest;
pub mod scene;
pub mod sense;
pub mod settings;
pub mod spec;
pub mod v1;
pub mod v2;
pub mod version;
pub mod wit;

pub use brain::{BrainRequest, BrainSpec, Edge, Initialiser, Node, Op};
pub use fault::{Fault, FaultCode};
pub use kind::PluginKind;
pub use manifest::{Contribution, Manifest};
pub use scene::{
    BodySpec, ControlMode, PhysicsOptions, RoleKind, RoleRequest, SceneSpec, TouchMode,
};
pub use sense::Sense;
pub use settings::{SettingSpec, SettingsSpec};
pub use spec::{
    ActionSpec, ConditionSpec, ElementSpec, Ending, EventSpec, PreprocessorContext,
    PreprocessorSpec, RewardConfiguration, RewardContext, RewardSpec, SensationSpec, SignalSpec,
    StatisticsForm, TaskSpec,
};
pub use v2::Progress;
pub use v2::payload::distribution::{self, DistributionRequest, DistributionSpec};
pub use version::CONTRACT_VERSION;
