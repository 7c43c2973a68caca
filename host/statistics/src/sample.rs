//! Describing one sample: one number of each episode, say. All functions take at least one value.

use crate::centre::{mean, variance};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Sample standard deviation; absent for one value.
#[must_use]
pub fn sample_sd(values: &[f64]) -> Option<f64> {
    (values.len() > 1).then(|| variance(values).sqrt())
}

/// 95 % confidence interval of the mean (Student's t); absent for one value.
#[must_use]
pub fn interval(values: &[f64]) -> Option<[f64; 2]> {
    let sd = sample_sd(values)?;
    let half = student_t_975(values.len() - 1) * sd / (values.len() as f64).sqrt();
    Some([mean(values) - half, mean(values) + half])
}

/// The values in ascending order.
#[must_use]
pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// A quantile of sorted values, on the line between the two that are nearest (type 7 of Hyndman
/// and Fan, American Statistician 50, 1996: NumPy's and R's default).
#[must_use]
pub fn quantile(sorted: &[f64], part: f64) -> f64 {
    let place = part * (sorted.len() - 1) as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    sorted[below] + (sorted[above] - sorted[below]) * place.fract()
}

/// The middle of the shortest interval that holds half of the sorted values, and so on within it:
/// the half-sample mode (Bickel and Frühwirth, Computational Statistics & Data Analysis 50, 2006).
/// Absent for fewer than three values.
#[must_use]
pub fn mode(sorted: &[f64]) -> Option<f64> {
    if sorted.len() < 3 {
        return None;
    }
    let mut rest = sorted;
    while rest.len() > 3 {
        let half = rest.len().div_ceil(2);
        let width = |start: usize| rest[start + half - 1] - rest[start];
        let start = (0..=rest.len() - half).min_by(|a, b| width(*a).total_cmp(&width(*b)))?;
        rest = &rest[start..start + half];
    }
    Some(match *rest {
        [a, b, c] if b - a < c - b => (a + b) / 2.0,
        [a, b, c] if b - a > c - b => (b + c) / 2.0,
        [_, b, _] => b,
        _ => mean(rest),
    })
}

/// The 97.5 % quantile of Student's t distribution.
fn student_t_975(degrees: usize) -> f64 {
    // Location 0 and scale 1 with at least one degree of freedom are always valid.
    StudentsT::new(0.0, 1.0, degrees as f64).map_or(f64::NAN, |t| t.inverse_cdf(0.975))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From a printed table of the t distribution.
    #[test]
    fn quantiles_are_those_of_the_table() {
        for (degrees, expected) in [(1, 12.706), (9, 2.262), (99, 1.984)] {
            assert!((student_t_975(degrees) - expected).abs() < 5e-4);
        }
    }

    /// By hand: places 0.75, 1.5 and 2.25 among four values.
    #[test]
    fn quartiles_lie_between_their_neighbours() {
        let values = sorted(&[7.0, 1.0, 2.0, 4.0]);
        let quartiles = [0.25, 0.5, 0.75].map(|part| quantile(&values, part));
        assert_eq!(quartiles, [1.75, 3.0, 4.75]);
        assert_eq!(quantile(&[3.0], 0.5), 3.0);
    }

    #[test]
    fn the_mode_is_where_most_values_lie() {
        let values = sorted(&[0.0, 1.0, 9.8, 10.0, 10.1, 20.0, 35.0]);
        // Four of seven: 1 to 10.1 is narrower than 0 to 10 or 9.8 to 20; two of these: 10 and 10.1.
        assert_eq!(mode(&values), Some(10.05));
        assert_eq!(mode(&[2.0; 100]), Some(2.0));
        assert_eq!(mode(&[1.0, 2.0]), None);
    }
}
