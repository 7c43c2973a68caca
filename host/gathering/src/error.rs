//! What goes wrong while gathering.

use angora_loader::PluginFault;
use angora_simulation::SimulationError;

/// Why gathering stopped.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// In the environment.
    #[error("environment {environment}, episode {episode}, step {step}: {source}")]
    Environment {
        /// Index of the environment.
        environment: u64,
        /// Number of its episode.
        episode: u64,
        /// Control step within the episode.
        step: u64,
        /// What happened.
        source: Box<SimulationError>,
    },
    /// In a preprocessor.
    #[error(transparent)]
    Preprocessor(#[from] PluginFault),
    /// The brain put out something that is not a number.
    #[error(
        "environment {environment}: the brain's output is not finite; the learning has diverged: begin a new run with a lower ppo.learning_rate, or go on from an earlier checkpoint with --resume ID --checkpoint NAME"
    )]
    Diverged {
        /// Index of the environment.
        environment: u64,
    },
    /// A saved state of something else.
    #[error("the checkpoint does not fit: {0}")]
    State(String),
}
