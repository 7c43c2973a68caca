//! The folder of a run: `experiment.toml`, `angora.lock`, `metrics.jsonl`, `events.jsonl`,
//! `checkpoints/` and what is drawn from them.

use crate::config::Experiment;
use crate::error::HostError;
use crate::report::{program, shown};
use angora_checkpoint::{LATEST, Store};
use angora_core::{file, folder, suggest};
use angora_graph::Description;
use angora_loader::LockedPlugin;
use angora_monitor::process;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

const EXPERIMENT: &str = "experiment.toml";
const LOCK: &str = "angora.lock";
const META: &str = "meta.json";
/// The file of its metrics.
pub(super) const METRICS: &str = "metrics.jsonl";
/// The folder of TensorBoard's event files.
pub(super) const TENSORBOARD: &str = "tensorboard";
const BRAIN_JSON: &str = "brain.json";
const BRAIN_SVG: &str = "brain.svg";
const BUSY: &str = ".writer";

/// A run on disk.
#[derive(Debug, Clone)]
pub struct RunFolder {
    path: PathBuf,
}

/// Facts of a run that never change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Meta {
    /// When it began, RFC 3339.
    pub began: String,
    /// Version of the host.
    pub version: String,
    /// The command line.
    pub command: Vec<String>,
    /// The machine.
    #[serde(default)]
    pub host: String,
    /// Words to find it by.
    #[serde(default)]
    pub tags: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct LockFile {
    #[serde(default)]
    plugin: Vec<LockedPlugin>,
}

/// The plugins of an `angora.lock`, or of the run of a folder.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn read_lock(path: &Path) -> Result<Vec<LockedPlugin>, HostError> {
    let path = match path.is_dir() {
        true => path.join(LOCK),
        false => path.to_path_buf(),
    };
    let text = fs::read_to_string(&path).map_err(HostError::io(&path))?;
    let lock: LockFile =
        toml::from_str(&text).map_err(|e| HostError::Usage(format!("{}: {e}", path.display())))?;
    if lock.plugin.is_empty() {
        let path = path.display();
        return Err(HostError::Usage(format!(
            "{path} locks no plugin; every run has one in its folder"
        )));
    }
    Ok(lock.plugin)
}

impl RunFolder {
    /// Makes the folder of a new run below `runs`, and claims it. A folder of that name may be
    /// there if its run has never begun.
    ///
    /// # Errors
    /// The disk says no, or the name is that of something else.
    pub fn create(
        runs: &Path,
        name: &str,
        experiment: &Experiment,
        plugins: &[LockedPlugin],
        tags: &[String],
    ) -> Result<(Self, Claim), HostError> {
        let path = absolute(&runs.join(name))?;
        file::make_folder(&path).map_err(HostError::io(&path))?;
        let folder = Self { path };
        let claim = folder.claim()?;
        if folder.has_begun() {
            let problem = format!("run {name} has been begun by another process meanwhile");
            return Err(HostError::Run(problem));
        }
        folder.write_experiment(experiment)?;
        let lock = LockFile {
            plugin: plugins.to_vec(),
        };
        let text = toml::to_string(&lock).map_err(|e| HostError::Run(format!("{LOCK}: {e}")))?;
        folder.write(LOCK, &text)?;
        let meta = Meta {
            began: angora_monitor::now(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: std::env::args().collect(),
            host: process::host(),
            tags: tags.to_vec(),
        };
        let text = serde_json::to_string_pretty(&meta)
            .map_err(|e| HostError::Run(format!("{META}: {e}")))?;
        folder.write(META, &text)?;
        Ok((folder, claim))
    }

    /// The run of a name below `runs`, if it has begun: what a process left that was killed
    /// before its first checkpoint has not.
    ///
    /// # Errors
    /// The name is that of something else.
    pub fn begun(runs: &Path, name: &str) -> Result<Option<Self>, HostError> {
        let path = absolute(&runs.join(name))?;
        let folder = Self { path };
        if folder.has_begun() {
            return Ok(Some(folder));
        }
        let ours = folder.path.join(EXPERIMENT).exists() || folder.path.join(BUSY).exists();
        if ours {
            return Ok(None);
        }
        let entries = folder::entries(&folder.path).map_err(HostError::io(&folder.path))?;
        if entries.is_empty() {
            return Ok(None);
        }
        Err(HostError::Run(format!(
            "{} exists but is not an Angora run folder; choose another name",
            shown(&folder.path).display()
        )))
    }

    fn has_begun(&self) -> bool {
        self.path.join(EXPERIMENT).is_file() && self.path.join("checkpoints").join(LATEST).is_file()
    }

    /// Finds a run by its id, the beginning of its id, its folder, or as `latest`.
    ///
    /// # Errors
    /// There is none, or several.
    pub fn find(runs: &Path, which: &str) -> Result<Self, HostError> {
        if let Some(run) = Self::at(Path::new(which)) {
            return Ok(run);
        }
        let all = Self::list(runs)?;
        if which == "latest" {
            return all
                .into_iter()
                .max_by_key(|run| run.meta().map(|m| m.began).unwrap_or_default())
                .ok_or_else(|| {
                    HostError::Run(format!(
                        "there is no run in {}; begin one with `{} run --task CartPole-v1`, or name its folder with --runs",
                        shown(runs).display(),
                        program()
                    ))
                });
        }
        let ids: Vec<String> = all.iter().map(Self::id).collect();
        let mut matching = all.into_iter().filter(|run| run.id().starts_with(which));
        match (matching.next(), matching.next()) {
            (Some(run), None) => Ok(run),
            (Some(first), Some(second)) => Err(HostError::Run(format!(
                "{which:?} is the beginning of several runs: {}, {}; write more of the id",
                first.id(),
                second.id()
            ))),
            (None, _) => Err(HostError::Run(format!(
                "there is no run {which:?} in {}; {}",
                shown(runs).display(),
                suggest::hint(which, ids.iter().map(String::as_str))
            ))),
        }
    }

    /// The run of a folder, if it is one.
    #[must_use]
    pub fn at(path: &Path) -> Option<Self> {
        let path = std::path::absolute(path).ok()?;
        let is_run = path.join(EXPERIMENT).is_file();
        is_run.then_some(Self { path })
    }

    /// All runs below a folder, oldest first by id within a task; none if there is no such folder.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn list(runs: &Path) -> Result<Vec<Self>, HostError> {
        let absolute = std::path::absolute(runs).map_err(HostError::io(shown(runs)))?;
        let entries = folder::entries(&absolute).map_err(HostError::io(shown(runs)))?;
        let folders = entries.into_iter().map(|path| Self { path });
        let mut folders: Vec<Self> = folders
            .filter(|run| run.path.join(EXPERIMENT).is_file())
            .collect();
        folders.sort_by_key(Self::id);
        Ok(folders)
    }

    /// Where it is, absolute.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Name of the folder.
    #[must_use]
    pub fn id(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Its settings.
    ///
    /// # Errors
    /// The file is missing or not one of ours.
    pub fn experiment(&self) -> Result<Experiment, HostError> {
        let path = self.path.join(EXPERIMENT);
        let text = fs::read_to_string(&path).map_err(HostError::io(&path))?;
        Experiment::from_toml(&text, &path).map_err(|e| HostError::Run(e.to_string()))
    }

    /// Facts of its beginning.
    #[must_use]
    pub fn meta(&self) -> Option<Meta> {
        serde_json::from_str(&fs::read_to_string(self.path.join(META)).ok()?).ok()
    }

    /// The plugins that it was begun with.
    #[must_use]
    pub fn locked(&self) -> Vec<LockedPlugin> {
        fs::read_to_string(self.path.join(LOCK))
            .ok()
            .and_then(|text| toml::from_str::<LockFile>(&text).ok())
            .map_or_else(Vec::new, |lock| lock.plugin)
    }

    /// Its checkpoints.
    ///
    /// # Errors
    /// The disk says no.
    pub fn checkpoints(&self) -> Result<Store, HostError> {
        Ok(Store::open(&self.path)?)
    }

    /// The file of its settings.
    #[must_use]
    pub fn settings(&self) -> PathBuf {
        self.path.join(EXPERIMENT)
    }

    /// The file of its metrics.
    #[must_use]
    pub fn metrics(&self) -> PathBuf {
        self.path.join(METRICS)
    }

    /// Writes the graph of its brain, for those who do not build it: `brain.json`, `brain.svg`.
    /// What is there already stays.
    ///
    /// # Errors
    /// The disk says no.
    pub fn write_brain(&self, description: &Description) -> Result<(), HostError> {
        if !self.path.join(BRAIN_JSON).exists() {
            let text = serde_json::to_string_pretty(description)
                .map_err(|e| HostError::Run(format!("{BRAIN_JSON}: {e}")))?;
            self.write(BRAIN_JSON, &text)?;
        }
        if !self.path.join(BRAIN_SVG).exists() {
            self.write(BRAIN_SVG, &description.drawn())?;
        }
        Ok(())
    }

    /// Claims the run for this process until the claim is dropped; two writers would spoil it.
    /// The system releases the claim of a process that ends, however it ends.
    ///
    /// # Errors
    /// Another process writes it.
    pub fn claim(&self) -> Result<Claim, HostError> {
        let path = self.path.join(BUSY);
        let file = fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(HostError::io(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Claim {
                warning: None,
                _file: file,
            }),
            Err(fs::TryLockError::WouldBlock) => Err(HostError::Run(format!(
                "run {} is being written by another process; wait for it, or stop it first",
                self.id()
            ))),
            // File systems without locks exist; there the user must see to it.
            Err(fs::TryLockError::Error(error)) => Ok(Claim {
                warning: Some(format!(
                    "{} cannot be locked ({error}); see to it that no other process writes this run",
                    path.display()
                )),
                _file: file,
            }),
        }
    }

    /// Replaces the settings, for a run that goes on with others.
    ///
    /// # Errors
    /// The disk says no.
    pub fn write_experiment(&self, experiment: &Experiment) -> Result<(), HostError> {
        let text = experiment
            .to_toml()
            .map_err(|e| HostError::Run(format!("{EXPERIMENT}: {e}")))?;
        self.write(EXPERIMENT, &text)
    }

    fn write(&self, name: &str, text: &str) -> Result<(), HostError> {
        let path = self.path.join(name);
        file::write(&path, text.as_bytes()).map_err(HostError::io(&path))
    }
}

/// Held while a process writes a run.
#[derive(Debug)]
pub struct Claim {
    /// What the user must see to.
    pub warning: Option<String>,
    /// Held for its lock.
    _file: fs::File,
}

/// A name that no other run has, for a run of a task.
#[must_use]
pub fn new_name(task: &str) -> String {
    let unique = ulid::Ulid::generate().to_string().to_lowercase();
    format!("{}-{unique}", slug(task))
}

/// A path that stays the same when the working directory is changed, which plugins may do.
fn absolute(path: &Path) -> Result<PathBuf, HostError> {
    std::path::absolute(path).map_err(HostError::io(path))
}

/// A task's id as part of a folder name.
fn slug(id: &str) -> String {
    id.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect()
}
