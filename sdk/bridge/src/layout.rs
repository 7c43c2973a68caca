//! Where everything lies in the memory; README.md has the table.

use angora_plugin_api::TaskSpec;
use std::ops::Range;

pub(crate) const CALL: usize = 0;
pub(crate) const SEED: usize = 8;
pub(crate) const STATUS: usize = 64;
pub(crate) const ENDING: usize = 68;
pub(crate) const TEXT_LEN: usize = 72;

/// What is asked.
pub(crate) const RESET: u32 = 1;
pub(crate) const STEP: u32 = 2;
pub(crate) const PICTURE: u32 = 3;

/// Bytes of the longest text.
pub(crate) const LONGEST_TEXT: usize = 4096;
const FIRST_AREA: usize = 128;
const ALIGNMENT: usize = 64;

/// Where the areas lie, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the areas of README.md")]
pub struct Layout {
    pub action: Range<usize>,
    pub sensation: Range<usize>,
    pub signals: Range<usize>,
    pub terms: Range<usize>,
    pub frame: Range<usize>,
    pub text: Range<usize>,
}

impl Layout {
    /// Of what is exchanged.
    #[must_use]
    pub fn new(spec: &TaskSpec, frame: Option<[usize; 3]>) -> Self {
        let mut end = FIRST_AREA;
        let mut area = |bytes: usize| {
            let start = end.next_multiple_of(ALIGNMENT);
            end = start + bytes;
            start..end
        };
        Self {
            action: area(size_of::<f32>() * spec.action.len()),
            sensation: area(size_of::<f32>() * spec.sensation_len()),
            signals: area(size_of::<f64>() * spec.signal_len()),
            terms: area(size_of::<f64>() * spec.reward_terms.len()),
            frame: area(frame.map_or(0, |sides| sides.iter().product())),
            text: area(LONGEST_TEXT),
        }
    }

    /// Bytes of the whole.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.end
    }
}
