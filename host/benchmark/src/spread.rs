//! How the scores of a few runs are spread.

use angora_statistics::Centre;
use angora_statistics::bootstrap::{Draws, band, stratified_band};
use angora_statistics::centre::{mean, variance};
use serde::{Deserialize, Serialize};

/// Level of all intervals.
pub const LEVEL: f64 = 0.95;

/// Scores of runs that differ in their seed alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Number of runs.
    pub n: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation with n - 1; absent for one run.
    pub sd: Option<f64>,
    /// Mean of the middle half of the runs (Agarwal et al. 2021).
    pub iqm: f64,
    /// 95 % interval of the mean: percentile bootstrap over runs; absent for one run.
    pub mean_interval: Option<[f64; 2]>,
    /// The same of the interquartile mean.
    pub iqm_interval: Option<[f64; 2]>,
    /// Worst run.
    pub min: f64,
    /// Best run.
    pub max: f64,
}

impl Spread {
    /// Of the scores of runs; `None` where there is none.
    #[must_use]
    pub fn of(scores: &[f64]) -> Option<Self> {
        if scores.is_empty() || scores.iter().any(|score| !score.is_finite()) {
            return None;
        }
        let draws = Draws::of(scores.len());
        let interval = |centre| band(scores, &draws, centre, LEVEL).map(<[f64; 2]>::from);
        Some(Self {
            n: scores.len(),
            mean: mean(scores),
            sd: (scores.len() > 1).then(|| variance(scores).sqrt()),
            iqm: Centre::Iqm.of(&mut scores.to_vec()),
            mean_interval: interval(Centre::Mean),
            iqm_interval: interval(Centre::Iqm),
            min: scores.iter().copied().fold(f64::INFINITY, f64::min),
            max: scores.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        })
    }
}

/// Normalised scores of runs of several tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Across {
    /// Number of tasks.
    pub tasks: usize,
    /// Number of runs of all tasks.
    pub n: usize,
    /// Mean of all runs.
    pub mean: f64,
    /// Interquartile mean of all runs of all tasks.
    pub iqm: f64,
    /// 95 % interval of the mean: stratified bootstrap, the runs of each task drawn by themselves;
    /// absent where no task has two runs.
    pub mean_interval: Option<[f64; 2]>,
    /// The same of the interquartile mean.
    pub iqm_interval: Option<[f64; 2]>,
}

impl Across {
    /// Of the scores of each task; `None` where there is none. Tasks should have as many runs each:
    /// all runs weigh the same.
    #[must_use]
    pub fn of(tasks: &[Vec<f64>]) -> Option<Self> {
        let mut all = tasks.concat();
        if all.is_empty() {
            return None;
        }
        let interval = |centre| stratified_band(tasks, centre, LEVEL).map(<[f64; 2]>::from);
        Some(Self {
            tasks: tasks.iter().filter(|scores| !scores.is_empty()).count(),
            n: all.len(),
            mean: mean(&all),
            mean_interval: interval(Centre::Mean),
            iqm_interval: interval(Centre::Iqm),
            iqm: Centre::Iqm.of(&mut all),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64, within: f64) {
        assert!(
            (found - expected).abs() <= within,
            "{found} instead of {expected}"
        );
    }

    /// numpy 2.4.6 and scipy 1.17.1: `y.mean()`, `y.std(ddof=1)`, `trim_mean(y, 0.25)`, percentiles of
    /// 200,000 resamples.
    #[test]
    fn five_seeds_are_summarised_as_numpy_and_scipy_do() {
        let spread = Spread::of(&[310.0, 480.0, 455.0, 500.0, 120.0]).expect("five runs");
        assert_eq!((spread.n, spread.min, spread.max), (5, 120.0, 500.0));
        near(spread.mean, 373.0, 1e-12);
        near(spread.sd.expect("five runs"), 159.906_222_518_074_63, 1e-9);
        near(spread.iqm, 415.0, 1e-12);
        // Both distributions are lumpy: five values have few resamples.
        let [low, high] = spread.mean_interval.expect("five runs");
        near(low, 234.0, 8.0);
        near(high, 483.0, 4.0);
        let [low, high] = spread.iqm_interval.expect("five runs");
        near(low, 183.333_333_333, 64.0);
        near(high, 493.333_333_333, 7.0);
    }

    #[test]
    fn one_run_has_neither_deviation_nor_interval() {
        let spread = Spread::of(&[7.0]).expect("one run");
        assert_eq!((spread.mean, spread.iqm), (7.0, 7.0));
        assert_eq!((spread.sd, spread.mean_interval), (None, None));
        assert_eq!(Spread::of(&[]), None);
        assert_eq!(Spread::of(&[f64::NAN]), None);
    }

    /// By hand: of the six values in order, 1 is left out at either end (6 / 4 rounded down).
    #[test]
    fn runs_of_all_tasks_are_trimmed_together() {
        let across = Across::of(&[vec![0.0, 0.2, 0.4], vec![0.5, 0.9, 1.0]]).expect("six runs");
        assert_eq!((across.tasks, across.n), (2, 6));
        near(across.mean, 0.5, 1e-12);
        near(across.iqm, 0.5, 1e-12);
        let [low, high] = across.iqm_interval.expect("three runs each");
        assert!(
            low < 0.5 && 0.5 < high && low >= 0.2 && high <= 0.9,
            "{low} {high}"
        );
        assert_eq!(Across::of(&[vec![], vec![]]), None);
    }
}
