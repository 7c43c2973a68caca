//! The plugins of a run that exists.

use super::authority::{NamedBy, absolute_plugin, python};
use super::find::{discover, discover_by, remember_named};
use super::lock::{Terms, reproduce};
use crate::config::Experiment;
use crate::error::HostError;
use angora_loader::{Catalogue, LockedPlugin};
use std::path::{Path, PathBuf};

/// What the user says of the plugins of a run.
#[derive(Debug, Clone, Default)]
pub struct Admission {
    /// These, in the place of those that the run names.
    pub plugins: Vec<String>,
    /// The builds of a lock and no others.
    pub locked: Locked,
    /// What may come in.
    pub terms: Terms,
}

/// Which lock decides on the builds.
#[derive(Debug, Clone, Default)]
pub enum Locked {
    /// None.
    #[default]
    No,
    /// The run's own.
    Own,
    /// That of a file, or of another run's folder.
    To(PathBuf),
}

/// The plugins of a run in a folder, modules within its limits. Its settings then say where they
/// are.
///
/// # Errors
/// A plugin that does not load, or that the user has not let in; a locked build that is not there.
pub fn plugins_of_run(
    experiment: &mut Experiment,
    run: &Path,
    locked: &[LockedPlugin],
    admission: &Admission,
) -> Result<Catalogue, HostError> {
    let run = std::path::absolute(run).map_err(HostError::io(run))?;
    let file = run.join("experiment.toml");
    let by_run = NamedBy::File {
        file: &file,
        folder: &run,
        trusted: admission.terms.trust_plugins,
    };
    let interpreter = experiment.task_config.get("python");
    let interpreter = interpreter
        .and_then(|value| value.as_str())
        .map(str::to_owned);
    if let Some(path) = python(&experiment.task, interpreter.as_deref(), by_run)? {
        let path = path.display().to_string();
        experiment.task_config["python"] = path.into();
    }
    let lock = match &admission.locked {
        Locked::No => None,
        Locked::Own => Some(run.as_path()),
        Locked::To(lock) => Some(lock.as_path()),
    };
    let discovery = if let Some(lock) = lock {
        reproduce(lock, &admission.terms)?.discovery
    } else if admission.plugins.is_empty() {
        discover_by(&experiment.plugins, by_run, locked)?
    } else {
        let named = admission.plugins.iter();
        experiment.plugins = named.map(|plugin| absolute_plugin(plugin)).collect();
        let discovery = discover(&admission.plugins, locked)?;
        remember_named(&discovery);
        discovery
    };
    Ok(super::catalogue(discovery).with_wasm_limits(experiment.wasm.clone()))
}
