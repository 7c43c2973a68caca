//! What a server says first, as a line of JSON.

use angora_plugin_api::TaskSpec;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the protocol.
pub const VERSION: u32 = 1;

/// What a server has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Greeting {
    /// What the task exchanges.
    pub spec: TaskSpec,
    /// Height, width and channels of a picture for people; `None` where there is none.
    pub frame: Option<[usize; 3]>,
    /// Names and versions worth keeping with a run.
    #[serde(default)]
    pub facts: BTreeMap<String, String>,
}

/// Why there is no environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The setting that it is about; may be empty.
    pub field: String,
    /// What is wrong, and what to do.
    pub message: String,
}

/// The line.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    pub angora_bridge: u32,
    #[serde(flatten)]
    pub content: Content,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Content {
    Refusal { refusal: Refusal },
    Greeting(Box<Greeting>),
}

impl Line {
    pub(crate) fn new(content: Content) -> Self {
        Self {
            angora_bridge: VERSION,
            content,
        }
    }
}
