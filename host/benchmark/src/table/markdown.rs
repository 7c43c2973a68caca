//! `results.md`.

use super::{number, whole};
use crate::cell::{Cell, CellState};
use crate::recorded::Recorded;
use crate::results::{Results, Row};
use crate::spread::{Across, Spread};
use std::fmt::Write;

const NONE: &str = "-";

/// The page of a benchmark. Curves lie beside it: the file's name for each task that has one.
#[must_use]
pub fn markdown(results: &Results, curves: &[(String, String)]) -> String {
    let mut page = format!("# {}\n\n", results.name);
    page.push_str(&summary(results));
    page.push_str("\n\n");
    page.push_str(&rows(results));
    page.push_str(&goals(results));
    page.push_str(&failures(results));
    page.push_str(&others(results));
    page.push_str(&across(results));
    if !curves.is_empty() {
        page.push_str("\n## Curves\n\n");
        for (task, file) in curves {
            let _ = writeln!(page, "![{task}]({file})");
        }
    }
    page.push_str(&method(results));
    page
}

/// How many runs there are, and how they are.
fn summary(results: &Results) -> String {
    let states = [
        (CellState::Done, "done"),
        (CellState::Failed, "failed"),
        (CellState::Trained, "still to be evaluated"),
        (CellState::Running, "running"),
        (CellState::Interrupted, "interrupted"),
        (CellState::Missing, "not begun"),
    ];
    let counted = states.into_iter().filter_map(|(state, word)| {
        let count = results.count(state);
        (count > 0).then(|| format!("{count} {word}"))
    });
    let counted: Vec<String> = counted.collect();
    format!("{} runs: {}.", results.cells.len(), counted.join(", "))
}

/// The main table.
#[must_use]
pub fn rows(results: &Results) -> String {
    let mut table = String::from(
        "| task | variant | n | steps | evaluation: IQM [95 % interval] | mean ± sd | success | training: IQM [95 % interval] | mean ± sd | at threshold | best of others | difference | wall, s |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for row in &results.rows {
        let (training, evaluation) = (row.training.as_ref(), row.evaluation.as_ref());
        let (best, difference) = match &row.best_of_others {
            None => (NONE.to_owned(), NONE.to_owned()),
            Some(beside) => {
                let theirs = &beside.recorded;
                let text = format!(
                    "{} ({}, {})",
                    reported(theirs),
                    cell_text(&theirs.package),
                    theirs.measure.name()
                );
                let difference = beside.difference.map_or(NONE.to_owned(), signed);
                (text, difference)
            }
        };
        let cells = [
            cell_text(&row.task),
            cell_text(&row.variant),
            count(row),
            row.steps.map_or(NONE.to_owned(), whole),
            iqm(evaluation),
            mean_and_sd(evaluation),
            row.success_rate
                .map_or(NONE.to_owned(), |rate| format!("{:.1} %", 100.0 * rate)),
            iqm(training),
            mean_and_sd(training),
            at_threshold(row),
            best,
            difference,
            row.seconds.map_or(NONE.to_owned(), number),
        ];
        let _ = writeln!(table, "| {} |", cells.join(" | "));
    }
    table
}

/// Goals in a row, of tasks that set several.
fn goals(results: &Results) -> String {
    let mut table = String::new();
    for row in &results.rows {
        if let (Some(goals), Some(per_hour)) = (&row.goals, row.goals_per_cpu_hour) {
            let cells = [
                cell_text(&row.task),
                cell_text(&row.variant),
                mean_and_sd(Some(goals)),
                number(per_hour),
                row.cpu_seconds.map_or(NONE.to_owned(), number),
            ];
            let _ = writeln!(table, "| {} |", cells.join(" | "));
        }
    }
    if table.is_empty() {
        return table;
    }
    format!(
        "\n## Goals in a row\n\n| task | variant | goals: mean ± sd | goals per hour | processor time, s |\n| --- | --- | --- | --- | --- |\n{table}"
    )
}

/// How many of the planned runs the numbers are of.
fn count(row: &Row) -> String {
    match (row.done == row.planned, row.failed) {
        (true, _) => row.done.to_string(),
        (false, 0) => format!("{} of {}", row.done, row.planned),
        (false, failed) => format!("{} of {}, {failed} failed", row.done, row.planned),
    }
}

fn mean_and_sd(spread: Option<&Spread>) -> String {
    let Some(spread) = spread else {
        return NONE.into();
    };
    match spread.sd {
        Some(sd) => format!("{} ± {}", number(spread.mean), number(sd)),
        None => number(spread.mean),
    }
}

fn iqm(spread: Option<&Spread>) -> String {
    let Some(spread) = spread else {
        return NONE.into();
    };
    format!("{}{}", number(spread.iqm), interval(spread.iqm_interval))
}

fn interval(ends: Option<[f64; 2]>) -> String {
    ends.map_or(String::new(), |[low, high]| {
        format!(" [{}, {}]", number(low), number(high))
    })
}

fn at_threshold(row: &Row) -> String {
    match (row.reached, row.steps_to_threshold) {
        (None, _) => NONE.into(),
        (Some(n), Some(steps)) => format!("{n} of {}, after {}", row.done, whole(steps)),
        (Some(n), None) => format!("{n} of {}", row.done),
    }
}

fn signed(value: f64) -> String {
    let text = number(value);
    let sign = if value > 0.0 && text != "0.00" {
        "+"
    } else {
        ""
    };
    format!("{sign}{text}")
}

/// A score of others with its spread.
fn reported(theirs: &Recorded) -> String {
    let about = if theirs.approximate { "about " } else { "" };
    let sd = theirs
        .sd
        .map_or(String::new(), |sd| format!(" ± {}", number(sd)));
    format!("{about}{}{sd}", number(theirs.score))
}

/// What would break a table.
fn cell_text(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn failures(results: &Results) -> String {
    let failed = |cell: &&Cell| cell.state == CellState::Failed || cell.learning.flaws.is_some();
    let mut list = String::new();
    for cell in results.cells.iter().filter(failed) {
        let planned = &cell.planned;
        let problem = cell.problem.as_deref().unwrap_or("its log says why");
        let _ = writeln!(
            list,
            "- {}, {}, seed {} (`{}`): {}",
            planned.task,
            planned.variant,
            planned.seed,
            planned.run,
            problem.replace('\n', " ")
        );
    }
    if list.is_empty() {
        return list;
    }
    format!("\n## What failed\n\n{list}")
}

/// Each task with all that others have reported, best first.
fn others(results: &Results) -> String {
    if results.recorded.is_empty() {
        return String::new();
    }
    let mut section = String::from(
        "\n## Beside others\n\nBest first. Training scores and evaluations are held against ours of the same kind; budgets, versions\nof tasks and ways of measuring differ as the table says. *Difference* is the mean of the variant less the\nreported score.\n",
    );
    for task in &results.tasks {
        let ours: Vec<&Row> = results
            .rows
            .iter()
            .filter(|row| row.task == task.id)
            .collect();
        let of_task = |recorded: &&Recorded| recorded.task == task.id;
        let mut theirs: Vec<&Recorded> = results.recorded.iter().filter(of_task).collect();
        if ours.is_empty() || theirs.is_empty() {
            continue;
        }
        theirs.sort_by(|a, b| b.score.total_cmp(&a.score));
        let variants = ours
            .iter()
            .map(|row| format!(" difference: {} |", cell_text(&row.variant)));
        let variants: String = variants.collect();
        let dashes = " --- |".repeat(ours.len());
        let _ = write!(
            section,
            "\n### {}\n\n| package | algorithm | task there | score | measure | steps | runs |{variants} source |\n| --- | --- | --- | --- | --- | --- | --- |{dashes} --- |\n",
            task.id
        );
        for recorded in theirs {
            let differences = ours.iter().map(|row| {
                let difference = row.beside(recorded).difference;
                format!(" {} |", difference.map_or(NONE.to_owned(), signed))
            });
            let differences: String = differences.collect();
            let note = recorded
                .note
                .as_ref()
                .map_or(String::new(), |note| format!("; {note}"));
            let _ = writeln!(
                section,
                "| {} | {} | {} | {} | {} | {} | {} |{differences} {} |",
                cell_text(&recorded.package),
                cell_text(&recorded.algorithm),
                cell_text(recorded.reported_task.as_ref().unwrap_or(&recorded.task)),
                reported(recorded),
                recorded.measure.name(),
                recorded.steps.map_or(NONE.to_owned(), |n| whole(n as f64)),
                recorded.seeds.map_or(NONE.to_owned(), |n| n.to_string()),
                cell_text(&format!("{}{note}", recorded.source)),
            );
        }
    }
    section
}

fn across(results: &Results) -> String {
    if results.across.is_empty() {
        return String::new();
    }
    let mut section = String::from(
        "\n## Across tasks\n\nScores of each task normalised as below, all runs of all tasks together.\n\n| variant | tasks | runs | evaluation: IQM [95 % interval] | mean | training: IQM [95 % interval] | mean |\n| --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let pair = |across: Option<&Across>| match across {
        None => [NONE.to_owned(), NONE.to_owned()],
        Some(across) => [
            format!("{}{}", number(across.iqm), interval(across.iqm_interval)),
            number(across.mean),
        ],
    };
    for row in &results.across {
        let (tasks, n) = row.training.as_ref().map_or((0, 0), |a| (a.tasks, a.n));
        let cells = [pair(row.evaluation.as_ref()), pair(row.training.as_ref())].concat();
        let variant = cell_text(&row.variant);
        let _ = writeln!(
            section,
            "| {variant} | {tasks} | {n} | {} |",
            cells.join(" | ")
        );
    }
    section.push_str("\n| task | 0 | 1 |\n| --- | --- | --- |\n");
    for task in &results.tasks {
        if let Some([low, high]) = task.normalise {
            let _ = writeln!(
                section,
                "| {} | {} | {} |",
                task.id,
                number(low),
                number(high)
            );
        }
    }
    section
}

/// What the numbers mean, and what they were made with.
fn method(results: &Results) -> String {
    let mut section = String::from("\n## How it was measured\n\n");
    for (name, text) in &results.definitions {
        let _ = writeln!(section, "- *{name}*: {text}");
    }
    let evaluation = &results.evaluation;
    let _ = match evaluation.episodes {
        0 => writeln!(section, "- Runs were not evaluated."),
        episodes => writeln!(
            section,
            "- Evaluations: {episodes} episodes with checkpoint `{}`, seed {}.",
            evaluation.checkpoint, evaluation.seed
        ),
    };
    let (program, machine) = (&results.program, &results.machine);
    let commit = program
        .commit
        .as_ref()
        .map_or(String::new(), |c| format!(" ({c})"));
    let _ = writeln!(section, "- angora-host {}{commit}.", program.version);
    let processor = machine
        .processor
        .as_deref()
        .unwrap_or("an unknown processor");
    let memory = machine.memory_bytes.map_or(String::new(), |bytes| {
        format!(", {:.0} GiB", bytes as f64 / f64::from(1 << 30))
    });
    let _ = writeln!(
        section,
        "- {processor}, {} cores{memory}, {}; {} runs of one thread side by side.",
        machine.cores, machine.system, machine.jobs
    );
    section
}
