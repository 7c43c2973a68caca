//! `runs`: what runs there are, and how they are.

mod table;

use super::print_json;
use crate::args::{RunsArguments, RunsOrder};
use crate::error::HostError;
use crate::report::shown;
use crate::run::RunFolder;
use angora_monitor::{End, RunState, jsonl, state};
use glob::{MatchOptions, Pattern};
use serde::Serialize;
use serde_json::Value;
use std::cmp::Ordering;

/// A run.
#[derive(Debug, Clone, Serialize)]
struct Row {
    id: String,
    task: String,
    brain: String,
    seed: u64,
    state: RunState,
    /// How it finished.
    end: Option<End>,
    began: Option<String>,
    cycle: u64,
    cycles: u64,
    steps: u64,
    mean_return: Option<f64>,
    /// Mean return that the checkpoint `best` was chosen by.
    best_return: Option<f64>,
    /// Cycles done when its parameters were as they are.
    best_cycle: Option<u64>,
    /// What it was chosen by, of tasks that say what success is.
    best_success_rate: Option<f64>,
    best_goals: Option<f64>,
    success_rate: Option<f64>,
    tags: Vec<String>,
    trashed: bool,
    folder: String,
    /// What is wrong with its files.
    warnings: Vec<String>,
}

/// Lists runs.
pub fn runs(arguments: &RunsArguments) -> Result<(), HostError> {
    let mut rows = Vec::new();
    let mut any = false;
    for run in RunFolder::list(&arguments.runs)? {
        any = true;
        match row(&run) {
            Ok(row) if is_wanted(&row, arguments) => rows.push(row),
            Ok(_) => {}
            Err(error) => eprintln!("damaged   {error}"),
        }
    }
    rows.sort_by(|a, b| compare(a, b, arguments.sort).then_with(|| a.id.cmp(&b.id)));
    if arguments.reverse {
        rows.reverse();
    }
    if arguments.json {
        return print_json(&rows);
    }
    match (rows.is_empty(), any) {
        (false, _) => print!("{}", table::table(&rows)),
        (true, true) => eprintln!("no such runs in {}", arguments.runs.display()),
        (true, false) => eprintln!("no runs in {}", arguments.runs.display()),
    }
    for warning in rows.iter().flat_map(|row| &row.warnings) {
        eprintln!("warning: {warning}");
    }
    Ok(())
}

fn row(run: &RunFolder) -> Result<Row, HostError> {
    let experiment = run.experiment()?;
    let last = jsonl::last_line(&run.metrics()).unwrap_or_default();
    let number = |name: &str| last.get(name).and_then(Value::as_f64);
    let (state, end) = state::of(run.path());
    let warnings = match jsonl::inspect(&run.metrics()) {
        Ok(flaws) => flaws.sentence(&shown(&run.metrics()).display().to_string()),
        Err(error) => Some(format!("{}: {error}", run.metrics().display())),
    };
    let (meta, labels) = (run.meta(), run.labels());
    let mut tags = labels.tags;
    tags.extend(meta.iter().flat_map(|meta| meta.tags.iter().cloned()));
    tags.sort();
    tags.dedup();
    Ok(Row {
        id: run.id(),
        task: experiment.task,
        brain: experiment.brain,
        seed: experiment.seed,
        state,
        end,
        began: meta.map(|meta| meta.began),
        cycle: number("cycle").unwrap_or(0.0) as u64,
        cycles: experiment.cycles,
        steps: number("time/total_timesteps").unwrap_or(0.0) as u64,
        mean_return: number("rollout/ep_rew_mean"),
        // Runs of the first version have the highest mean return of training.
        best_return: number("best/return_mean").or_else(|| number("rollout/best_ep_rew_mean")),
        best_cycle: number("best/cycle").map(|cycle| cycle as u64),
        best_success_rate: number("best/success_rate"),
        best_goals: number("best/goals_reached_mean"),
        success_rate: number("rollout/success_rate"),
        tags,
        trashed: labels.trashed,
        warnings: warnings.into_iter().collect(),
        folder: shown(run.path()).display().to_string(),
    })
}

fn is_wanted(row: &Row, arguments: &RunsArguments) -> bool {
    let options = MatchOptions {
        case_sensitive: false,
        ..MatchOptions::new()
    };
    let fits = |pattern: &Pattern, text: &str| pattern.matches_with(text, options);
    let is = |pattern: &Option<Pattern>, text| pattern.as_ref().is_none_or(|p| fits(p, text));
    let is_tagged = |pattern: &Pattern| row.tags.iter().any(|tag| fits(pattern, tag));
    is(&arguments.task, &row.task)
        && is(&arguments.brain, &row.brain)
        && (arguments.state.is_empty() || arguments.state.contains(&row.state))
        && arguments.tag.iter().all(is_tagged)
        && (arguments.all || !row.trashed)
}

fn compare(a: &Row, b: &Row, order: RunsOrder) -> Ordering {
    let returns = |of: fn(&Row) -> Option<f64>| {
        // Without a return comes first.
        let value = |row| of(row).unwrap_or(f64::NEG_INFINITY);
        value(a).total_cmp(&value(b))
    };
    match order {
        RunsOrder::Began => a.began.cmp(&b.began),
        RunsOrder::Run => a.id.cmp(&b.id),
        RunsOrder::Task => a.task.cmp(&b.task),
        RunsOrder::State => b.state.cmp(&a.state),
        RunsOrder::Steps => a.steps.cmp(&b.steps),
        RunsOrder::Return => returns(|row| row.mean_return),
        RunsOrder::Best => returns(|row| row.best_return),
    }
}
