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

    /// Number of values, the first ones, that are pixels.
    #[must_use]
    pub fn image_len(&self) -> usize {
        match self.specs.first() {
            Some(spec) if spec.is_picture() => spec.len(),
            _ => 0,
        }
    }

    /// Number of values of the senses that are vectors.
    #[must_use]
    pub fn vector_len(&self) -> usize {
        let vectors = self.specs.iter().filter(|spec| spec.shape.len() == 1);
        vectors.map(SensationSpec::len).sum()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(senses: &[(Sense, &[usize])]) -> SensationLayout {
        let spec = |(sense, shape): &(Sense, &[usize])| SensationSpec {
            sense: *sense,
            shape: shape.to_vec(),
            low: None,
            high: None,
            unit: String::new(),
            elements: Vec::new(),
        };
        SensationLayout::new(&senses.iter().map(spec).collect::<Vec<_>>())
    }

    #[test]
    fn pixels_are_those_of_pictures() {
        let pictures = layout(&[(Sense::Vision, &[4, 5, 3]), (Sense::Goal, &[2])]);
        assert_eq!((pictures.image_len(), pictures.len()), (60, 62));
        assert_eq!(layout(&[(Sense::Vision, &[7])]).image_len(), 0);
        assert_eq!(layout(&[(Sense::Touch, &[2, 2])]).image_len(), 0);
        assert_eq!(pictures.vector_len(), 2);
    }
}
