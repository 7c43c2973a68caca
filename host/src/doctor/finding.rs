//! What probes find, for people and programs.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use std::fmt::Write;

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It is here.
    Ok,
    /// It is not here, and a run with default settings does without.
    Absent,
    /// A run with default settings will not work.
    Problem,
}

/// One thing that a probe looked at.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Finding {
    /// The thing: `mujoco`, `mpi`.
    pub probe: String,
    /// How it is.
    pub status: Status,
    /// In words.
    pub summary: String,
    /// The command that puts it right, or what to do in words.
    pub fix: Option<String>,
    /// Numbers and names, by the probe's own keys.
    pub facts: Map<String, Value>,
}

impl Finding {
    fn new(probe: &str, status: Status, summary: impl Into<String>) -> Self {
        Self {
            probe: probe.to_owned(),
            status,
            summary: summary.into(),
            fix: None,
            facts: Map::new(),
        }
    }

    /// It is here.
    pub fn ok(probe: &str, summary: impl Into<String>) -> Self {
        Self::new(probe, Status::Ok, summary)
    }

    /// It is not here, and not needed.
    pub fn absent(probe: &str, summary: impl Into<String>) -> Self {
        Self::new(probe, Status::Absent, summary)
    }

    /// A default run will not work.
    pub fn problem(probe: &str, summary: impl Into<String>) -> Self {
        Self::new(probe, Status::Problem, summary)
    }

    /// What puts it right.
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// A number or name.
    pub fn fact(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(key.to_owned(), value.into());
        self
    }
}

/// What all probes found.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Report {
    /// Version of the host.
    pub version: String,
    /// Whether a run with default settings would work.
    pub works: bool,
    /// In the order of the probes.
    pub findings: Vec<Finding>,
}

impl Report {
    pub(super) fn new(findings: Vec<Finding>) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            works: findings.iter().all(|f| f.status != Status::Problem),
            findings,
        }
    }

    /// For people: a line for each thing, and below it what puts it right.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            let status = match finding.status {
                Status::Ok => "ok",
                Status::Absent => "absent",
                Status::Problem => "PROBLEM",
            };
            let _ = writeln!(
                text,
                "{status:<8}  {:<9}  {}",
                finding.probe,
                finding.summary.replace('\n', "\n                     ")
            );
            if let Some(fix) = &finding.fix {
                let _ = writeln!(text, "{:<8}  {:<9}  -> {fix}", "", "");
            }
        }
        text.push_str(if self.works {
            "a run with default settings works here\n"
        } else {
            "a run with default settings does not work here: see PROBLEM\n"
        });
        text
    }
}
