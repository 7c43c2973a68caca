//! `benchmark`: tasks with variants and seeds, run side by side, into tables and curves.

mod child;
mod flags;
mod machine;
mod pool;
mod prepare;
mod report;
pub(crate) mod suite;
mod words;

pub use child::end_with_benchmark;

use crate::args::{BenchmarkArguments, BenchmarkCommand};
use crate::error::HostError;
use crate::packages::Terms;
use crate::run::Interrupt;
use angora_benchmark::{Cell, CellState, Plan, PlannedCell, folder};
use angora_core::file;
use angora_monitor::{RunState, state};
use pool::{Pool, settings_path};
use prepare::{Prepared, prepare};
use std::fs;
use std::path::{Path, PathBuf};
use words::Words;

/// Does what the command line says; 1 where a run has failed.
pub fn benchmark(arguments: &BenchmarkArguments) -> Result<u8, HostError> {
    match &arguments.command {
        Some(BenchmarkCommand::Report(arguments)) => report::report(arguments),
        None => run(arguments),
    }
}

/// Runs what is missing, and writes the tables of what is there.
fn run(arguments: &BenchmarkArguments) -> Result<u8, HostError> {
    // First of all: a signal that comes while things are checked must not be lost.
    let interrupt = Interrupt::listen(None)?;
    let suite = flags::suite(arguments)?;
    let name = suite.name.clone().unwrap_or_else(|| "benchmark".into());
    let to = arguments.to.clone();
    let folder = to.unwrap_or_else(|| Path::new("benchmarks").join(&name));
    let lock = arguments.locked.as_deref().map(std::path::absolute);
    let lock = lock.transpose().map_err(HostError::io(&arguments.runs))?;
    let terms = Terms {
        trust_plugins: arguments.trust_plugins,
        ..Terms::default()
    };
    let admission = (lock.as_deref(), &terms);
    let Prepared { tasks, runs } = prepare(&suite, &name, &arguments.runs, admission)?;
    if runs.is_empty() {
        let problem = "no run is left of the benchmark: no task has any of the variants";
        return Err(HostError::Usage(problem.into()));
    }
    let jobs = arguments.jobs.map_or_else(machine::cores, |n| n as usize);
    let (cells, settings): (Vec<PlannedCell>, Vec<String>) = runs.into_iter().unzip();
    let asked: Vec<String> = cells.iter().map(|cell| cell.run.clone()).collect();
    let mut plan = Plan {
        name,
        runs: std::path::absolute(&arguments.runs).map_err(HostError::io(&arguments.runs))?,
        evaluation: suite.evaluation(),
        tasks,
        variants: suite.variants.iter().map(|v| v.name.clone()).collect(),
        cells,
        recorded: suite.recorded,
        program: machine::program(),
        machine: machine::machine(jobs),
    };
    let now: Vec<Cell> = plan
        .cells
        .iter()
        .map(|cell| Cell::read(&folder, &plan, cell))
        .collect();
    if arguments.dry_run {
        words::list(&now);
        return Ok(0);
    }
    let _claim = claim(&folder)?;
    if let Some(earlier) = report::plan(&folder)? {
        plan.keep(earlier);
    }
    plan.write(&folder).map_err(HostError::io(&folder))?;
    for (run, settings) in asked.iter().zip(&settings) {
        write_settings(&folder, run, settings)?;
    }
    let queue = queue(&folder, &plan, &now, arguments.retry_failed)?;
    let words = Words::begin(arguments, &folder, &plan, &now, queue.len());
    let pool = Pool {
        folder: &folder,
        plan: &plan,
        jobs: jobs.min(queue.len()),
        interrupt: &interrupt,
        lock: lock.as_deref(),
    };
    let signal = pool.work(queue, words.teller())?;
    let results = folder::write(&folder, &plan).map_err(HostError::io(&folder))?;
    words.end(&results, signal);
    if let Some(code) = signal {
        return Ok(code);
    }
    let ours = results.cells.iter();
    let mut ours = ours.filter(|cell| asked.contains(&cell.planned.run));
    Ok(u8::from(ours.any(|cell| cell.state != CellState::Done)))
}

/// One call at a time works in a folder; the system ends the claim with the process.
fn claim(folder: &Path) -> Result<fs::File, HostError> {
    for part in ["", "settings", "logs"] {
        let part = folder.join(part);
        fs::create_dir_all(&part).map_err(HostError::io(&part))?;
    }
    let path = folder.join(".writer");
    let file = fs::File::create(&path).map_err(HostError::io(&path))?;
    match file.try_lock() {
        Err(fs::TryLockError::WouldBlock) => Err(HostError::Run(format!(
            "another call works in {}; wait for it, or stop it first",
            folder.display()
        ))),
        // File systems without locks exist; there the runs' own claims must do.
        Ok(()) | Err(fs::TryLockError::Error(_)) => Ok(file),
    }
}

fn write_settings(folder: &Path, run: &str, settings: &str) -> Result<(), HostError> {
    let path = settings_path(folder, run);
    file::write(&path, settings.as_bytes()).map_err(HostError::io(&path))
}

/// What is to be done of this call's runs. What has failed is put aside where it is to be done anew.
fn queue<'p>(
    folder: &Path,
    plan: &'p Plan,
    now: &[Cell],
    retry_failed: bool,
) -> Result<Vec<&'p PlannedCell>, HostError> {
    let mut queue = Vec::new();
    for (cell, planned) in now.iter().zip(&plan.cells) {
        match cell.state {
            CellState::Done => continue,
            CellState::Failed if !retry_failed => continue,
            CellState::Failed => put_aside(folder, plan, planned)?,
            _ => {}
        }
        queue.push(planned);
    }
    Ok(queue)
}

/// Forgets a failure. A run that an error ended is kept under another name, and begins anew: what
/// goes on after an error is not what an undisturbed run would be.
fn put_aside(folder: &Path, plan: &Plan, cell: &PlannedCell) -> Result<(), HostError> {
    let record = angora_benchmark::cell::record_path(folder, &cell.run);
    if record.exists() {
        fs::remove_file(&record).map_err(HostError::io(&record))?;
    }
    let run = plan.runs.join(&cell.run);
    if state::of(&run).0 != RunState::Failed {
        return Ok(());
    }
    let aside = (1..).map(|n| plan.runs.join(format!("{}-failed-{n}", cell.run)));
    let free: Option<PathBuf> = aside.into_iter().find(|path| !path.exists());
    match free {
        Some(path) => fs::rename(&run, path).map_err(HostError::io(&run)),
        None => Ok(()),
    }
}
