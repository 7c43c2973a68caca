//! What a check has found.

use angora_brain::BrainError;
use angora_loader::{LoadError, PluginFault, catalogue::MakeError};
use angora_simulation::SimulationError;
use angora_simulation::physics::PhysicsError;
use serde::{Deserialize, Serialize};

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The property holds.
    Passed,
    /// The property does not apply, or could not be judged.
    Skipped,
    /// It is allowed, and probably not meant.
    Warning,
    /// The property does not hold.
    Failed,
    /// The process of the check ended without an answer, or had to be killed.
    Crashed,
}

impl Status {
    /// Every status, from good to bad.
    pub const ALL: [Self; 5] = [
        Self::Passed,
        Self::Skipped,
        Self::Warning,
        Self::Failed,
        Self::Crashed,
    ];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Crashed => "crashed",
        }
    }

    /// Whether a plugin with it does not conform.
    #[must_use]
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Failed | Self::Crashed)
    }
}

/// A number that a check has measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What.
    pub name: String,
    /// How much.
    pub value: f64,
    /// Of what.
    pub unit: String,
}

/// The answer of a check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// How it ended.
    pub status: Status,
    /// Why, where it has not simply passed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// What was measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<Figure>,
    /// What has to be the same in another process; empty where nothing has.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fingerprint: String,
    /// Skipped because the plugin failed on the way: if no check fails for it, this one does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_the_way: bool,
}

impl Finding {
    fn new(status: Status, message: String) -> Self {
        Self {
            status,
            message,
            figures: Vec::new(),
            fingerprint: String::new(),
            on_the_way: false,
        }
    }

    /// The property holds.
    #[must_use]
    pub fn passed() -> Self {
        Self::new(Status::Passed, String::new())
    }

    /// It is allowed, and probably not meant.
    #[must_use]
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Status::Warning, message.into())
    }

    /// The property does not hold.
    #[must_use]
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Status::Failed, message.into())
    }

    /// The process ended without an answer.
    #[must_use]
    pub fn crashed(message: impl Into<String>) -> Self {
        Self::new(Status::Crashed, message.into())
    }

    /// The same with a number.
    #[must_use]
    pub fn with(mut self, name: &str, value: f64, unit: &str) -> Self {
        self.figures.push(Figure {
            name: name.to_owned(),
            value,
            unit: unit.to_owned(),
        });
        self
    }

    /// The same with what another process has to repeat.
    #[must_use]
    pub fn repeats(mut self, fingerprint: String) -> Self {
        self.fingerprint = fingerprint;
        self
    }
}

/// Why a check did not come to its own judgement.
#[derive(Debug)]
pub enum Stop {
    /// The property does not hold.
    Fail(String),
    /// The property does not apply.
    Skip(String),
    /// The plugin failed on the way.
    OnTheWay(String),
}

impl Stop {
    /// The same where what failed on the way is what the check is about.
    pub fn judged(self) -> Self {
        match self {
            Self::OnTheWay(message) => Self::Fail(message),
            other => other,
        }
    }
}

/// What a check returns.
pub type Judgement = Result<Finding, Stop>;

/// The property does not hold; for `map_err` and `ok_or_else`.
pub fn fail(problem: impl std::fmt::Display) -> Stop {
    Stop::Fail(problem.to_string())
}

/// Ends a check where the property does not apply.
pub fn skip(reason: impl Into<String>) -> Stop {
    Stop::Skip(reason.into())
}

impl From<Stop> for Finding {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Fail(message) => Self::failed(message),
            Stop::Skip(message) => Self::new(Status::Skipped, message),
            Stop::OnTheWay(message) => Self {
                on_the_way: true,
                ..Self::new(Status::Skipped, format!("cannot be judged: {message}"))
            },
        }
    }
}

macro_rules! on_the_way {
    ($($error:ty),*) => {
        $(impl From<$error> for Stop {
            fn from(error: $error) -> Self {
                Self::OnTheWay(error.to_string())
            }
        })*
    };
}

on_the_way!(
    BrainError,
    Box<LoadError>,
    LoadError,
    MakeError,
    PhysicsError,
    PluginFault,
    SimulationError
);
