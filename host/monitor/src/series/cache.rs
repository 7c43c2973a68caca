//! Columns that were asked for, kept while there is room.

use crate::reading::RunFiles;
use crate::reading::root::METRICS;
use crate::reading::tail::{Continuity, Tail};
use crate::series::columns::Columns;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes of columns that are kept.
pub const BUDGET: usize = 160 << 20;

/// Columns of many runs, the least recently used of which make room for others.
#[derive(Debug)]
pub struct Cache {
    budget: usize,
    state: Mutex<Slots>,
}

#[derive(Debug, Default)]
struct Slots {
    clock: u64,
    slots: BTreeMap<String, Slot>,
}

#[derive(Debug, Default)]
struct Slot {
    entry: Arc<Mutex<Entry>>,
    used: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    columns: Columns,
    tail: Tail,
    /// How often the file turned out to be another one.
    generation: u64,
}

impl Default for Entry {
    fn default() -> Self {
        Self {
            columns: Columns::of([]),
            tail: Tail::default(),
            generation: 0,
        }
    }
}

/// A place in the columns that a browser has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    file: u64,
    generation: u64,
    /// Rows seen.
    pub rows: usize,
    cycle: u64,
}

impl Cursor {
    /// Reads what [`Display`](std::fmt::Display) wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.').map(str::parse::<u64>);
        let mut next = || parts.next()?.ok();
        let cursor = Self {
            file: next()?,
            generation: next()?,
            rows: usize::try_from(next()?).ok()?,
            cycle: next()?,
        };
        Some(cursor)
    }

    /// Whether what comes after it continues what was seen.
    #[must_use]
    pub fn continues(&self, now: &Self, columns: &Columns) -> bool {
        let same = (self.file, self.generation) == (now.file, now.generation);
        let cycle = match self.rows {
            0 => Some(0.0),
            rows => columns.cycles.get(rows - 1).copied(),
        };
        same && cycle == Some(self.cycle as f64)
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            file,
            generation,
            rows,
            cycle,
        } = self;
        write!(f, "{file}.{generation}.{rows}.{cycle}")
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self::new(BUDGET)
    }
}

impl Cache {
    /// Keeps about `budget` bytes.
    #[must_use]
    pub fn new(budget: usize) -> Self {
        Self {
            budget,
            state: Mutex::default(),
        }
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings the columns of a run up to date, with at least these metrics, and shows them.
    ///
    /// # Errors
    /// The file system says no. A file that is not there has no rows.
    pub fn with<T>(
        &self,
        key: &str,
        files: &RunFiles,
        metrics: &[String],
        show: impl FnOnce(&Columns, Cursor) -> T,
    ) -> io::Result<T> {
        let entry = {
            let mut slots = self.slots();
            slots.clock += 1;
            let clock = slots.clock;
            let slot = slots.slots.entry(key.to_owned()).or_default();
            slot.used = clock;
            slot.entry.clone()
        };
        let mut entry = entry.lock().unwrap_or_else(PoisonError::into_inner);
        entry.update(files, metrics)?;
        let shown = show(&entry.columns, entry.cursor());
        let bytes = entry.columns.bytes();
        drop(entry);
        self.make_room(key, bytes);
        Ok(shown)
    }

    fn make_room(&self, key: &str, bytes: usize) {
        let mut slots = self.slots();
        if let Some(slot) = slots.slots.get_mut(key) {
            slot.bytes = bytes;
        }
        let mut total: usize = slots.slots.values().map(|slot| slot.bytes).sum();
        while total > self.budget {
            let others = slots.slots.iter().filter(|(other, _)| *other != key);
            let Some(oldest) = others.min_by_key(|(_, slot)| slot.used) else {
                break;
            };
            let oldest = oldest.0.clone();
            total -= slots.slots.remove(&oldest).map_or(0, |slot| slot.bytes);
        }
    }
}

impl Entry {
    fn update(&mut self, files: &RunFiles, metrics: &[String]) -> io::Result<()> {
        let mut file = match files.open(METRICS) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.restart(metrics);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if self.tail.check(&mut file)? == Continuity::Replaced {
            self.generation += 1;
            self.restart(metrics);
        } else if metrics.iter().any(|m| self.columns.metric(m).is_none()) {
            // What was not asked for before has not been read.
            self.restart(metrics);
        }
        let begins = self.tail.offset() == 0;
        let columns = &mut self.columns;
        self.tail.read(&mut file, |line| columns.push(line))?;
        if begins {
            self.columns.shrink();
        }
        Ok(())
    }

    fn restart(&mut self, metrics: &[String]) {
        let mut wanted: Vec<&str> = self.columns.metrics().collect();
        wanted.extend(metrics.iter().map(String::as_str));
        self.columns = Columns::of(wanted);
        self.tail.restart();
    }

    fn cursor(&self) -> Cursor {
        Cursor {
            file: self.tail.stamp().map_or(0, |stamp| stamp.inode),
            generation: self.generation,
            rows: self.columns.rows(),
            cycle: self.columns.cycles.last().map_or(0, |cycle| *cycle as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cap_std::ambient_authority;
    use cap_std::fs::Dir;

    #[test]
    fn what_was_used_longest_ago_makes_room_and_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        for run in ["a", "b", "c"] {
            std::fs::create_dir(folder.path().join(run)).expect("a folder");
            let lines = (1..=1_000).map(|c| format!("{{\"cycle\":{c},\"m\":{c}.5}}\n"));
            let text: String = lines.collect();
            std::fs::write(folder.path().join(run).join(METRICS), text).expect("writes");
        }
        let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).expect("opens");
        let dir = Arc::new(dir);
        // One run takes 1,000 rows of 36 bytes, and a little.
        let cache = Cache::new(90_000);
        let last = |run: &str| {
            let files = RunFiles::new(dir.clone(), run);
            let show = |columns: &Columns, _| columns.metric("m").map(|m| m[999]);
            cache.with(run, &files, &["m".into()], show).expect("reads")
        };
        for run in ["a", "b", "c", "a", "b", "c"] {
            assert_eq!(last(run), Some(1_000.5));
            let slots = cache.slots();
            let bytes: usize = slots.slots.values().map(|slot| slot.bytes).sum();
            assert!(slots.slots.len() <= 2 && bytes <= 90_000, "{bytes}");
        }
    }

    #[test]
    fn a_cursor_survives_being_written() {
        let cursor = Cursor {
            file: 7,
            generation: 1,
            rows: 20,
            cycle: 21,
        };
        assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
        for text in ["", "-", "1.2.3", "a.b.c.d"] {
            assert_eq!(Cursor::parse(text), None);
        }
    }
}
