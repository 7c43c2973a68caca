//! As many points as a plot has pixels, without losing a peak: minimum, maximum and last value of
//! each bucket.

use serde::Serialize;

/// Part of a curve.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Curve {
    /// Of the last value of each bucket.
    pub x: Vec<f64>,
    /// Smallest value of each bucket; `None` where each bucket is one value.
    pub min: Option<Vec<f32>>,
    /// Largest value of each bucket.
    pub max: Option<Vec<f32>>,
    /// Last value of each bucket.
    pub last: Vec<f32>,
}

/// Cuts the values with x in `from..=to`, and one more at either end so that lines reach the edge,
/// into at most `points` buckets of equal width. `x` never decreases; values that are NaN are left
/// out.
#[must_use]
pub fn downsample(x: &[f64], y: &[f64], from: f64, to: f64, points: usize) -> Curve {
    let low = x.partition_point(|x| *x < from).saturating_sub(1);
    let high = (x.partition_point(|x| *x <= to) + 1).min(x.len());
    let (x, y) = (&x[low..high.max(low)], &y[low..high.max(low)]);
    let present = || x.iter().zip(y).filter(|(_, y)| !y.is_nan());
    if present().count() <= points {
        return Curve {
            x: present().map(|(x, _)| *x).collect(),
            min: None,
            max: None,
            last: present().map(|(_, y)| *y as f32).collect(),
        };
    }
    let (first, last) = (x[0], x[x.len() - 1]);
    let scale = points as f64 / (last - first).max(f64::MIN_POSITIVE);
    let mut curve = Curve::default();
    let (mut lows, mut highs) = (Vec::new(), Vec::new());
    let mut bucket = None;
    for (x, y) in present() {
        let (own, y) = ((((x - first) * scale) as usize).min(points - 1), *y as f32);
        if bucket == Some(own)
            && let (Some(at), Some(value)) = (curve.x.last_mut(), curve.last.last_mut())
            && let (Some(low), Some(high)) = (lows.last_mut(), highs.last_mut())
        {
            (*at, *value) = (*x, y);
            *low = f32::min(*low, y);
            *high = f32::max(*high, y);
        } else {
            bucket = Some(own);
            curve.x.push(*x);
            curve.last.push(y);
            lows.push(y);
            highs.push(y);
        }
    }
    (curve.min, curve.max) = (Some(lows), Some(highs));
    curve
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_of_one_row_is_kept() {
        let x: Vec<f64> = (0..10_000).map(f64::from).collect();
        let mut y = vec![0.0; 10_000];
        (y[4_321], y[777]) = (9.0, -9.0);
        let curve = downsample(&x, &y, f64::NEG_INFINITY, f64::INFINITY, 100);
        assert_eq!(curve.x.len(), 100);
        let max = curve.max.expect("buckets").into_iter().fold(0.0, f32::max);
        let min = curve.min.expect("buckets").into_iter().fold(0.0, f32::min);
        assert_eq!((min, max), (-9.0, 9.0));
        assert_eq!((curve.x[0], curve.x[99]), (99.0, 9_999.0));
    }

    #[test]
    fn few_values_are_given_as_they_are() {
        let y = [1.0, f64::NAN, 3.0];
        let curve = downsample(&[1.0, 2.0, 3.0], &y, 0.0, 9.0, 100);
        assert_eq!(curve.x, [1.0, 3.0]);
        assert_eq!((curve.min, curve.last), (None, vec![1.0, 3.0]));
    }

    #[test]
    fn a_window_reaches_one_value_beyond_its_edges() {
        let x = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
        let curve = downsample(&x, &x, 1.5, 3.5, 100);
        assert_eq!(curve.x, [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(downsample(&[], &[], 0.0, 1.0, 10), Curve::default());
        let curve = downsample(&x, &x, 7.0, 8.0, 100);
        assert_eq!(curve.x, [5.0]);
    }

    #[test]
    fn one_place_is_one_bucket() {
        let curve = downsample(&[2.0; 50], &[1.0; 50], 0.0, 9.0, 10);
        assert_eq!((curve.x.len(), curve.last), (1, vec![1.0]));
    }
}
