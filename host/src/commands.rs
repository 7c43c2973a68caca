//! The commands.

mod anchor;
pub(crate) mod benchmark;
mod brain;
mod choose;
mod doctor;
mod env;
mod evaluate;
mod monitor;
mod observe;
mod output;
mod plugin;
mod pretrain;
mod record;
mod run;
mod runs;
mod submit;
mod trained;

pub use benchmark::end_with_benchmark;

use crate::args::{Arguments, Command};
use crate::error::HostError;
use angora_simulation::Blueprint;
use serde::Serialize;

/// Does what the command line says; returns the exit code.
///
/// # Errors
/// Whatever ends the command.
pub fn dispatch(arguments: Arguments) -> Result<u8, HostError> {
    crate::run::survive_file_limits()?;
    match arguments.command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Submit(arguments) => submit::submit(&arguments),
        Command::Benchmark(arguments) => benchmark::benchmark(&arguments),
        Command::Evaluate(arguments) => evaluate::evaluate(&arguments).map(|()| 0),
        Command::Pretrain(arguments) => pretrain::pretrain(&arguments),
        Command::Record(arguments) => record::record(&arguments).map(|()| 0),
        Command::Observe(arguments) => observe::observe(&arguments).map(|()| 0),
        Command::Runs(arguments) => runs::runs(&arguments).map(|()| 0),
        Command::Monitor(arguments) => monitor::monitor(&arguments).map(|()| 0),
        Command::Brain(command) => brain::brain(&command).map(|()| 0),
        Command::Plugin(command) => plugin::plugin(&command),
        Command::Env(command) => env::env(&command).map(|()| 0),
        Command::Doctor(arguments) => doctor::doctor(&arguments),
    }
}

/// Prints MuJoCo's warnings on the composition of body and world to standard error.
fn show_remarks(blueprint: &Blueprint<'_>) {
    for remark in blueprint.remarks() {
        eprintln!("warning: {remark}");
    }
}

/// Prints a value as JSON to standard output.
fn print_json<T: Serialize>(value: &T) -> Result<(), HostError> {
    let text =
        serde_json::to_string_pretty(value).map_err(|e| HostError::Run(format!("JSON: {e}")))?;
    println!("{text}");
    Ok(())
}
