//! Epochs and minibatches over the rollouts of a cycle.

use crate::loss::{LossSettings, LossSums, RowGradients, loss_and_gradient};
use crate::minibatch::{Places, Rows};
use crate::tensor::TensorGradient;
use crate::{Adam, AdvantageNormalisation, Frozen, PpoSettings, explained_variance};
use angora_brain::{Brain, BrainError, Sequences, Training};
use angora_buffer::Rollout;
use angora_comm::{Team, reduction, share};
use angora_core::{Purpose, Stream};

/// What an update of a cycle reports; means over all its minibatches.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct UpdateReport {
    /// Negative clipped surrogate.
    pub policy_loss: f64,
    /// Half the squared error of the value.
    pub value_loss: f64,
    /// Entropy, summed over degrees of freedom.
    pub entropy: f64,
    /// The weighted sum that was minimised.
    pub loss: f64,
    /// Mean of (ratio - 1) - ln ratio.
    pub approx_kl: f64,
    /// Part of transitions whose ratio was outside the clip range.
    pub clip_fraction: f64,
    /// Mean global norm of the gradients, before clipping.
    pub gradient_norm: f64,
    /// 1 - Var(target - value) / Var(target), of the values when gathered.
    pub explained_variance: Option<f64>,
    /// Gradient steps done.
    pub updates: u64,
    /// Step size in this cycle.
    pub learning_rate: f64,
}

/// Why an update stopped.
#[derive(Debug, thiserror::Error)]
pub enum LearnerError {
    /// The gradient is not finite.
    #[error(
        "the gradient of update {update} in cycle {cycle} is not finite; the learning has diverged; begin a new run with a lower ppo.learning_rate or with ppo.max_gradient_norm, or go on from an earlier checkpoint with --resume ID --checkpoint NAME"
    )]
    Diverged {
        /// Cycle, from 1.
        cycle: u64,
        /// Update within the cycle, from 0.
        update: u64,
    },
}

/// One slice of a minibatch, with memory of its own.
struct Slice {
    rows: Rows,
    training: Training,
    row_gradients: RowGradients,
    gradient: Gradient,
    sums: LossSums,
}

struct Gradient(Vec<f32>);

impl AsMut<[f32]> for Slice {
    fn as_mut(&mut self) -> &mut [f32] {
        &mut self.gradient.0
    }
}

/// Parameters, Adam, and the memory of an update.
pub struct Learner {
    /// The brain's parameters.
    pub parameters: Vec<f32>,
    /// The optimiser's state.
    pub adam: Adam,
    /// What is not learned; nothing at first.
    pub frozen: Frozen,
    settings: PpoSettings,
    seed: u64,
    cycles: u64,
    order: Vec<u32>,
    places: Places,
    slices: Vec<Slice>,
    /// Where gradients are computed, if not by the slices on the CPU.
    tensor: Option<TensorGradient>,
}

/// Number of slices of a minibatch on the CPU: a function of its size alone. A Burn device takes
/// the minibatch whole.
fn slice_count(minibatch_size: usize) -> usize {
    (minibatch_size / 32).clamp(1, 8).max(minibatch_size / 1024)
}

impl Learner {
    /// For rollouts of this form; `cycles` is the length of the run, for schedules. The device is
    /// `cpu` for the fused slices, or a Burn device by name.
    ///
    /// # Errors
    /// There is no such device in this build.
    pub fn new(
        brain: &Brain,
        settings: PpoSettings,
        seed: u64,
        cycles: u64,
        rollouts: &[Rollout],
        device: &str,
    ) -> Result<Self, BrainError> {
        let tensor = match device {
            "cpu" => None,
            name => Some(TensorGradient::new(name)?),
        };
        let batch: usize = rollouts.iter().map(|r| r.horizon * r.environments).sum();
        let count = match tensor {
            None => slice_count(settings.minibatch_size),
            Some(_) => 1,
        };
        let rows = settings.minibatch_size.div_ceil(count);
        let parameters = brain.initialise(seed);
        let slices = (0..count)
            .map(|_| Slice {
                rows: Rows::new(brain, rows),
                training: brain.training(rows),
                row_gradients: RowGradients::new(brain.distribution()),
                gradient: Gradient(vec![0.0; parameters.len()]),
                sums: LossSums::default(),
            })
            .collect();
        Ok(Self {
            adam: Adam::new(parameters.len()),
            frozen: Frozen::default(),
            parameters,
            settings,
            seed,
            cycles,
            order: (0..batch as u32).collect(),
            places: Places::new(rollouts),
            slices,
            tensor,
        })
    }

    /// The epochs of a cycle (from 1). On the `cpu` device it allocates nothing, but for products of
    /// large layers (`angora_brain`'s `kernels::product`); Burn devices allocate.
    ///
    /// # Errors
    /// A gradient that is not finite; the parameters are then those before that update.
    pub fn update(
        &mut self,
        brain: &Brain,
        team: &Team,
        rollouts: &[Rollout],
        cycle: u64,
    ) -> Result<UpdateReport, LearnerError> {
        let factor = self
            .settings
            .learning_rate_schedule
            .factor(cycle, self.cycles);
        let learning_rate = self.settings.learning_rate * factor;
        let mut totals = LossSums::default();
        let mut report = UpdateReport {
            learning_rate,
            explained_variance: explained_variance(
                rollouts
                    .iter()
                    .flat_map(|r| r.value_targets.iter().zip(&r.values)),
            ),
            ..UpdateReport::default()
        };
        for (i, slot) in self.order.iter_mut().enumerate() {
            *slot = i as u32;
        }
        let whole = match self.settings.normalise_advantages {
            AdvantageNormalisation::Batch => Some(self.moments(rollouts, 0..self.order.len())),
            AdvantageNormalisation::Off => Some((0.0, 1.0)),
            AdvantageNormalisation::Minibatch => None,
        };
        'epochs: for epoch in 0..self.settings.epochs {
            Stream::new(self.seed, cycle, epoch as u64, Purpose::Shuffle).shuffle(&mut self.order);
            for minibatch in 0..self.order.len() / self.settings.minibatch_size {
                let start = minibatch * self.settings.minibatch_size;
                let range = start..start + self.settings.minibatch_size;
                let normal = whole.unwrap_or_else(|| self.moments(rollouts, range.clone()));
                let sums = self.gradient(brain, team, rollouts, range, normal);
                self.frozen.clear(&mut self.slices[0].gradient.0);
                let norm = reduction::square_norm(&self.slices[0].gradient.0).sqrt();
                if !norm.is_finite() {
                    return Err(LearnerError::Diverged {
                        cycle,
                        update: report.updates,
                    });
                }
                let limit = self.settings.max_gradient_norm.unwrap_or(f64::INFINITY);
                let scale = (limit / (norm + 1e-6)).min(1.0);
                self.adam.step(
                    &mut self.parameters,
                    &self.slices[0].gradient.0,
                    scale as f32,
                    learning_rate,
                    &self.frozen,
                );
                totals.add(&sums);
                report.gradient_norm += norm;
                report.updates += 1;
                let far = |target: f64| sums.approx_kl / sums.n > 1.5 * target;
                if self.settings.target_kl.is_some_and(far) {
                    break 'epochs;
                }
            }
        }
        self.finish(&mut report, &totals);
        Ok(report)
    }

    fn finish(&self, report: &mut UpdateReport, totals: &LossSums) {
        let n = totals.n.max(1.0);
        report.policy_loss = totals.policy / n;
        report.value_loss = totals.value / n;
        report.entropy = totals.entropy / n;
        report.approx_kl = totals.approx_kl / n;
        report.clip_fraction = totals.clipped / n;
        report.gradient_norm /= report.updates.max(1) as f64;
        report.loss = report.policy_loss + self.settings.value_coefficient * report.value_loss
            - self.settings.entropy_coefficient * report.entropy;
    }

    /// Mean and inverse standard deviation of the advantages of a range of the order.
    fn moments(&self, rollouts: &[Rollout], range: std::ops::Range<usize>) -> (f64, f64) {
        let (mut n, mut mean, mut m2) = (0.0_f64, 0.0, 0.0);
        for transition in &self.order[range] {
            let (rollout, i) = self.places.find(rollouts, *transition);
            let x = f64::from(rollout.advantages[i]);
            n += 1.0;
            let d = x - mean;
            mean += d / n;
            m2 += d * (x - mean);
        }
        (mean, 1.0 / ((m2 / n.max(1.0)).sqrt() + 1e-8))
    }

    /// The mean gradient of a minibatch, left in the first slice; returns its loss sums.
    fn gradient(
        &mut self,
        brain: &Brain,
        team: &Team,
        rollouts: &[Rollout],
        range: std::ops::Range<usize>,
        normal: (f64, f64),
    ) -> LossSums {
        let transitions = &self.order[range];
        let (parameters, places) = (&self.parameters, &self.places);
        let settings = LossSettings {
            clip_range: self.settings.clip_range as f32,
            value_clip_range: self.settings.value_clip_range.map(|x| x as f32),
            entropy_coefficient: self.settings.entropy_coefficient as f32,
            value_coefficient: self.settings.value_coefficient as f32,
            per_transition: 1.0 / transitions.len() as f32,
        };
        if let (Some(tensor), Some(slice)) = (&self.tensor, self.slices.first_mut()) {
            slice.rows.fill(rollouts, places, transitions, normal);
            let n = transitions.len();
            let gradient = &mut slice.gradient.0;
            return tensor.gradient(brain, parameters, &settings, &slice.rows, n, gradient);
        }
        let count = self.slices.len();
        team.each(&mut self.slices, |i, slice| {
            let mine = &transitions[share(transitions.len(), count, i)];
            let n = mine.len();
            slice.rows.fill(rollouts, places, mine, normal);
            let receptors = brain.sensation_len();
            let sequences = Sequences::single(&slice.rows.sensations[..n * receptors]);
            brain.forward(parameters, &sequences, &mut slice.training);
            slice.sums = loss_and_gradient(
                brain.distribution(),
                &settings,
                &slice.rows,
                n,
                &mut slice.training,
                &mut slice.row_gradients,
            );
            slice.gradient.0.fill(0.0);
            brain.backward(
                parameters,
                &sequences,
                &mut slice.training,
                &mut slice.gradient.0,
            );
        });
        reduction::tree_sum(&mut self.slices);
        let mut sums = LossSums::default();
        for slice in &self.slices {
            sums.add(&slice.sums);
        }
        sums
    }
}
