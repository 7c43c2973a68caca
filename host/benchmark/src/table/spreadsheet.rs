//! `results.csv` (a line for each task and variant) and `runs.csv` (a line a run).

use crate::results::Results;
use crate::spread::Spread;

const ROWS: [&str; 33] = [
    "task",
    "variant",
    "planned",
    "done",
    "failed",
    "training_mean",
    "training_sd",
    "training_iqm",
    "training_mean_low",
    "training_mean_high",
    "training_iqm_low",
    "training_iqm_high",
    "evaluation_mean",
    "evaluation_sd",
    "evaluation_iqm",
    "evaluation_mean_low",
    "evaluation_mean_high",
    "evaluation_iqm_low",
    "evaluation_iqm_high",
    "success_rate",
    "goals_mean",
    "goals_per_cpu_hour",
    "reached_threshold",
    "steps_to_threshold",
    "steps",
    "wall_secs",
    "cpu_secs",
    "best_of_others",
    "best_of_others_sd",
    "best_of_others_package",
    "best_of_others_measure",
    "difference",
    "best_of_others_source",
];

const RUNS: [&str; 15] = [
    "task",
    "variant",
    "seed",
    "run",
    "state",
    "training_score",
    "training_episodes",
    "evaluation_score",
    "evaluation_episodes",
    "evaluation_goals",
    "steps",
    "steps_to_threshold",
    "wall_secs",
    "cpu_secs",
    "problem",
];

/// Rows of the table; a number that is not there is empty.
#[must_use]
pub fn rows_csv(results: &Results) -> String {
    let lines = results.rows.iter().map(|row| {
        let mut line = vec![
            row.task.clone(),
            row.variant.clone(),
            row.planned.to_string(),
            row.done.to_string(),
            row.failed.to_string(),
        ];
        line.extend(spread(row.training.as_ref()));
        line.extend(spread(row.evaluation.as_ref()));
        line.extend([
            optional(row.success_rate),
            optional(row.goals.as_ref().map(|goals| goals.mean)),
            optional(row.goals_per_cpu_hour),
            optional(row.reached),
            optional(row.steps_to_threshold),
            optional(row.steps),
            optional(row.seconds),
            optional(row.cpu_seconds),
        ]);
        let beside = row.best_of_others.as_ref();
        let theirs = beside.map(|beside| &beside.recorded);
        line.extend([
            optional(theirs.map(|theirs| theirs.score)),
            optional(theirs.and_then(|theirs| theirs.sd)),
            optional(theirs.map(|theirs| &theirs.package)),
            optional(theirs.map(|theirs| theirs.measure.name())),
            optional(beside.and_then(|beside| beside.difference)),
            optional(theirs.map(|theirs| &theirs.source)),
        ]);
        line
    });
    written(&ROWS, lines)
}

/// Runs.
#[must_use]
pub fn runs_csv(results: &Results) -> String {
    let lines = results.cells.iter().map(|cell| {
        let (planned, learning) = (&cell.planned, &cell.learning);
        let evaluation = cell.evaluation.as_ref();
        vec![
            planned.task.clone(),
            planned.variant.clone(),
            planned.seed.to_string(),
            planned.run.clone(),
            cell.state.name().to_owned(),
            optional(learning.score),
            learning.episodes.to_string(),
            optional(evaluation.map(|evaluation| evaluation.mean_return)),
            optional(evaluation.map(|evaluation| evaluation.episodes)),
            optional(evaluation.and_then(|evaluation| Some(evaluation.goals.as_ref()?.mean))),
            learning.steps.to_string(),
            optional(learning.steps_to_threshold),
            learning.seconds.to_string(),
            learning.cpu_seconds.to_string(),
            cell.problem.clone().unwrap_or_default(),
        ]
    });
    written(&RUNS, lines)
}

fn spread(spread: Option<&Spread>) -> [String; 7] {
    let end = |of: fn(&Spread) -> Option<[f64; 2]>, at: usize| {
        optional(spread.and_then(of).map(|ends| ends[at]))
    };
    [
        optional(spread.map(|spread| spread.mean)),
        optional(spread.and_then(|spread| spread.sd)),
        optional(spread.map(|spread| spread.iqm)),
        end(|spread| spread.mean_interval, 0),
        end(|spread| spread.mean_interval, 1),
        end(|spread| spread.iqm_interval, 0),
        end(|spread| spread.iqm_interval, 1),
    ]
}

fn optional<T: ToString>(value: Option<T>) -> String {
    value.map_or(String::new(), |value| value.to_string())
}

fn written(header: &[&str], lines: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Into memory, with as many fields in each line: nothing can go wrong.
    let _ = writer.write_record(header);
    for line in lines {
        let _ = writer.write_record(&line);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}
