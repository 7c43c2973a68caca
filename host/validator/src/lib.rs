//! Conformance of plugins as data.
//!
//! A [`Check`] is one property with an id, a sentence and a function; [`CHECKS`] lists all. A
//! [`Selection`] says which of them are wanted; [`validate`] runs each on each contribution of a
//! plugin, in a process of its own with a time limit ([`Sandbox`]), and gives a [`Report`].
//!
//! Checks see a plugin as the engine does, through what the loader and the simulation hand out, so
//! that native and sandboxed plugins are held to the same. A check that meets a fault which is
//! another check's business is *skipped*, so that one defect is one failure.

mod bench;
mod check;
mod checks;
mod finding;
mod measure;
mod play;
mod report;
mod sandbox;
mod selection;
mod trace;
mod validate;

pub use bench::{Job, Subject, Surroundings};
pub use check::{CHECKS, Check, Scope, find};
pub use finding::{Figure, Finding, Status};
pub use report::{Entry, Report};
pub use sandbox::Sandbox;
pub use selection::{Selection, UnknownCheck};
pub use validate::{examine, validate};
