//! Sums of squares: the effort of control and the strength of contacts.

/// Sum of the squared actions, in f64.
#[must_use]
pub fn effort(action: &[f32]) -> f64 {
    pairwise(0, action.len(), &|at| f64::from(action[at]).powi(2))
}

/// Sum of squares.
#[must_use]
pub fn squares(values: &[f64]) -> f64 {
    pairwise(0, values.len(), &|at| values[at] * values[at])
}

/// Sum of `len` values from `start` on, in the order of numpy's pairwise summation, so that costs
/// are those of the reference bitwise: eight running sums in blocks of at most 128.
pub fn pairwise(start: usize, len: usize, value: &impl Fn(usize) -> f64) -> f64 {
    if len < 8 {
        return (start..start + len).fold(0.0, |sum, at| sum + value(at));
    }
    if len > 128 {
        let half = len / 2;
        let first = half - half % 8;
        return pairwise(start, first, value) + pairwise(start + first, len - first, value);
    }
    let mut sums: [f64; 8] = std::array::from_fn(|lane| value(start + lane));
    let whole = len - len % 8;
    for block in (8..whole).step_by(8) {
        for (lane, sum) in sums.iter_mut().enumerate() {
            *sum += value(start + block + lane);
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    let sum = ((a + b) + (c + d)) + ((e + f) + (g + h));
    (start + whole..start + len).fold(sum, |sum, at| sum + value(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effort_is_the_sum_of_squares_beyond_the_bounds_as_well() {
        assert_eq!(effort(&[0.5, -2.0, 0.0]), 4.25);
    }

    /// Where rounding shows which terms met first: 1 is lost beside 2^53.
    #[test]
    fn long_sums_are_taken_in_eight_lanes() {
        let big = 2.0_f64.powi(53);
        let mut values = [0.0; 17];
        (values[0], values[8], values[1], values[16]) = (big, 1.0, -big, 3.0);
        // Lane 0 holds 2^53 + 1 = 2^53, lane 1 -2^53; the rest comes last.
        assert_eq!(pairwise(0, 17, &|at| values[at]), 3.0);
        (values[8], values[9]) = (0.0, 1.0);
        // Lane 1 holds -2^53 + 1, which is exact.
        assert_eq!(pairwise(0, 17, &|at| values[at]), 4.0);
        assert_eq!(pairwise(0, 1000, &|at| at as f64), 499_500.0);
    }
}
