//! `plugin list`: the plugins of the search path and installed packages.

use super::settings::ContributionSettings;
use crate::commands::print_json;
use crate::error::HostError;
use crate::packages::{discover, installed};
use angora_loader::FoundPlugin;
use angora_plugin_api::Manifest;
use angora_registry::Record;
use serde::Serialize;

/// A plugin, and where it is from.
#[derive(Debug, Serialize)]
pub(super) struct Row<'p> {
    #[serde(flatten)]
    pub manifest: &'p Manifest,
    pub path: String,
    pub digest: &'p str,
    /// `group/name`, of what was installed.
    pub package: Option<String>,
    /// The registry that it was installed from.
    pub source: Option<&'p str>,
    pub signed_by: Option<&'p str>,
    /// What its contributions are set by, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<Vec<ContributionSettings>>,
}

impl<'p> Row<'p> {
    pub fn new(plugin: &'p FoundPlugin, records: &'p [Record]) -> Self {
        let record = records
            .iter()
            .find(|record| record.library.digest.as_str() == plugin.digest);
        Self {
            manifest: &plugin.manifest,
            path: plugin.path.display().to_string(),
            digest: &plugin.digest,
            package: record.map(|record| record.name.to_string()),
            source: record.map(|record| record.source.as_str()),
            signed_by: record.and_then(|record| record.signed_by.as_deref()),
            settings: None,
        }
    }
}

/// Prints them.
pub fn list(named: &[String], json: bool) -> Result<(), HostError> {
    let discovery = discover(named, &[])?;
    for refused in discovery.refused() {
        eprintln!("refused   {refused}");
    }
    let records = installed()?;
    let rows: Vec<Row<'_>> = discovery
        .plugins()
        .map(|plugin| Row::new(plugin, &records))
        .collect();
    if json {
        return print_json(&rows);
    }
    if rows.is_empty() {
        eprintln!(
            "no plugins on the search path; set ANGORA_PLUGIN_PATH, name one with --plugin, or install one"
        );
    }
    for row in rows {
        let package = match (&row.package, row.source) {
            (Some(package), Some(source)) => format!("  ({package} from {source})"),
            _ => String::new(),
        };
        println!("{} {}{package}", row.manifest.name, row.manifest.version);
        for contribution in &row.manifest.contributions {
            println!("    {:<12}  {}", contribution.kind.name(), contribution.id);
        }
    }
    Ok(())
}
