//! What goes wrong in an environment.

use crate::physics::PhysicsError;
use crate::render::RenderError;
use angora_loader::{LoadError, PluginFault, catalogue::MakeError};

/// Why an environment cannot be built, stepped, saved or restored.
#[derive(Debug, thiserror::Error)]
pub enum SimulationError {
    /// A plugin does not load.
    #[error(transparent)]
    Load(Box<LoadError>),
    /// A plugin fails.
    #[error(transparent)]
    Fault(Box<PluginFault>),
    /// The physics fails.
    #[error(transparent)]
    Physics(#[from] PhysicsError),
    /// The MJCF of a task or a body.
    #[error("{scene}: {source}")]
    Mjcf {
        /// The two plugins.
        scene: &'static str,
        /// What is wrong.
        source: PhysicsError,
    },
    /// A picture cannot be drawn.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A task that contradicts itself.
    #[error("{0}")]
    Task(String),
    /// A setting that does not go with the task.
    #[error("{0}")]
    Setting(String),
}

impl From<MakeError> for SimulationError {
    fn from(error: MakeError) -> Self {
        match error {
            MakeError::Load(error) => Self::Load(error),
            MakeError::Fault(error) => Self::Fault(error),
        }
    }
}

impl From<LoadError> for SimulationError {
    fn from(error: LoadError) -> Self {
        Self::Load(Box::new(error))
    }
}

impl From<PluginFault> for SimulationError {
    fn from(fault: PluginFault) -> Self {
        Self::Fault(Box::new(fault))
    }
}
