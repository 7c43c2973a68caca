//! Intervals.

use serde::{Deserialize, Serialize};

/// What lies between two bounds; a bound that is absent is infinite.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Interval {
    /// Lower bound.
    pub low: Option<f64>,
    /// Upper bound.
    pub high: Option<f64>,
}

impl Interval {
    /// Between two bounds.
    #[must_use]
    pub const fn between(low: f64, high: f64) -> Self {
        Self {
            low: Some(low),
            high: Some(high),
        }
    }

    /// Whether a value is at most the upper bound and at least the lower one; NaN and the infinite
    /// are not.
    #[must_use]
    pub fn contains_with_bounds(self, value: f64) -> bool {
        value.is_finite()
            && self.low.is_none_or(|low| low <= value)
            && self.high.is_none_or(|high| value <= high)
    }

    /// The nearest value that is at most the upper bound and at least the lower one.
    #[must_use]
    pub fn clamp(self, value: f64) -> f64 {
        value
            .max(self.low.unwrap_or(f64::NEG_INFINITY))
            .min(self.high.unwrap_or(f64::INFINITY))
    }

    /// Whether a value lies strictly inside; NaN and the infinite do not.
    #[must_use]
    pub fn contains(self, value: f64) -> bool {
        value.is_finite()
            && self.low.is_none_or(|low| low < value)
            && self.high.is_none_or(|high| value < high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_outside() {
        let interval = Interval::between(-1.0, 1.0);
        assert!(interval.contains(0.999));
        assert!(!interval.contains(1.0) && !interval.contains(-1.0));
        assert!(interval.contains_with_bounds(1.0) && interval.contains_with_bounds(-1.0));
        assert!(!interval.contains_with_bounds(1.1));
        assert_eq!(
            [-2.0, 0.5, 3.0].map(|x| interval.clamp(x)),
            [-1.0, 0.5, 1.0]
        );
        assert!(!interval.contains(f64::NAN));
        assert!(!Interval::default().contains_with_bounds(f64::NAN));
        assert!(!Interval::default().contains(f64::INFINITY));
        assert!(Interval::default().contains(1e300));
    }
}
