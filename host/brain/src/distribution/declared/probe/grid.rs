//! Points and weights that integrate over a support.

use angora_plugin_api::distribution::Support;
use std::f64::consts::FRAC_PI_2;

/// Points of a continuous support.
const POINTS: usize = 2_001;
/// Largest argument of the double-exponential rule: beyond it weights vanish.
const REACH: f64 = 3.0;

/// Points with their weights, ascending.
pub struct Grid {
    points: Vec<(f64, f64)>,
    discrete: bool,
}

impl Grid {
    /// For a support; samples tell where on the real line the probability is.
    ///
    /// Continuous supports are integrated by the double-exponential rule (Takahasi and Mori
    /// 1974), which takes poles at the ends of an interval and heavy tails.
    pub fn new(support: Support, choices: usize, samples: impl FnOnce() -> Vec<f64>) -> Self {
        let step = 2.0 * REACH / (POINTS - 1) as f64;
        let steps = (0..POINTS).map(|i| -REACH + step * i as f64);
        let points = match support {
            Support::Interval { low, high } => {
                let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
                let point = |t: f64| {
                    let s = FRAC_PI_2 * t.sinh();
                    let slope = FRAC_PI_2 * t.cosh() / s.cosh().powi(2);
                    (middle + half * s.tanh(), step * half * slope)
                };
                steps.map(point).collect()
            }
            Support::Real => {
                let mut samples = samples();
                samples.sort_by(f64::total_cmp);
                let quantile = |share: f64| samples[(share * (samples.len() - 1) as f64) as usize];
                let scale = (quantile(0.75) - quantile(0.25)).max(1e-9);
                let point = |t: f64| {
                    let s = FRAC_PI_2 * t.sinh();
                    let slope = FRAC_PI_2 * t.cosh() * s.cosh();
                    (quantile(0.5) + scale * s.sinh(), step * scale * slope)
                };
                steps.map(point).collect()
            }
            Support::Choices | Support::Bins { .. } => {
                (0..choices).map(|choice| (choice as f64, 1.0)).collect()
            }
        };
        Self {
            points,
            discrete: matches!(support, Support::Choices | Support::Bins { .. }),
        }
    }

    /// Points and weights.
    pub fn points(&self) -> &[(f64, f64)] {
        &self.points
    }

    /// Probability below a point, without and with what lies at it.
    pub fn below(&self, x: f64, density: impl Fn(f64) -> f64) -> (f64, f64) {
        let (mut below, mut until) = (0.0, 0.0);
        for (at, weight) in &self.points {
            let probability = weight * density(*at);
            if *at < x {
                below += probability;
            }
            if *at <= x {
                until += probability;
            }
        }
        (below, until)
    }

    /// Largest distance between the cumulative distributions of sorted samples and a density.
    pub fn distance(&self, samples: &[f64], density: impl Fn(f64) -> f64) -> f64 {
        let (mut cumulative, mut seen, mut distance) = (0.0, 0, 0.0_f64);
        for (at, weight) in &self.points {
            let probability = weight * density(*at);
            // Between two points a half of each belongs to either side.
            let share = if self.discrete { 1.0 } else { 0.5 };
            cumulative += share * probability;
            while seen < samples.len() && samples[seen] <= *at {
                seen += 1;
            }
            distance = distance.max((cumulative - seen as f64 / samples.len() as f64).abs());
            cumulative += (1.0 - share) * probability;
        }
        distance
    }
}
