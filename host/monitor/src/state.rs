//! Whether a run is being written, and how it ended, from its folder alone.

use crate::events::{self, End, Event};
use crate::heartbeat::{self, Beat};
use crate::process;
use serde::Serialize;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Name of the log of a run in its folder.
pub const EVENTS: &str = "events.jsonl";
/// Name of the heartbeat of a run in its folder.
pub const HEARTBEAT: &str = "heartbeat.json";

/// So many beats may be missed.
const MISSED: u32 = 4;

/// State of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// A process writes it.
    Running,
    /// It came to its end.
    Finished,
    /// A signal ended it, and it was saved.
    Interrupted,
    /// An error ended it.
    Failed,
    /// Its process is gone without a word.
    Killed,
    /// It has no log: it is of an older version.
    Unknown,
}

impl RunState {
    /// All states, in the order of the most lively.
    pub const ALL: [Self; 6] = [
        Self::Running,
        Self::Finished,
        Self::Interrupted,
        Self::Failed,
        Self::Killed,
        Self::Unknown,
    ];

    /// Name, as in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Interrupted => "interrupted",
            Self::Failed => "failed",
            Self::Killed => "killed",
            Self::Unknown => "unknown",
        }
    }
}

/// What the state of a run is judged by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Signs<'s> {
    /// The last event that tells a state; `None` where there is no log.
    pub last: Option<&'s Event>,
    /// What the process that writes the run says of itself.
    pub beat: Option<&'s Beat>,
    /// Time since it said so.
    pub beat_age: Option<Duration>,
    /// Time since something was written into the log.
    pub log_age: Option<Duration>,
}

impl Signs<'_> {
    /// The state, and how the run finished where it has.
    #[must_use]
    pub fn judge(&self) -> (RunState, Option<End>) {
        match self.last {
            None => (RunState::Unknown, None),
            Some(Event::Finished { end, .. }) => (RunState::Finished, Some(*end)),
            Some(Event::Interrupted { .. }) => (RunState::Interrupted, None),
            Some(Event::Fault { .. }) => (RunState::Failed, None),
            Some(_) if self.lives() => (RunState::Running, None),
            Some(_) => (RunState::Killed, None),
        }
    }

    /// Whether the process that began a segment, and has not said that it ended, still lives.
    fn lives(&self) -> bool {
        let young = |age: Option<Duration>, interval: u64| {
            age.is_some_and(|age| age < Duration::from_secs(interval) * MISSED)
        };
        match self.beat {
            Some(beat) => !is_gone(beat) && young(self.beat_age, beat.interval_secs),
            // It begins, or it ends and is about to say so.
            None => young(self.log_age, 10),
        }
    }
}

/// State of the run in a folder, and how it finished where it has.
#[must_use]
pub fn of(folder: &Path) -> (RunState, Option<End>) {
    let (log, heartbeat) = (folder.join(EVENTS), folder.join(HEARTBEAT));
    let last = events::last_state(&log).ok().flatten();
    let beat = heartbeat::read(&heartbeat);
    Signs {
        last: last.as_ref().map(|entry| &entry.event),
        beat: beat.as_ref(),
        beat_age: age(&heartbeat),
        log_age: age(&log),
    }
    .judge()
}

/// Whether a process of this machine is known not to be there.
#[must_use]
pub fn is_gone(beat: &Beat) -> bool {
    let here = beat.host == process::host() && beat.pid_namespace == process::pid_namespace();
    here && process::is_alive(beat.pid) == Some(false)
}

/// Time since a file was written; none for one from the future, by another clock.
fn age(path: &Path) -> Option<Duration> {
    let written = path.metadata().and_then(|meta| meta.modified()).ok()?;
    let age = SystemTime::now().duration_since(written);
    Some(age.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Entry, EventLog, Writer};
    use crate::heartbeat::Heartbeat;
    use std::fs::File;

    fn write(folder: &Path, event: Event) {
        let mut log = EventLog::open(&folder.join(EVENTS)).expect("opens");
        let entry = Entry {
            time: crate::now(),
            segment: 0,
            cycle: 0,
            steps: 0,
            event,
        };
        log.write(&entry).expect("writes");
    }

    fn begun() -> Event {
        Event::Begun(Writer {
            version: "0.1.0".into(),
            host: process::host(),
            pid: std::process::id(),
            cycles: 3,
        })
    }

    fn date_back(path: &Path, secs: u64) {
        let then = SystemTime::now() - Duration::from_secs(secs);
        let file = File::options().write(true).open(path).expect("opens");
        file.set_modified(then).expect("can be dated back");
    }

    #[test]
    fn the_log_says_how_a_run_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        assert_eq!(of(folder), (RunState::Unknown, None));
        for (event, state) in [
            (begun(), (RunState::Running, None)),
            (
                Event::Interrupted { exit_code: 143 },
                (RunState::Interrupted, None),
            ),
            (
                Event::Fault {
                    message: "no".into(),
                    exit_code: 4,
                    saved: false,
                },
                (RunState::Failed, None),
            ),
            (
                Event::Finished {
                    end: End::Solved,
                    mean_return: None,
                },
                (RunState::Finished, Some(End::Solved)),
            ),
            (begun(), (RunState::Running, None)),
        ] {
            write(folder, event);
            let note = Event::Note {
                message: "it is late".into(),
            };
            write(folder, note);
            assert_eq!(of(folder), state);
        }
    }

    #[test]
    fn a_process_that_is_gone_was_killed() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        write(folder, begun());
        let path = folder.join(HEARTBEAT);
        let state = || of(folder).0;
        let mut heartbeat = Heartbeat::start(&path, 0, 0, 3).expect("starts");
        assert_eq!(state(), RunState::Running);
        // The process is there, but has long said nothing.
        date_back(&path, 60);
        assert_eq!(state(), RunState::Killed);
        heartbeat.stop();
        assert_eq!(state(), RunState::Running, "its log is young");
        date_back(&folder.join(EVENTS), 60);
        assert_eq!(state(), RunState::Killed);

        // Of another machine only the age says something.
        drop(Heartbeat::start(&path, 0, 0, 3).expect("starts"));
        let mut beat = heartbeat::read(&path).expect("a beat");
        beat.pid = u32::MAX;
        let put = |beat: &Beat| {
            let text = serde_json::to_vec(beat).expect("JSON");
            std::fs::write(&path, text).expect("writes");
        };
        put(&beat);
        if process::is_alive(1).is_some() {
            assert_eq!(state(), RunState::Killed);
        }
        beat.host.push_str("-other");
        put(&beat);
        assert_eq!(state(), RunState::Running);
        // A clock that runs ahead.
        let future = SystemTime::now() + Duration::from_secs(3600);
        let file = File::options().write(true).open(&path).expect("opens");
        file.set_modified(future).expect("can be dated forward");
        assert_eq!(state(), RunState::Running);
    }
}
