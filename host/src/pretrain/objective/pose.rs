//! Regression: the labels themselves, each in units of its standard deviation.

use super::Label;
use crate::pretrain::outcome::PartScore;
use crate::pretrain::{Score, States};
use std::ops::Range;

/// The labels that are told.
#[derive(Debug, Clone, PartialEq)]
pub struct Pose {
    pub labels: Vec<Label>,
}

impl Pose {
    pub fn new(labels: Vec<Label>) -> Self {
        Self { labels }
    }

    pub fn target(&self, labels: &[f64], target: &mut [f32]) {
        for (target, label) in target.iter_mut().zip(&self.labels) {
            *target = ((labels[label.at] - label.mean) / label.sd) as f32;
        }
    }

    /// Root mean squared errors in the labels' units, against those of always saying the mean of
    /// the states that were learned from.
    pub fn score(&self, states: &States, of: Range<usize>, predictions: &[f32]) -> Score {
        let (n, k) = (of.len() as f64, self.labels.len());
        let (mut error, mut baseline) = (0.0, 0.0);
        let mut parts = Vec::new();
        for (i, label) in self.labels.iter().enumerate() {
            let told = predictions.chunks_exact(k).map(|row| f64::from(row[i]));
            let (mut squares, mut of_mean) = (0.0, 0.0);
            for (told, state) in told.zip(of.clone()) {
                let true_value = states.labels(state)[label.at];
                squares += (label.mean + label.sd * told - true_value).powi(2);
                of_mean += (label.mean - true_value).powi(2);
            }
            error += squares / n / (label.sd * label.sd * k as f64);
            baseline += of_mean / n / (label.sd * label.sd * k as f64);
            parts.push(PartScore {
                name: label.name.clone(),
                unit: label.unit,
                error: (squares / n).sqrt(),
                baseline: (of_mean / n).sqrt(),
            });
        }
        Score {
            measure: "squared error over the variance, mean of the labels",
            baseline_is: "always the mean",
            error,
            baseline,
            part_measure: "root mean squared error",
            parts,
        }
    }
}
