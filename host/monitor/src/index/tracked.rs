//! One run as the watcher follows it.

use crate::heartbeat::Beat;
use crate::index::state::{State, Watched};
use crate::index::summary::Summary;
use crate::labels::{Labels, Marks};
use crate::reading::digest::Names;
use crate::reading::events::{self, Log};
use crate::reading::root::{EXPERIMENT, METRICS, Stamp};
use crate::reading::{Digest, Facts, RunFiles};
use crate::state::{EVENTS, Signs};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A run that changed within this time is looked at often.
const HOT: Duration = Duration::from_secs(120);

/// A run with everything that is remembered of its files.
#[derive(Debug)]
pub(super) struct Tracked {
    key: String,
    root: usize,
    folder: String,
    stamps: [Option<Stamp>; 3],
    experiment: Option<Stamp>,
    facts: Arc<Facts>,
    digest: Digest,
    log: Log,
    heartbeat: Option<(Beat, i64)>,
    label: Option<Stamp>,
    marks: Marks,
    state: State,
    reason: Option<String>,
    seen: [Seen; 3],
    /// When something last changed before our eyes.
    changed: Option<Instant>,
}

/// When a file was last written, by our own clock, which does not jump.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    written_ms: Option<i64>,
    /// Our time, and how old the file was then.
    noted: Option<(Instant, Duration)>,
}

impl Seen {
    /// Notes the time that the file system tells; only at first sight is it believed.
    fn note(&mut self, written_ms: Option<i64>) {
        if written_ms == self.written_ms {
            return;
        }
        let first = self.written_ms.is_none();
        self.written_ms = written_ms;
        self.noted = written_ms.map(|ms| {
            let age = u64::try_from(now_ms() - ms).unwrap_or(0);
            let age = if first { age } else { 0 };
            (Instant::now(), Duration::from_millis(age))
        });
    }

    fn age(&self) -> Option<Duration> {
        let (at, age) = self.noted?;
        Some(age + at.elapsed())
    }
}

impl Tracked {
    pub(super) fn new(key: String, root: usize, folder: &Path, id: &str) -> Self {
        Self {
            key,
            root,
            folder: folder.join(id).display().to_string(),
            stamps: [None; 3],
            experiment: None,
            facts: Arc::default(),
            digest: Digest::default(),
            log: Log::default(),
            heartbeat: None,
            label: None,
            marks: Marks::default(),
            state: State::Unknown,
            reason: None,
            seen: [Seen::default(); 3],
            changed: None,
        }
    }

    /// Whether it is to be looked at often.
    pub(super) fn is_hot(&self) -> bool {
        matches!(self.state, State::Running | State::Stalled)
            || self.changed.is_some_and(|at| at.elapsed() < HOT)
    }

    /// Looks at its files; `Some` where the overview is to show something else than before.
    /// `thorough` looks into files whose stamps have not changed, too: caches of network file
    /// systems tell old stamps for a while, an open file does not.
    pub(super) fn refresh(
        &mut self,
        files: &RunFiles,
        names: &Names,
        thorough: bool,
    ) -> Option<Summary> {
        let first = self.stamps[0].is_none();
        let stamps = [files.stamp(""), files.stamp(METRICS), files.stamp(EVENTS)];
        let touched = first || stamps != self.stamps;
        let mut changed = first;
        if touched || thorough {
            changed |= self.read(files, names, touched);
            self.stamps = stamps;
            if changed && !first {
                self.changed = Some(Instant::now());
            }
        }
        let (state, reason) = self.judge();
        changed |= (state, &reason) != (self.state, &self.reason);
        (self.state, self.reason) = (state, reason);
        changed.then(|| self.summary(files.id()))
    }

    /// Reads what has changed; says whether anything that is shown has.
    fn read(&mut self, files: &RunFiles, names: &Names, touched: bool) -> bool {
        let mut changed = false;
        if touched {
            let experiment = files.stamp(EXPERIMENT);
            if experiment != self.experiment {
                self.facts = Arc::new(Facts::read(files));
                self.experiment = experiment;
                changed = true;
            }
            self.heartbeat = events::beat(files);
        }
        // What cannot be read now may be readable the next time.
        changed |= self.digest.follow(files, names).unwrap_or(false);
        let before = self.log.state.clone();
        if self.log.follow(files).is_ok() {
            changed |= before != self.log.state;
        }
        let beat = self.heartbeat.as_ref().map(|(_, ms)| *ms);
        let written = [beat, self.log.written_ms(), self.digest.written_ms()];
        for (seen, ms) in self.seen.iter_mut().zip(written) {
            seen.note(ms);
        }
        changed
    }

    /// Reads the labels anew where they have changed.
    pub(super) fn relabel(
        &mut self,
        files: &RunFiles,
        labels: &Labels<'_>,
        stamp: Option<Stamp>,
    ) -> Option<Summary> {
        if stamp == self.label && self.label.is_some() {
            return None;
        }
        self.label = stamp;
        let labels = match stamp {
            Some(_) => labels.read(files.id()),
            None => serde_json::Map::new(),
        };
        let marks = Marks::from_parts(&labels, &self.facts.meta["tags"]);
        if marks == self.marks {
            return None;
        }
        self.marks = marks;
        Some(self.summary(files.id()))
    }

    fn judge(&self) -> (State, Option<String>) {
        let [heartbeat, log, metrics] = &self.seen;
        let signs = Signs {
            last: self.log.state.as_ref(),
            beat: self.heartbeat.as_ref().map(|(beat, _)| beat),
            beat_age: heartbeat.age(),
            log_age: log.age(),
        };
        Watched {
            signs,
            metrics_age: metrics.age(),
            cycle: self.digest.cycle,
            cycles: self.facts.number("cycles").map(|n| n as u64),
            secs_per_cycle: self.digest.secs_per_cycle(),
        }
        .judge()
    }

    fn summary(&self, id: &str) -> Summary {
        let updated = [
            self.digest.written_ms(),
            self.log.written_ms(),
            self.facts.began_ms,
        ];
        let mut summary = Summary {
            key: self.key.clone(),
            id: id.to_owned(),
            root: self.root,
            folder: self.folder.clone(),
            revision: 0,
            state: self.state,
            reason: self.reason.clone(),
            facts: self.facts.clone(),
            updated_ms: updated.into_iter().flatten().max(),
            cycle: 0,
            steps: None,
            segments: 0,
            last_return: None,
            best_return: None,
            best_cycle: None,
            episode_length: None,
            success_rate: None,
            episodes: None,
            progress: None,
            secs_per_cycle: None,
            secs_left: None,
            elapsed_secs: None,
            steps_per_second: None,
            sparkline: Vec::new(),
            marks: self.marks.clone(),
            metrics: Vec::new(),
        };
        summary.take(&self.digest);
        summary
    }
}

/// Unix milliseconds.
#[must_use]
pub(crate) fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(0))
}
