//! `metrics.jsonl`: one JSON object a cycle, each with a check of itself.

mod check;
mod flaws;

use crate::backwards;
use crate::lines::Appender;
use angora_core::CycleReport;
use serde_json::{Map, Value};
use std::fs::OpenOptions;
use std::io;
use std::path::Path;

pub use check::{CHECK, Soundness, soundness};
pub use flaws::{Flaw, Flaws, Inspection, inspect};

/// Appends a line a cycle. Each line holds `cycle`, `segment` (how often the run was resumed), the
/// metrics by name, and at its end `crc32c`, the CRC-32C of all before it.
#[derive(Debug)]
pub struct Jsonl {
    lines: Appender,
    segment: u64,
    last: u64,
}

impl Jsonl {
    /// Opens the file of a run that has done `cycle` cycles; lines after that, which a killed run
    /// left behind, are cut off first. Reads no more of a long file than its end.
    ///
    /// # Errors
    /// I/O error.
    pub fn open(path: &Path, cycle: u64) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(path)?;
        let kept = backwards::find_end(&mut file, |line| {
            let line = parse(line)?;
            let number = |name: &str| line.get(name).and_then(Value::as_u64);
            let done = number("cycle").filter(|done| *done <= cycle)?;
            Some((done, number("segment").unwrap_or(0)))
        })?;
        let end = kept.map_or(0, |(_, end)| end);
        if end < file.metadata()?.len() {
            file.set_len(end)?;
        }
        Ok(Self {
            lines: Appender::new(file),
            segment: kept.map_or(0, |((_, segment), _)| segment + 1),
            last: kept.map_or(0, |((done, _), _)| done),
        })
    }

    /// How often the run was resumed, by the lines that were there.
    #[must_use]
    pub fn segment(&self) -> u64 {
        self.segment
    }

    /// How often it was, for what knows better.
    pub fn set_segment(&mut self, segment: u64) {
        self.segment = segment;
    }

    /// Cycle of the last line; 0 if there is none.
    #[must_use]
    pub fn last_cycle(&self) -> u64 {
        self.last
    }

    /// Writes the line of a cycle.
    ///
    /// # Errors
    /// I/O error; the line is kept and written before the next one.
    pub fn write(&mut self, report: &CycleReport) -> io::Result<()> {
        let mut line = Map::new();
        line.insert("cycle".into(), report.cycle.into());
        line.insert("segment".into(), self.segment.into());
        for metric in &report.metrics {
            line.insert(metric.name.clone(), metric.value.into());
        }
        let mut text = serde_json::to_vec(&Value::Object(line))?;
        check::seal(&mut text);
        text.push(b'\n');
        self.last = report.cycle;
        self.lines.append(&text)
    }

    /// Waits until the disk has all lines.
    ///
    /// # Errors
    /// I/O error; lines that could not be written are kept.
    pub fn sync(&mut self) -> io::Result<()> {
        self.lines.sync()
    }
}

/// A line that is whole.
fn parse(line: &[u8]) -> Option<Map<String, Value>> {
    if soundness(line) == Soundness::Damaged {
        return None;
    }
    serde_json::from_slice(line).ok()
}

/// The last whole line of the metrics of a run, if there is one.
#[must_use]
pub fn last_line(path: &Path) -> Option<Map<String, Value>> {
    backwards::find(path, parse).ok().flatten()
}

#[cfg(test)]
mod tests;
