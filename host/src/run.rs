//! A run, from resolved settings to its end.

mod cycle;
mod engine;
mod folder;
mod interrupt;
mod journal;
mod labels;
mod lifecycle;
mod pace;
pub mod regions;
mod setup;
mod state;
mod telemetry;

pub use engine::Engine;
pub use folder::RunFolder;
pub use labels::Labels;
pub use lifecycle::Run;
pub use setup::{
    build_actor, build_brain, build_engine, build_graph, build_preprocessors, is_recurrent,
    task_choice,
};
pub use state::{parameters_of, statistics_of};

use crate::error::HostError;
use angora_loader::Discovery;

/// The plugins of the search path, with those that were named in front.
///
/// # Errors
/// A named plugin that does not load.
pub fn discover(named: &[String]) -> Result<Discovery, HostError> {
    let mut discovery = Discovery::new(Discovery::default_folders());
    for plugin in named {
        discovery.name(plugin)?;
    }
    Ok(discovery)
}
