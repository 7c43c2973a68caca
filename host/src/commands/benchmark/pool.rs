//! So many runs side by side, each in a process; a signal ends all of them in good order.

use super::child::{self, Outlets};
use crate::error::HostError;
use crate::run::{Interrupt, RunFolder};
use angora_benchmark::{Cell, CellState, Evaluation, Plan, PlannedCell, Record};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Exit codes of runs that are saved and have more to do.
const SAVED: [i32; 3] = [130, 143, 75];
/// How often signals, and runs that others write, are looked at.
const LOOK: Duration = Duration::from_millis(100);

/// What to work with.
pub struct Pool<'p> {
    /// Folder of the benchmark.
    pub folder: &'p Path,
    /// Its plan.
    pub plan: &'p Plan,
    /// Runs side by side.
    pub jobs: usize,
    /// What ends it before its time.
    pub interrupt: &'p Interrupt,
    /// The lock of all plugins.
    pub lock: Option<&'p Path>,
}

/// What a run has come to.
pub enum News<'p> {
    /// A process has begun with it.
    Begun(&'p PlannedCell),
    /// Another process writes it: a benchmark that was killed, or a person.
    Waiting(&'p PlannedCell),
    /// Nothing more happens to it in this call.
    Ended(&'p PlannedCell, Box<Cell>),
}

/// What the workers share.
#[derive(Default)]
struct Shared<'p> {
    queue: VecDeque<&'p PlannedCell>,
    children: Vec<Pid>,
    stopped: bool,
    broken: Option<HostError>,
}

impl<'p> Pool<'p> {
    /// Does runs until all have ended, or a signal comes; returns its exit code.
    ///
    /// # Errors
    /// A process cannot be started, or the disk says no; what runs is ended first.
    pub fn work(
        &self,
        queue: impl IntoIterator<Item = &'p PlannedCell>,
        mut tell: impl FnMut(News<'p>),
    ) -> Result<Option<u8>, HostError> {
        let shared = Mutex::new(Shared {
            queue: queue.into_iter().collect(),
            ..Shared::default()
        });
        let mut code = None;
        thread::scope(|scope| {
            let (sender, news) = mpsc::channel();
            for _ in 0..self.jobs {
                let (sender, shared) = (sender.clone(), &shared);
                scope.spawn(move || self.run_queue(shared, &sender));
            }
            drop(sender);
            loop {
                match news.recv_timeout(LOOK) {
                    Ok(news) => tell(news),
                    Err(RecvTimeoutError::Disconnected) => break,
                    Err(RecvTimeoutError::Timeout) => {}
                }
                if code.is_none() {
                    code = self.interrupt.code(Duration::ZERO);
                    if let Some(code) = code {
                        lock(&shared).stop(code);
                    }
                }
            }
        });
        let shared = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
        match shared.broken {
            Some(error) => Err(error),
            None => Ok(code),
        }
    }

    /// A worker: one run after another.
    fn run_queue(&self, shared: &Mutex<Shared<'p>>, sender: &Sender<News<'p>>) {
        loop {
            let next = {
                let mut shared = lock(shared);
                let stopped = shared.stopped;
                shared.queue.pop_front().filter(|_| !stopped)
            };
            let Some(cell) = next else { return };
            // Who listens is there until the workers are gone.
            let tell = |news| drop(sender.send(news));
            if let Err(error) = self.do_run(cell, shared, &tell) {
                let mut shared = lock(shared);
                shared.stop(143);
                shared.broken.get_or_insert(error);
                return;
            }
            let now = Box::new(Cell::read(self.folder, self.plan, cell));
            tell(News::Ended(cell, now));
        }
    }

    /// Trains and evaluates a run, as far as it is to be done.
    fn do_run(
        &self,
        cell: &'p PlannedCell,
        shared: &Mutex<Shared<'p>>,
        tell: &impl Fn(News<'p>),
    ) -> Result<(), HostError> {
        let outlets = Outlets::of(self.folder, &cell.run);
        let run = self.plan.runs.join(&cell.run);
        if !self.wait_for_others(cell, &run, shared, tell) {
            return Ok(());
        }
        tell(News::Begun(cell));
        let before = Cell::read(self.folder, self.plan, cell).state;
        if before != CellState::Trained {
            let settings = settings_path(self.folder, &cell.run);
            let (runs, tag) = (&self.plan.runs, &self.plan.name);
            let start = || child::train(&settings, &cell.run, runs, tag, self.lock, &outlets);
            if !self.end_well(cell, start, shared, &outlets)? {
                return Ok(());
            }
        }
        if self.plan.evaluation.episodes == 0 {
            return self.record(cell, Record::default());
        }
        let start = || child::evaluate(&run, &self.plan.evaluation, self.lock.is_some(), &outlets);
        if !self.end_well(cell, start, shared, &outlets)? {
            return Ok(());
        }
        let answer = &outlets.answer;
        let text = std::fs::read_to_string(answer).map_err(HostError::io(answer))?;
        let found: Evaluation = serde_json::from_str(&text)
            .map_err(|e| HostError::Run(format!("{}: {e}", answer.display())))?;
        self.record(
            cell,
            Record {
                problem: None,
                evaluation: Some(found),
            },
        )?;
        // What it says is in the record now.
        std::fs::remove_file(answer).map_err(HostError::io(answer))
    }

    /// Waits until no other process writes a run; false where a signal comes first.
    fn wait_for_others(
        &self,
        cell: &'p PlannedCell,
        run: &Path,
        shared: &Mutex<Shared<'p>>,
        tell: &impl Fn(News<'p>),
    ) -> bool {
        let is_free = || RunFolder::at(run).is_none_or(|folder| folder.claim().is_ok());
        let mut told = false;
        while !is_free() {
            if lock(shared).stopped {
                return false;
            }
            if !std::mem::replace(&mut told, true) {
                tell(News::Waiting(cell));
            }
            thread::sleep(LOOK);
        }
        true
    }

    /// Starts a process and waits for it; whether it came to its end. What went wrong is recorded.
    fn end_well(
        &self,
        cell: &PlannedCell,
        start: impl FnOnce() -> Result<Child, HostError>,
        shared: &Mutex<Shared<'p>>,
        outlets: &Outlets,
    ) -> Result<bool, HostError> {
        // Within the lock: a signal finds the process in the list, or stops it before it is there.
        let child = {
            let mut shared = lock(shared);
            if shared.stopped {
                return Ok(false);
            }
            let child = start()?;
            shared.children.push(Pid::from_child(&child));
            child
        };
        let (status, stopped) = reap(child, shared)?;
        let saved = status.code().is_some_and(|code| SAVED.contains(&code));
        // What a signal has ended is not a failure: evaluations do not listen for any.
        if !status.success() && !saved && !stopped {
            let problem = Some(outlets.problem(status));
            let evaluation = None;
            self.record(
                cell,
                Record {
                    problem,
                    evaluation,
                },
            )?;
        }
        Ok(status.success())
    }

    fn record(&self, cell: &PlannedCell, record: Record) -> Result<(), HostError> {
        record
            .write(self.folder, &cell.run)
            .map_err(HostError::io(self.folder))
    }
}

impl Shared<'_> {
    /// Begins nothing more, and has what runs save and end.
    fn stop(&mut self, code: u8) {
        self.stopped = true;
        let signal = if code == 130 {
            Signal::INT
        } else {
            Signal::TERM
        };
        for child in &self.children {
            // One that is just gone needs no signal.
            let _ = kill_process(*child, signal);
        }
    }
}

/// Waits for a process. It leaves the list before its number may become another's.
fn reap(mut child: Child, shared: &Mutex<Shared<'_>>) -> Result<(ExitStatus, bool), HostError> {
    let number = Pid::from_child(&child);
    let ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while waitid(WaitId::Pid(number), ended).is_err_and(|e| e == rustix::io::Errno::INTR) {}
    let mut shared = lock(shared);
    shared.children.retain(|other| *other != number);
    let status = child
        .wait()
        .map_err(|e| HostError::Run(format!("a run's process is lost: {e}")))?;
    Ok((status, shared.stopped))
}

fn lock<'s, 'p>(shared: &'s Mutex<Shared<'p>>) -> MutexGuard<'s, Shared<'p>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The file with the settings of a run.
#[must_use]
pub fn settings_path(folder: &Path, run: &str) -> PathBuf {
    folder.join("settings").join(format!("{run}.toml"))
}
