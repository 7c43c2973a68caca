//! `plugin`: what plugins say of themselves, how they are written and checked; packages and
//! registries.

mod check;
mod info;
mod install;
mod key;
mod list;
mod new;
mod pack;
mod publish;
mod search;
mod settings;

use crate::args::PluginCommand;
use crate::error::HostError;

/// Does what the command line says.
pub fn plugin(command: &PluginCommand) -> Result<u8, HostError> {
    match command {
        PluginCommand::List { plugin, json } => list::list(plugin, *json)?,
        PluginCommand::Info {
            plugin,
            settings,
            json,
        } => info::info(plugin, *settings, *json)?,
        PluginCommand::New(arguments) => new::new(arguments)?,
        PluginCommand::Check(arguments) => return check::check(arguments),
        PluginCommand::RunCheck { answer } => check::run_check(answer)?,
        PluginCommand::Pack(arguments) => pack::pack(arguments)?,
        PluginCommand::Sign(arguments) => pack::sign(arguments)?,
        PluginCommand::Publish(arguments) => publish::publish(arguments)?,
        PluginCommand::Install(arguments) => install::install(arguments)?,
        PluginCommand::Remove(arguments) => install::remove(arguments)?,
        PluginCommand::Search(arguments) => search::search(arguments)?,
        PluginCommand::Yank(arguments) => publish::yank(arguments)?,
        PluginCommand::Key(command) => key::key(command)?,
    }
    Ok(0)
}
