//! What can go wrong in a plugin, as a value.

use serde::{Deserialize, Serialize};

/// What kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u32)]
pub enum FaultCode {
    /// The plugin says that it failed.
    Failed = 1,
    /// The configuration is not one that the plugin takes.
    Config = 2,
    /// The plugin panicked.
    Panic = 3,
    /// A slice has not the length that the spec promises.
    Length = 4,
    /// A value is NaN or infinite.
    NonFinite = 5,
    /// There is nothing of that id in the plugin.
    UnknownId = 6,
    /// The plugin does not do this.
    Unsupported = 7,
    /// The object was used after a panic.
    Poisoned = 8,
    /// The plugin returned a value that the contract does not know.
    Invalid = 9,
    /// The sandbox stopped a module: it left its memory, its stack was full, it used up what it
    /// may. Said by the host.
    Trap = 10,
    /// A module did not answer in time. Said by the host.
    Deadline = 11,
}

impl FaultCode {
    /// From the number that crosses the boundary.
    #[must_use]
    pub fn from_code(code: u32) -> Self {
        match code {
            2 => Self::Config,
            3 => Self::Panic,
            4 => Self::Length,
            5 => Self::NonFinite,
            6 => Self::UnknownId,
            7 => Self::Unsupported,
            8 => Self::Poisoned,
            9 => Self::Invalid,
            10 => Self::Trap,
            11 => Self::Deadline,
            _ => Self::Failed,
        }
    }

    /// A few words for messages.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Config => "refused its configuration",
            Self::Panic => "panicked",
            Self::Length => "wrote a wrong number of values",
            Self::NonFinite => "wrote a value that is not finite",
            Self::UnknownId => "does not know the id",
            Self::Unsupported => "does not support this",
            Self::Poisoned => "was called again after a panic",
            Self::Invalid => "returned a value outside the contract",
            Self::Trap => "was stopped by the sandbox",
            Self::Deadline => "did not answer in time",
        }
    }
}

/// A fault of a plugin. Author code never unwinds across the boundary; it ends as one of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}: {message}", code.describe(), if field.is_empty() { String::new() } else { format!(" ({field})") })]
pub struct Fault {
    /// What kind.
    pub code: FaultCode,
    /// What happened, in the plugin's words.
    pub message: String,
    /// The field that it is about: a sense, signal, reward term or key; may be empty.
    pub field: String,
    /// Source location in the plugin, where known; may be empty.
    pub location: String,
}

impl Fault {
    /// A fault with a code and a message.
    #[must_use]
    pub fn new(code: FaultCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: String::new(),
            location: String::new(),
        }
    }

    /// A plain failure.
    #[must_use]
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(FaultCode::Failed, message)
    }

    /// The same fault about a field.
    #[must_use]
    pub fn on(mut self, field: impl Into<String>) -> Self {
        self.field = field.into();
        self
    }
}
