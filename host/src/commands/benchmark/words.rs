//! What a benchmark says while it runs, and at its end.

use super::pool::News;
use crate::args::BenchmarkArguments;
use crate::report::program;
use angora_benchmark::{Cell, CellState, Plan, PlannedCell, Results, table};
use std::path::{Path, PathBuf};

/// What is said, unless it is to be quiet.
pub struct Words {
    quiet: bool,
    folder: PathBuf,
    queue: usize,
}

impl Words {
    /// Says what is there and what is to be done.
    pub fn begin(
        arguments: &BenchmarkArguments,
        folder: &Path,
        plan: &Plan,
        now: &[Cell],
        queue: usize,
    ) -> Self {
        let words = Self {
            quiet: arguments.quiet,
            folder: folder.into(),
            queue,
        };
        if words.quiet {
            return words;
        }
        let count = |state| now.iter().filter(|cell| cell.state == state).count();
        eprintln!("benchmark {}", folder.display());
        eprintln!(
            "runs      {} ({} done already), {} side by side; `{} runs --runs {} --tag {}` lists them, `{} monitor {}` shows them",
            now.len(),
            count(CellState::Done),
            plan.machine.jobs,
            program(),
            arguments.runs.display(),
            plan.name,
            program(),
            arguments.runs.display(),
        );
        let failed = count(CellState::Failed);
        if failed > 0 && !arguments.retry_failed {
            eprintln!("note      {failed} have failed before; --retry-failed does them once more");
        }
        words
    }

    /// Says how runs begin and end.
    pub fn teller<'p>(&self) -> impl FnMut(News<'p>) + use<'p> {
        let (quiet, queue) = (self.quiet, self.queue);
        let mut ended = 0;
        move |news| {
            let line = match &news {
                News::Begun(cell) => format!("begins    {}", called(cell)),
                News::Waiting(cell) => format!(
                    "waits     {}: another process still writes it",
                    called(cell)
                ),
                News::Ended(cell, now) => {
                    ended += 1;
                    format!("[{ended}/{queue}] {}: {}", called(cell), outcome(now))
                }
            };
            if !quiet {
                eprintln!("{line}");
            }
        }
    }

    /// Says what has come of it, and how to go on after a signal.
    pub fn end(&self, results: &Results, signal: Option<u8>) {
        if signal.is_some() {
            eprintln!(
                "interrupted: everything is saved in {}; the same command goes on with it",
                self.folder.display()
            );
        }
        if !self.quiet {
            tables(&self.folder, results);
        }
    }
}

/// The main table on standard output, and where the rest is.
pub fn tables(folder: &Path, results: &Results) {
    print!("{}", table::markdown_rows(results));
    for cell in &results.cells {
        if let Some(problem) = &cell.problem {
            eprintln!("failed    {}: {problem}", called(&cell.planned));
        }
    }
    let folder = folder.display();
    eprintln!("table     {folder}/results.md (also results.csv, runs.csv, results.json, curves/)");
}

/// The runs of a benchmark, one a line.
pub fn list(cells: &[Cell]) {
    for cell in cells {
        let planned = &cell.planned;
        println!(
            "{:<11} {} ({} cycles)",
            cell.state.name(),
            planned.run,
            planned.cycles
        );
    }
}

fn called(cell: &PlannedCell) -> String {
    format!("{} {} seed {}", cell.task, cell.variant, cell.seed)
}

/// What has come of a run.
fn outcome(cell: &Cell) -> String {
    let learning = &cell.learning;
    match cell.state {
        CellState::Done => {
            let score = learning
                .score
                .map_or("-".into(), |score| format!("{score:.1}"));
            let evaluation = cell.evaluation.as_ref();
            let evaluation = evaluation.map_or(String::new(), |evaluation| {
                format!(", evaluation {:.1}", evaluation.mean_return)
            });
            format!("return {score}{evaluation}, {:.1} s", learning.seconds)
        }
        CellState::Failed => {
            let problem = cell.problem.as_deref().unwrap_or("its log says why");
            format!("failed: {problem}")
        }
        state => format!("{} after {} cycles", state.name(), learning.cycles),
    }
}
