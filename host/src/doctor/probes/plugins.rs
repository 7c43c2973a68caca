//! Plugins on the search path, and whether those are there that a default run needs.

use crate::doctor::{Finding, Subject};
use crate::packages::discover;
use angora_loader::Discovery;
use angora_plugin_api::PluginKind;
use serde_json::{Value, json};

/// What a run takes where its settings do not say.
const NEEDED: [(PluginKind, &str); 3] = [
    (PluginKind::Brain, "simple"),
    (PluginKind::Preprocessor, "normalise-sensations"),
    (PluginKind::Preprocessor, "normalise-rewards"),
];

const FIX: &str =
    "`./angora setup` builds the first-party plugins; ANGORA_PLUGIN_PATH names folders with others";

pub fn probe(_: &Subject) -> Vec<Finding> {
    let folders = Discovery::default_folders();
    let shown: Vec<String> = folders.iter().map(|f| f.display().to_string()).collect();
    // A record that cannot be read keeps installed packages out, and is told here.
    let (discovery, unread) = match discover(&[], &[]) {
        Ok(discovery) => (discovery, None),
        Err(error) => (Discovery::new(folders), Some(error.to_string())),
    };
    let plugins: Vec<Value> = discovery
        .plugins()
        .map(|plugin| {
            json!({
                "name": plugin.manifest.name,
                "version": plugin.manifest.version,
                "contract": plugin.manifest.contract,
                "file": plugin.path.display().to_string(),
            })
        })
        .collect();
    let refused: Vec<String> = discovery
        .refused()
        .iter()
        .map(ToString::to_string)
        .chain(unread)
        .collect();
    let tasks = discovery.ids(PluginKind::Task).len();
    let mut missing: Vec<String> = NEEDED
        .iter()
        .filter(|(kind, id)| !discovery.ids(*kind).iter().any(|known| known == id))
        .map(|(kind, id)| format!("{kind} {id}"))
        .collect();
    if tasks == 0 {
        missing.push("any task".into());
    }
    let folders = match shown.as_slice() {
        [] => "no folder".to_owned(),
        folders => folders.join(", "),
    };
    let mut summary = format!("{} plugins, {tasks} tasks ({folders})", plugins.len());
    for error in &refused {
        summary.push_str(&format!("\nrefused: {error}"));
    }
    let finding = if missing.is_empty() {
        Finding::ok("plugins", summary)
    } else {
        let summary = format!("{summary}\nmissing: {}", missing.join(", "));
        Finding::problem("plugins", summary).fix(FIX)
    };
    vec![
        finding
            .fact("folders", shown)
            .fact("plugins", plugins)
            .fact("refused", refused)
            .fact("missing", missing),
    ]
}
