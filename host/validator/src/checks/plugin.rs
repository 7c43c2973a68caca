//! The plugin itself.

use super::names::{is_kebab, is_task_id};
use crate::bench::Bench;
use crate::finding::{Finding, Judgement, fail};
use angora_plugin_api::PluginKind;
use std::time::Instant;

/// `plugin.manifest`.
pub fn manifest(bench: &Bench) -> Judgement {
    let manifest = &bench.found.manifest;
    for (key, value) in [
        ("description", &manifest.description),
        ("authors", &manifest.authors),
        ("license", &manifest.licence),
    ] {
        if value.trim().is_empty() {
            return Err(fail(format!("Cargo.toml says no {key}")));
        }
    }
    if !is_kebab(&manifest.name) {
        return Err(fail(format!(
            "the name {:?} is not small letters, digits and dashes",
            manifest.name
        )));
    }
    if manifest.contributions.is_empty() {
        return Err(fail("it contributes nothing"));
    }
    for (at, contribution) in manifest.contributions.iter().enumerate() {
        let (kind, id) = (contribution.kind, &contribution.id);
        let (fine, form) = match kind {
            PluginKind::Task | PluginKind::SceneTask => (is_task_id(id), "Name-v1"),
            _ => (is_kebab(id), "small-letters"),
        };
        if !fine {
            return Err(fail(format!(
                "the id {id:?} of a {kind} is not of the form {form}"
            )));
        }
        if manifest.contributions[..at].contains(contribution) {
            return Err(fail(format!("it contributes the {kind} {id:?} twice")));
        }
    }
    Ok(Finding::passed())
}

/// `plugin.load`.
pub fn load(bench: &Bench) -> Judgement {
    let start = Instant::now();
    let said = bench
        .catalogue
        .said(&bench.found.manifest.name)
        .map_err(fail)?;
    let secs = start.elapsed().as_secs_f64();
    if said != bench.found.manifest {
        return Err(fail(format!(
            "its file says {} {} with {} contributions, the opened plugin says {} {} with {}",
            bench.found.manifest.name,
            bench.found.manifest.version,
            bench.found.manifest.contributions.len(),
            said.name,
            said.version,
            said.contributions.len()
        )));
    }
    Ok(Finding::passed().with("time to open", 1e3 * secs, "ms"))
}
