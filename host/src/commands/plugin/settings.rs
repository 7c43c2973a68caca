//! Which settings a plugin's contributions take, as far as it tells.

use crate::error::HostError;
use angora_loader::{Catalogue, Discovery, FoundPlugin};
use angora_plugin_api::{PluginKind, SettingSpec};
use serde::Serialize;

/// The settings of one contribution; `None` where the plugin does not tell.
#[derive(Debug, Serialize)]
pub struct ContributionSettings {
    kind: PluginKind,
    id: String,
    settings: Option<Vec<SettingSpec>>,
}

impl std::fmt::Display for ContributionSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { kind, id, settings } = self;
        let Some(settings) = settings else {
            return writeln!(f, "\nsettings of {kind} {id}: it does not tell");
        };
        if settings.is_empty() {
            return writeln!(f, "\nsettings of {kind} {id}: none");
        }
        writeln!(f, "\nsettings of {kind} {id}:")?;
        for SettingSpec { key, default } in settings {
            match default {
                None => writeln!(f, "  {key}")?,
                Some(default) => writeln!(f, "  {key} = {default}")?,
            }
        }
        Ok(())
    }
}

/// Opens a plugin and asks for all that it contributes.
pub fn of(plugin: &FoundPlugin) -> Result<Vec<ContributionSettings>, HostError> {
    let mut discovery = Discovery::default();
    discovery.name(&plugin.path.display().to_string())?;
    let catalogue = Catalogue::new(discovery);
    let contributions = plugin.manifest.contributions.iter();
    contributions
        .map(|contribution| {
            let spec = catalogue.settings(contribution.kind, &contribution.id)?;
            Ok(ContributionSettings {
                kind: contribution.kind,
                id: contribution.id.clone(),
                settings: spec.map(|spec| spec.settings),
            })
        })
        .collect()
}
