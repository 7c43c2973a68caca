//! Where each sense lies in a sensation.

use angora_plugin_api::{SensationSpec, Sense};
use std::ops::Range;

/// The senses of a task, laid out one after another in one slice of f32.
#[derive(Debug, Clone, PartialEq)]
pub struct SensationLayout {
    specs: Vec<SensationSpec>,
    ranges: Vec<Range<usize>>,
    len: usize,
}

impl SensationLayout {
    /// Lays out senses in the given order.
    #[must_use]
    pub fn new(specs: &[SensationSpec]) -> Self {
        let mut len = 0;
        let ranges = specs
            .iter()
            .map(|spec| {
                let start = len;
                len += spec.len();
                start..len
            })
            .collect();
        Self {
            specs: specs.to_vec(),
            ranges,
            len,
        }
    }

    /// Number of f32 of a sensation.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no receptor at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The senses.
    #[must_use]
    pub fn specs(&self) -> &[SensationSpec] {
        &self.specs
    }

    /// The place of a sense.
    #[must_use]
    pub fn range(&self, sense: Sense) -> Option<Range<usize>> {
        let at = self.specs.iter().position(|spec| spec.sense == sense)?;
        Some(self.ranges[at].clone())
    }

    /// The name of a value, for messages: `proprioception[3]`.
    #[must_use]
    pub fn describe(&self, index: usize) -> String {
        for (spec, range) in self.specs.iter().zip(&self.ranges) {
            if range.contains(&index) {
                return format!("{}[{}]", spec.sense, index - range.start);
            }
        }
        format!("[{index}]")
    }
}
