//! Supervised learning of a readout: minibatches of independent examples, one loss, Adam.
//!
//! As in [`Learner`](crate::Learner), a minibatch is cut into slices whose number depends on its
//! size alone and whose gradients are summed in one fixed tree, so the result does not depend on
//! the number of threads.

mod loss;

pub use loss::Loss;

use crate::{Adam, Frozen};
use angora_brain::{Network, Sequences, Training};
use angora_comm::reduction::{self, Part};
use angora_comm::{Team, share};
use angora_core::{Purpose, Stream};

/// What is learned from.
pub trait Examples: Sync {
    /// Writes the sensation `[S]` and the target of an example.
    fn write(&self, example: usize, sensation: &mut [f32], target: &mut [f32]);
}

/// How a readout is trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SupervisedSettings {
    /// What is minimised.
    pub loss: Loss,
    /// Numbers of the readout, K.
    pub outputs: usize,
    /// Examples per update, M.
    pub minibatch_size: usize,
    /// Step size of Adam at the first update; it falls linearly to 0 after the last.
    pub learning_rate: f64,
    /// Passes over the examples.
    pub epochs: usize,
    /// Seed of the order in which examples come.
    pub seed: u64,
}

/// What an epoch reports.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct EpochReport {
    /// Mean loss of the examples, each before the update that learned from it.
    pub loss: f64,
    /// Mean global norm of the gradients.
    pub gradient_norm: f64,
    /// Gradient steps done.
    pub updates: u64,
    /// Step size at the last of them.
    pub learning_rate: f64,
}

/// The gradient of an epoch, counted from 1, is not finite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the gradient in epoch {0} is not finite; the learning has diverged; lower the learning rate"
)]
pub struct SupervisedDiverged(pub usize);

/// Rows that are computed together where nothing is learned.
const ROWS: usize = 32;

/// Parameters, Adam, and the memory of an update.
pub struct SupervisedLearner {
    /// The network's parameters.
    pub parameters: Vec<f32>,
    frozen: Frozen,
    pub(crate) adam: Adam,
    settings: SupervisedSettings,
    slices: Vec<Slice>,
    /// Of the last minibatch.
    gradient: Vec<f32>,
    /// The examples in the order in which they come.
    order: Vec<usize>,
    epoch: usize,
}

/// Some rows, with memory of their own.
struct Slice {
    sensations: Vec<f32>,
    targets: Vec<f32>,
    training: Training,
    /// Recurrent states: of independent examples, zero.
    states: Vec<f32>,
    gradient: Vec<f32>,
    loss: f64,
}

/// Independent examples: sequences of one step, each of which begins an episode.
fn sequences<'a>(
    network: &Network,
    sensations: &'a [f32],
    states: &'a [f32],
    n: usize,
) -> Sequences<'a> {
    Sequences {
        states: &states[..n * network.state_len()],
        ..Sequences::single(&sensations[..n * network.sensation_len()])
    }
}

impl Slice {
    fn new(network: &Network, settings: &SupervisedSettings, rows: usize, gradient: usize) -> Self {
        Self {
            sensations: vec![0.0; rows * network.sensation_len()],
            targets: vec![0.0; rows * settings.loss.target_len(settings.outputs)],
            training: network.training(rows),
            states: vec![0.0; rows * network.state_len()],
            gradient: vec![0.0; gradient],
            loss: 0.0,
        }
    }

    /// Computes the readout of examples.
    fn forward(
        &mut self,
        network: &Network,
        parameters: &[f32],
        settings: &SupervisedSettings,
        examples: &impl Examples,
        chosen: &[usize],
    ) {
        let width = settings.loss.target_len(settings.outputs);
        let rows = self.sensations.chunks_exact_mut(network.sensation_len());
        let rows = rows.zip(self.targets.chunks_exact_mut(width));
        for ((sensation, target), example) in rows.zip(chosen) {
            examples.write(*example, sensation, target);
        }
        let sequences = sequences(network, &self.sensations, &self.states, chosen.len());
        network.forward(parameters, &sequences, &mut self.training);
    }

    /// The gradient of what was computed last, `n` of the `of` rows of a minibatch.
    fn backward(
        &mut self,
        network: &Network,
        parameters: &[f32],
        settings: &SupervisedSettings,
        n: usize,
        of: usize,
    ) {
        let k = settings.outputs;
        let (outputs, derivatives) = self.training.readout_views();
        let targets = &self.targets[..n * settings.loss.target_len(k)];
        self.loss = settings.loss.gradient(outputs, targets, k, of, derivatives);
        self.gradient.fill(0.0);
        let sequences = sequences(network, &self.sensations, &self.states, n);
        let (training, gradient) = (&mut self.training, &mut self.gradient);
        network.backward(parameters, &sequences, training, gradient);
    }
}

/// Number of slices of a minibatch.
fn slice_count(minibatch: usize) -> usize {
    (minibatch / 8).clamp(1, 8)
}

impl SupervisedLearner {
    /// Learns from the examples `0..examples` of what it is given.
    ///
    /// # Panics
    /// If there is no example, or the parameters are another network's.
    #[must_use]
    pub fn new(
        network: &Network,
        parameters: Vec<f32>,
        frozen: Frozen,
        settings: SupervisedSettings,
        examples: usize,
    ) -> Self {
        assert!(examples > 0, "something to learn from");
        assert_eq!(parameters.len(), network.parameters().len());
        let settings = SupervisedSettings {
            minibatch_size: settings.minibatch_size.clamp(1, examples),
            ..settings
        };
        let count = slice_count(settings.minibatch_size);
        let rows = settings.minibatch_size.div_ceil(count);
        let slices = (0..count).map(|_| Slice::new(network, &settings, rows, parameters.len()));
        Self {
            slices: slices.collect(),
            gradient: vec![0.0; parameters.len()],
            adam: Adam::new(parameters.len()),
            frozen,
            parameters,
            settings,
            order: (0..examples).collect(),
            epoch: 0,
        }
    }

    /// One pass over the examples, in a new order. What is left of whole minibatches waits for the
    /// next.
    ///
    /// # Errors
    /// A gradient that is not finite; the parameters are then those before that update.
    pub fn epoch(
        &mut self,
        network: &Network,
        team: &Team,
        examples: &impl Examples,
    ) -> Result<EpochReport, SupervisedDiverged> {
        self.epoch += 1;
        let Self {
            parameters,
            frozen,
            adam,
            settings,
            slices,
            gradient,
            order,
            epoch,
        } = self;
        let mut stream = Stream::new(settings.seed, *epoch as u64, 0, Purpose::Shuffle);
        stream.shuffle(order);
        let (m, count) = (settings.minibatch_size, slices.len());
        let total = (settings.epochs * (order.len() / m)) as f64;
        let mut report = EpochReport::default();
        for minibatch in order.chunks_exact(m) {
            let held = &*parameters;
            team.each(slices, |i, slice| {
                let mine = &minibatch[share(m, count, i)];
                slice.forward(network, held, settings, examples, mine);
                slice.backward(network, held, settings, mine.len(), m);
            });
            reduction::tree_sum(Part::singles(count), |k| &slices[k].gradient, gradient);
            let loss: f64 = slices.iter().map(|slice| slice.loss).sum();
            frozen.clear(gradient);
            let norm = reduction::square_norm(gradient).sqrt();
            if !norm.is_finite() {
                return Err(SupervisedDiverged(*epoch));
            }
            let done = adam.steps as f64 / total;
            report.learning_rate = settings.learning_rate * (1.0 - done).max(0.0);
            adam.step(parameters, gradient, 1.0, report.learning_rate, frozen);
            network.constrain(parameters);
            report.loss += loss;
            report.gradient_norm += norm;
            report.updates += 1;
        }
        let n = report.updates.max(1) as f64;
        report.loss /= n;
        report.gradient_norm /= n;
        Ok(report)
    }

    /// What the readout says of some examples, `[n, K]`.
    #[must_use]
    pub fn predict(
        &self,
        network: &Network,
        team: &Team,
        examples: &impl Examples,
        chosen: &[usize],
    ) -> Vec<f32> {
        let (k, ranks) = (self.settings.outputs, team.len());
        let mut outputs = vec![0.0; chosen.len() * k];
        // Blocks of a size that no number of threads changes.
        let blocks = chosen.len().div_ceil(ROWS);
        let mut rest = (chosen, &mut outputs[..]);
        let mut shares = Vec::new();
        for rank in 0..ranks {
            let rows = (share(blocks, ranks, rank).len() * ROWS).min(rest.0.len());
            let (mine, others) = rest.0.split_at(rows);
            let (told, others_told) = rest.1.split_at_mut(rows * k);
            rest = (others, others_told);
            shares.push((Slice::new(network, &self.settings, ROWS, 0), mine, told));
        }
        team.each(&mut shares, |_, (slice, chosen, told)| {
            for (chosen, told) in chosen.chunks(ROWS).zip(told.chunks_mut(ROWS * k)) {
                slice.forward(network, &self.parameters, &self.settings, examples, chosen);
                told.copy_from_slice(slice.training.policy());
            }
        });
        drop(shares);
        outputs
    }
}
