//! Tests between two groups of runs.

use crate::centre::{mean, variance};
use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};
use statrs::stats_tests::Alternative;
use statrs::stats_tests::mannwhitneyu::{MannWhitneyUMethod, mannwhitneyu};

/// A t test of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TTest {
    /// Mean of a minus mean of b.
    pub difference: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Statistic.
    pub t: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Two-sided.
    pub p: f64,
}

/// A rank test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RankTest {
    /// Statistic of the first group.
    pub u: f64,
    /// Two-sided.
    pub p: f64,
    /// Whether the probability is exact.
    pub exact: bool,
}

/// Welch's test for groups of unequal variance (Welch 1947). `None` for fewer than two runs in a
/// group, or where nothing varies.
#[must_use]
pub fn welch(a: &[f64], b: &[f64]) -> Option<TTest> {
    if a.len() < 2 || b.len() < 2 {
        return None;
    }
    let part = |values: &[f64]| variance(values) / values.len() as f64;
    let (va, vb) = (part(a), part(b));
    let below = va * va / (a.len() as f64 - 1.0) + vb * vb / (b.len() as f64 - 1.0);
    t_test(
        mean(a) - mean(b),
        (va + vb).sqrt(),
        (va + vb).powi(2) / below,
    )
}

/// Student's test of the differences within pairs. `None` for fewer than two pairs, or where the
/// differences do not vary.
#[must_use]
pub fn paired(pairs: &[(f64, f64)]) -> Option<TTest> {
    if pairs.len() < 2 {
        return None;
    }
    let n = pairs.len() as f64;
    let differences: Vec<f64> = pairs.iter().map(|(a, b)| a - b).collect();
    let error = (variance(&differences) / n).sqrt();
    t_test(mean(&differences), error, n - 1.0)
}

fn t_test(difference: f64, error: f64, df: f64) -> Option<TTest> {
    if !(error > 0.0 && df > 0.0) {
        return None;
    }
    let student = StudentsT::new(0.0, 1.0, df).ok()?;
    let t = difference / error;
    let reach = student.inverse_cdf(0.975) * error;
    Some(TTest {
        difference,
        low: difference - reach,
        high: difference + reach,
        t,
        df,
        p: (2.0 * student.sf(t.abs())).min(1.0),
    })
}

/// The test of Mann and Whitney (1947); exact where nothing is equal and a group is small.
#[must_use]
pub fn mann_whitney(a: &[f64], b: &[f64]) -> Option<RankTest> {
    // With more runs the exact distribution takes long, and the normal one is close.
    const FEW: usize = 18;
    let mut all: Vec<f64> = a.iter().chain(b).copied().collect();
    all.sort_unstable_by(f64::total_cmp);
    let ties = all.windows(2).any(|pair| pair[0] == pair[1]);
    let exact = !ties && all.len() <= FEW;
    if a.len() < 2 || b.len() < 2 || all.first() == all.last() {
        return None;
    }
    let method = MannWhitneyUMethod::AsymptoticInclContinuityCorrection;
    let (u, mut p) = mannwhitneyu(a, b, method, Alternative::TwoSided).ok()?;
    if exact {
        p = exact_p(u, a.len(), b.len());
    }
    Some(RankTest { u, p, exact })
}

/// Two-sided probability of a statistic without ties, by counting the ranks that groups of these
/// sizes can have. (The exact method of statrs 0.19.1 gives the complement where the first group is
/// the smaller one.)
fn exact_p(u: f64, na: usize, nb: usize) -> f64 {
    let (n, most) = (na + nb, na * nb);
    let least_sum = na * (na + 1) / 2;
    // ways[k][s]: so many sets of k ranks have the sum s.
    let mut ways = vec![vec![0.0; least_sum + most + 1]; na + 1];
    ways[0][0] = 1.0;
    for rank in 1..=n {
        for k in (1..=na.min(rank)).rev() {
            for sum in rank..=least_sum + most {
                ways[k][sum] += ways[k - 1][sum - rank];
            }
        }
    }
    let of_group = &ways[na][least_sum..];
    let extreme = u.max(most as f64 - u).ceil() as usize;
    let tail: f64 = of_group[extreme.min(most)..].iter().sum();
    (2.0 * tail / of_group.iter().sum::<f64>()).min(1.0)
}

/// Difference of the means in pooled standard deviations, corrected for small groups (Hedges
/// 1981).
#[must_use]
pub fn hedges_g(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() < 2 || b.len() < 2 {
        return None;
    }
    let (na, nb) = (a.len() as f64, b.len() as f64);
    let df = na + nb - 2.0;
    let pooled = (((na - 1.0) * variance(a) + (nb - 1.0) * variance(b)) / df).sqrt();
    let correction = 1.0 - 3.0 / (4.0 * df - 1.0);
    (pooled > 0.0).then(|| correction * (mean(a) - mean(b)) / pooled)
}

#[cfg(test)]
mod tests;
