//! The brain: a program with its parameters, run for acting and for training.

mod activity;
mod backward;
mod forward;

pub use activity::{NodeActivity, Region};

use crate::distribution::{Distribution, DistributionSettings};
use crate::error::BrainError;
use crate::kernels::elementwise::multiply;
use crate::parameters::{self, ParameterLayout, Start};
use crate::program::compile::{Compiled, Heads, compile};
use crate::program::{Dense, Operation, Program, Slot};
use angora_core::SensationLayout;
use angora_plugin_api::ActionSpec;
use angora_plugin_api::brain::BrainSpec;
use std::collections::BTreeMap;
use std::ops::{Deref, Range};

/// A brain without its parameters, which are one flat vector that the caller keeps: a [`Network`]
/// whose heads are the parameters of an action distribution and the value.
#[derive(Debug, Clone)]
pub struct Brain {
    network: Network,
    distribution: Distribution,
}

/// A graph with its heads, compiled; without its parameters, which are one flat vector that the
/// caller keeps. All of a [`Brain`] but what its outputs mean.
///
/// Immutable: any number of threads may use one network, each with memory of its own.
#[derive(Debug, Clone)]
pub struct Network {
    program: Program,
    parameters: ParameterLayout,
    starts: Vec<Start>,
    shapes: BTreeMap<String, Vec<usize>>,
    states: Vec<(String, Range<usize>)>,
}

impl Brain {
    /// Checks a spec against the senses and the action, attaches the heads, and compiles it.
    ///
    /// # Errors
    /// Where the spec, or the distribution for this action, is wrong or not built yet; the
    /// message names the node and what would be right.
    pub fn build(
        spec: &BrainSpec,
        layout: &SensationLayout,
        action: &ActionSpec,
        distribution: &DistributionSettings,
    ) -> Result<Self, BrainError> {
        Self::with_distribution(spec, layout, Distribution::new(distribution, action)?)
    }

    /// As [`build`](Self::build), with a distribution that exists already, such as a plugin's.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn with_distribution(
        spec: &BrainSpec,
        layout: &SensationLayout,
        distribution: Distribution,
    ) -> Result<Self, BrainError> {
        Ok(Self {
            network: compile(spec, layout, Heads::Brain(&distribution))?.into(),
            distribution,
        })
    }

    /// The distribution of actions, over the raw parameters that [`Acting::policy`] holds.
    #[must_use]
    pub fn distribution(&self) -> &Distribution {
        &self.distribution
    }
}

impl Deref for Brain {
    type Target = Network;

    fn deref(&self) -> &Network {
        &self.network
    }
}

impl From<Compiled> for Network {
    fn from(compiled: Compiled) -> Self {
        let Compiled {
            program,
            parameters,
            starts,
            shapes,
            states,
        } = compiled;
        Self {
            program,
            parameters,
            starts,
            shapes,
            states,
        }
    }
}

impl Network {
    /// A graph with one linear head of so many units, [`READOUT`](crate::READOUT), where a brain has two: it reads
    /// what the spec calls the policy, and what nothing but the value needs is left out. For
    /// training a part of a brain on something else than acting.
    ///
    /// # Errors
    /// Where the spec is wrong; see [`Brain::build`].
    pub fn readout(
        spec: &BrainSpec,
        layout: &SensationLayout,
        units: usize,
    ) -> Result<Self, BrainError> {
        let spec = BrainSpec {
            value: spec.policy.clone(),
            ..spec.clone()
        };
        Ok(compile(&spec, layout, Heads::Readout(units))?.into())
    }

    /// Where each parameter lies in the flat vector.
    #[must_use]
    pub fn parameters(&self) -> &ParameterLayout {
        &self.parameters
    }

    /// Initial parameters: the same for the same spec and seed.
    #[must_use]
    pub fn initialise(&self, seed: u64) -> Vec<f32> {
        let mut values = vec![0.0; self.parameters.len()];
        for (i, (entry, start)) in self
            .parameters
            .entries()
            .iter()
            .zip(&self.starts)
            .enumerate()
        {
            parameters::start(*start, &entry.shape, seed, i, &mut values[entry.range()]);
        }
        for dense in self.masked() {
            let kernel = dense.kernel.of_mut(&mut values);
            if let Some(mask) = &dense.mask {
                multiply(kernel, mask);
            }
            for (weights, sign) in rows_and_signs(dense, kernel) {
                for weight in weights {
                    *weight = f32::from(sign) * weight.abs();
                }
            }
        }
        values
    }

    /// Brings parameters back to what the spec says of them, after an optimiser's step: a weight
    /// whose input has a sign (Dale's law) and that has left it becomes 0. Weights of no
    /// connection have no gradient and stay 0.
    ///
    /// # Panics
    /// If the number of parameters is another.
    pub fn constrain(&self, parameters: &mut [f32]) {
        assert_eq!(parameters.len(), self.parameters.len());
        for dense in self.masked() {
            let kernel = dense.kernel.of_mut(parameters);
            for (weights, sign) in rows_and_signs(dense, kernel) {
                for weight in weights {
                    if *weight * f32::from(sign) < 0.0 {
                        *weight = 0.0;
                    }
                }
            }
        }
    }

    /// The dense layers with fixed connectivity.
    fn masked(&self) -> impl Iterator<Item = &Dense> {
        let operations = self.program.instructions.iter().map(|i| &i.operation);
        operations.filter_map(|operation| match operation {
            Operation::Dense(dense) if dense.mask.is_some() => Some(dense),
            _ => None,
        })
    }

    /// Output shape of each node that policy or value need: `[units]`, or `[H, W, channels]`.
    #[must_use]
    pub fn node_shapes(&self) -> &BTreeMap<String, Vec<usize>> {
        &self.shapes
    }

    /// The parts of a recurrent state with their columns: `name.h` and `name.c` of cells,
    /// `name.delayed` of what a delayed edge reads.
    #[must_use]
    pub fn state_parts(&self) -> &[(String, Range<usize>)] {
        &self.states
    }

    /// Number of f32 of one sensation.
    #[must_use]
    pub fn sensation_len(&self) -> usize {
        self.program.sensation_len
    }

    /// Number of parameters of each region; the heads are `policy_head` and `value_head`.
    #[must_use]
    pub fn region_sizes(&self) -> BTreeMap<String, usize> {
        self.parameters.region_sizes()
    }

    /// Memory for acting on up to `rows` sensations at once.
    #[must_use]
    pub fn acting(&self, rows: usize) -> Acting {
        Acting(Memory::new(&self.program, rows))
    }

    /// Memory for training on up to `rows` sensations at once.
    #[must_use]
    pub fn training(&self, rows: usize) -> Training {
        let mut memory = Memory::new(&self.program, rows);
        memory.packed = vec![0.0; self.program.recurrent_len];
        Training {
            gradients: vec![0.0; memory.values.len()],
            across: vec![0.0; self.program.recurrent_len],
            memory,
        }
    }

    /// Number of f32 of the recurrent state of one sequence, L; 0 where nothing is remembered. It
    /// is all zeros where an episode begins.
    #[must_use]
    pub fn state_len(&self) -> usize {
        self.program.state_len
    }

    /// Computes policy and value of `n` sensations, `[n, S]` row major, and replaces the
    /// recurrent states that they meet, `[n, L]`, by those that they leave. Each row's results are
    /// bitwise independent of `n` and of its place. Allocates nothing.
    ///
    /// # Panics
    /// If a length does not fit the brain, or `n` exceeds the memory's rows.
    pub fn act(
        &self,
        parameters: &[f32],
        sensations: &[f32],
        states: &mut [f32],
        n: usize,
        memory: &mut Acting,
    ) {
        let program = &self.program;
        self.check(parameters, sensations, n, &memory.0);
        assert_eq!(states.len(), n * program.state_len, "length of the states");
        memory.0.n = n;
        let sequences = Sequences {
            states,
            ..Sequences::single(sensations)
        };
        let memory = &mut memory.0;
        forward::run::<forward::Acting>(program, parameters, &sequences, memory);
        forward::final_states(program, sensations, 1, memory, states);
    }

    /// Runs sequences by large matrix products, and keeps what [`Network::backward`] needs. Rows
    /// may differ from [`Network::act`] in the last bits.
    ///
    /// # Panics
    /// If a length does not fit the brain, or there are more rows than the memory has.
    pub fn forward(&self, parameters: &[f32], sequences: &Sequences<'_>, memory: &mut Training) {
        let n = self.check_sequences(parameters, sequences, &memory.memory);
        memory.memory.n = n;
        forward::run::<forward::Training>(&self.program, parameters, sequences, &mut memory.memory);
    }

    /// The recurrent states after the last step of the last forward, `[B, L]`.
    ///
    /// # Panics
    /// If the length does not fit.
    pub fn final_states(&self, sequences: &Sequences<'_>, memory: &Training, states: &mut [f32]) {
        assert_eq!(states.len(), sequences.states.len(), "length of the states");
        let (sensations, steps) = (sequences.sensations, sequences.steps);
        forward::final_states(&self.program, sensations, steps, &memory.memory, states);
    }

    /// Adds to `gradient` (as long as `parameters`) the gradient of the scalar whose derivatives
    /// by policy and value the caller has left in [`Training::loss_views`]. Comes after
    /// [`Network::forward`] with the same parameters and sequences. It reaches back to the
    /// sequences' first step and to the beginning of each episode, and no further: the states
    /// are constants (truncated backpropagation through time, Williams and Peng 1990).
    ///
    /// # Panics
    /// If a length does not fit the brain, or the number of rows is not that of the last forward.
    pub fn backward(
        &self,
        parameters: &[f32],
        sequences: &Sequences<'_>,
        memory: &mut Training,
        gradient: &mut [f32],
    ) {
        let n = self.check_sequences(parameters, sequences, &memory.memory);
        assert_eq!(
            n, memory.memory.n,
            "rows of backward and of the last forward"
        );
        assert_eq!(gradient.len(), parameters.len(), "length of the gradient");
        backward::run(&self.program, parameters, sequences, memory, gradient);
    }

    /// The compiled program.
    pub(crate) fn program(&self) -> &Program {
        &self.program
    }

    /// Checks lengths; the number of rows.
    fn check_sequences(
        &self,
        parameters: &[f32],
        sequences: &Sequences<'_>,
        memory: &Memory,
    ) -> usize {
        let n = sequences.sensations.len() / self.program.sensation_len.max(1);
        self.check(parameters, sequences.sensations, n, memory);
        assert!(
            sequences.steps > 0 && n.is_multiple_of(sequences.steps),
            "{n} rows in {} steps",
            sequences.steps
        );
        assert!(
            sequences.begins.is_empty() || sequences.begins.len() == n,
            "number of beginnings"
        );
        assert_eq!(
            sequences.states.len(),
            n / sequences.steps * self.state_len(),
            "length of the states"
        );
        n
    }

    fn check(&self, parameters: &[f32], sensations: &[f32], n: usize, memory: &Memory) {
        assert_eq!(
            parameters.len(),
            self.parameters.len(),
            "number of parameters"
        );
        assert_eq!(
            sensations.len(),
            n * self.program.sensation_len,
            "length of the sensations"
        );
        assert!(n <= memory.rows, "{n} rows in memory for {}", memory.rows);
        assert_eq!(
            memory.values.len(),
            memory.rows * self.program.width(),
            "memory of another brain"
        );
    }
}

/// What B environments have sensed over C control steps.
#[derive(Debug, Clone, Copy)]
pub struct Sequences<'a> {
    /// C.
    pub steps: usize,
    /// Sensations `[C, B, S]`.
    pub sensations: &'a [f32],
    /// Whether an episode begins at this step, so that nothing of what was before is remembered,
    /// `[C, B]`; empty where none does.
    pub begins: &'a [bool],
    /// Recurrent states before the first step, `[B, L]`.
    pub states: &'a [f32],
}

impl<'a> Sequences<'a> {
    /// Single steps of a brain without recurrent state.
    #[must_use]
    pub fn single(sensations: &'a [f32]) -> Self {
        Self {
            steps: 1,
            sensations,
            begins: &[],
            states: &[],
        }
    }
}

/// The weights of each input that has a sign, with it.
fn rows_and_signs<'a>(
    dense: &'a Dense,
    kernel: &'a mut [f32],
) -> impl Iterator<Item = (&'a mut [f32], i8)> {
    let units = kernel.len() / dense.input.view.width;
    let rows = kernel.chunks_exact_mut(units);
    rows.zip(dense.signs.iter().copied())
        .filter(|(_, sign)| *sign != 0)
}

/// One allocation for all slots.
#[derive(Debug, Clone)]
struct Memory {
    /// Slot s holds `[n, width]` from `rows * before`.
    values: Vec<f32>,
    /// For one laid out image.
    scratch: Vec<f32>,
    /// Recurrent kernels packed, in training where that is worth it.
    packed: Vec<f32>,
    /// Most rows.
    rows: usize,
    /// Rows of the last run.
    n: usize,
    /// The slots of policy and value.
    policy: Slot,
    value: Slot,
}

impl Memory {
    fn new(program: &Program, rows: usize) -> Self {
        Self {
            values: vec![0.0; rows * program.width()],
            scratch: vec![0.0; program.scratch_len],
            packed: Vec::new(),
            rows,
            n: 0,
            policy: program.slots[program.policy],
            value: program.slots[program.value],
        }
    }

    /// Policy and value, in `values` or in a vector of the same layout.
    fn policy_range(&self) -> Range<usize> {
        self.policy.range(self.rows, &(0..self.n))
    }

    fn value_range(&self) -> Range<usize> {
        self.value.range(self.rows, &(0..self.n))
    }
}

/// Memory for acting; see [`Network::acting`].
#[derive(Debug, Clone)]
pub struct Acting(Memory);

impl Acting {
    /// Raw parameters of the action distribution, `[n, P]`, of the last run.
    #[must_use]
    pub fn policy(&self) -> &[f32] {
        &self.0.values[self.0.policy_range()]
    }

    /// Values, `[n]`, of the last run.
    #[must_use]
    pub fn value(&self) -> &[f32] {
        &self.0.values[self.0.value_range()]
    }

    /// Most rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.0.rows
    }
}

/// Memory for training; see [`Network::training`].
#[derive(Debug, Clone)]
pub struct Training {
    memory: Memory,
    /// Laid out as the values.
    gradients: Vec<f32>,
    /// Transposes of recurrent kernels, packed where that is worth it.
    across: Vec<f32>,
}

impl Training {
    /// Raw parameters of the action distribution, `[n, P]`, of the last forward.
    #[must_use]
    pub fn policy(&self) -> &[f32] {
        &self.memory.values[self.memory.policy_range()]
    }

    /// Values, `[n]`, of the last forward.
    #[must_use]
    pub fn value(&self) -> &[f32] {
        &self.memory.values[self.memory.value_range()]
    }

    /// Most rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.memory.rows
    }

    /// Outputs of the last forward and the slots for their derivatives: policy `[n, P]`, value
    /// `[n]`, d policy `[n, P]`, d value `[n]`. The caller writes every derivative before
    /// [`Network::backward`].
    pub fn loss_views(&mut self) -> (&[f32], &[f32], &mut [f32], &mut [f32]) {
        let (policy, value) = (self.memory.policy_range(), self.memory.value_range());
        let [d_policy, d_value] = self
            .gradients
            .get_disjoint_mut([policy.clone(), value.clone()])
            .expect("the heads have slots of their own");
        let values = &self.memory.values;
        (&values[policy], &values[value], d_policy, d_value)
    }

    /// The same of a [`Network::readout`]: its output and the slot for its derivatives `[n, K]`.
    pub fn readout_views(&mut self) -> (&[f32], &mut [f32]) {
        let range = self.memory.policy_range();
        let values = &self.memory.values[range.clone()];
        (values, &mut self.gradients[range])
    }
}
