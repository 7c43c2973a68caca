//! Parts of the parameters that learning leaves as they are.

use std::ops::Range;

/// Ranges of the flat parameter vector that are not learned: their gradient is zero before its
/// norm is taken, and Adam touches neither them nor their moments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frozen {
    /// Ascending, apart from each other, none empty.
    ranges: Vec<Range<usize>>,
}

impl Frozen {
    /// These ranges, in any order; they may overlap.
    #[must_use]
    pub fn new(ranges: impl IntoIterator<Item = Range<usize>>) -> Self {
        let mut sorted: Vec<Range<usize>> = ranges.into_iter().filter(|r| !r.is_empty()).collect();
        sorted.sort_by_key(|range| range.start);
        let mut merged: Vec<Range<usize>> = Vec::new();
        for range in sorted {
            match merged.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        Self { ranges: merged }
    }

    /// Number of frozen parameters.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ranges.iter().map(ExactSizeIterator::len).sum()
    }

    /// Whether everything is learned.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The ranges, ascending and apart from each other.
    #[must_use]
    pub fn ranges(&self) -> &[Range<usize>] {
        &self.ranges
    }

    /// Whether a parameter is frozen, by its place.
    #[must_use]
    pub fn contains(&self, place: usize) -> bool {
        self.ranges.iter().any(|range| range.contains(&place))
    }

    /// Sets a gradient to zero where nothing is learned.
    pub(crate) fn clear(&self, gradient: &mut [f32]) {
        for range in &self.ranges {
            gradient[range.clone()].fill(0.0);
        }
    }

    /// What is learned of `n` parameters, in ascending ranges.
    pub(crate) fn learned(&self, n: usize) -> impl Iterator<Item = Range<usize>> + '_ {
        let starts = std::iter::once(0).chain(self.ranges.iter().map(|range| range.end));
        let ends = self.ranges.iter().map(|range| range.start).chain([n]);
        starts
            .zip(ends)
            .map(|(start, end)| start..end)
            .filter(|range| !range.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_merged_and_their_complement_is_learned() {
        let frozen = Frozen::new([6..8, 0..2, 1..3, 3..4, 5..5]);
        assert_eq!(frozen, Frozen::new([0..4, 6..8]));
        assert_eq!(frozen.len(), 6);
        let inside: Vec<usize> = (0..10).filter(|place| frozen.contains(*place)).collect();
        assert_eq!(inside, [0, 1, 2, 3, 6, 7]);
        let learned: Vec<_> = frozen.learned(10).collect();
        assert_eq!(learned, [4..6, 8..10]);
        let learned: Vec<_> = Frozen::new([2..4, 8..10]).learned(10).collect();
        assert_eq!(learned, [0..2, 4..8]);
        assert!(Frozen::default().is_empty());
        assert_eq!(Frozen::default().learned(3).next(), Some(0..3));
    }

    #[test]
    fn only_frozen_places_are_cleared() {
        let mut gradient = [1.0, f32::NAN, 3.0, 4.0];
        Frozen::new([1..2, 2..3]).clear(&mut gradient);
        assert_eq!(gradient, [1.0, 0.0, 0.0, 4.0]);
    }
}
