//! What is to be said of plugins that work: once each, as soon as it is noticed.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Says a remark.
type Sink = Box<dyn Fn(&str) + Send + Sync>;

/// Remarks on the plugins of a catalogue.
#[derive(Default)]
pub struct Remarks {
    said: Mutex<BTreeSet<String>>,
    sink: Option<Sink>,
}

impl Remarks {
    /// Those that are said by `sink` too.
    #[must_use]
    pub fn new(sink: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self {
            said: Mutex::default(),
            sink: Some(Box::new(sink)),
        }
    }

    /// All so far, sorted.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.iter().cloned().collect()
    }

    /// Says a remark that has not been said yet.
    pub fn add(&self, remark: String) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.contains(&remark) {
            return;
        }
        if let Some(sink) = &self.sink {
            sink(&remark);
        }
        said.insert(remark);
    }
}

impl fmt::Debug for Remarks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Remarks").field(&self.all()).finish()
    }
}
