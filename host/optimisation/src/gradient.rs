//! The gradient of a minibatch.

use crate::Frozen;
use crate::loss::{LossSettings, LossSums, RowGradients, loss_and_gradient};
use crate::minibatch::Rows;
use crate::order::Places;
use crate::tensor::TensorGradient;
use angora_brain::{Brain, Training};
use angora_buffer::Rollout;
use angora_comm::{SliceSum, Team, Vector, World, WorldError, share};

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
    /// Recurrent states after a pass `[B, L]`.
    left: Vec<f32>,
    sums: LossSums,
}

/// Computes gradients: by slices on the CPU, or through Burn.
pub struct Gradients {
    passes: Passes,
    /// Slices of a pass, over all processes.
    count: usize,
    /// Those of this process.
    slices: Vec<Slice>,
    /// Their gradients, and the sum over all processes.
    sum: SliceSum,
    tensor: Option<TensorGradient>,
}

/// The minibatch that a gradient is of.
#[derive(Clone, Copy)]
pub struct Minibatch<'m> {
    pub rollouts: &'m [Rollout],
    /// Where its chunks lie in them.
    pub places: &'m Places,
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

/// Slices of a pass: on the CPU by the minibatch alone, on Burn devices, which take theirs whole,
/// one per learner.
pub fn slices(brain: &Brain, passes: Passes, device: &str, learners: usize) -> usize {
    if device == "cpu" {
        slice_count(brain, passes.sequences)
    } else {
        learners.min(passes.sequences)
    }
}

impl Gradients {
    /// For minibatches that are gone through so, in rollouts of this form; the ranks `learners`
    /// share `count` slices.
    ///
    /// # Errors
    /// MPI failed.
    pub fn new(
        brain: &Brain,
        passes: Passes,
        chunk_length: usize,
        tensor: Option<TensorGradient>,
        count: usize,
        (world, learners): (&World, &[usize]),
    ) -> Result<Self, WorldError> {
        let sequences = passes.sequences.div_ceil(count);
        // A Burn device has memory of its own.
        let trained = if tensor.is_none() { sequences } else { 0 };
        let sum = SliceSum::new(world, learners, count, brain.parameters().len())?;
        let slices = sum
            .mine()
            .map(|_| Slice {
                rows: Rows::new(brain, sequences, chunk_length),
                training: brain.training(trained * chunk_length),
                row_gradients: RowGradients::new(brain.distribution()),
                left: vec![0.0; sequences * brain.state_len()],
                sums: LossSums::default(),
            })
            .collect();
        Ok(Self {
            passes,
            count,
            slices,
            sum,
            tensor,
        })
    }

    /// The gradient of the last minibatch, until the next.
    pub fn gradient(&self) -> &[f32] {
        self.sum.sum()
    }

    /// Computes the mean gradient of a minibatch, zero where nothing is learned; returns its loss
    /// sums. Every process that learns must call it.
    ///
    /// # Errors
    /// Others did not come.
    pub fn compute(
        &mut self,
        brain: &Brain,
        (team, world): (&Team, &mut World),
        (parameters, frozen): (&[f32], &Frozen),
        settings: &LossSettings,
        minibatch: Minibatch<'_>,
    ) -> Result<LossSums, WorldError> {
        let (passes, count, first) = (self.passes, self.count, self.sum.mine().start);
        let (gradients, notes) = self.sum.vectors_mut();
        if let (Some(tensor), Some(slice), Some(gradient)) =
            (&self.tensor, self.slices.first_mut(), gradients.first_mut())
        {
            let mine = share(passes.sequences, count, first);
            slice.clear(gradient);
            for pass in 0..passes.count {
                slice.start(
                    &minibatch,
                    passes.chunks(&minibatch, pass, &mine),
                    pass == 0,
                );
                let rows = &slice.rows;
                let left = (pass + 1 < passes.count)
                    .then_some(&mut slice.left[..mine.len() * brain.state_len()]);
                let sums = tensor.gradient(brain, parameters, settings, rows, gradient, left);
                slice.sums.add(&sums);
            }
            frozen.clear(gradient);
        } else {
            let work = |i: usize, slice: &mut Slice, gradient: &mut Vector| {
                let mine = share(passes.sequences, count, first + i);
                slice.clear(gradient);
                for pass in 0..passes.count {
                    slice.start(
                        &minibatch,
                        passes.chunks(&minibatch, pass, &mine),
                        pass == 0,
                    );
                    slice.add_gradient(brain, parameters, settings, gradient);
                }
                frozen.clear(gradient);
            };
            team.each_pair(&mut self.slices, gradients, work);
        }
        for (slice, note) in self.slices.iter().zip(notes) {
            *note = slice.sums.to_numbers();
        }
        self.sum.reduce(team, world)?;
        let mut sums = LossSums::default();
        for note in self.sum.notes() {
            sums.add(&LossSums::from_numbers(note));
        }
        Ok(sums)
    }
}

impl Passes {
    /// The chunks of some sequences in a pass.
    fn chunks<'m>(
        &self,
        minibatch: &Minibatch<'m>,
        pass: usize,
        sequences: &std::ops::Range<usize>,
    ) -> &'m [u32] {
        let first = pass * self.sequences;
        &minibatch.chunks[first + sequences.start..first + sequences.end]
    }
}

impl Slice {
    /// Begins a minibatch.
    fn clear(&mut self, gradient: &mut [f32]) {
        gradient.fill(0.0);
        self.sums = LossSums::default();
    }

    /// Takes up chunks, from the states that they met when they were gathered or, after the
    /// `first` pass, from those that the last pass has left.
    fn start(&mut self, minibatch: &Minibatch<'_>, chunks: &[u32], first: bool) {
        let (rollouts, places) = (minibatch.rollouts, minibatch.places);
        self.rows.fill(rollouts, places, chunks, minibatch.normal);
        if first {
            self.rows.fill_states(rollouts, places, chunks);
        } else {
            self.rows.states.copy_from_slice(&self.left);
        }
    }

    /// Adds the gradient of its rows.
    fn add_gradient(
        &mut self,
        brain: &Brain,
        parameters: &[f32],
        settings: &LossSettings,
        gradient: &mut [f32],
    ) {
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
        brain.backward(parameters, &sequences, &mut self.training, gradient);
    }
}
