//! What normalisers have learnt, in a few numbers.

use crate::Statistics;
use angora_core::SensationLayout;
use angora_plugin_api::{PreprocessorSpec, Sense, StatisticsForm};

/// What a preprocessor whose statistics are moments has learnt of a sense, or of rewards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Learnt {
    /// What of.
    pub of: LearntOf,
    /// Samples.
    pub samples: f64,
    /// Smallest mean of an element.
    pub mean_min: f64,
    /// Largest mean of an element.
    pub mean_max: f64,
    /// Smallest standard deviation of an element.
    pub std_min: f64,
    /// Mean standard deviation of an element.
    pub std_mean: f64,
    /// Largest standard deviation of an element.
    pub std_max: f64,
}

/// What something was learnt of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LearntOf {
    /// A sense, element by element.
    Sense(Sense),
    /// The running return.
    Reward,
}

impl Statistics {
    /// What the preprocessors have learnt of the senses of this layout and of rewards, in their
    /// order; of several for the same thing the first. Those that do not say what their statistics
    /// are, and those that have seen nothing yet, are left out.
    #[must_use]
    pub fn learnt(&self, layout: &SensationLayout) -> Vec<Learnt> {
        let mut all: Vec<Learnt> = Vec::new();
        for (spec, numbers) in self.numbers() {
            for learnt in of_one(spec, numbers, layout) {
                if all.iter().all(|other| other.of != learnt.of) {
                    all.push(learnt);
                }
            }
        }
        all
    }
}

fn of_one(spec: &PreprocessorSpec, numbers: &[f64], layout: &SensationLayout) -> Vec<Learnt> {
    if spec.statistics_form != StatisticsForm::Moments || numbers[0] <= 0.0 {
        return Vec::new();
    }
    let (mean, m2) = numbers[1..].split_at((numbers.len() - 1) / 2);
    let learnt = |of, from: usize, len: usize| {
        summary(of, numbers[0], &mean[from..][..len], &m2[from..][..len])
    };
    if !spec.sensations {
        return vec![learnt(LearntOf::Reward, 0, 1)];
    }
    let mut at = 0;
    let vectors = layout.specs().iter().filter(|sense| sense.shape.len() == 1);
    let filled = vectors.filter(|sense| !sense.is_empty());
    filled
        .map(|sense| {
            let from = at;
            at += sense.len();
            learnt(LearntOf::Sense(sense.sense), from, sense.len())
        })
        .collect()
}

/// Of at least one element.
fn summary(of: LearntOf, samples: f64, mean: &[f64], m2: &[f64]) -> Learnt {
    let std = m2.iter().map(|m2| (m2 / samples).sqrt());
    let least = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::INFINITY, f64::min);
    let most = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::NEG_INFINITY, f64::max);
    Learnt {
        of,
        samples,
        mean_min: least(&mut mean.iter().copied()),
        mean_max: most(&mut mean.iter().copied()),
        std_min: least(&mut std.clone()),
        std_mean: std.clone().sum::<f64>() / m2.len() as f64,
        std_max: most(&mut std.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use angora_plugin_api::SensationSpec;

    fn sense(sense: Sense, shape: &[usize]) -> SensationSpec {
        SensationSpec {
            sense,
            shape: shape.to_vec(),
            low: None,
            high: None,
            unit: String::new(),
            elements: Vec::new(),
        }
    }

    fn moments(sensations: bool, statistics_form: StatisticsForm) -> PreprocessorSpec {
        PreprocessorSpec {
            statistics_len: 0,
            statistics_form,
            sensations,
            rewards: !sensations,
        }
    }

    /// Pictures are not among the elements; a sense has its own part of them.
    #[test]
    fn each_sense_is_summed_up_by_itself() {
        let layout = SensationLayout::new(&[
            sense(Sense::Vision, &[2, 2, 3]),
            sense(Sense::Proprioception, &[3]),
            sense(Sense::Goal, &[1]),
        ]);
        // 4 samples; means 1, -2, 3 | 7; variances 1, 4, 9 | 0.25.
        let numbers = [4.0, 1.0, -2.0, 3.0, 7.0, 4.0, 16.0, 36.0, 1.0];
        let learnt = of_one(&moments(true, StatisticsForm::Moments), &numbers, &layout);
        assert_eq!(
            learnt,
            [
                Learnt {
                    of: LearntOf::Sense(Sense::Proprioception),
                    samples: 4.0,
                    mean_min: -2.0,
                    mean_max: 3.0,
                    std_min: 1.0,
                    std_mean: 2.0,
                    std_max: 3.0,
                },
                Learnt {
                    of: LearntOf::Sense(Sense::Goal),
                    samples: 4.0,
                    mean_min: 7.0,
                    mean_max: 7.0,
                    std_min: 0.5,
                    std_mean: 0.5,
                    std_max: 0.5,
                },
            ]
        );
    }

    #[test]
    fn rewards_have_one_element_and_secrets_none() {
        let layout = SensationLayout::new(&[sense(Sense::Touch, &[2])]);
        let numbers = [4.0, 1.0, 36.0];
        let learnt = of_one(&moments(false, StatisticsForm::Moments), &numbers, &layout);
        assert_eq!((learnt[0].of, learnt[0].std_mean), (LearntOf::Reward, 3.0));
        let opaque = moments(false, StatisticsForm::Opaque);
        assert!(of_one(&opaque, &numbers, &layout).is_empty());
        let unseen = moments(true, StatisticsForm::Moments);
        assert!(of_one(&unseen, &[0.0; 5], &layout).is_empty());
    }
}
