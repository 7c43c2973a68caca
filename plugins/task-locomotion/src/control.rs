//! Effort of control.

/// Sum of the squared actions, in f64 and in order.
#[must_use]
pub fn effort(action: &[f32]) -> f64 {
    let squares = action.iter().map(|a| f64::from(*a) * f64::from(*a));
    squares.fold(0.0, |sum, square| sum + square)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effort_is_the_sum_of_squares_beyond_the_bounds_as_well() {
        assert_eq!(effort(&[0.5, -2.0, 0.0]), 4.25);
    }
}
