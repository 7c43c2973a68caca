//! Settings: defaults < preset < file < command line, checked key by key.

mod defaults;
mod depth;
mod difference;
mod error;
mod file;
mod layers;
mod preset;
pub mod reference;
mod resolve;
mod resolved;
mod written;

pub use difference::Difference;
pub use error::ConfigError;
pub use layers::{Layers, Source};
pub use preset::preset_for;
pub use resolve::{physics, plugin_timeout, resolve, wasm_limits};
pub use resolved::{
    CheckpointSettings, EvaluationSettings, Experiment, PreprocessorChoice, RegionLoad,
};
pub use written::{Free, Written, WrittenLoad, known_keys};
