//! What ends a command, and with which exit code.

use crate::config::{ConfigError, Source};
use crate::packages::AuthorityError;
use angora_benchmark::written::FileError;
use angora_brain::BrainError;
use angora_checkpoint::CheckpointError;
use angora_comm::{TeamError, WorldError};
use angora_gathering::GatherError;
use angora_loader::{LoadError, PluginFault, catalogue::MakeError};
use angora_monitor::server::ServerError;
use angora_optimisation::{LearnerError, SupervisedDiverged};
use angora_registry::RegistryError;
use angora_simulation::SimulationError;
use angora_simulation::physics::PhysicsError;
use std::path::{Path, PathBuf};

/// Everything that can end a command.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// A setting.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A setting that does not fit what was built with it; what knows where it was written makes
    /// a [`ConfigError`] of it.
    #[error("{key}: {problem}")]
    Setting {
        /// Dotted key.
        key: &'static str,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// What a file of settings names is not there.
    #[error("{origin}: {key}: {source}")]
    Named {
        /// Where it was written.
        origin: Source,
        /// Dotted key of the setting that names it.
        key: &'static str,
        /// What is wrong, and what is there.
        source: Box<LoadError>,
    },
    /// A plugin that does not load.
    #[error(transparent)]
    Load(Box<LoadError>),
    /// A plugin that fails while something is built.
    #[error(transparent)]
    Fault(Box<PluginFault>),
    /// A package or a registry.
    #[error(transparent)]
    Registry(Box<RegistryError>),
    /// Native code that a file names and the user has not let in.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// A task, body or scene.
    #[error(transparent)]
    Simulation(SimulationError),
    /// A brain that cannot be built.
    #[error(transparent)]
    Brain(#[from] BrainError),
    /// A fault while gathering.
    #[error(transparent)]
    Gather(#[from] GatherError),
    /// Learning that cannot be set up, or has diverged.
    #[error(transparent)]
    Learner(#[from] LearnerError),
    /// Supervised learning that has diverged.
    #[error(transparent)]
    Supervised(#[from] SupervisedDiverged),
    /// A checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// What ends one of several runs that are checked together.
    #[error("{source} (task {task}, variant {variant})")]
    Cell {
        /// Task.
        task: String,
        /// Variant.
        variant: String,
        /// What ends it.
        source: Box<HostError>,
    },
    /// The monitor's server.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// Threads.
    #[error(transparent)]
    Team(#[from] TeamError),
    /// The processes of a run do not come together.
    #[error(transparent)]
    World(#[from] WorldError),
    /// Another process of the run has failed, and says so itself.
    #[error("rank {rank} on {host} has failed: {message}")]
    Peer {
        /// Which.
        rank: usize,
        /// Where.
        host: String,
        /// Its exit code.
        code: u8,
        /// What it says.
        message: String,
    },
    /// The end of a run that the disk does not take.
    #[error("{0}")]
    Unsaved(String),
    /// The folder of a run that is being written is elsewhere or nowhere.
    #[error("{}", folder_lost(path, *moved))]
    FolderLost {
        /// Where it was.
        path: PathBuf,
        /// Whether it is elsewhere.
        moved: bool,
    },
    /// A run that is not there, or busy.
    #[error("{0}")]
    Run(String),
    /// An argument that clap cannot judge.
    #[error("{0}")]
    Usage(String),
    /// A file.
    #[error("{path}: {source}")]
    Io {
        /// File or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

fn folder_lost(path: &Path, moved: bool) -> String {
    let path = path.display();
    match moved {
        true => format!(
            "the folder of this run is no longer {path}: it was moved or renamed while the run was written; its last cycles are saved in it, go on with `run --resume` and its new path"
        ),
        false => format!(
            "the folder of this run, {path}, was deleted while the run was written; nothing is left to go on from, begin the run again"
        ),
    }
}

impl HostError {
    /// Whether the disk has refused, which may pass.
    #[must_use]
    pub fn is_of_the_disk(&self) -> bool {
        matches!(
            self,
            Self::Io { .. } | Self::Checkpoint(CheckpointError::Io { .. })
        )
    }

    /// For `map_err` on file operations.
    pub fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Io {
            path: path.into(),
            source,
        }
    }

    /// The same with the file in which a setting names what is not there; `origin` says where a
    /// setting was written.
    #[must_use]
    pub fn located(self, origin: impl FnOnce(&str) -> Source) -> Self {
        let Self::Load(source) = self else {
            return self;
        };
        let Some(key) = naming_key(&source) else {
            return Self::Load(source);
        };
        match origin(key) {
            origin @ Source::File(_) => Self::Named {
                origin,
                key,
                source,
            },
            _ => Self::Load(source),
        }
    }

    /// [`located`](Self::located) in a file that has all settings.
    pub fn located_in(path: PathBuf) -> impl FnOnce(Self) -> Self {
        move |error| error.located(|_| Source::File(path))
    }

    /// Whether other processes of the run can no longer be reached, so that nothing can be done
    /// together with them.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::World(_) | Self::Learner(LearnerError::World(_)))
    }

    /// 1 failure, 2 usage, 3 settings, 4 plugin, 5 diverged.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Peer { code, .. } => *code,
            Self::Cell { source, .. } => source.exit_code(),
            Self::World(WorldError::Missing { .. }) => 2,
            Self::Config(error) if error.origin == Source::CommandLine => 2,
            Self::Config(error) if error.origin == Source::Default => 2,
            Self::Usage(_) => 2,
            Self::Server(ServerError::NeedsToken(_) | ServerError::BasePath(_)) => 2,
            Self::Registry(error) => match **error {
                RegistryError::Name { .. }
                | RegistryError::Requirement { .. }
                | RegistryError::Location { .. } => 2,
                RegistryError::Refused { .. }
                | RegistryError::NoBuild { .. }
                | RegistryError::Load(_) => 4,
                _ => 1,
            },
            Self::Config(_) | Self::Setting { .. } => 3,
            Self::Load(_) | Self::Named { .. } | Self::Fault(_) | Self::Authority(_) => 4,
            Self::Brain(BrainError::Distribution(_) | BrainError::Device(_)) => 3,
            // The graph is a plugin's.
            Self::Brain(_) => 4,
            Self::Simulation(
                SimulationError::Fault(_) | SimulationError::Task(_) | SimulationError::Mjcf { .. },
            ) => 4,
            Self::Simulation(
                SimulationError::Setting(_) | SimulationError::Physics(PhysicsError::Option { .. }),
            ) => 3,
            Self::Learner(LearnerError::Device(_) | LearnerError::Tile { .. }) => 3,
            Self::Gather(GatherError::Diverged { .. })
            | Self::Learner(LearnerError::Diverged { .. })
            | Self::Supervised(_) => 5,
            Self::Gather(GatherError::Preprocessor(_)) => 4,
            Self::Gather(GatherError::Environment { source, .. }) => match **source {
                SimulationError::Fault(_) => 4,
                SimulationError::Physics(PhysicsError::Diverged { .. }) => 5,
                _ => 1,
            },
            _ => 1,
        }
    }
}

/// The setting that names what is not there.
fn naming_key(error: &LoadError) -> Option<&'static str> {
    match error {
        LoadError::NoContribution { kind, .. } => Some(match *kind {
            "preprocessor" => "preprocessors",
            kind => kind,
        }),
        LoadError::Missing { .. } | LoadError::EmptyFolder { .. } | LoadError::Unknown { .. } => {
            Some("plugins")
        }
        _ => None,
    }
}

impl From<FileError> for HostError {
    fn from(error: FileError) -> Self {
        let FileError { path, key, problem } = error;
        ConfigError::new(Source::File(path), key, problem).into()
    }
}

impl From<MakeError> for HostError {
    fn from(error: MakeError) -> Self {
        match error {
            MakeError::Load(error) => Self::Load(error),
            MakeError::Fault(error) => Self::Fault(error),
        }
    }
}

impl From<SimulationError> for HostError {
    fn from(error: SimulationError) -> Self {
        match error {
            SimulationError::Load(error) => Self::Load(error),
            other => Self::Simulation(other),
        }
    }
}

impl From<RegistryError> for HostError {
    fn from(error: RegistryError) -> Self {
        Self::Registry(Box::new(error))
    }
}

impl From<LoadError> for HostError {
    fn from(error: LoadError) -> Self {
        Self::Load(Box::new(error))
    }
}

impl From<PluginFault> for HostError {
    fn from(fault: PluginFault) -> Self {
        Self::Fault(Box::new(fault))
    }
}
