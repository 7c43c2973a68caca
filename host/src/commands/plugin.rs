//! `plugin list` and `plugin info`: what plugins say of themselves, without running them.

use super::print_json;
use crate::args::PluginCommand;
use crate::error::HostError;
use crate::run::discover;
use angora_loader::FoundPlugin;
use angora_plugin_api::Manifest;
use serde::Serialize;

#[derive(Debug, Serialize)]
struct Row<'p> {
    #[serde(flatten)]
    manifest: &'p Manifest,
    path: String,
    digest: &'p str,
}

impl<'p> Row<'p> {
    fn new(plugin: &'p FoundPlugin) -> Self {
        Self {
            manifest: &plugin.manifest,
            path: plugin.path.display().to_string(),
            digest: &plugin.digest,
        }
    }
}

/// Does what the command line says.
pub fn plugin(command: &PluginCommand) -> Result<(), HostError> {
    match command {
        PluginCommand::List { plugin, json } => list(plugin, *json),
        PluginCommand::Info { plugin, json } => info(plugin, *json),
    }
}

fn list(named: &[String], json: bool) -> Result<(), HostError> {
    let discovery = discover(named)?;
    for refused in discovery.refused() {
        eprintln!("refused   {refused}");
    }
    let rows: Vec<Row<'_>> = discovery.plugins().map(Row::new).collect();
    if json {
        return print_json(&rows);
    }
    if rows.is_empty() {
        eprintln!(
            "no plugins on the search path; set ANGORA_PLUGIN_PATH or name one with --plugin"
        );
    }
    for row in rows {
        println!("{} {}", row.manifest.name, row.manifest.version);
        for contribution in &row.manifest.contributions {
            println!("    {:<12}  {}", contribution.kind.name(), contribution.id);
        }
    }
    Ok(())
}

fn info(plugin: &str, json: bool) -> Result<(), HostError> {
    let discovery = discover(&[plugin.to_owned()])?;
    let Some(found) = discovery.plugins().next() else {
        return Ok(());
    };
    let row = Row::new(found);
    if json {
        return print_json(&row);
    }
    let manifest = row.manifest;
    println!("{} {}", manifest.name, manifest.version);
    println!("{}", manifest.description);
    println!("contract   {}", manifest.contract);
    println!("authors    {}", manifest.authors);
    println!("licence    {}", manifest.licence);
    println!("file       {}", row.path);
    println!("digest     {}", row.digest);
    for contribution in &manifest.contributions {
        println!("{:<9}  {}", contribution.kind.name(), contribution.id);
    }
    Ok(())
}
