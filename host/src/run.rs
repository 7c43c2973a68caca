//! A run, from resolved settings to its end.

mod branch;
mod check;
mod crew;
mod cycle;
mod engine;
pub mod episodes;
mod evaluation;
mod folder;
mod forecast;
mod home;
mod interrupt;
mod journal;
mod kept;
mod labels;
mod last_words;
mod lifecycle;
mod name;
mod pace;
mod processes;
pub mod ranks;
pub mod regions;
mod saving;
mod scheduled;
mod selection;
mod setup;
mod state;
mod telemetry;
mod together;
mod warm_up;
mod words;

pub use check::check;
pub use engine::Engine;
pub use folder::{RunFolder, new_name, read_lock};
pub use home::NewRun;
pub use interrupt::{Interrupt, survive_file_limits};
pub use labels::Labels;
pub use lifecycle::Run;
pub use name::check_name;
pub use scheduled::{Scheduled, scheduled};
pub use selection::{Chosen, Measure, Rule};
pub use setup::{
    build_actor, build_brain, build_brain_of, build_engine, build_graph, build_preprocessors,
    is_recurrent, task_choice,
};
pub use state::{parameters_of, statistics_of};
