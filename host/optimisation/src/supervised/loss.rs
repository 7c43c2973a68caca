//! Losses of a readout.

/// What a readout of K numbers is trained to minimise, a mean over examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// Mean over the K numbers of the squared difference to the target `[K]`.
    SquaredError,
    /// The K numbers are the logits of K / classes questions, each with so many answers; the
    /// target `[K / classes]` holds the index of the right one of each. Mean over the questions of
    /// -log softmax of the right answer.
    CrossEntropy {
        /// Answers to each question.
        classes: usize,
    },
}

impl Loss {
    /// Numbers of a target, for K outputs.
    #[must_use]
    pub fn target_len(self, outputs: usize) -> usize {
        match self {
            Self::SquaredError => outputs,
            Self::CrossEntropy { classes } => outputs / classes,
        }
    }

    /// The loss of `n` rows of K `outputs` each, as a sum over the rows divided by `of`; writes its
    /// derivatives by the outputs. `of` is `n`, or the rows of the minibatch that these are a part
    /// of.
    ///
    /// # Panics
    /// If lengths do not fit, or an answer is none of the classes.
    #[must_use]
    pub fn gradient(
        self,
        outputs: &[f32],
        targets: &[f32],
        k: usize,
        of: usize,
        derivatives: &mut [f32],
    ) -> f64 {
        assert_eq!(outputs.len(), derivatives.len(), "number of derivatives");
        let rows = outputs.len() / k;
        assert_eq!(
            targets.len(),
            rows * self.target_len(k),
            "number of targets"
        );
        let weight = 1.0 / (of * self.target_len(k)) as f64;
        match self {
            Self::SquaredError => {
                let mut sum = 0.0;
                for ((y, t), d) in outputs.iter().zip(targets).zip(derivatives) {
                    let error = y - t;
                    sum += f64::from(error) * f64::from(error);
                    *d = (2.0 * weight) as f32 * error;
                }
                sum * weight
            }
            Self::CrossEntropy { classes } => {
                let questions = outputs.chunks_exact(classes).zip(targets);
                let derivatives = derivatives.chunks_exact_mut(classes);
                let losses = questions
                    .zip(derivatives)
                    .map(|((logits, answer), d)| cross_entropy(logits, *answer, weight as f32, d));
                losses.sum::<f64>() * weight
            }
        }
    }
}

/// -log softmax of the answer; writes `weight` times the derivative, softmax - one hot.
fn cross_entropy(logits: &[f32], answer: f32, weight: f32, derivatives: &mut [f32]) -> f64 {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0_f32;
    for (d, logit) in derivatives.iter_mut().zip(logits) {
        *d = (logit - most).exp();
        sum += *d;
    }
    for d in derivatives.iter_mut() {
        *d *= weight / sum;
    }
    let answer = answer as usize;
    derivatives[answer] -= weight;
    f64::from(sum.ln() - (logits[answer] - most))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definitions, in f64.
    fn by_definition(loss: Loss, outputs: &[f64], targets: &[f32], k: usize) -> f64 {
        let rows = (outputs.len() / k) as f64;
        let terms: Vec<f64> = match loss {
            Loss::SquaredError => outputs
                .iter()
                .zip(targets)
                .map(|(y, t)| (y - f64::from(*t)).powi(2))
                .collect(),
            Loss::CrossEntropy { classes } => outputs
                .chunks(classes)
                .zip(targets)
                .map(|(logits, answer)| {
                    let sum: f64 = logits.iter().map(|x| x.exp()).sum();
                    -(logits[*answer as usize].exp() / sum).ln()
                })
                .collect(),
        };
        terms.iter().sum::<f64>() / (rows * loss.target_len(k) as f64)
    }

    #[test]
    fn losses_and_gradients_are_those_of_the_definitions() {
        let outputs = [
            0.3_f32, -1.2, 2.0, 0.0, 1.5, -0.7, 0.9, 0.2, -3.0, 4.0, 0.1, 0.6,
        ];
        let values = [
            1.0_f32, 0.0, -1.0, 0.5, 2.0, 0.0, 0.0, 1.0, -2.0, 3.0, 0.25, -0.5,
        ];
        for (loss, targets) in [
            (Loss::SquaredError, &values[..]),
            (Loss::CrossEntropy { classes: 3 }, &[2.0, 0.0, 1.0, 1.0]),
            (Loss::CrossEntropy { classes: 6 }, &[5.0, 3.0]),
        ] {
            let mut found = [f32::NAN; 12];
            let value = loss.gradient(&outputs, targets, 6, 2, &mut found);
            let exact: Vec<f64> = outputs.iter().map(|y| f64::from(*y)).collect();
            let expected = by_definition(loss, &exact, targets, 6);
            assert!((value - expected).abs() < 1e-6, "{loss:?}");
            for i in 0..outputs.len() {
                let at = |h: f64| {
                    let mut moved = exact.clone();
                    moved[i] += h;
                    by_definition(loss, &moved, targets, 6)
                };
                let slope = (at(1e-6) - at(-1e-6)) / 2e-6;
                assert!(
                    (f64::from(found[i]) - slope).abs() < 1e-6,
                    "{loss:?} by output {i}: {} is not {slope}",
                    found[i]
                );
            }
        }
    }

    #[test]
    fn parts_of_a_minibatch_add_up() {
        let outputs = [0.5_f32, 2.0, -1.0, 0.25];
        let targets = [0.0, 1.0, 1.0, 0.0];
        let mut whole = [0.0; 4];
        let loss = Loss::SquaredError;
        let sum = loss.gradient(&outputs, &targets, 1, 4, &mut whole);
        let mut parts = [0.0; 4];
        let (left, right) = parts.split_at_mut(2);
        let halves = loss.gradient(&outputs[..2], &targets[..2], 1, 4, left)
            + loss.gradient(&outputs[2..], &targets[2..], 1, 4, right);
        assert_eq!((sum, whole), (halves, parts));
    }

    #[test]
    fn large_logits_do_not_overflow() {
        let mut d = [0.0; 2];
        let loss = Loss::CrossEntropy { classes: 2 };
        let right = loss.gradient(&[1e4, -1e4], &[0.0], 2, 1, &mut d);
        assert_eq!((right, d), (0.0, [0.0, 0.0]));
        let wrong = loss.gradient(&[1e4, -1e4], &[1.0], 2, 1, &mut d);
        assert_eq!((wrong, d), (2e4, [1.0, -1.0]));
    }
}
