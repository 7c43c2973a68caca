//! What a lab imports to write an Angora plugin.
//!
//! A plugin is a `cdylib` crate that implements some of the traits here and names them once with
//! [`export_plugin!`]. A whole task:
//!
//! ```
//! use angora_sdk::{
//!     Action, ActionSpec, Ending, NoConfig, Observation, Random, Result, SensationSpec, Sense,
//!     Step, Task, TaskSpec, sensation,
//! };
//!
//! /// Say the sign of the number that is shown.
//! struct Sign(f32);
//!
//! impl Task for Sign {
//!     type Config = NoConfig;
//!
//!     fn new(_id: &str, _config: NoConfig) -> Result<Self> {
//!         Ok(Self(0.0))
//!     }
//!
//!     fn spec(&self) -> TaskSpec {
//!         TaskSpec {
//!             sensations: vec![sensation(Sense::Proprioception, 1)],
//!             action: ActionSpec::Discrete { n: 2 },
//!             signals: vec![],
//!             reward_terms: vec!["right".into()],
//!             max_episode_steps: Some(1),
//!             reward_threshold: Some(0.95),
//!             control_timestep: None,
//!             saves_state: false,
//!             ..TaskSpec::default()
//!         }
//!     }
//!
//!     fn reset(&mut self, random: &mut Random, out: &mut Observation<'_>) -> Result<()> {
//!         self.0 = random.uniform(-1.0, 1.0) as f32;
//!         out.sense(Sense::Proprioception, &[self.0])
//!     }
//!
//!     fn step(&mut self, action: Action<'_>, out: &mut Step<'_>) -> Result<Ending> {
//!         let said_positive = action.index() == 1;
//!         out.reward_term("right", f64::from(u8::from(said_positive == (self.0 > 0.0))))?;
//!         out.sense(Sense::Proprioception, &[self.0])?;
//!         Ok(Ending::None)
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! A panic in author code becomes a [`Fault`] that names the place; it never crosses into the
//! host.
//!
//! The same crate is a native plugin or, built for `wasm32-unknown-unknown`, a sandboxed module
//! (rewards, preprocessors, brains, distributions and tasks with a world of their own). What works on the physics
//! of the host is there in native plugins alone.

pub mod body;
pub mod brain;
pub mod distribution;
pub mod error;
#[cfg(not(target_family = "wasm"))]
pub mod feeling;
#[cfg(not(target_family = "wasm"))]
pub mod hand;
mod json;
pub mod math;
pub mod names;
pub mod output;
pub mod parts;
#[cfg(not(target_family = "wasm"))]
pub mod physics;
pub mod preprocessor;
pub mod random;
pub mod reward;
pub mod rotation;
#[cfg(not(target_family = "wasm"))]
pub mod scene_task;
pub mod schedule;
pub mod settings;
pub mod state;
pub mod task;
pub mod testing;

#[doc(hidden)]
pub mod export;
#[cfg(not(target_family = "wasm"))]
#[doc(hidden)]
pub mod native;
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod wasm;

// `export_plugin!` means the form that is being built.
#[cfg(not(target_family = "wasm"))]
#[doc(hidden)]
pub use native as form;
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub use wasm as form;

pub use body::Body;
pub use brain::{Brain, BrainBuilder};
pub use distribution::{Distribution, DistributionBuilder};
pub use error::{Fault, FaultCode, Result};
#[cfg(not(target_family = "wasm"))]
pub use feeling::{Proprioception, Touch};
#[cfg(not(target_family = "wasm"))]
pub use hand::Hand;
pub use output::{Action, Observation, Step};
#[cfg(not(target_family = "wasm"))]
pub use physics::{Physics, PhysicsMut};
pub use preprocessor::Preprocessor;
pub use random::Random;
pub use reward::Reward;
pub use rotation::Rotation;
#[cfg(not(target_family = "wasm"))]
pub use scene_task::SceneTask;
pub use schedule::Schedule;
pub use task::{NoConfig, Task};

pub use angora_plugin_api::capability;

pub use angora_plugin_api::brain::{
    ActivationKind, BrainRequest, BrainSpec, Edge, Initialiser, Node, Op, Padding, PoolKind,
};
pub use angora_plugin_api::distribution::{DistributionRequest, DistributionSpec};
pub use angora_plugin_api::scene::{
    BodySpec, ControlMode, JointModel, LoadFrame, LoadKind, LoadSpec, MuscleModel, PhysicsOptions,
    Role, RoleKind, RoleRequest, SceneModel, SceneSpec, Settling, TouchMode, VisionSpec,
};
pub use angora_plugin_api::sense::Sense;
pub use angora_plugin_api::spec::{
    ActionSpec, ConditionSpec, ElementSpec, Ending, EventSpec, PreprocessorContext,
    PreprocessorSpec, RewardConfiguration, RewardContext, RewardSpec, SensationSpec, SignalSpec,
    StatisticsForm, TaskSpec,
};
pub use angora_plugin_api::v2::{Abilities, MotorContext, Progress};

/// A sense of `receptors` values without bounds.
#[must_use]
pub fn sensation(sense: Sense, receptors: usize) -> SensationSpec {
    SensationSpec {
        sense,
        shape: vec![receptors],
        low: None,
        high: None,
        unit: String::new(),
        elements: Vec::new(),
    }
}

/// Elements of a sense or signal by name and unit, for [`SensationSpec::elements`] and
/// [`SignalSpec::elements`].
#[must_use]
pub fn elements(named: &[(&str, &str)]) -> Vec<ElementSpec> {
    named
        .iter()
        .map(|(name, unit)| ElementSpec {
            name: (*name).to_owned(),
            unit: (*unit).to_owned(),
        })
        .collect()
}

/// An event, for [`TaskSpec::events`].
#[must_use]
pub fn event(name: &str, description: &str) -> EventSpec {
    EventSpec {
        name: name.to_owned(),
        description: description.to_owned(),
    }
}

/// A spec with these senses, action and reward terms: no signals, no limit, no threshold, no
/// control time step, state that is not saved. Change what differs with `TaskSpec { .., ..spec }`.
#[must_use]
pub fn task_spec(
    sensations: &[SensationSpec],
    action: ActionSpec,
    reward_terms: &[&str],
) -> TaskSpec {
    TaskSpec {
        sensations: sensations.to_vec(),
        action,
        signals: Vec::new(),
        reward_terms: reward_terms.iter().map(ToString::to_string).collect(),
        max_episode_steps: None,
        reward_threshold: None,
        control_timestep: None,
        saves_state: false,
        ..TaskSpec::default()
    }
}

/// Pictures of these cameras as the sense `vision`, for [`SceneSpec::vision`].
#[must_use]
pub fn vision(cameras: &[&str], height: usize, width: usize) -> VisionSpec {
    VisionSpec {
        cameras: cameras.iter().map(ToString::to_string).collect(),
        height,
        width,
    }
}

/// A signal of `len` values. One that is named `success`, of one value, says whether a control step
/// is a success (not zero): the host then reports the part of episodes that end with one.
#[must_use]
pub fn signal(name: &str, len: usize, unit: &str) -> SignalSpec {
    SignalSpec {
        name: name.to_owned(),
        len,
        unit: unit.to_owned(),
        elements: Vec::new(),
    }
}
