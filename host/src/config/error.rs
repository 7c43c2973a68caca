//! What is wrong with settings.

use crate::config::Source;

/// A setting that cannot be used: where it was written, which key, what was expected.
#[derive(Debug, thiserror::Error)]
#[error("{origin}: {key}: {problem}")]
pub struct ConfigError {
    /// Where it was written.
    pub origin: Source,
    /// Dotted key.
    pub key: String,
    /// What is wrong, and what to do.
    pub problem: String,
}

impl ConfigError {
    /// About a key.
    #[must_use]
    pub fn new(origin: Source, key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            origin,
            key: key.into(),
            problem: problem.into(),
        }
    }
}
