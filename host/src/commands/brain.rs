//! `brain`: look at brains, and keep regions of them.

mod save;
mod show;
mod text;

use crate::args::BrainCommand;
use crate::error::HostError;

#[cfg(test)]
mod tests;

/// Does what the command line says.
pub fn brain(command: &BrainCommand) -> Result<(), HostError> {
    match command {
        BrainCommand::Show(arguments) => show::show(arguments),
        BrainCommand::Save(arguments) => save::save(arguments),
    }
}
