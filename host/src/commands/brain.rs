//! `brain`: look at brains, and keep regions of them.

mod save;

use crate::args::BrainCommand;
use crate::error::HostError;

/// Does what the command line says.
pub fn brain(command: &BrainCommand) -> Result<(), HostError> {
    match command {
        BrainCommand::Save(arguments) => save::save(arguments),
    }
}
