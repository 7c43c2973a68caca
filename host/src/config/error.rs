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
            key: short(key.into()),
            problem: short(problem.into()),
        }
    }
}

/// Most characters of a line: a message repeats what was written, however long that is.
const LONGEST_LINE: usize = 300;

fn short(text: String) -> String {
    if text.len() <= LONGEST_LINE {
        return text;
    }
    let line = |line: &str| match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{} …", &line[..end]),
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
