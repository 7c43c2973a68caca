//! What a declaration says, tried with numbers in f64: whether the density integrates to 1, samples
//! follow it, mode and entropy are its own, and derivatives are those of what is computed.
//!
//! Each check takes raw parameters of zero and some drawn at random, always the same, and one
//! degree of freedom of each number of choices. A problem begins with the field of the declaration.

mod grid;

use super::exact::{Inputs, values};
use super::graph::Id;
use super::{Declared, Part};
use angora_core::{Purpose, Stream};
use angora_plugin_api::distribution::{DistributionSpec, DrawKind, EntropyForm, ModeForm, Support};
use grid::Grid;

/// Largest distance of a total probability from 1, and of other numbers relative to 1 + their size.
const TOLERANCE: f64 = 1e-3;
/// Samples that are compared with the density.
const SAMPLES: usize = 2_000;
/// Largest distance of the samples' distribution from that of the density: that of two thousand
/// true samples is larger once in a million times (Kolmogorov and Smirnov).
const MOST_DISTANCE: f64 = 0.06;
/// Sets of raw parameters that a check tries.
const ROWS: usize = 6;

/// The largest error that was found, or the problem.
pub type Outcome = Result<f64, String>;

/// Raw parameters of one degree of freedom, and how it is evaluated with them.
struct Row<'a> {
    spec: &'a DistributionSpec,
    part: &'a Part,
    choices: usize,
    raw: Vec<Vec<f64>>,
}

impl Row<'_> {
    fn value(&self, id: Id, action: f64, draws: &[f64]) -> f64 {
        let inputs = Inputs {
            raw: &self.raw,
            action,
            draws,
        };
        values(&self.part.lowered().graph, &[id], inputs)[0][0]
    }

    fn log_prob(&self, action: f64) -> f64 {
        self.value(self.part.lowered().log_prob, action, &[])
    }

    fn entropy(&self) -> f64 {
        self.value(self.part.lowered().entropy, f64::NAN, &[])
    }

    fn mode(&self) -> f64 {
        self.value(self.part.lowered().mode, f64::NAN, &[])
    }

    fn samples(&self, count: usize) -> Vec<f64> {
        let mut stream = Stream::new(11, 0, 0, Purpose::Action);
        let mut draws = vec![0.0; self.spec.draws.len()];
        let sample = |_| {
            for (value, draw) in draws.iter_mut().zip(&self.spec.draws) {
                *value = match draw.kind {
                    DrawKind::Uniform => stream.uniform(),
                    DrawKind::Normal => stream.normal(),
                };
            }
            self.value(self.part.lowered().sample, f64::NAN, &draws)
        };
        (0..count).map(sample).collect()
    }

    fn grid(&self) -> Grid {
        Grid::new(self.spec.support, self.choices, || self.samples(255))
    }

    /// Whether an action lies where the declaration says that actions lie.
    fn inside(&self, action: f64) -> bool {
        match self.spec.support {
            Support::Real => action.is_finite(),
            Support::Interval { low, high } => (low..=high).contains(&action),
            Support::Choices | Support::Bins { .. } => {
                action.fract() == 0.0 && (0.0..self.choices as f64).contains(&action)
            }
        }
    }

    /// The raw parameters, for messages.
    fn shown(&self) -> String {
        let named = self.spec.parameters.iter().zip(&self.raw);
        let parts = named.map(|(parameter, raw)| {
            let some: Vec<String> = raw.iter().take(4).map(|x| format!("{x:.3}")).collect();
            let rest = if raw.len() > 4 { ", ..." } else { "" };
            format!("{} = [{}{rest}]", parameter.name, some.join(", "))
        });
        format!(
            "with the raw parameters {}",
            parts.collect::<Vec<_>>().join(", ")
        )
    }

    fn wrong(&self, field: &str, problem: &str) -> String {
        format!("{field}: {problem}, {}", self.shown())
    }
}

/// Runs a check on each set of raw parameters; the largest of what it finds.
fn each(declared: &Declared, mut check: impl FnMut(&Row<'_>) -> Outcome) -> Outcome {
    let mut worst = 0.0_f64;
    for part in declared.parts() {
        let choices = part.degrees().first();
        let choices = choices.and_then(|&dof| declared.choices().get(dof));
        let mut stream = Stream::new(7, 0, 0, Purpose::Parameters);
        for n in 0..ROWS {
            let scale = if n == 0 { 0.0 } else { 1.0 };
            let widths = part.lowered().widths.iter();
            let raw = widths.map(|&width| (0..width).map(|_| scale * stream.normal()).collect());
            let row = Row {
                spec: declared.spec(),
                part,
                choices: choices.copied().unwrap_or(0),
                raw: raw.collect(),
            };
            worst = worst.max(check(&row)?);
        }
    }
    Ok(worst)
}

/// Whether the probability of all actions together is 1.
///
/// # Errors
/// It is not.
pub fn density(declared: &Declared) -> Outcome {
    each(declared, |row| {
        let mut total = 0.0;
        for (x, weight) in row.grid().points() {
            let log_prob = row.log_prob(*x);
            if log_prob.is_nan() || log_prob == f64::INFINITY {
                let problem = format!("it is {log_prob} for the action {x}");
                return Err(row.wrong("log_prob", &problem));
            }
            total += weight * log_prob.exp();
        }
        let error = (total - 1.0).abs();
        if error > TOLERANCE {
            let what = match row.spec.support {
                Support::Real | Support::Interval { .. } => "the density integrates to",
                Support::Choices | Support::Bins { .. } => "the probabilities sum to",
            };
            let problem = format!("{what} {total:.4} over the support, expected 1");
            return Err(row.wrong("log_prob", &problem));
        }
        Ok(error)
    })
}

/// Whether samples lie in the support and follow the density.
///
/// # Errors
/// They do not.
pub fn samples(declared: &Declared) -> Outcome {
    each(declared, |row| {
        let mut samples = row.samples(SAMPLES);
        if let Some(x) = samples.iter().find(|x| !row.inside(**x)) {
            let problem = format!("{x} is outside the support");
            return Err(row.wrong("sample", &problem));
        }
        samples.sort_by(f64::total_cmp);
        let distance = row.grid().distance(&samples, |x| row.log_prob(x).exp());
        if distance > MOST_DISTANCE {
            let problem = format!(
                "{SAMPLES} samples do not follow the density; their cumulative distributions differ by {distance:.3}, expected below {MOST_DISTANCE}"
            );
            return Err(row.wrong("sample", &problem));
        }
        Ok(distance)
    })
}

/// Whether the deterministic action is what `mode_form` says.
///
/// # Errors
/// It is not.
pub fn mode(declared: &Declared) -> Outcome {
    each(declared, |row| {
        let mode = row.mode();
        if !row.inside(mode) {
            let problem = format!("{mode} is outside the support");
            return Err(row.wrong("mode", &problem));
        }
        let grid = row.grid();
        let density = |x: f64| row.log_prob(x).exp();
        match row.spec.mode_form {
            ModeForm::Mode => {
                let here = row.log_prob(mode);
                let mut best = (mode, here);
                for (x, _) in grid.points() {
                    let log_prob = row.log_prob(*x);
                    if log_prob > best.1 {
                        best = (*x, log_prob);
                    }
                }
                let missing = best.1 - here;
                if missing > TOLERANCE {
                    let problem = format!(
                        "log_prob is {here:.4} at {mode:.4}, but {:.4} at {:.4}; the mode has the highest (or set mode_form to median or mean)",
                        best.1, best.0
                    );
                    return Err(row.wrong("mode", &problem));
                }
                Ok(missing)
            }
            ModeForm::Median => {
                let (below, until) = grid.below(mode, density);
                let error = (below - 0.5).max(0.5 - until).max(0.0);
                if error > 0.01 {
                    let problem = format!(
                        "{below:.3} of the probability lies below {mode:.4}, expected a half of the median"
                    );
                    return Err(row.wrong("mode", &problem));
                }
                Ok(error)
            }
            ModeForm::Mean => {
                let points = grid.points().iter();
                let mean: f64 = points.map(|(x, weight)| weight * x * density(*x)).sum();
                let error = (mean - mode).abs() / (1.0 + mean.abs());
                if error > TOLERANCE {
                    let problem = format!("it is {mode:.4}, but the mean is {mean:.4}");
                    return Err(row.wrong("mode", &problem));
                }
                Ok(error)
            }
        }
    })
}

/// Whether the entropy is that of the density, or as near as its estimate promises.
///
/// # Errors
/// It is not.
pub fn entropy(declared: &Declared) -> Outcome {
    let (tolerance, promised) = match &declared.spec().entropy_form {
        EntropyForm::Exact => (TOLERANCE, String::new()),
        EntropyForm::Estimate { tolerance, .. } if tolerance.is_finite() && *tolerance > 0.0 => (
            TOLERANCE + tolerance,
            format!(" within the {tolerance} that entropy_form promises"),
        ),
        EntropyForm::Estimate { tolerance, .. } => {
            return Err(format!(
                "entropy_form.tolerance: it is {tolerance}, expected a positive number of nats"
            ));
        }
    };
    each(declared, |row| {
        let declared = row.entropy();
        let mut exact = 0.0;
        for (x, weight) in row.grid().points() {
            let log_prob = row.log_prob(*x);
            let probability = log_prob.exp();
            if probability > 0.0 {
                exact -= weight * probability * log_prob;
            }
        }
        let error = (declared - exact).abs();
        // NaN is not near either.
        if error <= tolerance * (1.0 + exact.abs()) {
            return Ok(error);
        }
        let problem = format!("it is {declared:.4}, expected {exact:.4}{promised}");
        Err(row.wrong("entropy", &problem))
    })
}

/// Whether log-probability and entropy are continuous in the raw parameters and have the
/// derivatives that the host has found (against differences).
///
/// # Errors
/// They do not.
pub fn gradient(declared: &Declared) -> Outcome {
    const STEP: f64 = 1e-5;
    const MOST: f64 = 1e-4;
    each(declared, |row| {
        let lowered = row.part.lowered();
        let actions = row.samples(4);
        let mut worst = 0.0_f64;
        let results = [("log_prob", lowered.log_prob), ("entropy", lowered.entropy)];
        for ((field, id), derivatives) in results.into_iter().zip(row.part.derivatives()) {
            let actions = if field == "entropy" {
                &actions[..1]
            } else {
                &actions[..]
            };
            for &action in actions {
                let inputs = Inputs {
                    raw: &row.raw,
                    action,
                    draws: &[],
                };
                let found = values(&lowered.graph, derivatives, inputs);
                let here = row.value(id, action, &[]);
                for (p, found) in found.iter().enumerate() {
                    for c in 0..row.raw[p].len() {
                        let found = if found.len() == 1 { found[0] } else { found[c] };
                        let moved = |step: f64| {
                            let mut raw = row.raw.clone();
                            raw[p][c] += step;
                            let inputs = Inputs {
                                raw: &raw,
                                action,
                                draws: &[],
                            };
                            values(&lowered.graph, &[id], inputs)[0][0]
                        };
                        let (up, down) = (moved(STEP), moved(-STEP));
                        let name = &row.spec.parameters[p].name;
                        if (up - down).abs()
                            > 10.0 * MOST * (1.0 + here.abs()) * (1.0 + found.abs())
                        {
                            let problem = format!("it jumps where the parameter {name:?} changes");
                            return Err(row.wrong(field, &problem));
                        }
                        // At a bound of a parameter only one side counts.
                        let slopes = [
                            (up - down) / (2.0 * STEP),
                            (up - here) / STEP,
                            (here - down) / STEP,
                        ];
                        let error = slopes.map(|slope| (found - slope).abs() / (1.0 + slope.abs()));
                        let error = error.into_iter().fold(f64::INFINITY, f64::min);
                        if error > MOST || error.is_nan() {
                            let problem = format!(
                                "its derivative by {name:?} is {found:.6}, but differences give {:.6}",
                                slopes[0]
                            );
                            return Err(row.wrong(field, &problem));
                        }
                        worst = worst.max(error);
                    }
                }
            }
        }
        Ok(worst)
    })
}

/// What is tried whenever a declaration is loaded: density, samples, mode and entropy.
///
/// # Errors
/// The first problem.
pub fn all(declared: &Declared) -> Result<(), String> {
    for check in [density, samples, mode, entropy] {
        check(declared)?;
    }
    Ok(())
}
