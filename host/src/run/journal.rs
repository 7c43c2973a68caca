//! What a run writes and shows of itself while it trains: its log, a line of metrics a cycle,
//! TensorBoard's event files, a sign of life, progress on the terminal.

use crate::error::HostError;
use crate::run::folder::{METRICS, TENSORBOARD};
use crate::run::pace::Pace;
use angora_core::{Anchor, CycleReport};
use angora_monitor::events::{Entry, Event, Writer};
use angora_monitor::{EventLog, Heartbeat, Jsonl, TensorBoard, Terminal, process, state, terminal};
use std::collections::BTreeSet;
use std::io;
use std::time::SystemTime;

/// All sinks of a segment of a run. None of them is worth the run: what cannot be written is said
/// once and written later.
pub struct Journal {
    events: EventLog,
    jsonl: Jsonl,
    tensorboard: Option<TensorBoard>,
    heartbeat: Heartbeat,
    terminal: Option<Terminal>,
    pace: Pace,
    place: Place,
    /// What could not be written the last time.
    troubled: BTreeSet<&'static str>,
    /// Whether it was said that nobody reads the output.
    told_unread: bool,
    /// The folder of the run; the heartbeat reaches its file through it.
    _anchor: Anchor,
}

/// How far a run is.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Cycles done.
    pub cycle: u64,
    /// Control steps done.
    pub steps: u64,
}

/// What a segment begins with.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The checkpoint that it goes on from; `None` for a new run.
    pub checkpoint: Option<String>,
    /// Cycles after which the run is complete.
    pub cycles: u64,
    /// Whether event files are written.
    pub tensorboard: bool,
}

impl Journal {
    /// Opens the files of a run and logs that a segment begins.
    ///
    /// # Errors
    /// `events.jsonl` or `metrics.jsonl` cannot be opened.
    pub fn open(anchor: &Anchor, place: Place, opening: Opening) -> Result<Self, HostError> {
        let shown = |name: &str| anchor.shown().join(name);
        let open = EventLog::open(&anchor.join(state::EVENTS));
        let events = open.map_err(HostError::io(&shown(state::EVENTS)))?;
        let open = Jsonl::open(&anchor.join(METRICS), place.cycle);
        let mut jsonl = open.map_err(HostError::io(&shown(METRICS)))?;
        let missing = jsonl.last_cycle() + 1..=place.cycle;
        // Runs that were killed before their first cycle have a log but no metrics, older runs
        // have metrics but no log.
        let segment = events.next_segment().max(jsonl.segment());
        jsonl.set_segment(segment);
        let path = anchor.join(state::HEARTBEAT);
        let heartbeat = Heartbeat::start(&path, segment, place.cycle, opening.cycles)
            .map_err(HostError::io(&shown(state::HEARTBEAT)))?;
        let mut journal = Self {
            events,
            jsonl,
            tensorboard: None,
            heartbeat,
            terminal: None,
            pace: Pace::start(place.steps),
            place,
            troubled: BTreeSet::new(),
            told_unread: false,
            _anchor: anchor.clone(),
        };
        let writer = Writer {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            host: process::host(),
            pid: std::process::id(),
            cycles: opening.cycles,
        };
        journal.log(match opening.checkpoint {
            None => Event::Begun(writer),
            Some(checkpoint) => Event::Resumed { checkpoint, writer },
        });
        if opening.tensorboard {
            let path = anchor.join(TENSORBOARD);
            let sink = TensorBoard::create(&path, place.steps, unix_secs());
            let sink = sink.map_err(HostError::io(&shown(TENSORBOARD)));
            journal.tensorboard = journal.aside("TensorBoard's event file", sink);
        }
        if !missing.is_empty() {
            let message = format!(
                "{METRICS} has no line of the cycles {} to {}; they were lost before this run went on",
                missing.start(),
                missing.end()
            );
            journal.remark(Event::Warning { message }, false);
        }
        Ok(journal)
    }

    /// The cycles begin: their times count from now on, and progress is shown.
    pub fn begin_cycles(&mut self, terminal: Option<Terminal>) {
        self.terminal = terminal;
        self.pace = Pace::start(self.place.steps);
    }

    /// Writes and shows a cycle, with its times.
    pub fn cycle(&mut self, report: &mut CycleReport) {
        let unix_secs = unix_secs();
        self.pace.cycle(report, unix_secs);
        self.place = Place {
            cycle: report.cycle,
            steps: report.total_steps,
        };
        let written = self.jsonl.write(report);
        self.told(METRICS, written);
        if let Some(tensorboard) = &mut self.tensorboard {
            let written = tensorboard.write(report, unix_secs);
            self.told("TensorBoard's event file", written);
        }
        self.heartbeat.cycle(report.cycle);
        if let Some(terminal) = &mut self.terminal {
            terminal.cycle(report);
        }
        if !self.told_unread && terminal::is_unread() {
            self.told_unread = true;
            let message =
                "nobody reads the standard error of this run any more; it goes on without output"
                    .to_owned();
            self.log(Event::Note { message });
        }
    }

    /// Waits until the disk has the metrics of all cycles.
    pub fn sync(&mut self) {
        let synced = self.jsonl.sync();
        self.told(METRICS, synced);
    }

    /// A warning if something beside the checkpoints went wrong, which the run can do without.
    pub fn aside<T>(&mut self, what: &str, outcome: Result<T, HostError>) -> Option<T> {
        outcome
            .inspect_err(|error| {
                let message = format!("{what}: {error}; the run goes on without");
                self.remark(Event::Warning { message }, false);
            })
            .ok()
    }

    /// A warning when a file cannot be written, a note when it can again.
    fn told(&mut self, file: &'static str, written: io::Result<()>) {
        match written {
            Err(error) if self.troubled.insert(file) => {
                let message = format!(
                    "{file} cannot be written ({error}); the run goes on, and what is missing is written later"
                );
                self.remark(Event::Warning { message }, false);
            }
            Ok(()) if self.troubled.remove(file) => {
                let message = format!("{file} can be written again");
                self.remark(Event::Note { message }, false);
            }
            _ => {}
        }
    }

    /// Does what writes a checkpoint; its time counts as such.
    pub fn saving<T>(&mut self, work: impl FnOnce() -> T) -> T {
        self.pace.saving(work)
    }

    /// How often the run was resumed before.
    pub fn segment(&self) -> u64 {
        self.jsonl.segment()
    }

    /// Logs what happened.
    pub fn log(&mut self, event: Event) {
        let entry = Entry {
            time: angora_monitor::now(),
            segment: self.jsonl.segment(),
            cycle: self.place.cycle,
            steps: self.place.steps,
            event,
        };
        // One that cannot be written is written with the next one.
        let written = self.events.write(&entry);
        if written.is_err() || self.troubled.contains(state::EVENTS) {
            self.told(state::EVENTS, written);
        }
    }

    /// Logs a note or a warning, and prints it unless it is to be `quiet`.
    pub fn remark(&mut self, remark: Event, quiet: bool) {
        let line = match &remark {
            Event::Note { message } => format!("note      {message}"),
            Event::Warning { message } => format!("warning: {message}"),
            _ => String::new(),
        };
        match &self.terminal {
            _ if quiet || line.is_empty() => {}
            Some(terminal) => terminal.print(&line),
            None => eprintln!("{line}"),
        }
        self.log(remark);
    }

    /// Leaves the last progress on the screen: what is printed now comes after it.
    pub fn finish_terminal(&mut self) {
        if let Some(terminal) = self.terminal.take() {
            terminal.finish();
        }
    }

    /// Logs how the segment ends, and takes the sign of life away.
    pub fn end(&mut self, event: Event) {
        self.finish_terminal();
        self.log(event);
        self.sync();
        self.heartbeat.stop();
    }
}

/// Seconds since 1970, by the system's clock.
fn unix_secs() -> f64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64()
}
