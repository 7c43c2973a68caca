//! What the fuzz targets call and nothing else outside of this crate: see `tests/fuzz`.

use crate::commands::benchmark::suite::Suite;
use crate::error::HostError;
use std::path::Path;

/// Reads the file of a benchmark's suite; the number of its tasks.
///
/// # Errors
/// What is wrong with it.
pub fn suite(path: &Path) -> Result<usize, HostError> {
    Suite::read(path).map(|suite| suite.tasks.len())
}
