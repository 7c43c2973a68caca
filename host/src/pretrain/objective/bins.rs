//! Classification: in which interval of its range each label lies.

use super::Label;
use crate::pretrain::outcome::PartScore;
use crate::pretrain::{Score, States};
use std::ops::Range;

/// The labels with the borders of their intervals.
#[derive(Debug, Clone, PartialEq)]
pub struct Bins {
    pub labels: Vec<Label>,
    pub bins: usize,
    /// Per label, ascending, one less than intervals: quantiles of the states that are learned
    /// from, so that all intervals are equally likely.
    borders: Vec<Vec<f64>>,
    /// Per label, the interval that most of these states are in.
    usual: Vec<usize>,
}

impl Bins {
    pub fn new(labels: Vec<Label>, bins: usize, states: &States, learned: usize) -> Self {
        let (mut borders, mut usual) = (Vec::new(), Vec::new());
        for label in &labels {
            let values = (0..learned).map(|state| states.labels(state)[label.at]);
            let mut sorted: Vec<f64> = values.collect();
            sorted.sort_by(f64::total_cmp);
            let own: Vec<f64> = (1..bins).map(|i| sorted[i * learned / bins]).collect();
            let mut counts = vec![0_usize; bins];
            for value in sorted {
                counts[interval(&own, value)] += 1;
            }
            let most = (0..bins).rev().max_by_key(|&i| counts[i]);
            usual.push(most.unwrap_or(0));
            borders.push(own);
        }
        Self {
            labels,
            bins,
            borders,
            usual,
        }
    }

    pub fn outputs(&self) -> usize {
        self.labels.len() * self.bins
    }

    pub fn target(&self, labels: &[f64], target: &mut [f32]) {
        let known = self.labels.iter().zip(&self.borders);
        for (target, (label, borders)) in target.iter_mut().zip(known) {
            *target = interval(borders, labels[label.at]) as f32;
        }
    }

    /// Parts of wrong answers, against those of always giving the most frequent one.
    pub fn score(&self, states: &States, of: Range<usize>, predictions: &[f32]) -> Score {
        let n = of.len() as f64;
        let mut parts = Vec::new();
        for (i, label) in self.labels.iter().enumerate() {
            let (mut wrong, mut unusual) = (0, 0);
            let rows = predictions.chunks_exact(self.outputs());
            for (row, state) in rows.zip(of.clone()) {
                let right = interval(&self.borders[i], states.labels(state)[label.at]);
                let logits = &row[i * self.bins..(i + 1) * self.bins];
                wrong += usize::from(largest(logits) != right);
                unusual += usize::from(self.usual[i] != right);
            }
            parts.push(PartScore {
                name: label.name.clone(),
                unit: "",
                error: wrong as f64 / n,
                baseline: unusual as f64 / n,
            });
        }
        let mean =
            |of: fn(&PartScore) -> f64| parts.iter().map(of).sum::<f64>() / parts.len() as f64;
        Score {
            measure: "part of wrong answers, mean of the labels",
            baseline_is: "always the most frequent answer",
            error: mean(|part| part.error),
            baseline: mean(|part| part.baseline),
            part_measure: "part of wrong answers",
            parts,
        }
    }
}

/// The interval of a value: the number of borders that are not above it.
fn interval(borders: &[f64], value: f64) -> usize {
    borders.partition_point(|border| *border <= value)
}

/// The place of the largest value, the first of equals.
fn largest(values: &[f32]) -> usize {
    let places = (0..values.len()).rev();
    let largest = places.max_by(|&a, &b| values[a].total_cmp(&values[b]));
    largest.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_border_belongs_to_the_interval_above_it() {
        let borders = [-1.0, 0.5];
        for (value, expected) in [(-2.0, 0), (-1.0, 1), (0.0, 1), (0.5, 2), (9.0, 2)] {
            assert_eq!(interval(&borders, value), expected, "{value}");
        }
        assert_eq!(largest(&[0.0, 2.0, 2.0, -1.0]), 1);
    }
}
