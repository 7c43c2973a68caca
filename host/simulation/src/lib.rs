//! Self-stepped tasks and MuJoCo scenes behind one environment.
//!
//! A [`Blueprint`] knows how to build environments of a task; an [`Environment`] runs one episode
//! after another and hands out sensations, raw rewards and endings.

mod blueprint;
pub mod compose;
mod conditions;
mod environment;
mod error;
pub mod physics;
mod pose;
pub mod render;
mod reward;
mod scatter;
pub mod scene;
pub mod views;
mod vision;
mod world;

pub use blueprint::{Blueprint, TaskChoice};
pub use environment::{Environment, EnvironmentState, StepOutcome};
pub use error::SimulationError;
pub use pose::Quantity;
pub use scatter::JointRanges;
