//! What the overview shows of a run's metrics, without reading all of them: the ends of the file,
//! looks in between, and from then on each new line.

use crate::reading::line::{self, Sink};
use crate::reading::root::{METRICS, RunFiles};
use crate::reading::sparse::Sparse;
use crate::reading::tail::{Continuity, Tail};
use std::collections::{BTreeSet, VecDeque};
use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// The curve of the overview.
pub const RETURN: &str = "rollout/ep_rew_mean";
/// Mean return of the episodes that the best parameters were chosen by, and their cycle.
const BEST: &str = "best/return_mean";
const BEST_CYCLE: &str = "best/cycle";
/// What runs of the first version say instead: the highest mean return of training.
const BEST_OF_TRAINING: &str = "rollout/best_ep_rew_mean";
const ELAPSED: &str = "time/time_elapsed";

/// Shorter files are read as a whole.
const SHORT: u64 = 96 << 10;
/// End of a long file that is read at once.
const END: usize = 48 << 10;
const SAMPLES: u64 = 48;
const MOST_SAMPLES: usize = 64;
const PACE: usize = 16;

/// Names of metrics, each kept once for all runs.
#[derive(Debug, Default)]
pub struct Names(Mutex<BTreeSet<Arc<str>>>);

impl Names {
    fn keep(&self, name: &str) -> Arc<str> {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = names.get(name) {
            return kept.clone();
        }
        let kept: Arc<str> = name.into();
        names.insert(kept.clone());
        kept
    }

    /// All of them, sorted.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<str>> {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.iter().cloned().collect()
    }
}

/// The best parameters so far, as the run says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Best {
    /// Cycles done when they were as they are, where that is known.
    pub cycle: Option<u64>,
    /// Mean return of the episodes that they were chosen by.
    pub value: f64,
}

/// What is known of `metrics.jsonl`.
#[derive(Debug, Clone, Default)]
pub struct Digest {
    /// Last cycle; 0 where there is none.
    pub cycle: u64,
    /// Of the last line.
    pub segment: u64,
    /// Metrics of the last line, by name.
    pub metrics: Vec<(Arc<str>, f64)>,
    /// By the last line.
    pub best: Option<Best>,
    samples: Vec<(u64, f32)>,
    stride: u64,
    /// Segment, cycle and seconds since the segment began, of the last lines.
    pace: VecDeque<(u64, u64, f64)>,
    tail: Tail,
}

impl Digest {
    /// A metric of the last line.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<f64> {
        let at = self.metrics.binary_search_by(|(n, _)| (**n).cmp(name));
        at.ok().map(|at| self.metrics[at].1)
    }

    /// Seconds of a cycle, over the last cycles of the segment.
    #[must_use]
    pub fn secs_per_cycle(&self) -> Option<f64> {
        let (segment, last, end) = *self.pace.back()?;
        let (_, first, start) = *self.pace.iter().find(|(s, ..)| *s == segment)?;
        if last > first {
            return Some((end - start) / (last - first) as f64).filter(|secs| *secs >= 0.0);
        }
        // The first line of a run: everything since it began. Of a resumed one nothing is known.
        (segment == 0 && last == 1).then_some(end)
    }

    /// Seconds since this segment began.
    #[must_use]
    pub fn elapsed_secs(&self) -> Option<f64> {
        self.pace.back().map(|(_, _, elapsed)| *elapsed)
    }

    /// Mean returns over the whole run, at most 65.
    #[must_use]
    pub fn sparkline(&self) -> Vec<f32> {
        let mut values: Vec<f32> = self.samples.iter().map(|(_, value)| *value).collect();
        if let Some(last) = self.metric(RETURN)
            && self.samples.last().is_some_and(|(c, _)| *c < self.cycle)
        {
            values.push(last as f32);
        }
        values
    }

    /// Unix milliseconds of the last write.
    #[must_use]
    pub fn written_ms(&self) -> Option<i64> {
        self.tail.stamp().map(|stamp| stamp.modified_ms())
    }

    /// Reads what is new; says whether anything has changed.
    ///
    /// # Errors
    /// The file system says no. A file that is not there is an empty one.
    pub fn follow(&mut self, files: &RunFiles, names: &Names) -> io::Result<bool> {
        let mut file = match files.open(METRICS) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let known = self.tail.stamp().is_some();
                *self = Self::default();
                return Ok(known);
            }
            Err(error) => return Err(error),
        };
        let before = (self.tail.stamp(), self.tail.offset());
        if self.tail.check(&mut file)? == Continuity::Replaced {
            let tail = std::mem::take(&mut self.tail);
            *self = Self {
                tail,
                ..Self::default()
            };
        }
        let size = self.tail.stamp().map_or(0, |stamp| stamp.size);
        if self.tail.offset() == 0 && size > SHORT {
            self.look(&mut file, size, names)?;
        }
        let mut last = Vec::new();
        let mut tail = std::mem::take(&mut self.tail);
        let outcome = tail.read(&mut file, |line| {
            if self.take_line(line) {
                last.clear();
                last.extend_from_slice(line);
            }
        });
        self.tail = tail;
        self.take_metrics(&last, names);
        outcome?;
        Ok(before != (self.tail.stamp(), self.tail.offset()))
    }

    /// A line that continues what is known; says whether it is one.
    fn take_line(&mut self, line: &[u8]) -> bool {
        let mut key = KeyValues::default();
        let Some(head) = line::read(line, &mut key) else {
            return false;
        };
        self.cycle = head.cycle;
        self.segment = head.segment;
        let [value, elapsed, best, best_cycle, best_of_training] = key.0;
        if let Some(elapsed) = elapsed {
            self.pace.push_back((head.segment, head.cycle, elapsed));
            if self.pace.len() > PACE {
                self.pace.pop_front();
            }
        }
        if let Some(value) = value {
            self.sample(head.cycle, value);
        }
        self.best = best.or(best_of_training).map(|value| Best {
            cycle: best_cycle.map(|cycle| cycle as u64),
            value,
        });
        true
    }

    fn sample(&mut self, cycle: u64, value: f64) {
        let due = |(last, _): &(u64, f32)| cycle >= last + self.stride.max(1);
        if !self.samples.last().is_none_or(due) {
            return;
        }
        self.samples.push((cycle, value as f32));
        if self.samples.len() > MOST_SAMPLES {
            let mut i = 0;
            self.samples.retain(|_| {
                i += 1;
                i % 2 == 1
            });
            self.stride = 2 * self.stride.max(1);
        }
    }

    fn take_metrics(&mut self, line: &[u8], names: &Names) {
        let mut all = AllValues {
            names,
            current: Vec::new(),
            values: Vec::new(),
        };
        if line::read(line, &mut all).is_some() {
            all.values.sort_by(|a, b| a.0.cmp(&b.0));
            all.values.dedup_by(|a, b| a.0 == b.0);
            self.metrics = all.values;
        }
    }

    /// Begins with a long file: samples over all of it, then its end.
    fn look(&mut self, file: &mut File, size: u64, names: &Names) -> io::Result<()> {
        let mut sparse = Sparse::new(file, size);
        for i in 0..SAMPLES {
            let Some((_, line)) = sparse.line_from(i * size / SAMPLES)? else {
                continue;
            };
            let mut key = KeyValues::default();
            if let Some(head) = line::read(line, &mut key)
                && let [Some(value), ..] = key.0
            {
                self.sample(head.cycle, value);
            }
        }
        let Some((place, lines)) = sparse.last_lines(END)? else {
            self.tail = Tail::at(file, size)?;
            return Ok(());
        };
        let mut last = Vec::new();
        let ends = lines.split(|byte| *byte == b'\n').map(<[u8]>::to_vec);
        let ends: Vec<Vec<u8>> = ends.collect();
        self.pace.clear();
        for line in &ends {
            if self.take_line(line) {
                last.clone_from(line);
            }
        }
        self.take_metrics(&last, names);
        self.stride = (self.cycle / SAMPLES).max(1);
        self.tail = Tail::at(file, place.end)?;
        Ok(())
    }
}

/// `cycle-000034`, `cycle-000034-fault`, `best-000034`.
#[must_use]
pub fn cycle_of_name(name: &str) -> Option<u64> {
    name.split('-').nth(1)?.parse().ok()
}

/// Return, elapsed, best return and its cycle, best return of training.
#[derive(Default)]
struct KeyValues([Option<f64>; 5]);

impl Sink for KeyValues {
    fn slot(&mut self, name: &str) -> Option<usize> {
        let names = [RETURN, ELAPSED, BEST, BEST_CYCLE, BEST_OF_TRAINING];
        names.iter().position(|n| *n == name)
    }
    fn put(&mut self, slot: usize, value: f64) {
        self.0[slot] = Some(value);
    }
}

struct AllValues<'n> {
    names: &'n Names,
    current: Vec<Arc<str>>,
    values: Vec<(Arc<str>, f64)>,
}

impl Sink for AllValues<'_> {
    fn slot(&mut self, name: &str) -> Option<usize> {
        self.current.push(self.names.keep(name));
        Some(self.current.len() - 1)
    }
    fn put(&mut self, slot: usize, value: f64) {
        self.values.push((self.current[slot].clone(), value));
    }
}
