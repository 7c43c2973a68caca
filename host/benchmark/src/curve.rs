//! Learning curves of the runs of a row, as one line with a band.

use crate::spread::LEVEL;
use angora_statistics::Centre;
use angora_statistics::bootstrap::{Draws, band};
use angora_statistics::centre::mean;
use angora_statistics::grid::{common, value_at};

/// Places of a curve.
const POINTS: usize = 200;

/// The mean of several runs over control steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Variant.
    pub name: String,
    /// Number of runs.
    pub n: usize,
    /// Control steps, mean, and the 95 % interval of the mean, which is the mean itself for one run.
    pub points: Vec<CurvePoint>,
}

/// A place of a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// Control steps.
    pub steps: f64,
    /// Mean over runs.
    pub mean: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Curve {
    /// Of the curves of runs (control steps, score), over what all of them reach; `None` where that is
    /// nothing.
    #[must_use]
    pub fn of(name: &str, runs: &[&[[f64; 2]]]) -> Option<Self> {
        let runs: Vec<(Vec<f64>, Vec<f64>)> = runs
            .iter()
            .filter(|run| !run.is_empty())
            .map(|run| run.iter().map(|[x, y]| (*x, *y)).unzip())
            .collect();
        let ends = runs.iter().map(|(x, _)| (x[0], x[x.len() - 1]));
        let shared = ends.reduce(|a, b| (a.0.max(b.0), a.1.min(b.1)))?;
        let draws = Draws::of(runs.len());
        let places = common(&[shared], POINTS);
        let point = |steps: f64| {
            let values: Option<Vec<f64>> =
                runs.iter().map(|(x, y)| value_at(x, y, steps)).collect();
            let values = values?;
            let centre = mean(&values);
            let (low, high) =
                band(&values, &draws, Centre::Mean, LEVEL).unwrap_or((centre, centre));
            Some(CurvePoint {
                steps,
                mean: centre,
                low,
                high,
            })
        };
        let points: Vec<CurvePoint> = places.into_iter().filter_map(point).collect();
        (!points.is_empty()).then(|| Self {
            name: name.to_owned(),
            n: runs.len(),
            points,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: the means of 0 and 10 rising to 10 and 30; of two runs the interval spans both.
    #[test]
    fn runs_become_their_mean_over_what_all_reach() {
        let a = [[0.0, 0.0], [100.0, 10.0]];
        let b = [[0.0, 10.0], [200.0, 50.0]];
        let curve = Curve::of("v", &[&a, &b]).expect("both reach 0 to 100");
        let (first, last) = (curve.points[0], curve.points[POINTS - 1]);
        assert_eq!((first.steps, first.mean), (0.0, 5.0));
        assert_eq!((last.steps, last.mean), (100.0, 20.0));
        assert_eq!((last.low, last.high), (10.0, 30.0));
        assert_eq!((curve.n, curve.points.len()), (2, POINTS));
    }

    #[test]
    fn one_run_has_no_band_and_none_has_no_curve() {
        let a = [[8.0, 1.0], [16.0, 2.0]];
        let curve = Curve::of("v", &[&a]).expect("one run");
        assert!(
            curve
                .points
                .iter()
                .all(|p| p.low == p.mean && p.high == p.mean)
        );
        assert_eq!(Curve::of("v", &[]), None);
        assert_eq!(Curve::of("v", &[&[]]), None);
        // They never meet.
        assert_eq!(Curve::of("v", &[&a, &[[20.0, 1.0], [30.0, 1.0]]]), None);
    }
}
