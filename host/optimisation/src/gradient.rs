//! The gradient of a minibatch.

use crate::loss::{LossSettings, LossSums, RowGradients, loss_and_gradient};
use crate::minibatch::Rows;
use crate::order::Places;
use crate::tensor::TensorGradient;
use angora_brain::{Brain, Training};
use angora_buffer::Rollout;
use angora_comm::{Team, reduction, share};

/// How a minibatch is gone through: its chunks in so many passes one after another, each of so
/// many sequences. After the first pass a sequence starts from the recurrent state that the one
/// in its place has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passes {
    pub count: usize,
    pub sequences: usize,
}

/// One slice of a minibatch, with memory of its own.
struct Slice {
    rows: Rows,
    training: Training,
    row_gradients: RowGradients,
    gradient: Vec<f32>,
    /// Recurrent states after a pass `[B, L]`.
    left: Vec<f32>,
    sums: LossSums,
}

impl AsMut<[f32]> for Slice {
    fn as_mut(&mut self) -> &mut [f32] {
        &mut self.gradient
    }
}

/// Computes gradients: by slices on the CPU, or through Burn.
pub struct Gradients {
    places: Places,
    passes: Passes,
    slices: Vec<Slice>,
    tensor: Option<TensorGradient>,
}

/// The minibatch that a gradient is of.
#[derive(Clone, Copy)]
pub struct Minibatch<'m> {
    pub rollouts: &'m [Rollout],
    /// Its chunks, those of the first pass first.
    pub chunks: &'m [u32],
    /// Mean and inverse standard deviation by which advantages are normalised.
    pub normal: (f64, f64),
}

/// Number of slices of a minibatch on the CPU: a function of the minibatch alone. A recurrent
/// brain reads its weights at every step, for all sequences of a slice together, so its slices
/// are few: of 16 sequences or more, and of 48 where that leaves eight of them.
fn slice_count(brain: &Brain, sequences: usize) -> usize {
    if brain.state_len() == 0 {
        return (sequences / 32).clamp(1, 8).max(sequences / 1024);
    }
    let most = (sequences / 16).min(8).max(sequences / 48).clamp(1, 64);
    1 << most.ilog2()
}

impl Gradients {
    /// For minibatches of this form from rollouts of this form.
    pub fn new(
        brain: &Brain,
        places: Places,
        passes: Passes,
        chunk_length: usize,
        tensor: Option<TensorGradient>,
    ) -> Self {
        let count = match tensor {
            None => slice_count(brain, passes.sequences),
            // A Burn device takes the minibatch whole.
            Some(_) => 1,
        };
        let sequences = passes.sequences.div_ceil(count);
        // A Burn device has memory of its own.
        let trained = if tensor.is_none() { sequences } else { 0 };
        let slices = (0..count)
            .map(|_| Slice {
                rows: Rows::new(brain, sequences, chunk_length),
                training: brain.training(trained * chunk_length),
                row_gradients: RowGradients::new(brain.distribution()),
                gradient: vec![0.0; brain.parameters().len()],
                left: vec![0.0; sequences * brain.state_len()],
                sums: LossSums::default(),
            })
            .collect();
        Self {
            places,
            passes,
            slices,
            tensor,
        }
    }

    /// Where chunks lie.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The gradient of the last minibatch.
    pub fn gradient_mut(&mut self) -> &mut [f32] {
        &mut self.slices[0].gradient
    }

    /// Computes the mean gradient of a minibatch; returns its loss sums.
    pub fn compute(
        &mut self,
        brain: &Brain,
        team: &Team,
        parameters: &[f32],
        settings: &LossSettings,
        minibatch: Minibatch<'_>,
    ) -> LossSums {
        let (places, passes) = (&self.places, self.passes);
        if let (Some(tensor), Some(slice)) = (&self.tensor, self.slices.first_mut()) {
            slice.clear();
            for pass in 0..passes.count {
                let first = pass * passes.sequences;
                let chunks = &minibatch.chunks[first..first + passes.sequences];
                slice.start(places, &minibatch, chunks, pass == 0);
                let (rows, gradient) = (&slice.rows, &mut slice.gradient);
                let left = (pass + 1 < passes.count).then_some(&mut slice.left[..]);
                let sums = tensor.gradient(brain, parameters, settings, rows, gradient, left);
                slice.sums.add(&sums);
            }
            return slice.sums;
        }
        let count = self.slices.len();
        team.each(&mut self.slices, |i, slice| {
            let mine = share(passes.sequences, count, i);
            slice.clear();
            for pass in 0..passes.count {
                let first = pass * passes.sequences;
                let chunks = &minibatch.chunks[first + mine.start..first + mine.end];
                slice.start(places, &minibatch, chunks, pass == 0);
                slice.add_gradient(brain, parameters, settings);
            }
        });
        reduction::tree_sum(&mut self.slices);
        let mut sums = LossSums::default();
        for slice in &self.slices {
            sums.add(&slice.sums);
        }
        sums
    }
}

impl Slice {
    /// Begins a minibatch.
    fn clear(&mut self) {
        self.gradient.fill(0.0);
        self.sums = LossSums::default();
    }

    /// Takes up chunks, from the states that they met when they were gathered or, after the
    /// `first` pass, from those that the last pass has left.
    fn start(&mut self, places: &Places, minibatch: &Minibatch<'_>, chunks: &[u32], first: bool) {
        let rollouts = minibatch.rollouts;
        self.rows.fill(rollouts, places, chunks, minibatch.normal);
        if first {
            self.rows.fill_states(rollouts, places, chunks);
        } else {
            self.rows.states.copy_from_slice(&self.left);
        }
    }

    /// Adds the gradient of its rows.
    fn add_gradient(&mut self, brain: &Brain, parameters: &[f32], settings: &LossSettings) {
        let sequences = self.rows.sequences();
        brain.forward(parameters, &sequences, &mut self.training);
        let sums = loss_and_gradient(
            brain.distribution(),
            settings,
            &self.rows,
            self.rows.len(),
            &mut self.training,
            &mut self.row_gradients,
        );
        self.sums.add(&sums);
        let left = &mut self.left[..sequences.states.len()];
        brain.final_states(&sequences, &self.training, left);
        brain.backward(
            parameters,
            &sequences,
            &mut self.training,
            &mut self.gradient,
        );
    }
}
