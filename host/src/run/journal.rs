//! What a run writes and shows of itself while it trains: its log, a line of metrics a cycle,
//! TensorBoard's event files, a sign of life, progress on the terminal.

use crate::error::HostError;
use crate::run::folder::RunFolder;
use crate::run::pace::Pace;
use angora_core::CycleReport;
use angora_monitor::events::{Entry, Event, Writer};
use angora_monitor::{EventLog, Heartbeat, Jsonl, TensorBoard, Terminal, process};
use std::time::SystemTime;

/// All sinks of a segment of a run.
pub struct Journal {
    folder: RunFolder,
    events: EventLog,
    jsonl: Jsonl,
    tensorboard: Option<TensorBoard>,
    heartbeat: Heartbeat,
    terminal: Option<Terminal>,
    pace: Pace,
    place: Place,
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
    /// The disk says no.
    pub fn open(folder: &RunFolder, place: Place, opening: Opening) -> Result<Self, HostError> {
        let (log, metrics) = (folder.events(), folder.metrics());
        let events = EventLog::open(&log).map_err(HostError::io(&log))?;
        let mut jsonl = Jsonl::open(&metrics, place.cycle).map_err(HostError::io(&metrics))?;
        // Runs that were killed before their first cycle have a log but no metrics, older runs
        // have metrics but no log.
        let segment = events.next_segment().max(jsonl.segment());
        jsonl.set_segment(segment);
        let tensorboard = if opening.tensorboard {
            let path = folder.tensorboard();
            let sink = TensorBoard::create(&path, place.steps, unix_secs());
            Some(sink.map_err(HostError::io(&path))?)
        } else {
            None
        };
        let path = folder.heartbeat();
        let heartbeat = Heartbeat::start(&path, segment, place.cycle, opening.cycles)
            .map_err(HostError::io(&path))?;
        let mut journal = Self {
            folder: folder.clone(),
            events,
            jsonl,
            tensorboard,
            heartbeat,
            terminal: None,
            pace: Pace::start(place.steps),
            place,
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
        })?;
        Ok(journal)
    }

    /// The cycles begin: their times count from now on, and progress is shown.
    pub fn begin_cycles(&mut self, terminal: Option<Terminal>) {
        self.terminal = terminal;
        self.pace = Pace::start(self.place.steps);
    }

    /// Writes and shows a cycle, with its times.
    ///
    /// # Errors
    /// The disk says no.
    pub fn cycle(&mut self, report: &mut CycleReport) -> Result<(), HostError> {
        let unix_secs = unix_secs();
        self.pace.cycle(report, unix_secs);
        self.place = Place {
            cycle: report.cycle,
            steps: report.total_steps,
        };
        let metrics = self.folder.metrics();
        self.jsonl.write(report).map_err(HostError::io(&metrics))?;
        if let Some(tensorboard) = &mut self.tensorboard {
            let path = self.folder.tensorboard();
            tensorboard
                .write(report, unix_secs)
                .map_err(HostError::io(&path))?;
        }
        self.heartbeat.cycle(report.cycle);
        if let Some(terminal) = &mut self.terminal {
            terminal.cycle(report);
        }
        Ok(())
    }

    /// Does what writes a checkpoint; its time counts as such.
    pub fn saving<T>(&mut self, work: impl FnOnce() -> T) -> T {
        self.pace.saving(work)
    }

    /// Logs what happened.
    ///
    /// # Errors
    /// The disk says no.
    pub fn log(&mut self, event: Event) -> Result<(), HostError> {
        let entry = Entry {
            time: angora_monitor::now(),
            segment: self.jsonl.segment(),
            cycle: self.place.cycle,
            steps: self.place.steps,
            event,
        };
        let path = self.folder.events();
        self.events.write(&entry).map_err(HostError::io(&path))
    }

    /// Logs a note or a warning, and prints it unless it is to be `quiet`.
    ///
    /// # Errors
    /// The disk says no.
    pub fn remark(&mut self, remark: Event, quiet: bool) -> Result<(), HostError> {
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
        self.log(remark)
    }

    /// Leaves the last progress on the screen: what is printed now comes after it.
    pub fn finish_terminal(&mut self) {
        if let Some(terminal) = self.terminal.take() {
            terminal.finish();
        }
    }

    /// Logs how the segment ends, and takes the sign of life away.
    ///
    /// # Errors
    /// The disk says no.
    pub fn end(&mut self, event: Event) -> Result<(), HostError> {
        self.finish_terminal();
        self.log(event)?;
        self.heartbeat.stop();
        Ok(())
    }
}

/// Seconds since 1970, by the system's clock.
fn unix_secs() -> f64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64()
}
