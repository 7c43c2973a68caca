//! TOML files that people write: what is wrong is said with file, field and nearest name.

use angora_core::suggest;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {key}: {problem}", path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// Where in it: `result[3].score`.
    pub key: String,
    /// What is wrong, and what was expected.
    pub problem: String,
}

impl FileError {
    /// About a key of a file.
    #[must_use]
    pub fn new(path: &Path, key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            key: key.into(),
            problem: problem.into(),
        }
    }
}

/// Reads a file.
///
/// # Errors
/// It cannot be read, is not TOML, or a field is unknown, missing or of the wrong type.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<T, FileError> {
    let text =
        std::fs::read_to_string(path).map_err(|e| FileError::new(path, "file", e.to_string()))?;
    let value = text
        .parse::<toml::Table>()
        .map_err(|e| FileError::new(path, "TOML", e.to_string()))?;
    serde_path_to_error::deserialize(toml::Value::Table(value)).map_err(|error| {
        let key = error.path().to_string();
        let problem = error.into_inner().to_string();
        FileError::new(path, key, with_nearest(problem.trim()))
    })
}

/// serde names what it would have taken; the nearest of it is what was meant.
fn with_nearest(problem: &str) -> String {
    let line = problem.lines().next().unwrap_or_default();
    if !line.starts_with("unknown ") {
        return line.to_owned();
    }
    let mut names = line.split('`').skip(1).step_by(2);
    let written = names.next().unwrap_or_default();
    let names: Vec<&str> = names.collect();
    match suggest::nearest(written, names.iter().copied()).first() {
        Some(near) => format!("{line}; did you mean {near}?"),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_in_the_message() {
        let serde = "unknown field `sorce`, expected one of `task`, `source`, `steps`";
        assert_eq!(
            with_nearest(serde),
            format!("{serde}; did you mean source?")
        );
        assert_eq!(
            with_nearest("missing field `task`\n"),
            "missing field `task`"
        );
    }
}
