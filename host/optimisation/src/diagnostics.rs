//! Diagnostics of a cycle.

/// 1 - Var(target - value) / Var(target); 1 is a perfect value function, 0 no better than the
/// mean. `None` where the targets do not vary.
#[must_use]
pub fn explained_variance<'a>(
    pairs: impl Iterator<Item = (&'a f32, &'a f32)> + Clone,
) -> Option<f64> {
    let variance = |numbers: &mut dyn Iterator<Item = f64>| {
        let (mut n, mut mean, mut m2) = (0.0, 0.0, 0.0);
        for x in numbers {
            n += 1.0;
            let d = x - mean;
            mean += d / n;
            m2 += d * (x - mean);
        }
        m2 / f64::max(n, 1.0)
    };
    let targets = variance(&mut pairs.clone().map(|(target, _)| f64::from(*target)));
    let errors = variance(&mut pairs.map(|(t, v)| f64::from(*t) - f64::from(*v)));
    (targets > 0.0).then(|| 1.0 - errors / targets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn perfect_constant_and_mean_predictions() {
        let targets = [1.0_f32, 2.0, 3.0];
        let with = |values: [f32; 3]| explained_variance(targets.iter().zip(&values));
        assert_eq!(with([1.0, 2.0, 3.0]), Some(1.0));
        assert_eq!(with([2.0, 2.0, 2.0]), Some(0.0));
        let flat = [1.0_f32; 3];
        assert_eq!(explained_variance(flat.iter().zip(&targets)), None);
    }
}
