//! Bands by the percentile bootstrap over runs (Efron 1979). The same runs always give the same
//! band: the random numbers are those of one fixed stream.

use crate::centre::Centre;
use angora_core::{Purpose, Stream};

/// Times that the runs are drawn anew.
pub const RESAMPLES: usize = 2_000;

/// Which of `n` runs are drawn, [RESAMPLES, n].
#[derive(Debug)]
pub struct Draws {
    n: usize,
    drawn: Vec<u32>,
}

impl Draws {
    /// Of `n` runs, with replacement.
    #[must_use]
    pub fn of(n: usize) -> Self {
        Self::of_stratum(n, 0)
    }

    /// Of the `n` runs of one of several strata, which are drawn apart from each other.
    #[must_use]
    pub fn of_stratum(n: usize, stratum: u64) -> Self {
        let mut stream = Stream::new(0, n as u64, stratum, Purpose::Bootstrap);
        let drawn = (0..RESAMPLES * n).map(|_| stream.index(n) as u32);
        Self {
            n,
            drawn: drawn.collect(),
        }
    }
}

/// The ends of the band of `level` around the centre of `values`, which are as many as the draws
/// are of; `None` for fewer than two: one run has no spread.
#[must_use]
pub fn band(values: &[f64], draws: &Draws, centre: Centre, level: f64) -> Option<(f64, f64)> {
    if values.len() < 2 || values.len() != draws.n {
        return None;
    }
    let mut sample = vec![0.0; draws.n];
    let centres = draws.drawn.chunks_exact(draws.n).map(|drawn| {
        for (place, run) in sample.iter_mut().zip(drawn) {
            *place = values[*run as usize];
        }
        centre.of(&mut sample)
    });
    Some(middle(centres.collect(), level))
}

/// The ends of the band of `level` around the centre of the values of all strata together, where each
/// stratum (the runs of a task) is drawn anew by itself: the stratified bootstrap of Agarwal et al.
/// (2021). `None` where no stratum has two values.
#[must_use]
pub fn stratified_band(strata: &[Vec<f64>], centre: Centre, level: f64) -> Option<(f64, f64)> {
    if strata.iter().all(|values| values.len() < 2) {
        return None;
    }
    let draws = (0..).zip(strata);
    let draws: Vec<Draws> = draws
        .map(|(stratum, values)| Draws::of_stratum(values.len(), stratum))
        .collect();
    let mut sample = Vec::new();
    let centres = (0..RESAMPLES).map(|turn| {
        sample.clear();
        for (values, draws) in strata.iter().zip(&draws) {
            let drawn = &draws.drawn[turn * draws.n..(turn + 1) * draws.n];
            sample.extend(drawn.iter().map(|run| values[*run as usize]));
        }
        centre.of(&mut sample)
    });
    Some(middle(centres.collect(), level))
}

/// The ends of what is left without the tails.
fn middle(mut centres: Vec<f64>, level: f64) -> (f64, f64) {
    centres.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - level) / 2.0;
    (quantile(&centres, tail), quantile(&centres, 1.0 - tail))
}

/// Linear between the order statistics, as numpy's default.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let at = part * (sorted.len() - 1) as f64;
    let low = at.floor() as usize;
    let high = (low + 1).min(sorted.len() - 1);
    let between = at - low as f64;
    sorted[low] + between * (sorted[high] - sorted[low])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_has_no_band_and_two_span_theirs() {
        assert_eq!(band(&[1.0], &Draws::of(1), Centre::Mean, 0.95), None);
        // The mean of two draws is either value with probability 1/4 each.
        let of_two = band(&[1.0, 2.0], &Draws::of(2), Centre::Mean, 0.95);
        assert_eq!(of_two, Some((1.0, 2.0)));
    }

    #[test]
    fn equal_runs_have_a_band_without_width() {
        let of_same = band(&[3.0; 5], &Draws::of(5), Centre::Iqm, 0.95);
        assert_eq!(of_same, Some((3.0, 3.0)));
    }

    #[test]
    fn bands_agree_with_scipys_bootstrap() {
        // scipy 1.16.3, numpy 2.4.6: scipy.stats.bootstrap((x,), f, n_resamples=200_000,
        // method="percentile", rng=1) with f = mean and f = trim_mean(., 0.25).
        let x = [12.0, 15.5, 9.25, 20.0, 14.0, 13.5, 17.25, 8.0, 16.0, 11.0];
        let draws = Draws::of(x.len());
        for (centre, (low, high)) in [(Centre::Mean, SCIPY_MEAN), (Centre::Iqm, SCIPY_IQM)] {
            let (a, b) = band(&x, &draws, centre, 0.95).expect("ten runs");
            // The standard error of a 2.5 % quantile of 2,000 draws is about 0.08 here.
            assert!((a - low).abs() < 0.25, "{centre:?}: {a} instead of {low}");
            assert!((b - high).abs() < 0.25, "{centre:?}: {b} instead of {high}");
        }
    }

    const SCIPY_MEAN: (f64, f64) = (11.5, 15.825);
    const SCIPY_IQM: (f64, f64) = (11.0, 16.125);

    /// rliable 1.2.0 (arch 8.0, 50,000 resamples): `get_interval_estimates` of the matrix whose columns
    /// are these strata, with `aggregate_iqm` and `aggregate_mean`.
    #[test]
    fn strata_are_drawn_as_rliable_draws_them() {
        let strata = [
            vec![0.12, 0.30, 0.25, 0.45, 0.05],
            vec![0.55, 0.75, 0.40, 0.85, 0.65],
            vec![0.90, 1.10, 0.95, 1.30, 0.70],
        ];
        for (centre, expected) in [
            (Centre::Iqm, [0.52222, 0.71111]),
            (Centre::Mean, [0.53667, 0.70667]),
        ] {
            let (low, high) = stratified_band(&strata, centre, 0.95).expect("five runs each");
            // The standard error of a 2.5 % quantile of 2,000 draws is about 0.003 here.
            assert!((low - expected[0]).abs() < 0.012, "{centre:?}: {low}");
            assert!((high - expected[1]).abs() < 0.012, "{centre:?}: {high}");
        }
        // All together, the bounds between tasks would be lost: the band would be far wider.
        let together = strata.concat();
        let (low, high) = band(&together, &Draws::of(15), Centre::Mean, 0.95).expect("15 runs");
        assert!(high - low > 1.8 * (0.70667 - 0.53667), "{low} {high}");
        assert_eq!(
            stratified_band(&[vec![1.0], vec![2.0]], Centre::Iqm, 0.95),
            None
        );
    }

    #[test]
    fn the_same_runs_give_the_same_band() {
        let x = [1.0, 5.0, 2.0, 8.0];
        let once = band(&x, &Draws::of(4), Centre::Iqm, 0.95);
        assert_eq!(once, band(&x, &Draws::of(4), Centre::Iqm, 0.95));
    }
}
