//! Epochs and minibatches over the rollouts of a cycle.

use crate::deal::{Deal, Shares};
use crate::gradient::{Gradients, Minibatch, Passes, slices};
use crate::loss::{LossSettings, LossSums};
use crate::norms::RegionNorms;
use crate::order::{Order, Places};
use crate::outcomes::Outcomes;
use crate::tensor::TensorGradient;
use crate::{Adam, AdvantageNormalisation, ChunkStart, Frozen, PpoSettings, TileShape};
use angora_brain::{Brain, BrainError};
use angora_buffer::Rollout;
use angora_comm::{Team, World, WorldError, reduction};
use angora_core::{Purpose, Stream};

/// What an update of a cycle reports; means over all its minibatches, where nothing else is said.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct UpdateReport {
    /// Negative clipped surrogate.
    pub policy_loss: f64,
    /// Squared error of the value.
    pub value_loss: f64,
    /// Entropy, summed over degrees of freedom.
    pub entropy: f64,
    /// The weighted sum that is minimised, of the last minibatch.
    pub loss: f64,
    /// Mean of (ratio - 1) - ln ratio over the last epoch, each minibatch before its own step.
    pub approx_kl: f64,
    /// Fraction of transitions whose ratio was outside the clip range.
    pub clip_fraction: f64,
    /// Transitions whose log-ratio was clamped, over all epochs.
    pub overflows: f64,
    /// Mean global norm of the gradients, before clipping.
    pub gradient_norm: f64,
    /// 1 - Var(target - value) / Var(target), of the values when gathered.
    pub explained_variance: Option<f64>,
    /// Gradient steps done.
    pub updates: u64,
    /// Step size in this cycle.
    pub learning_rate: f64,
}

impl UpdateReport {
    /// What only those know that learn.
    fn to_numbers(self) -> [f64; 9] {
        [
            self.policy_loss,
            self.value_loss,
            self.entropy,
            self.loss,
            self.approx_kl,
            self.clip_fraction,
            self.gradient_norm,
            self.overflows,
            self.updates as f64,
        ]
    }

    fn take_numbers(&mut self, numbers: &[f64; 9]) {
        [
            self.policy_loss,
            self.value_loss,
            self.entropy,
            self.loss,
            self.approx_kl,
            self.clip_fraction,
            self.gradient_norm,
            self.overflows,
            ..,
        ] = *numbers;
        self.updates = numbers[8] as u64;
    }
}

/// Why there is no learner, or why an update stopped.
#[derive(Debug, thiserror::Error)]
pub enum LearnerError {
    /// The device is not there.
    #[error(transparent)]
    Device(#[from] BrainError),
    /// Other processes are lost.
    #[error(transparent)]
    World(#[from] WorldError),
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
    outcomes: Outcomes,
    /// `None` in a process that only gathers.
    gradients: Option<Gradients>,
    source: Source,
    /// Whether some processes only gather.
    some_wait: bool,
}

/// Where the chunks of a minibatch come from.
enum Source {
    /// The rollouts of this process, which are all.
    Own(Places),
    /// From all processes, anew for each epoch.
    Dealt(Box<Deal>),
}

/// The processes of a run, and which of them learn.
#[derive(Clone, Copy)]
pub struct Processes<'w> {
    /// All.
    pub world: &'w World,
    /// Environments of all of them together.
    pub environments: usize,
    /// Ranks that may learn, ascending, rank 0 among them.
    pub learners: &'w [usize],
}

/// Sums of the loss while a cycle learns.
#[derive(Default)]
struct Totals {
    /// Over all minibatches of the cycle.
    cycle: LossSums,
    /// Over those of the present epoch.
    epoch: LossSums,
    /// Of the last minibatch.
    last: LossSums,
}

impl Totals {
    fn add(&mut self, sums: &LossSums) {
        self.cycle.add(sums);
        self.epoch.add(sums);
        self.last = *sums;
    }

    /// Mean of the approximate KL divergence over the present epoch so far.
    fn approx_kl(&self) -> f64 {
        self.epoch.approx_kl / self.epoch.n.max(1.0)
    }
}

/// How an epoch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Epoch {
    Done,
    /// The policy has moved as far as it may.
    Far,
    /// The gradient of this update is not finite.
    Diverged(u64),
}

impl Learner {
    /// For rollouts of this form, all with the same chunks; `cycles` is the length of the run, for
    /// schedules. The device is `cpu` for the fused slices, or a Burn device by name. Every process
    /// must call it.
    ///
    /// # Errors
    /// There is no such device in this build, no tile is a minibatch, or MPI failed.
    pub fn new(
        brain: &Brain,
        settings: PpoSettings,
        (seed, cycles): (u64, u64),
        rollouts: &[Rollout],
        device: &str,
        processes: Processes<'_>,
    ) -> Result<Self, LearnerError> {
        let Processes {
            world,
            environments,
            learners,
        } = processes;
        let form = rollouts.first().map(|rollout| rollout.form);
        let (horizon, chunk_length) = form.map_or((0, 1), |f| (f.horizon, f.chunk_length));
        let columns = horizon / chunk_length;
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
        let count = slices(brain, passes, device, learners.len());
        // More learners than slices would only wait.
        let learners = &learners[..learners.len().min(count)];
        let learns = learners.contains(&world.rank());
        let tensor = (learns && device != "cpu")
            .then(|| TensorGradient::new(device))
            .transpose()?;
        let gradients = Gradients::new(
            brain,
            passes,
            chunk_length,
            tensor,
            count,
            (world, learners),
        )?;
        let source = if world.size() == 1 {
            Source::Own(Places::gathered(rollouts, 0, environments))
        } else {
            let shares = Shares::new(size, passes, count, learners);
            Source::Dealt(Box::new(Deal::new(world, rollouts, environments, shares)))
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
            outcomes: Outcomes::new(world, horizon, environments, chunk_length),
            gradients: learns.then_some(gradients),
            source,
            some_wait: learners.len() < world.size(),
        })
    }

    /// The epochs of a cycle (from 1); every process must call it. On the `cpu` device a single
    /// process allocates nothing, but for products of large layers (`angora_brain`'s
    /// `kernels::product`); Burn devices allocate.
    ///
    /// # Errors
    /// A gradient that is not finite; the parameters are then those before that update. Other
    /// processes that are lost.
    pub fn update(
        &mut self,
        brain: &Brain,
        (team, world): (&Team, &mut World),
        rollouts: &[Rollout],
        cycle: u64,
    ) -> Result<UpdateReport, LearnerError> {
        let factor = self
            .settings
            .learning_rate_schedule
            .factor(cycle, self.cycles);
        self.outcomes.collect(world, rollouts)?;
        let mut totals = Totals::default();
        let mut report = UpdateReport {
            learning_rate: self.settings.learning_rate * factor,
            explained_variance: self.outcomes.explained_variance(),
            ..UpdateReport::default()
        };
        self.order.reset();
        self.norms.clear();
        let whole = match self.settings.normalise_advantages {
            AdvantageNormalisation::Batch => Some(self.outcomes.moments(self.order.chunks())),
            AdvantageNormalisation::Off => Some((0.0, 1.0)),
            AdvantageNormalisation::Minibatch => None,
        };
        for epoch in 0..self.settings.epochs {
            let mut stream = Stream::new(self.seed, cycle, epoch as u64, Purpose::Shuffle);
            self.order.shuffle(&mut stream);
            totals.epoch = LossSums::default();
            if let Source::Dealt(deal) = &mut self.source {
                deal.deal(world, rollouts, self.order.chunks())?;
            }
            let end = self.epoch(
                brain,
                (team, world),
                rollouts,
                whole,
                &mut report,
                &mut totals,
            )?;
            match self.agreed(world, end)? {
                Epoch::Done => (),
                Epoch::Far => break,
                Epoch::Diverged(update) => return Err(LearnerError::Diverged { cycle, update }),
            }
        }
        self.finish(&mut report, &totals);
        self.share(world, &mut report)?;
        Ok(report)
    }

    /// The minibatches of an epoch. Does nothing in a process that only gathers.
    fn epoch(
        &mut self,
        brain: &Brain,
        (team, world): (&Team, &mut World),
        rollouts: &[Rollout],
        whole: Option<(f64, f64)>,
        report: &mut UpdateReport,
        totals: &mut Totals,
    ) -> Result<Epoch, WorldError> {
        let size = self.settings.minibatch_size / self.chunk_length;
        let loss = self.loss_settings(size * self.chunk_length);
        let Some(gradients) = &mut self.gradients else {
            return Ok(Epoch::Done);
        };
        let (rollouts, places) = match &self.source {
            Source::Own(places) => (rollouts, places),
            Source::Dealt(deal) => deal.received(),
        };
        let limit = self.settings.max_gradient_norm.unwrap_or(f64::INFINITY);
        for chunks in self.order.chunks().chunks_exact(size) {
            let minibatch = Minibatch {
                rollouts,
                places,
                chunks,
                normal: whole.unwrap_or_else(|| self.outcomes.moments(chunks)),
            };
            let sums = gradients.compute(
                brain,
                (team, world),
                (&self.parameters, &self.frozen),
                &loss,
                minibatch,
            )?;
            totals.add(&sums);
            let far = |target: f64| totals.approx_kl() > 1.5 * target;
            if self.settings.target_kl.is_some_and(far) {
                return Ok(Epoch::Far);
            }
            let gradient = gradients.gradient();
            let norm = reduction::square_norm(gradient).sqrt();
            if !norm.is_finite() {
                return Ok(Epoch::Diverged(report.updates));
            }
            self.norms.add(gradient);
            let scale = (limit / (norm + 1e-6)).min(1.0);
            self.adam.step(
                &mut self.parameters,
                gradient,
                scale as f32,
                report.learning_rate,
                &self.frozen,
            );
            brain.constrain(&mut self.parameters);
            report.gradient_norm += norm;
            report.updates += 1;
        }
        Ok(Epoch::Done)
    }

    /// How the epoch ended for those that learn, who all know; those that wait are told.
    fn agreed(&self, world: &mut World, end: Epoch) -> Result<Epoch, WorldError> {
        if !self.some_wait {
            return Ok(end);
        }
        let mut word = match end {
            Epoch::Done => 0_u64,
            Epoch::Far => 1,
            Epoch::Diverged(update) => 2 + update,
        }
        .to_le_bytes();
        world.broadcast("ending an epoch", &mut word)?;
        Ok(match u64::from_le_bytes(word) {
            0 => Epoch::Done,
            1 => Epoch::Far,
            more => Epoch::Diverged(more - 2),
        })
    }

    /// The parameters of rank 0 to everyone.
    ///
    /// # Errors
    /// Others did not come.
    pub fn share_parameters(&mut self, world: &mut World) -> Result<(), WorldError> {
        let bytes = bytemuck::cast_slice_mut(&mut self.parameters);
        world.broadcast("sharing the parameters", bytes)
    }

    /// The parameters of rank 0 to everyone, and what it reports.
    fn share(&mut self, world: &mut World, report: &mut UpdateReport) -> Result<(), WorldError> {
        if world.size() == 1 {
            return Ok(());
        }
        self.share_parameters(world)?;
        let mut numbers = report.to_numbers();
        world.broadcast("sharing a report", bytemuck::cast_slice_mut(&mut numbers))?;
        report.take_numbers(&numbers);
        Ok(())
    }

    /// The means as Stable-Baselines3 forms those that bear its names.
    fn finish(&self, report: &mut UpdateReport, totals: &Totals) {
        let Totals { cycle, last, .. } = totals;
        let n = cycle.n.max(1.0);
        report.policy_loss = cycle.policy / n;
        // The loss has half of it; its coefficient is of that half.
        report.value_loss = 2.0 * cycle.value / n;
        report.entropy = cycle.entropy / n;
        report.approx_kl = totals.approx_kl();
        report.clip_fraction = cycle.clipped / n;
        report.overflows = cycle.overflowed;
        report.gradient_norm /= report.updates.max(1) as f64;
        report.loss = last.weighted(&self.loss_settings(last.n.max(1.0) as usize));
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
}
