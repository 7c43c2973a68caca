//! What others have reported of the same tasks.

use crate::written::{self, FileError};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A result of others, as a file records it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// The task here that it is held against: `HalfCheetah-v5`.
    pub task: String,
    /// The task as the source calls it, where that is another version: `HalfCheetah-v3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_task: Option<String>,
    /// Algorithm: `PPO`, `PPO (Beta)`.
    pub algorithm: String,
    /// Package whose implementation it is.
    pub package: String,
    /// What the score is a mean of.
    pub measure: Measure,
    /// The score.
    pub score: f64,
    /// Spread of the score, as the source gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sd: Option<f64>,
    /// Whether it was read off a figure.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approximate: bool,
    /// Control steps of the training.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
    /// Number of runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seeds: Option<u64>,
    /// What there is to know of how it was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// URL or paper.
    pub source: String,
}

/// Which of our scores a result is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// Episodes of the training.
    Training,
    /// Episodes without learning and without noise.
    Evaluation,
}

impl Measure {
    /// Name, as in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Evaluation => "evaluation",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    result: Vec<Recorded>,
}

/// Reads a file of recorded results.
///
/// # Errors
/// It cannot be read, a field is unknown, missing or of the wrong type, or a result has no source.
pub fn read(path: &Path) -> Result<Vec<Recorded>, FileError> {
    let File { result } = written::read(path)?;
    if result.is_empty() {
        let problem = "it has no [[result]] with task, algorithm, package, measure, score, source";
        return Err(FileError::new(path, "result", problem));
    }
    for (at, recorded) in result.iter().enumerate() {
        let error = |key: &str, problem: &str| {
            Err(FileError::new(path, format!("result[{at}].{key}"), problem))
        };
        if recorded.source.trim().is_empty() {
            return error(
                "source",
                "it is empty; name the URL or the paper of the score",
            );
        }
        if !recorded.score.is_finite() {
            return error("score", "expected a finite number");
        }
        if recorded.sd.is_some_and(|sd| !sd.is_finite() || sd < 0.0) {
            return error("sd", "expected a number that is not negative");
        }
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Vec<Recorded>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("others.toml");
        std::fs::write(&path, text).expect("writes");
        read(&path).map_err(|e| {
            let name = path.display().to_string();
            e.to_string().replace(&name, "others.toml")
        })
    }

    const WHOLE: &str = "[[result]]\ntask = \"T-v1\"\nalgorithm = \"PPO\"\npackage = \"P\"\nmeasure = \"training\"\nscore = 2\nsource = \"a paper\"\n";

    #[test]
    fn what_is_needed_is_enough() {
        let read = read_text(WHOLE).expect("reads");
        assert_eq!((read[0].score, read[0].measure), (2.0, Measure::Training));
        assert_eq!((read[0].sd, read[0].approximate), (None, false));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            (
                WHOLE.replace("source", "sorce"),
                "others.toml: result[0].sorce: unknown field `sorce`, expected one of",
            ),
            (
                WHOLE.replace("score = 2", "score = \"two\""),
                "others.toml: result[0].score: invalid type: string \"two\", expected f64",
            ),
            (
                WHOLE.replace("\"training\"", "\"trainig\""),
                "others.toml: result[0].measure: unknown variant `trainig`, expected `training` or `evaluation`; did you mean training?",
            ),
            (
                WHOLE.replace("a paper", ""),
                "others.toml: result[0].source: it is empty; name the URL or the paper",
            ),
            (
                WHOLE.replace("score = 2\n", ""),
                "others.toml: result[0]: missing field `score`",
            ),
            (String::new(), "others.toml: result: it has no [[result]]"),
        ];
        for (text, expected) in cases {
            let error = read_text(&text).expect_err(expected);
            assert!(error.starts_with(expected), "{error}\nexpected {expected}");
        }
        let misspelt = read_text(&WHOLE.replace("source", "sorce")).expect_err("unknown");
        assert!(misspelt.ends_with("did you mean source?"), "{misspelt}");
    }
}
