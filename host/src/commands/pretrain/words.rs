//! What `pretrain` says.

use super::Output;
use crate::args::PretrainArguments;
use crate::config::Experiment;
use crate::pretrain::{Objective, Outcome, Pupil, Score};
use crate::report::program;

/// A line for people.
pub fn say(arguments: &PretrainArguments, line: impl FnOnce() -> String) {
    if !arguments.quiet {
        eprintln!("{}", line());
    }
}

/// What learns, and what of it does not.
pub fn announce(arguments: &PretrainArguments, experiment: &Experiment, pupil: &Pupil) {
    let (part, sizes) = (&pupil.part, pupil.brain.region_sizes());
    say(arguments, || {
        let regions = part.regions.iter();
        let regions: Vec<String> = regions
            .map(|name| format!("{name} {}", sizes.get(name).copied().unwrap_or(0)))
            .collect();
        format!(
            "brain     {} of {}  ({}; read at {})",
            experiment.brain,
            experiment.task,
            regions.join(", "),
            part.outputs.join(", ")
        )
    });
    let told: Vec<&str> = part.senses.iter().skip(1).map(|s| s.name()).collect();
    if !told.is_empty() {
        let note = format!(
            "note      beside the picture {} is sensed too, not normalised, and may give the labels away",
            told.join(", ")
        );
        say(arguments, || note);
    }
    if part.remembers {
        say(arguments, || {
            "note      each picture stands alone: what is remembered from step to step is not trained"
                .into()
        });
    }
}

/// What is asked.
pub fn told(objective: &Objective) -> String {
    let mut text = objective.describe();
    if !objective.left_out.is_empty() {
        text.push_str(&format!("; constant: {}", objective.left_out.join(", ")));
    }
    text
}

/// How well it went, and what to do with it.
pub fn conclusion(outcome: &Outcome, output: &Output) -> String {
    let Score {
        measure,
        baseline_is,
        error,
        baseline,
        parts,
        part_measure,
        ..
    } = &outcome.score;
    let mut text = String::new();
    for part in parts {
        text.push_str(&format!(
            "          {}: {part_measure} {} against {}\n",
            part.name,
            with_unit(part.error, part.unit),
            with_unit(part.baseline, part.unit)
        ));
    }
    if !outcome.complete {
        let done = outcome.history.len();
        text.push_str(&format!(
            "interrupted after epoch {done}; what was learned is saved\n"
        ));
    }
    let loads: Vec<String> = outcome
        .regions
        .iter()
        .map(|region| format!("--load-region {region}={}", output.tensors.display()))
        .collect();
    text.push_str(&format!(
        "held out  {measure}: {error:.4}, {baseline_is} {baseline:.4}\n\
         saved     {}, report in {}\n\
         next      {} run --task {} --brain {} {}",
        output.tensors.display(),
        output.report.display(),
        program(),
        outcome.task,
        outcome.brain,
        loads.join(" ")
    ));
    text
}

fn with_unit(value: f64, unit: &str) -> String {
    match unit {
        "" => format!("{value:.3}"),
        unit => format!("{value:.4} {unit}"),
    }
}
