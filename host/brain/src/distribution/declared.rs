//! Distributions that a plugin declares as expressions: checked, differentiated, compiled.
//!
//! A declaration is lowered to a graph (`lower`), whose derivatives are further nodes of it
//! (`differentiate`); the results become flat programs (`compile`) that run over degrees of
//! freedom and rows side by side (`run`). Checks evaluate the same graph in f64 (`exact`).
//!
//! Each element is computed by itself in one order of operations, so that results are bitwise the
//! same whatever else is in the batch.

mod compile;
mod differentiate;
mod exact;
mod graph;
mod lower;
mod parameter;
mod part;
pub mod probe;
mod run;

pub(crate) use graph::Op;
pub(crate) use part::Part;

use super::Bounds;
use super::settings::{bounds, choices};
use crate::error::BrainError;
use angora_core::Stream;
use angora_plugin_api::distribution::{DistributionSpec, DrawKind, Support};
use angora_plugin_api::{ActionSpec, capability};
use compile::Group;
use part::RawRow;
use std::cell::RefCell;

/// Largest number below 1: uniform draws as f32 stay within \[0, 1).
const BELOW_ONE: f32 = 1.0 - f32::EPSILON / 2.0;

/// What declared distributions compute in. It grows when a larger program is first met; built-in
/// distributions need none.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    groups: Vec<Group>,
    draws: Vec<f32>,
}

thread_local! {
    /// For calls that bring no workspace.
    static WORKSPACE: RefCell<Workspace> = RefCell::default();
}

/// Calls with the workspace of this thread.
pub(super) fn with_workspace<T>(call: impl FnOnce(&mut Workspace) -> T) -> T {
    WORKSPACE.with_borrow_mut(call)
}

/// A declared distribution for one action spec.
#[derive(Debug)]
pub struct Declared {
    /// Id of the contribution.
    id: String,
    spec: DistributionSpec,
    /// Degrees of freedom with the same number of choices share programs.
    parts: Vec<Part>,
    /// Choices of each degree of freedom; empty where the action is continuous.
    choices: Vec<usize>,
    /// The bounds that native actions spread over; empty where choices are what the task takes.
    bounds: Vec<Bounds>,
    /// Raw numbers of a row, those that do not depend on the state last.
    raw_len: usize,
    /// Raw numbers of each parameter that does not depend on the state.
    free: Vec<(String, usize, f64)>,
    /// The part of each degree of freedom and its place there.
    places: Vec<(usize, usize)>,
}

impl PartialEq for Declared {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && self.spec == other.spec
            && self.choices == other.choices
            && self.bounds == other.bounds
    }
}

impl Declared {
    /// Checks and compiles a declaration for an action.
    ///
    /// # Errors
    /// The field that is wrong, by its dotted path; or the declaration does not fit the action.
    pub fn new(id: &str, spec: DistributionSpec, action: &ActionSpec) -> Result<Self, BrainError> {
        let wrong = |problem: String| BrainError::Distribution(format!("{id}: {problem}"));
        let (choices, bounds) = fit(id, &spec, action)?;
        capability::check(&spec.requires, capability::KNOWN).map_err(|e| wrong(e.to_string()))?;
        let len = action.len();
        let mut kinds = choices.clone();
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.is_empty() {
            kinds.push(0);
        }
        let mut lowered = Vec::new();
        for &n in &kinds {
            lowered.push(lower::lower(&spec, n).map_err(wrong)?);
        }
        heads(&spec).map_err(wrong)?;
        let kind_of = |dof: usize| {
            let n = choices.get(dof).copied().unwrap_or(0);
            kinds.iter().position(|&kind| kind == n).unwrap_or(0)
        };
        // Raw numbers lie parameter by parameter, and within one degree of freedom by degree of
        // freedom; those that the policy head gives come first.
        let mut starts = vec![vec![0; len]; spec.parameters.len()];
        let (mut raw_len, mut free) = (0, Vec::new());
        for dependent in [true, false] {
            let declared = spec.parameters.iter().enumerate();
            for (at, parameter) in declared.filter(|(_, p)| p.state_dependent == dependent) {
                let begin = raw_len;
                for (dof, start) in starts[at].iter_mut().enumerate() {
                    *start = raw_len;
                    if !parameter.shared {
                        raw_len += lowered[kind_of(dof)].widths[at];
                    }
                }
                if parameter.shared {
                    raw_len += lowered[0].widths[at];
                }
                if !dependent {
                    free.push((parameter.name.clone(), raw_len - begin, parameter.initial));
                }
            }
        }
        let mut parts = Vec::new();
        let mut places = vec![(0, 0); len];
        for (kind, lowered) in lowered.into_iter().enumerate() {
            let degrees: Vec<usize> = (0..len).filter(|&dof| kind_of(dof) == kind).collect();
            for (place, &dof) in degrees.iter().enumerate() {
                places[dof] = (kind, place);
            }
            parts.push(Part::new(&spec, lowered, degrees, &starts).map_err(wrong)?);
        }
        let declared = Self {
            id: id.to_owned(),
            spec,
            parts,
            choices,
            bounds,
            raw_len,
            free,
            places,
        };
        Ok(declared)
    }

    /// Id of the contribution.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What was declared.
    pub fn spec(&self) -> &DistributionSpec {
        &self.spec
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub(super) fn raw_len(&self) -> usize {
        self.raw_len
    }

    /// Name, length and first value of each parameter that the policy head does not give.
    pub(crate) fn free(&self) -> &[(String, usize, f64)] {
        &self.free
    }

    pub(super) fn action_len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn choices(&self) -> &[usize] {
        &self.choices
    }

    pub(super) fn bounds(&self) -> &[Bounds] {
        &self.bounds
    }

    /// A workspace that no program of this declaration makes grow.
    pub(super) fn workspace(&self) -> Workspace {
        let most = self.parts.iter().map(Part::memory_len).max();
        Workspace {
            groups: vec![[0.0; compile::LANES]; most.unwrap_or(0)],
            draws: Vec::with_capacity(self.places.len() * self.spec.draws.len()),
        }
    }

    /// Random numbers are drawn in the order of the degrees of freedom.
    pub(super) fn sample(
        &self,
        raw: &[f32],
        stream: &mut Stream,
        action: &mut [f32],
        workspace: &mut Workspace,
    ) {
        let Workspace { groups, draws } = workspace;
        draws.clear();
        for _ in 0..action.len() {
            for draw in &self.spec.draws {
                draws.push(match draw.kind {
                    DrawKind::Uniform => (stream.uniform() as f32).min(BELOW_ONE),
                    DrawKind::Normal => stream.normal() as f32,
                });
            }
        }
        let row = RawRow {
            raw,
            action: &[],
            draws,
        };
        for part in &self.parts {
            part.sample(row, groups, action);
        }
        self.keep_in_support(action);
    }

    pub(super) fn mode(&self, raw: &[f32], action: &mut [f32], workspace: &mut Workspace) {
        for part in &self.parts {
            part.mode(RawRow::of(raw, &[]), &mut workspace.groups, action);
        }
        self.keep_in_support(action);
    }

    pub(super) fn log_prob(&self, raw: &[f32], action: &[f32], workspace: &mut Workspace) -> f32 {
        let row = RawRow::of(raw, action);
        let parts = self.parts.iter();
        parts
            .map(|part| part.log_prob(row, &mut workspace.groups))
            .sum()
    }

    pub(super) fn entropy(&self, raw: &[f32], workspace: &mut Workspace) -> f32 {
        let row = RawRow::of(raw, &[]);
        let parts = self.parts.iter();
        parts
            .map(|part| part.entropy(row, &mut workspace.groups))
            .sum()
    }

    /// As [`Distribution::log_prob_entropy_gradient_rows`](super::Distribution).
    pub(super) fn gradient_rows(
        &self,
        raw: &[f32],
        actions: &[f32],
        [d_log_prob, d_entropy]: [&mut [f32]; 2],
        [log_prob, entropy]: [&mut [f32]; 2],
        workspace: &mut Workspace,
    ) {
        log_prob.fill(0.0);
        entropy.fill(0.0);
        d_log_prob.fill(0.0);
        d_entropy.fill(0.0);
        for part in &self.parts {
            part.gradient_rows(
                (raw, self.raw_len),
                (actions, self.places.len()),
                [d_log_prob, d_entropy],
                [log_prob, entropy],
                &mut workspace.groups,
            );
        }
    }

    /// Keeps rounding errors within the support; NaN stays NaN where numbers are continuous.
    fn keep_in_support(&self, action: &mut [f32]) {
        match self.spec.support {
            Support::Real => {}
            Support::Interval { low, high } => {
                for x in action {
                    *x = x.clamp(low as f32, high as f32);
                }
            }
            Support::Choices | Support::Bins { .. } => {
                for (x, &n) in action.iter_mut().zip(&self.choices) {
                    *x = (*x as usize).min(n - 1) as f32;
                }
            }
        }
    }
}

/// Whether the policy head gives something, and its own parameters keep their names.
fn heads(spec: &DistributionSpec) -> Result<(), String> {
    let free = |at: usize| !spec.parameters[at].state_dependent;
    let all = 0..spec.parameters.len();
    if all.clone().all(free) {
        return Err(
            "parameters: none depends on the state, so no action could; let the policy head give one"
                .into(),
        );
    }
    let taken = |at: &usize| free(*at) && matches!(&*spec.parameters[*at].name, "kernel" | "bias");
    match all.into_iter().find(taken) {
        Some(at) => Err(format!(
            "parameters[{at}].name: {:?} is a name of the policy head's own; choose another",
            spec.parameters[at].name
        )),
        None => Ok(()),
    }
}

/// Choices of each degree of freedom, and the bounds of continuous ones.
fn fit(
    id: &str,
    spec: &DistributionSpec,
    action: &ActionSpec,
) -> Result<(Vec<usize>, Vec<Bounds>), BrainError> {
    let wrong = |problem: String| Err(BrainError::Distribution(format!("{id}: {problem}")));
    if action.is_empty() {
        return wrong("the action has no degree of freedom".into());
    }
    match (spec.support, action) {
        (Support::Real, ActionSpec::Box { low, high }) => Ok((Vec::new(), bounds(low, high)?)),
        (Support::Interval { low: a, high: b }, ActionSpec::Box { low, high }) => {
            if !(a.is_finite() && b.is_finite() && a < b) {
                return wrong(format!(
                    "support: the interval from {a} to {b} is empty or not finite"
                ));
            }
            Ok((Vec::new(), bounds(low, high)?))
        }
        (Support::Bins { count }, ActionSpec::Box { low, high }) => {
            if !(2..=lower::MOST_COMPONENTS).contains(&count) {
                return wrong(format!(
                    "support.count: it is {count}, expected 2 to {}",
                    lower::MOST_COMPONENTS
                ));
            }
            Ok((vec![count; low.len()], bounds(low, high)?))
        }
        (Support::Choices, ActionSpec::Discrete { n }) => {
            choices(&[*n])?;
            Ok((vec![*n], Vec::new()))
        }
        (Support::Choices, ActionSpec::MultiDiscrete { n }) => {
            choices(n)?;
            Ok((n.clone(), Vec::new()))
        }
        (_, ActionSpec::Box { .. }) => wrong(
            "support: it is choices, but this action is continuous (box); it needs real, interval or bins"
                .into(),
        ),
        (_, ActionSpec::Discrete { .. } | ActionSpec::MultiDiscrete { .. }) => wrong(
            "support: it is for continuous actions, but this action is discrete; it needs choices"
                .into(),
        ),
    }
}
