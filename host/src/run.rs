//! A run, from resolved settings to its end.

mod check;
mod crew;
mod cycle;
mod engine;
mod folder;
mod forecast;
mod home;
mod interrupt;
mod journal;
mod labels;
mod lifecycle;
mod name;
mod pace;
mod processes;
pub mod ranks;
pub mod regions;
mod setup;
mod state;
mod telemetry;
mod together;
mod words;

pub use check::check;
pub use engine::Engine;
pub use folder::{RunFolder, new_name};
pub use home::NewRun;
pub use interrupt::Interrupt;
pub use labels::Labels;
pub use lifecycle::Run;
pub use name::check_name;
pub use setup::{
    build_actor, build_brain, build_engine, build_graph, build_preprocessors, is_recurrent,
    task_choice,
};
pub use state::{parameters_of, statistics_of};

use crate::error::HostError;
use angora_loader::{Catalogue, Discovery, WasmLimits};

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

/// The plugins of a run, modules within its limits.
///
/// # Errors
/// A named plugin that does not load.
pub fn find_plugins(named: &[String], limits: &WasmLimits) -> Result<Catalogue, HostError> {
    Ok(Catalogue::new(discover(named)?).with_wasm_limits(limits.clone()))
}
