//! What the fuzz targets do: each function gives any bytes to the parsers of one format.
//!
//! A parser may refuse whatever it is given. It may not panic, overflow, hang, or take memory out
//! of proportion, and what it has accepted must mean the same when it is written and read again.
//! `./angora fuzz` looks for inputs that break this, `cargo test -p angora-fuzz` gives every file
//! below `corpus/` to its target once.

mod packages;
mod plugins;
mod processes;
mod runs;
mod scratch;
mod settings;

pub use packages::{names, package, registry_answer, release, signature, version_list};
pub use plugins::{brain, distribution, mjcf, plugin_answer, plugin_library, plugin_module};
pub use processes::mpi;
pub use runs::{checkpoint, events, labels, lock, metrics, query, request, snapshot, tensors};
pub use settings::{assignments, benchmark, experiment, settings, site, submission};

/// A target: the parsers of one format.
pub type Target = fn(&[u8]);

/// Every target by its name, which is that of its program and of its folder of `corpus`.
pub const TARGETS: &[(&str, Target)] = &[
    ("assignments", assignments),
    ("benchmark", benchmark),
    ("brain", brain),
    ("checkpoint", checkpoint),
    ("distribution", distribution),
    ("events", events),
    ("experiment", experiment),
    ("labels", labels),
    ("lock", lock),
    ("metrics", metrics),
    ("mjcf", mjcf),
    ("mpi", mpi),
    ("names", names),
    ("package", package),
    ("plugin_answer", plugin_answer),
    ("plugin_library", plugin_library),
    ("plugin_module", plugin_module),
    ("query", query),
    ("registry_answer", registry_answer),
    ("release", release),
    ("request", request),
    ("settings", settings),
    ("signature", signature),
    ("site", site),
    ("snapshot", snapshot),
    ("submission", submission),
    ("tensors", tensors),
    ("version_list", version_list),
];

/// An input as text; formats that are text are read as such.
fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// Two parts of an input: its first line, and the rest.
fn head(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &[]),
    }
}
