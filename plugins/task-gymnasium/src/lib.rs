//! Any Gymnasium environment as a task.
//!
//! [`config`] is what a lab sets, [`worker`] the Python process that has the environment, [`task`]
//! the task. The Python files beside them run in the worker: `spaces.py` turns Gymnasium's spaces
//! into senses and actions, `worker.py` makes the environment and serves it. How the two processes
//! talk is `angora-bridge`'s.

pub mod config;
pub mod task;
pub mod worker;

pub use config::{Config, OnDeath};
pub use task::Gymnasium;

angora_sdk::export_plugin! {
    task "Gymnasium-v0" => Gymnasium,
}
