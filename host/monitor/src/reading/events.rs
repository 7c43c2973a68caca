//! `events.jsonl`, the log of a run, and `heartbeat.json`, opened within the folder of runs.

use crate::events::{Entry, Event};
use crate::heartbeat::Beat;
use crate::reading::root::RunFiles;
use crate::reading::tail::{Continuity, Tail};
use crate::state::{EVENTS, HEARTBEAT};
use serde::Serialize;
use serde_json::{Map, Value};
use std::io;

/// A line of the log, for those who read it; also one of a later version.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// Number of the line, from 1.
    pub n: u64,
    /// Unix milliseconds.
    pub time_ms: Option<i64>,
    /// Cycles done.
    pub cycle: Option<u64>,
    /// Control steps done.
    pub steps: Option<f64>,
    /// How often the run had been resumed.
    pub segment: Option<u64>,
    /// What happened: `begun`, `checkpoint`, `fault` ...
    pub kind: String,
    /// `info`, `warning` or `error`.
    pub level: &'static str,
    /// In words, where the line has any.
    pub message: String,
    /// What else it says.
    pub data: Map<String, Value>,
}

/// Reads a line; `None` where it is not one of ours.
#[must_use]
pub fn read(line: &[u8], n: u64) -> Option<Line> {
    let mut data: Map<String, Value> = serde_json::from_slice(line).ok()?;
    let kind = data.remove("event")?.as_str()?.to_owned();
    let time = data.remove("time");
    let time_ms = time
        .as_ref()
        .and_then(Value::as_str)
        .and_then(|text| text.parse::<jiff::Timestamp>().ok())
        .map(jiff::Timestamp::as_millisecond);
    let message = match data.remove("message") {
        Some(Value::String(message)) => message,
        _ => String::new(),
    };
    Some(Line {
        n,
        time_ms,
        cycle: data.remove("cycle").and_then(|v| v.as_u64()),
        steps: data.remove("steps").and_then(|v| v.as_f64()),
        segment: data.remove("segment").and_then(|v| v.as_u64()),
        level: level(&kind),
        kind,
        message,
        data,
    })
}

fn level(kind: &str) -> &'static str {
    match kind {
        "fault" => "error",
        "warning" | "interrupted" => "warning",
        _ => "info",
    }
}

/// Follows the log for the event that tells the state.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// The last event that says what state the run is in.
    pub state: Option<Event>,
    tail: Tail,
}

impl Log {
    /// Reads what is new.
    ///
    /// # Errors
    /// The file system says no. A file that is not there is an empty one.
    pub fn follow(&mut self, files: &RunFiles) -> io::Result<()> {
        let mut file = match files.open(EVENTS) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                *self = Self::default();
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if self.tail.check(&mut file)? == Continuity::Replaced {
            self.state = None;
        }
        let mut tail = std::mem::take(&mut self.tail);
        let outcome = tail.read(&mut file, |line| {
            // Most lines are checkpoints.
            let entry = serde_json::from_slice::<Entry>(line).ok();
            if let Some(entry) = entry.filter(|entry| entry.event.tells_state()) {
                self.state = Some(entry.event);
            }
        });
        self.tail = tail;
        outcome
    }

    /// Unix milliseconds of the last write.
    #[must_use]
    pub fn written_ms(&self) -> Option<i64> {
        self.tail.stamp().map(|stamp| stamp.modified_ms())
    }
}

/// What the writer of a run says of itself, with the time it was written, Unix milliseconds.
#[must_use]
pub fn beat(files: &RunFiles) -> Option<(Beat, i64)> {
    let stamp = files.stamp(HEARTBEAT)?;
    let text = files.text(HEARTBEAT).ok()??;
    Some((serde_json::from_str(&text).ok()?, stamp.modified_ms()))
}
