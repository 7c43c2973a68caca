//! The properties, by what they are about.

pub mod body;
pub mod brain;
pub mod contribution;
pub mod distribution;
mod growth;
mod names;
pub mod plugin;
pub mod preprocessor;
pub mod reward;
pub mod task;
mod threads;
