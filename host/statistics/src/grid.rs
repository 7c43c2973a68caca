//! Several curves on one grid.

/// `points` places from the smallest to the largest x of any curve; fewer than two curves' worth of
/// x gives none.
#[must_use]
pub fn common(ranges: &[(f64, f64)], points: usize) -> Vec<f64> {
    let low = ranges.iter().map(|r| r.0).fold(f64::INFINITY, f64::min);
    let high = ranges.iter().map(|r| r.1).fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return Vec::new();
    }
    if low == high || points < 2 {
        return vec![low];
    }
    let step = (high - low) / (points - 1) as f64;
    let mut grid: Vec<f64> = (0..points).map(|i| low + i as f64 * step).collect();
    // Rounding must not put the end beyond the last value.
    grid[points - 1] = high;
    grid
}

/// Places and values that are there, in the order of x.
#[must_use]
pub fn present(x: &[f64], y: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let pairs = x.iter().zip(y).filter(|(x, y)| !x.is_nan() && !y.is_nan());
    pairs.map(|(x, y)| (*x, *y)).unzip()
}

/// The value at `at`, linear between neighbours; `None` outside of what the curve reaches.
#[must_use]
pub fn value_at(x: &[f64], y: &[f64], at: f64) -> Option<f64> {
    let (first, last) = (x.first()?, x.last()?);
    if at < *first || at > *last {
        return None;
    }
    let right = x.partition_point(|x| *x < at).min(x.len() - 1);
    if x[right] == at || right == 0 {
        return Some(y[right]);
    }
    let part = (at - x[right - 1]) / (x[right] - x[right - 1]);
    Some(y[right - 1] + part * (y[right] - y[right - 1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_linear_between_and_absent_beyond() {
        let (x, y) = ([0.0, 10.0, 20.0], [1.0, 3.0, 0.0]);
        assert_eq!(value_at(&x, &y, 5.0), Some(2.0));
        assert_eq!(value_at(&x, &y, 10.0), Some(3.0));
        assert_eq!(value_at(&x, &y, 15.0), Some(1.5));
        assert_eq!(value_at(&x, &y, 0.0), Some(1.0));
        assert_eq!(value_at(&x, &y, 20.0), Some(0.0));
        assert_eq!(value_at(&x, &y, 20.1), None);
        assert_eq!(value_at(&x, &y, -0.1), None);
        assert_eq!(value_at(&[], &[], 0.0), None);
    }

    #[test]
    fn the_grid_spans_all_curves() {
        let grid = common(&[(1.0, 3.0), (2.0, 7.0)], 4);
        assert_eq!(grid, [1.0, 3.0, 5.0, 7.0]);
        assert_eq!(common(&[(2.0, 2.0)], 4), [2.0]);
        assert!(common(&[], 4).is_empty());
    }
}
