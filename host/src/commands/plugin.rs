//! `plugin`: what plugins say of themselves, without running them; packages and registries.

mod info;
mod install;
mod key;
mod list;
mod pack;
mod publish;
mod search;

use crate::args::PluginCommand;
use crate::error::HostError;

/// Does what the command line says.
pub fn plugin(command: &PluginCommand) -> Result<(), HostError> {
    match command {
        PluginCommand::List { plugin, json } => list::list(plugin, *json),
        PluginCommand::Info { plugin, json } => info::info(plugin, *json),
        PluginCommand::Pack(arguments) => pack::pack(arguments),
        PluginCommand::Sign(arguments) => pack::sign(arguments),
        PluginCommand::Publish(arguments) => publish::publish(arguments),
        PluginCommand::Install(arguments) => install::install(arguments),
        PluginCommand::Remove(arguments) => install::remove(arguments),
        PluginCommand::Search(arguments) => search::search(arguments),
        PluginCommand::Yank(arguments) => publish::yank(arguments),
        PluginCommand::Key(command) => key::key(command),
    }
}
