//! What the fuzz targets call and nothing else outside of this crate: see `tests/fuzz`.

use super::launcher::Launcher;
use super::seat::{self, Seat};

/// How many processes a launcher says that it has started.
pub fn launched(variable: impl Fn(&str) -> Option<String>) -> Option<usize> {
    Launcher::of(variable).map(|launcher| launcher.size)
}

/// What another process says of itself.
#[must_use]
pub fn seat(bytes: &[u8]) -> Option<Seat> {
    Seat::read(bytes)
}

/// Processors as the system lists them.
#[must_use]
pub fn processors(list: &str) -> Option<Vec<usize>> {
    seat::ranges(list)
}
