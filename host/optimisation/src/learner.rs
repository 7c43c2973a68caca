//! Epochs and minibatches over the rollouts of a cycle.

use crate::gradient::{Gradients, Minibatch, Passes};
use crate::loss::{LossSettings, LossSums};
use crate::norms::RegionNorms;
use crate::order::{Order, Places};
use crate::tensor::TensorGradient;
use crate::{
    Adam, AdvantageNormalisation, ChunkStart, Frozen, PpoSettings, TileShape, explained_variance,
};
use angora_brain::{Brain, BrainError};
use angora_buffer::Rollout;
use angora_comm::{Team, reduction};
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

/// Why there is no learner, or why an update stopped.
#[derive(Debug, thiserror::Error)]
pub enum LearnerError {
    /// The device is not there.
    #[error(transparent)]
    Device(#[from] BrainError),
    /// No tile of environments x consecutive chunks is a minibatch.
    #[error(
        "a minibatch of {minibatch_size} transitions is no tile of whole chunks of {chunk_length} steps; resolving the settings of a run of this brain names sizes that are"
    )]
    Tile {
        /// Transitions per update.
        minibatch_size: usize,
        /// C.
        chunk_length: usize,
    },
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

/// Parameters, Adam, and the memory of an update.
pub struct Learner {
    /// The brain's parameters.
    pub parameters: Vec<f32>,
    /// The optimiser's state.
    pub adam: Adam,
    /// What is not learned; nothing at first.
    pub frozen: Frozen,
    /// The norms of the gradients of the last cycle, before clipping, by region.
    pub norms: RegionNorms,
    settings: PpoSettings,
    seed: u64,
    cycles: u64,
    /// C.
    chunk_length: usize,
    order: Order,
    gradients: Gradients,
}

impl Learner {
    /// For rollouts of this form, all with the same chunks; `cycles` is the length of the run, for
    /// schedules. The device is `cpu` for the fused slices, or a Burn device by name.
    ///
    /// # Errors
    /// There is no such device in this build, or no tile is a minibatch.
    pub fn new(
        brain: &Brain,
        settings: PpoSettings,
        seed: u64,
        cycles: u64,
        rollouts: &[Rollout],
        device: &str,
    ) -> Result<Self, LearnerError> {
        let tensor = match device {
            "cpu" => None,
            name => Some(TensorGradient::new(name)?),
        };
        let form = rollouts.first().map(|rollout| rollout.form);
        let (horizon, chunk_length) = form.map_or((0, 1), |f| (f.horizon, f.chunk_length));
        let places = Places::new(rollouts);
        let (environments, columns) = (places.environments(), horizon / chunk_length);
        let size = settings.minibatch_size / chunk_length;
        // Transitions that remember nothing of each other come in any order.
        let tile = if brain.state_len() == 0 && chunk_length == 1 {
            None
        } else {
            let whole = settings.minibatch_size.is_multiple_of(chunk_length);
            let tile = TileShape::find(environments, columns, size, settings.tile);
            Some(tile.filter(|_| whole).ok_or(LearnerError::Tile {
                minibatch_size: settings.minibatch_size,
                chunk_length,
            })?)
        };
        let passes = match tile {
            Some(tile) if settings.chunk_start == ChunkStart::Carried => Passes {
                count: tile.chunks,
                sequences: tile.environments,
            },
            // What zero starts from is what it met when gathering.
            _ => Passes {
                count: 1,
                sequences: size,
            },
        };
        let parameters = brain.initialise(seed);
        Ok(Self {
            adam: Adam::new(parameters.len()),
            frozen: Frozen::default(),
            norms: RegionNorms::new(brain.parameters()),
            parameters,
            settings,
            seed,
            cycles,
            chunk_length,
            order: Order::new(environments, columns, tile),
            gradients: Gradients::new(brain, places, passes, chunk_length, tensor),
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
            explained_variance: explained_variance(outcomes(rollouts)),
            ..UpdateReport::default()
        };
        self.order.reset();
        self.norms.clear();
        let whole = match self.settings.normalise_advantages {
            AdvantageNormalisation::Batch => Some(self.moments(rollouts, self.order.chunks())),
            AdvantageNormalisation::Off => Some((0.0, 1.0)),
            AdvantageNormalisation::Minibatch => None,
        };
        let size = self.settings.minibatch_size / self.chunk_length;
        let loss = self.loss_settings(size * self.chunk_length);
        'epochs: for epoch in 0..self.settings.epochs {
            let mut stream = Stream::new(self.seed, cycle, epoch as u64, Purpose::Shuffle);
            self.order.shuffle(&mut stream);
            for chunks in self.order.chunks().chunks_exact(size) {
                let minibatch = Minibatch {
                    rollouts,
                    chunks,
                    normal: whole.unwrap_or_else(|| self.moments(rollouts, chunks)),
                };
                let parameters = &self.parameters;
                let sums = self
                    .gradients
                    .compute(brain, team, parameters, &loss, minibatch);
                let gradient = self.gradients.gradient_mut();
                self.frozen.clear(gradient);
                let norm = reduction::square_norm(gradient).sqrt();
                if !norm.is_finite() {
                    return Err(LearnerError::Diverged {
                        cycle,
                        update: report.updates,
                    });
                }
                self.norms.add(gradient);
                let limit = self.settings.max_gradient_norm.unwrap_or(f64::INFINITY);
                let scale = (limit / (norm + 1e-6)).min(1.0);
                self.adam.step(
                    &mut self.parameters,
                    gradient,
                    scale as f32,
                    learning_rate,
                    &self.frozen,
                );
                brain.constrain(&mut self.parameters);
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

    /// What the loss of a minibatch of n transitions depends on.
    fn loss_settings(&self, n: usize) -> LossSettings {
        LossSettings {
            clip_range: self.settings.clip_range as f32,
            value_clip_range: self.settings.value_clip_range.map(|x| x as f32),
            entropy_coefficient: self.settings.entropy_coefficient as f32,
            value_coefficient: self.settings.value_coefficient as f32,
            per_transition: 1.0 / n as f32,
        }
    }

    /// Mean and inverse standard deviation of the advantages of chunks.
    fn moments(&self, rollouts: &[Rollout], chunks: &[u32]) -> (f64, f64) {
        let (mut n, mut mean, mut m2) = (0.0_f64, 0.0, 0.0);
        for chunk in chunks {
            let place = self.gradients.places().find(rollouts, *chunk);
            for i in place.transitions() {
                let x = f64::from(place.rollout.advantages[i]);
                n += 1.0;
                let d = x - mean;
                mean += d / n;
                m2 += d * (x - mean);
            }
        }
        (mean, 1.0 / ((m2 / n.max(1.0)).sqrt() + 1e-8))
    }
}

/// Value target and value of all transitions, in the order of time, then environment, whichever
/// rollout has them: sums over them do not depend on the number of threads.
fn outcomes(rollouts: &[Rollout]) -> impl Iterator<Item = (&f32, &f32)> + Clone {
    let horizon = rollouts.first().map_or(0, |rollout| rollout.form.horizon);
    (0..horizon).flat_map(move |t| {
        rollouts.iter().flat_map(move |rollout| {
            let environments = rollout.form.environments;
            let row = t * environments..(t + 1) * environments;
            let targets = &rollout.value_targets[row.clone()];
            targets.iter().zip(&rollout.values[row])
        })
    })
}
