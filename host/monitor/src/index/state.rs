//! What state a run is in, from what its writer left behind.

use crate::reading::events::{Heartbeat, Log};
use serde::Serialize;

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

/// Everything that the state is judged by.
#[derive(Debug)]
pub struct Signs<'r> {
    /// The run's log.
    pub log: &'r Log,
    /// What the writer says of itself.
    pub heartbeat: Option<&'r Heartbeat>,
    /// Seconds since the heartbeat was renewed.
    pub heartbeat_age: Option<f64>,
    /// Seconds since the log was written.
    pub log_age: Option<f64>,
    /// Seconds since the last cycle was written.
    pub metrics_age: Option<f64>,
    /// Cycles done.
    pub cycle: u64,
    /// Cycles after which the run is complete.
    pub cycles: Option<u64>,
    /// Seconds of a cycle.
    pub secs_per_cycle: Option<f64>,
    /// Name of this machine.
    pub host: &'r str,
    /// Whether a process of this machine is there.
    pub alive: fn(u64) -> bool,
}

/// Intervals of the heartbeat that may pass before a writer counts as gone.
const MISSED_BEATS: f64 = 4.0;
const INTERVAL_SECS: f64 = 10.0;

impl Signs<'_> {
    /// The state, and what is to be said of it.
    #[must_use]
    pub fn judge(&self) -> (State, Option<String>) {
        let Some(event) = &self.log.state else {
            return self.without_log();
        };
        match event.kind.as_str() {
            "finished" => {
                let solved = event.data.get("end").and_then(|v| v.as_str()) == Some("solved");
                (
                    State::Finished,
                    solved.then(|| "solved: the task's threshold is reached".into()),
                )
            }
            "interrupted" => (State::Interrupted, None),
            "fault" => (State::Failed, Some(event.message.clone())),
            _ => self.unended(),
        }
    }

    fn unended(&self) -> (State, Option<String>) {
        if let Some(beat) = self.heartbeat {
            if beat.host == self.host && !(self.alive)(beat.pid) {
                let reason = format!("process {} is gone", beat.pid);
                return (State::Killed, Some(reason));
            }
            let limit = MISSED_BEATS * beat.interval_secs.max(1.0);
            if self.heartbeat_age.is_some_and(|age| age >= limit) {
                let reason = format!("no sign of process {} on {}", beat.pid, beat.host);
                return (State::Killed, Some(reason));
            }
            return self.alive();
        }
        let recent = |age: f64| age < MISSED_BEATS * INTERVAL_SECS;
        if self.log_age.is_some_and(recent) || self.metrics_age.is_some_and(recent) {
            return self.alive();
        }
        (State::Killed, Some("no sign of its process".into()))
    }

    /// With a process that holds the run.
    fn alive(&self) -> (State, Option<String>) {
        // Between two cycles much can happen: evaluation, a checkpoint on a slow disk.
        let patience = self.secs_per_cycle.map_or(600.0, |secs| 10.0 * secs);
        let patience = patience.max(60.0);
        let since = match (self.metrics_age, self.log_age) {
            (Some(a), Some(b)) => Some(f64::min(a, b)),
            (a, b) => a.or(b),
        };
        match since.filter(|age| *age > patience) {
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
        if self.metrics_age.is_some_and(|age| age < patience) {
            return (State::Running, None);
        }
        let reason = match self.metrics_age {
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
    use crate::reading::events;

    fn log(line: &str) -> Log {
        Log {
            state: events::read(line.as_bytes(), 1),
            present: true,
            ..Log::default()
        }
    }

    fn signs<'r>(log: &'r Log, heartbeat: Option<&'r Heartbeat>) -> Signs<'r> {
        Signs {
            log,
            heartbeat,
            heartbeat_age: heartbeat.map(|_| 5.0),
            log_age: Some(5.0),
            metrics_age: Some(5.0),
            cycle: 3,
            cycles: Some(10),
            secs_per_cycle: Some(1.0),
            host: "here",
            alive: |pid| pid == 7,
        }
    }

    fn beat(pid: u64, host: &str) -> Heartbeat {
        Heartbeat {
            pid,
            host: host.into(),
            beat: 3,
            interval_secs: 10.0,
        }
    }

    #[test]
    fn the_log_has_the_last_word_on_an_end() {
        for (line, state) in [
            (r#"{"event":"finished","end":"complete"}"#, State::Finished),
            (r#"{"event":"interrupted"}"#, State::Interrupted),
            (r#"{"event":"fault","message":"boom"}"#, State::Failed),
        ] {
            let log = log(line);
            assert_eq!(signs(&log, Some(&beat(7, "here"))).judge().0, state);
        }
    }

    #[test]
    fn a_writer_is_judged_by_its_process_and_its_heartbeat() {
        let log = log(r#"{"event":"resumed"}"#);
        let state = |beat: &Heartbeat, age: f64| {
            let mut signs = signs(&log, Some(beat));
            signs.heartbeat_age = Some(age);
            signs.judge().0
        };
        assert_eq!(state(&beat(7, "here"), 5.0), State::Running);
        assert_eq!(state(&beat(8, "here"), 5.0), State::Killed);
        assert_eq!(state(&beat(8, "elsewhere"), 5.0), State::Running);
        assert_eq!(state(&beat(8, "elsewhere"), 40.0), State::Killed);
        let none = signs(&log, None);
        assert_eq!(none.judge().0, State::Running);
    }

    #[test]
    fn a_writer_without_cycles_is_stalled() {
        let log = log(r#"{"event":"begun"}"#);
        let beat = beat(7, "here");
        let mut signs = signs(&log, Some(&beat));
        (signs.metrics_age, signs.log_age) = (Some(90.0), Some(500.0));
        assert_eq!(signs.judge().0, State::Stalled);
        signs.secs_per_cycle = Some(30.0);
        assert_eq!(signs.judge().0, State::Running);
    }

    #[test]
    fn without_a_log_only_the_sure_is_said() {
        let log = Log::default();
        let mut signs = signs(&log, None);
        assert_eq!(signs.judge().0, State::Running);
        signs.metrics_age = Some(4_000.0);
        assert_eq!(signs.judge().0, State::Unknown);
        signs.cycle = 10;
        assert_eq!(signs.judge().0, State::Finished);
    }
}
