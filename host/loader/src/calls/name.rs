//! Names of contributions that outlive them.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};

static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// What a contribution is called in messages: `plugin NAME VERSION, task "ID"`. It is kept for
/// ever, once for each text, because a signal handler or another thread may read it at any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name(&'static str);

impl Name {
    /// The name with this text.
    #[must_use]
    pub fn new(text: impl Display) -> Self {
        let text = text.to_string();
        let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = names.get(text.as_str()) {
            return Self(known);
        }
        let kept: &'static str = text.leak();
        names.insert(kept);
        Self(kept)
    }

    /// The text.
    #[must_use]
    pub fn text(self) -> &'static str {
        self.0
    }
}
