//! A curve in one line of text.

const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A curve of any length, kept in little memory.
#[derive(Debug, Clone, Default)]
pub struct Curve {
    /// Every so many values one is kept.
    every: u64,
    seen: u64,
    kept: Vec<f64>,
}

impl Curve {
    /// So many values are kept at most.
    const MOST: usize = 512;

    /// Adds a value.
    pub fn push(&mut self, value: f64) {
        self.every = self.every.max(1);
        if self.seen.is_multiple_of(self.every) {
            self.kept.push(value);
        }
        self.seen += 1;
        if self.kept.len() == Self::MOST {
            let mut i = 0;
            self.kept.retain(|_| {
                i += 1;
                i % 2 == 1
            });
            self.every *= 2;
        }
    }

    /// The curve in at most `width` characters, from its lowest to its highest value.
    #[must_use]
    pub fn sparkline(&self, width: usize) -> String {
        let n = self.kept.len();
        let width = width.min(n);
        let means: Vec<f64> = (0..width)
            .map(|i| {
                let part = &self.kept[i * n / width..(i + 1) * n / width];
                part.iter().sum::<f64>() / part.len() as f64
            })
            .collect();
        let low = means.iter().copied().fold(f64::INFINITY, f64::min);
        let high = means.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let level = |x: &f64| {
            let part = if high > low {
                (x - low) / (high - low)
            } else {
                0.0
            };
            LEVELS[((part * 8.0) as usize).min(7)]
        };
        means.iter().map(level).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rising_curve_rises() {
        let mut curve = Curve::default();
        assert_eq!(curve.sparkline(8), "");
        (0..8).for_each(|i| curve.push(f64::from(i)));
        assert_eq!(curve.sparkline(8), "▁▂▃▄▅▆▇█");
        assert_eq!(curve.sparkline(4), "▁▃▆█");
        let mut flat = Curve::default();
        (0..3).for_each(|_| flat.push(-2.0));
        assert_eq!(flat.sparkline(8), "▁▁▁");
    }

    #[test]
    fn a_long_curve_keeps_its_shape_in_little_memory() {
        let mut curve = Curve::default();
        (0..100_000).for_each(|i| curve.push(f64::from(i)));
        assert!(curve.kept.len() < Curve::MOST);
        assert_eq!(curve.sparkline(8), "▁▂▃▄▅▆▇█");
    }
}
