//! Degrees of freedom that share programs, and how rows go through these.

use super::compile::{BLOCK, GROUPS, Group, LANES, Program, Source, compile};
use super::graph::{Id, Op};
use super::lower::Lowered;
use super::{differentiate, run};
use angora_plugin_api::distribution::DistributionSpec;
use std::ops::Range;

/// What a row of one result reads.
#[derive(Clone, Copy)]
pub struct RawRow<'a> {
    /// The raw numbers, P.
    pub raw: &'a [f32],
    /// The native action, A; empty where none is read.
    pub action: &'a [f32],
    /// Random numbers, `[A, draws]`; empty where none are read.
    pub draws: &'a [f32],
}

impl<'a> RawRow<'a> {
    /// A row without draws.
    pub fn of(raw: &'a [f32], action: &'a [f32]) -> Self {
        Self {
            raw,
            action,
            draws: &[],
        }
    }
}

/// Degrees of freedom with the same number of choices.
#[derive(Debug)]
pub struct Part {
    /// What was lowered, with the derivatives.
    lowered: Lowered,
    /// The degrees of freedom.
    degrees: Vec<usize>,
    /// Where the raw numbers of each parameter begin, `[parameters, degrees]`.
    starts: Vec<usize>,
    /// Random numbers of a degree of freedom.
    draws: usize,
    log_prob: Program,
    entropy: Program,
    mode: Program,
    sample: Program,
    /// Log-probability, entropy, then the derivatives of each by each parameter.
    gradient: Program,
    derivatives: [Vec<Id>; 2],
}

/// Rows of which every degree of freedom is an element.
#[derive(Clone, Copy)]
struct Rows<'a> {
    raw: &'a [f32],
    raw_len: usize,
    actions: &'a [f32],
    action_len: usize,
    draws: &'a [f32],
}

impl Part {
    /// Differentiates and compiles. `starts` has, for each parameter, where the raw numbers of each
    /// degree of freedom begin.
    ///
    /// # Errors
    /// A parameter on which the log-probability does not depend smoothly.
    pub fn new(
        spec: &DistributionSpec,
        mut lowered: Lowered,
        degrees: Vec<usize>,
        starts: &[Vec<usize>],
    ) -> Result<Self, String> {
        let count = spec.parameters.len();
        let (log_prob, entropy) = (lowered.log_prob, lowered.entropy);
        let graph = &mut lowered.graph;
        let by_log_prob = differentiate::gradient(graph, log_prob, count);
        let by_entropy = differentiate::gradient(graph, entropy, count);
        for (at, &id) in by_log_prob.iter().enumerate() {
            if graph.number(id) == Some(0.0) {
                return Err(format!(
                    "parameters[{at}]: the derivative of log_prob by {:?} is 0, so it would never learn; let log_prob depend on it",
                    spec.parameters[at].name
                ));
            }
        }
        let mut results = vec![log_prob, entropy];
        results.extend(by_log_prob.iter().chain(&by_entropy));
        let starts = starts.iter();
        let starts = starts.flat_map(|of| degrees.iter().map(|&dof| of[dof]));
        Ok(Self {
            starts: starts.collect(),
            draws: spec.draws.len(),
            log_prob: compile(graph, &[log_prob]),
            entropy: compile(graph, &[entropy]),
            mode: compile(graph, &[lowered.mode]),
            sample: compile(graph, &[lowered.sample]),
            gradient: compile(graph, &results),
            derivatives: [by_log_prob, by_entropy],
            degrees,
            lowered,
        })
    }

    /// The graph and its results.
    pub fn lowered(&self) -> &Lowered {
        &self.lowered
    }

    /// The derivatives of log-probability and entropy by the raw numbers of each parameter.
    pub fn derivatives(&self) -> &[Vec<Id>; 2] {
        &self.derivatives
    }

    /// The degrees of freedom.
    pub fn degrees(&self) -> &[usize] {
        &self.degrees
    }

    /// Where the raw numbers of a parameter begin, of each degree of freedom.
    pub fn starts(&self, parameter: usize) -> &[usize] {
        let n = self.degrees.len();
        &self.starts[parameter * n..][..n]
    }

    /// Groups of memory that its largest program takes.
    pub fn memory_len(&self) -> usize {
        let programs = [
            &self.log_prob,
            &self.entropy,
            &self.mode,
            &self.sample,
            &self.gradient,
        ];
        programs
            .map(|program| program.len)
            .into_iter()
            .max()
            .unwrap_or(0)
    }

    /// Writes the random action of a row.
    pub fn sample(&self, row: RawRow<'_>, memory: &mut Vec<Group>, action: &mut [f32]) {
        self.each(&self.sample, row, memory, |dof, value| action[dof] = value);
    }

    /// Writes the deterministic action of a row.
    pub fn mode(&self, row: RawRow<'_>, memory: &mut Vec<Group>, action: &mut [f32]) {
        self.each(&self.mode, row, memory, |dof, value| action[dof] = value);
    }

    /// Sum of the log-probabilities of a row.
    pub fn log_prob(&self, row: RawRow<'_>, memory: &mut Vec<Group>) -> f32 {
        let mut sum = 0.0;
        self.each(&self.log_prob, row, memory, |_, value| sum += value);
        sum
    }

    /// Sum of the entropies of a row.
    pub fn entropy(&self, row: RawRow<'_>, memory: &mut Vec<Group>) -> f32 {
        let mut sum = 0.0;
        self.each(&self.entropy, row, memory, |_, value| sum += value);
        sum
    }

    /// The only result of a program for each degree of freedom of a row.
    fn each(
        &self,
        program: &Program,
        row: RawRow<'_>,
        memory: &mut Vec<Group>,
        mut write: impl FnMut(usize, f32),
    ) {
        let rows = Rows {
            raw: row.raw,
            raw_len: 0,
            actions: row.action,
            action_len: 0,
            draws: row.draws,
        };
        run::prepare(program, memory);
        for first in (0..self.degrees.len()).step_by(BLOCK) {
            let count = BLOCK.min(self.degrees.len() - first);
            self.block(program, rows, (first, count), memory);
            let values = values(memory, program.outputs[0], 0);
            for (&dof, &value) in self.degrees[first..].iter().zip(&values[..count]) {
                write(dof, value);
            }
        }
    }

    /// Adds log-probabilities, entropies and their derivatives of rows of so many raw numbers and
    /// actions.
    pub fn gradient_rows(
        &self,
        (raw, raw_len): (&[f32], usize),
        (actions, action_len): (&[f32], usize),
        derivatives: [&mut [f32]; 2],
        sums: [&mut [f32]; 2],
        memory: &mut Vec<Group>,
    ) {
        let program = &self.gradient;
        let rows = Rows {
            raw,
            raw_len,
            actions,
            action_len,
            draws: &[],
        };
        let degrees = self.degrees.len();
        let all = degrees * sums[0].len();
        run::prepare(program, memory);
        let [d_log_prob, d_entropy] = derivatives;
        let [log_prob, entropy] = sums;
        let parameters = self.derivatives[0].len();
        for first in (0..all).step_by(BLOCK) {
            let count = BLOCK.min(all - first);
            self.block(program, rows, (first, count), memory);
            let sums = [&mut *log_prob, &mut *entropy];
            for (sums, &source) in sums.into_iter().zip(&program.outputs) {
                let values = values(memory, source, 0);
                for run in runs(first, count, degrees) {
                    for value in &values[run.elements()] {
                        sums[run.row] += value;
                    }
                }
            }
            let (by_log_prob, by_entropy) = program.outputs[2..].split_at(parameters);
            let all = [
                (&mut *d_log_prob, by_log_prob),
                (&mut *d_entropy, by_entropy),
            ];
            for (out, sources) in all {
                for (parameter, &source) in sources.iter().enumerate() {
                    if source.constant && source.component == 0 && memory[source.start][0] == 0.0 {
                        continue;
                    }
                    let starts = self.starts(parameter);
                    for c in 0..self.lowered.widths[parameter] {
                        let values = values(memory, source, c);
                        for run in runs(first, count, degrees) {
                            let out = &mut out[run.row * raw_len..][..raw_len];
                            let starts = &starts[run.place..][..run.len];
                            for (start, value) in starts.iter().zip(&values[run.elements()]) {
                                out[start + c] += value;
                            }
                        }
                    }
                }
            }
        }
    }

    /// Writes the leaves of some elements and runs a program over them.
    fn block(
        &self,
        program: &Program,
        rows: Rows<'_>,
        (first, count): (usize, usize),
        memory: &mut [Group],
    ) {
        let groups = count.div_ceil(LANES);
        for leaf in &program.leaves {
            for c in 0..leaf.width {
                let start = leaf.place.start + c * leaf.place.component;
                let out = memory[start..start + groups].as_flattened_mut();
                self.load((leaf.op, c), rows, (first, count), out);
                // Lanes beyond the last element repeat it: they are computed, and never read.
                let last = out[count - 1];
                out[count..].fill(last);
            }
        }
        run::run(program, memory, groups);
    }

    /// Writes a component of a leaf.
    fn load(
        &self,
        (op, c): (Op, usize),
        rows: Rows<'_>,
        (first, count): (usize, usize),
        out: &mut [f32],
    ) {
        for run in runs(first, count, self.degrees.len()) {
            let places = run.place..run.place + run.len;
            let out = &mut out[run.elements()];
            match op {
                Op::Raw(parameter) => {
                    let raw = &rows.raw[run.row * rows.raw_len..];
                    for (out, start) in out.iter_mut().zip(&self.starts(parameter)[places]) {
                        *out = raw[start + c];
                    }
                }
                Op::Action => {
                    let actions = &rows.actions[run.row * rows.action_len..];
                    for (out, &dof) in out.iter_mut().zip(&self.degrees[places]) {
                        *out = actions[dof];
                    }
                }
                Op::Draw(index) => {
                    for (out, &dof) in out.iter_mut().zip(&self.degrees[places]) {
                        *out = rows.draws[dof * self.draws + index];
                    }
                }
                _ => {}
            }
        }
    }
}

/// Elements of a block that belong to one row.
struct Run {
    row: usize,
    /// Place of the first one among the degrees of freedom.
    place: usize,
    /// The first one in the block.
    element: usize,
    len: usize,
}

impl Run {
    fn elements(&self) -> Range<usize> {
        self.element..self.element + self.len
    }
}

/// The rows of `count` elements from `first` on.
fn runs(first: usize, count: usize, degrees: usize) -> impl Iterator<Item = Run> {
    let (mut row, mut place, mut element) = (first / degrees, first % degrees, 0);
    std::iter::from_fn(move || {
        let run = Run {
            row,
            place,
            element,
            len: (degrees - place).min(count - element),
        };
        (row, place, element) = (row + 1, 0, element + run.len);
        (run.len > 0).then_some(run)
    })
}

/// A component of all elements of a block.
fn values(memory: &[Group], source: Source, component: usize) -> &[f32] {
    let start = source.start + component * source.component;
    memory[start..start + GROUPS].as_flattened()
}
