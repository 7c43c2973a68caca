//! What state a run is in, for a monitor that keeps looking.

use crate::events::{End, Event};
use crate::state::{RunState, Signs, is_gone};
use serde::Serialize;
use std::time::Duration;

/// State of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// A process writes it.
    Running,
    /// A process holds it, but no cycle has ended for long.
    Stalled,
    /// All cycles are done, or the task is solved.
    Finished,
    /// Ended by Ctrl-C or SIGTERM, and saved.
    Interrupted,
    /// Its process is gone without a word.
    Killed,
    /// Ended by a fault.
    Failed,
    /// Of a version that wrote no log: it cannot be told.
    Unknown,
}

/// All states with their meaning.
pub const ALL: [(State, &str); 7] = [
    (State::Running, "a process writes it"),
    (
        State::Stalled,
        "a process holds it, but no cycle has ended for long",
    ),
    (
        State::Finished,
        "all cycles are done, or the task is solved",
    ),
    (State::Interrupted, "ended by Ctrl-C or SIGTERM, and saved"),
    (State::Killed, "its process is gone without a word"),
    (State::Failed, "ended by a fault"),
    (
        State::Unknown,
        "of a version that wrote no log: it cannot be told",
    ),
];

impl State {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stalled => "stalled",
            Self::Finished => "finished",
            Self::Interrupted => "interrupted",
            Self::Killed => "killed",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it is final unless the run is resumed.
    #[must_use]
    pub fn is_end(self) -> bool {
        matches!(self, Self::Finished | Self::Interrupted | Self::Failed)
    }
}

impl From<RunState> for State {
    fn from(state: RunState) -> Self {
        match state {
            RunState::Running => Self::Running,
            RunState::Finished => Self::Finished,
            RunState::Interrupted => Self::Interrupted,
            RunState::Failed => Self::Failed,
            RunState::Killed => Self::Killed,
            RunState::Unknown => Self::Unknown,
        }
    }
}

/// What a monitor that keeps looking knows beyond what the folder tells.
#[derive(Debug)]
pub struct Watched<'r> {
    /// What the folder tells.
    pub signs: Signs<'r>,
    /// Time since the last cycle was written.
    pub metrics_age: Option<Duration>,
    /// Cycles done.
    pub cycle: u64,
    /// Cycles after which the run is complete.
    pub cycles: Option<u64>,
    /// Seconds of a cycle.
    pub secs_per_cycle: Option<f64>,
}

impl Watched<'_> {
    /// The state, and what is to be said of it.
    #[must_use]
    pub fn judge(&self) -> (State, Option<String>) {
        let (state, end) = self.signs.judge();
        let reason = match (state, self.signs.last) {
            (RunState::Running, _) => return self.alive(),
            (RunState::Unknown, _) => return self.without_log(),
            (RunState::Finished, _) if end == Some(End::Solved) => {
                Some("solved: the task's threshold is reached".to_owned())
            }
            (RunState::Failed, Some(Event::Fault { message, .. })) => Some(message.clone()),
            (RunState::Killed, _) => Some(match self.signs.beat {
                Some(beat) if is_gone(beat) => format!("process {} is gone", beat.pid),
                Some(beat) => format!("no sign of process {} on {}", beat.pid, beat.host),
                None => "no sign of its process".into(),
            }),
            _ => None,
        };
        (state.into(), reason)
    }

    /// With a process that holds the run.
    fn alive(&self) -> (State, Option<String>) {
        // Between two cycles much can happen: evaluation, a checkpoint on a slow disk.
        let patience = self.secs_per_cycle.map_or(600.0, |secs| 10.0 * secs);
        let since = self.metrics_age.into_iter().chain(self.signs.log_age).min();
        let since = since.map(|age| age.as_secs_f64());
        match since.filter(|age| *age > patience.max(60.0)) {
            Some(age) => (
                State::Stalled,
                Some(format!("no cycle has ended for {}", words(age))),
            ),
            None => (State::Running, None),
        }
    }

    /// Of a version that wrote no log.
    fn without_log(&self) -> (State, Option<String>) {
        if self.cycles.is_some_and(|n| n > 0 && self.cycle >= n) {
            return (State::Finished, None);
        }
        let patience = self
            .secs_per_cycle
            .map_or(30.0, |secs| 5.0 * secs)
            .max(30.0);
        let age = self.metrics_age.map(|age| age.as_secs_f64());
        if age.is_some_and(|age| age < patience) {
            return (State::Running, None);
        }
        let reason = match age {
            Some(age) => format!("it has no log; its last cycle ended {} ago", words(age)),
            None => "it has no log and no cycle".into(),
        };
        (State::Unknown, Some(reason))
    }
}

/// A duration as a person says it.
fn words(secs: f64) -> String {
    match secs {
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7_200.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.0} h", s / 3_600.0),
        s => format!("{:.0} days", s / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Writer;
    use crate::heartbeat::Beat;

    fn begun() -> Event {
        Event::Begun(Writer {
            version: "0.1.0".into(),
            host: "elsewhere".into(),
            pid: 7,
            cycles: 10,
        })
    }

    fn beat() -> Beat {
        Beat {
            pid: 7,
            host: "elsewhere".into(),
            pid_namespace: None,
            beat: 3,
            time: String::new(),
            segment: 0,
            cycle: 3,
            cycles: 10,
            interval_secs: 10,
        }
    }

    fn watched<'r>(last: Option<&'r Event>, beat: Option<&'r Beat>) -> Watched<'r> {
        let age = Some(Duration::from_secs(5));
        Watched {
            signs: Signs {
                last,
                beat,
                beat_age: age,
                log_age: age,
            },
            metrics_age: age,
            cycle: 3,
            cycles: Some(10),
            secs_per_cycle: Some(1.0),
        }
    }

    #[test]
    fn a_writer_without_cycles_is_stalled() {
        let (begun, beat) = (begun(), beat());
        let mut watched = watched(Some(&begun), Some(&beat));
        assert_eq!(watched.judge().0, State::Running);
        watched.metrics_age = Some(Duration::from_secs(90));
        watched.signs.log_age = Some(Duration::from_secs(500));
        assert_eq!(watched.judge().0, State::Stalled);
        watched.secs_per_cycle = Some(30.0);
        assert_eq!(watched.judge().0, State::Running);
        watched.signs.beat_age = Some(Duration::from_secs(40));
        let (state, reason) = watched.judge();
        assert_eq!(state, State::Killed);
        assert_eq!(reason.as_deref(), Some("no sign of process 7 on elsewhere"));
    }

    #[test]
    fn without_a_log_only_the_sure_is_said() {
        let mut watched = watched(None, None);
        assert_eq!(watched.judge().0, State::Running);
        watched.metrics_age = Some(Duration::from_secs(4_000));
        assert_eq!(watched.judge().0, State::Unknown);
        watched.cycle = 10;
        assert_eq!(watched.judge().0, State::Finished);
    }
}
