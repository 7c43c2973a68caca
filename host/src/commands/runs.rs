//! `runs`: what runs there are.

use super::print_json;
use crate::args::RunsArguments;
use crate::error::HostError;
use crate::run::RunFolder;
use serde::Serialize;
use serde_json::Value;

#[derive(Debug, Serialize)]
struct Row {
    id: String,
    task: String,
    began: Option<String>,
    cycle: u64,
    cycles: u64,
    steps: u64,
    mean_return: Option<f64>,
    folder: String,
}

/// Lists runs.
pub fn runs(arguments: &RunsArguments) -> Result<(), HostError> {
    let mut rows = Vec::new();
    for run in RunFolder::list(&arguments.runs) {
        let experiment = match run.experiment() {
            Ok(experiment) => experiment,
            Err(error) => {
                eprintln!("damaged   {error}");
                continue;
            }
        };
        let last = last_line(&run);
        rows.push(Row {
            id: run.id(),
            task: experiment.task,
            began: run.meta().map(|meta| meta.began),
            cycle: last["cycle"].as_u64().unwrap_or(0),
            cycles: experiment.cycles,
            steps: last["time/total_timesteps"].as_f64().unwrap_or(0.0) as u64,
            mean_return: last["rollout/ep_rew_mean"].as_f64(),
            folder: run.path().display().to_string(),
        });
    }
    if arguments.json {
        return print_json(&rows);
    }
    if rows.is_empty() {
        eprintln!("no runs in {}", arguments.runs.display());
        return Ok(());
    }
    let width = rows.iter().map(|row| row.id.len()).max().unwrap_or(2);
    println!(
        "{:width$}  {:>11}  {:>12}  {:>10}",
        "run", "cycle", "steps", "return"
    );
    for row in rows {
        let mean = row
            .mean_return
            .map_or_else(|| "-".into(), |mean| format!("{mean:.1}"));
        let cycle = format!("{}/{}", row.cycle, row.cycles);
        println!(
            "{:width$}  {cycle:>11}  {:>12}  {mean:>10}",
            row.id, row.steps
        );
    }
    Ok(())
}

/// The last complete line of the metrics.
fn last_line(run: &RunFolder) -> Value {
    let text = std::fs::read_to_string(run.metrics()).unwrap_or_default();
    text.lines()
        .rev()
        .find_map(|line| serde_json::from_str(line).ok())
        .unwrap_or(Value::Null)
}
