//! `events.jsonl`: what happened to a run, one JSON object a line.

use crate::backwards;
use crate::lines::Appender;
use serde::{Deserialize, Serialize};
use std::fs::OpenOptions;
use std::io;
use std::path::Path;

/// A line: what happened, and where in the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When, RFC 3339, UTC.
    pub time: String,
    /// How often the run had been resumed.
    pub segment: u64,
    /// Cycles done.
    pub cycle: u64,
    /// Control steps done.
    pub steps: u64,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A new run.
    Begun(Writer),
    /// The run goes on from a checkpoint; what came after that was taken back.
    Resumed {
        /// Name of the checkpoint.
        checkpoint: String,
        /// Who goes on.
        #[serde(flatten)]
        writer: Writer,
    },
    /// `latest` points at this checkpoint now.
    Checkpoint {
        /// Name of its folder.
        checkpoint: String,
    },
    /// `best` points at this checkpoint now.
    Best {
        /// Name of its folder.
        checkpoint: String,
        /// Cycles done when its parameters gathered.
        best_cycle: u64,
        /// Mean return of the last 100 episodes then.
        #[serde(rename = "return")]
        mean_return: Option<f64>,
    },
    /// Good to know.
    Note {
        /// As on the terminal.
        message: String,
    },
    /// Something may be wrong.
    Warning {
        /// As on the terminal.
        message: String,
    },
    /// The end of a segment: an error.
    Fault {
        /// As on the terminal.
        message: String,
        /// Of the process.
        exit_code: u8,
        /// Whether what was learned until then could be saved.
        saved: bool,
    },
    /// The end of a segment: a signal; everything is saved.
    Interrupted {
        /// Of the process: 129 for SIGHUP, 130 for Ctrl-C, 143 for SIGTERM.
        exit_code: u8,
    },
    /// The end of the run, unless it is resumed for more cycles.
    Finished {
        /// Why.
        end: End,
        /// Mean return of the last 100 episodes.
        #[serde(rename = "return")]
        mean_return: Option<f64>,
    },
    /// Of a later version.
    #[serde(other)]
    Unknown,
}

/// The process that writes a segment of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Writer {
    /// Version of the host.
    pub version: String,
    /// Name of the machine.
    pub host: String,
    /// Number of the process on it.
    pub pid: u32,
    /// Cycles after which the run is complete.
    pub cycles: u64,
}

/// How a run finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// All cycles are done.
    Complete,
    /// The task's threshold is reached.
    Solved,
}

impl Event {
    /// Whether it says that a segment begins or ends.
    #[must_use]
    pub fn tells_state(&self) -> bool {
        match self {
            Self::Begun(_)
            | Self::Resumed { .. }
            | Self::Fault { .. }
            | Self::Interrupted { .. }
            | Self::Finished { .. } => true,
            Self::Checkpoint { .. }
            | Self::Best { .. }
            | Self::Note { .. }
            | Self::Warning { .. }
            | Self::Unknown => false,
        }
    }
}

/// Appends to the log, a line at a time.
#[derive(Debug)]
pub struct EventLog {
    lines: Appender,
    next_segment: u64,
}

impl EventLog {
    /// Opens the log of a run. What a crash left of a last line is cut off; all else stays. Reads
    /// no more of a long log than its end.
    ///
    /// # Errors
    /// I/O error.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(path)?;
        let whole = backwards::whole(&mut file)?;
        if whole < file.metadata()?.len() {
            file.set_len(whole)?;
        }
        let segment = |line: &[u8]| {
            let entry: Entry = serde_json::from_slice(line).ok()?;
            Some(entry.segment + 1)
        };
        let next = backwards::find_end(&mut file, segment)?;
        Ok(Self {
            next_segment: next.map_or(0, |(next, _)| next),
            lines: Appender::new(file),
        })
    }

    /// The segment after those in the log.
    #[must_use]
    pub fn next_segment(&self) -> u64 {
        self.next_segment
    }

    /// Writes a line.
    ///
    /// # Errors
    /// I/O error; the line is kept and written before the next one.
    pub fn write(&mut self, entry: &Entry) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        self.lines.append(&line)
    }
}

/// The entries of whole lines; lines that are none are left out.
fn entries(lines: &[u8]) -> impl Iterator<Item = Entry> + '_ {
    let lines = lines.split(|b| *b == b'\n');
    lines.filter_map(|line| serde_json::from_slice(line).ok())
}

/// All entries of a log, oldest first; a last line that is still being written is left out.
///
/// # Errors
/// The file cannot be read.
pub fn read(path: &Path) -> io::Result<Vec<Entry>> {
    let bytes = std::fs::read(path)?;
    let whole = bytes
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |at| at + 1);
    Ok(entries(&bytes[..whole]).collect())
}

/// The last entry that says whether the run goes on. Reads no more of a long log than it must.
///
/// # Errors
/// The file cannot be read.
pub fn last_state(path: &Path) -> io::Result<Option<Entry>> {
    backwards::find(path, |line| {
        let entry: Entry = serde_json::from_slice(line).ok()?;
        entry.event.tells_state().then_some(entry)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn entry(segment: u64, event: Event) -> Entry {
        Entry {
            time: "2026-01-02T03:04:05Z".into(),
            segment,
            cycle: 3,
            steps: 6144,
            event,
        }
    }

    fn writer() -> Writer {
        Writer {
            version: "0.1.0".into(),
            host: "node7".into(),
            pid: 42,
            cycles: 60,
        }
    }

    #[test]
    fn lines_read_as_documented() {
        let best = Event::Best {
            checkpoint: "best-000002".into(),
            best_cycle: 2,
            mean_return: Some(9.5),
        };
        let text = |event| serde_json::to_string(&entry(0, event)).expect("JSON");
        assert_eq!(
            text(best),
            r#"{"time":"2026-01-02T03:04:05Z","segment":0,"cycle":3,"steps":6144,"event":"best","checkpoint":"best-000002","best_cycle":2,"return":9.5}"#
        );
        let resumed = Event::Resumed {
            checkpoint: "cycle-000003".into(),
            writer: writer(),
        };
        let text = text(resumed.clone());
        assert!(text.contains(r#""event":"resumed","checkpoint":"cycle-000003","version":"0.1.0","host":"node7","pid":42,"cycles":60"#));
        let back: Entry = serde_json::from_str(&text).expect("reads");
        assert_eq!(back, entry(0, resumed));
    }

    #[test]
    fn a_half_line_is_cut_off_and_events_of_later_versions_are_passed_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("events.jsonl");
        let mut log = EventLog::open(&path).expect("opens");
        assert_eq!(log.next_segment(), 0);
        log.write(&entry(0, Event::Begun(writer())))
            .expect("writes");
        let later = r#"{"time":"t","segment":1,"cycle":9,"steps":1,"event":"danced","with":[1]}"#;
        let mut file = OpenOptions::new().append(true).open(&path).expect("opens");
        write!(file, "{later}\n{{\"time\":\"2026").expect("writes");
        assert_eq!(read(&path).expect("reads").len(), 2);
        let mut log = EventLog::open(&path).expect("opens again");
        assert_eq!(log.next_segment(), 2);
        let end = Event::Interrupted { exit_code: 130 };
        log.write(&entry(2, end.clone())).expect("writes");
        let all = read(&path).expect("reads");
        let events: Vec<Event> = all.into_iter().map(|entry| entry.event).collect();
        assert_eq!(events, [Event::Begun(writer()), Event::Unknown, end]);
    }

    #[test]
    fn the_last_state_is_found_however_far_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("events.jsonl");
        let mut log = EventLog::open(&path).expect("opens");
        assert_eq!(last_state(&path).expect("reads"), None);
        let begun = entry(0, Event::Begun(writer()));
        log.write(&begun).expect("writes");
        for i in 0..3000 {
            let checkpoint = format!("cycle-{i:06}");
            let event = Event::Checkpoint { checkpoint };
            log.write(&entry(0, event)).expect("writes");
        }
        assert_eq!(last_state(&path).expect("reads"), Some(begun));
        let fault = Event::Fault {
            message: "no".into(),
            exit_code: 4,
            saved: true,
        };
        log.write(&entry(0, fault.clone())).expect("writes");
        let last = last_state(&path).expect("reads");
        assert_eq!(last.map(|entry| entry.event), Some(fault));
    }
}
