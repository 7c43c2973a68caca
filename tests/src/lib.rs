//! Support of the whole-system tests: builds once, runs the real host, normalises its output.

mod artefacts;
mod host;
mod launch;

pub use artefacts::{library, module, repository, target};
pub use host::{Host, Outcome};
pub use launch::{Launch, Mpi};
