//! All runs of all folders, in memory, kept up to date by one thread that polls.

pub mod state;
pub mod summary;
mod tracked;
mod watch;

pub use state::State;
pub use summary::Summary;
pub use watch::Watcher;

pub(crate) use tracked::now_ms;

use crate::labels::{Change, Labels, Marks};
use crate::reading::digest::Names;
use crate::reading::{Root, RunFiles};
use cap_std::fs::Dir;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::watch as channel;

/// So many runs that have vanished are remembered for browsers that come back.
const REMEMBERED: usize = 4_096;

/// The index. Readers take what they need under a short lock.
#[derive(Debug)]
pub struct Index {
    /// The folders, as given.
    pub roots: Vec<Root>,
    /// Of this process: revisions of another one mean something else.
    pub boot: String,
    /// Names of all metrics that were seen.
    pub names: Names,
    state: RwLock<Published>,
    revision: channel::Sender<u64>,
    asked: Mutex<Instant>,
    wake: Arc<(Mutex<bool>, std::sync::Condvar)>,
}

#[derive(Debug, Default)]
struct Published {
    revision: u64,
    runs: BTreeMap<String, Arc<Summary>>,
    gone: VecDeque<(u64, String)>,
    /// Changes before this revision are forgotten.
    oldest: u64,
    dirs: Vec<Option<Arc<Dir>>>,
}

/// What has happened since a revision.
#[derive(Debug, Default)]
pub struct Changes {
    /// Now.
    pub revision: u64,
    /// New, or otherwise than before.
    pub changed: Vec<Arc<Summary>>,
    /// Keys of runs that are no longer there.
    pub gone: Vec<String>,
}

impl Index {
    /// Of folders, still empty; a [`Watcher`] fills it.
    #[must_use]
    pub fn new(folders: &[std::path::PathBuf], boot: String) -> Self {
        let roots: Vec<Root> = folders.iter().map(|folder| Root::new(folder)).collect();
        Self {
            state: RwLock::new(Published {
                dirs: vec![None; roots.len()],
                ..Published::default()
            }),
            roots,
            boot,
            names: Names::default(),
            revision: channel::Sender::new(0),
            asked: Mutex::new(Instant::now()),
            wake: Arc::default(),
        }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Published> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Published> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The present revision with all runs, by key.
    #[must_use]
    pub fn all(&self) -> (u64, Vec<Arc<Summary>>) {
        self.ask();
        let state = self.read();
        (state.revision, state.runs.values().cloned().collect())
    }

    /// A run by its key.
    #[must_use]
    pub fn run(&self, key: &str) -> Option<Arc<Summary>> {
        self.ask();
        self.read().runs.get(key).cloned()
    }

    /// The files of a run.
    #[must_use]
    pub fn files(&self, run: &Summary) -> Option<RunFiles> {
        let dir = self.read().dirs.get(run.root)?.clone()?;
        Some(RunFiles::new(dir, &run.id))
    }

    /// What has happened since `revision`; `None` where that is too long ago.
    #[must_use]
    pub fn since(&self, revision: u64) -> Option<Changes> {
        let state = self.read();
        if revision < state.oldest || revision > state.revision {
            return None;
        }
        let changed = state.runs.values().filter(|run| run.revision > revision);
        let gone = state.gone.iter().filter(|(at, _)| *at > revision);
        Some(Changes {
            revision: state.revision,
            changed: changed.cloned().collect(),
            gone: gone.map(|(_, key)| key.clone()).collect(),
        })
    }

    /// Tells of each new revision.
    #[must_use]
    pub fn subscribe(&self) -> channel::Receiver<u64> {
        self.ask();
        self.revision.subscribe()
    }

    /// Changes the marks of a run, on disk and here.
    ///
    /// # Errors
    /// The marks cannot be written, or are not what the change expects.
    pub fn mark(&self, run: &Summary, change: &Change) -> Result<Marks, MarkError> {
        let dir = self.read().dirs.get(run.root).cloned().flatten();
        let dir = dir.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        let marks = Labels::new(&dir).change(&run.id, change, &run.facts.meta["tags"])?;
        let current = self.run(&run.key).filter(|run| run.marks != marks);
        if let Some(current) = current {
            let mut summary = Summary::clone(&current);
            summary.marks = marks.clone();
            self.publish(vec![summary], &[]);
        }
        Ok(marks)
    }

    /// Puts runs into the index and takes others out of it.
    fn publish(&self, changed: Vec<Summary>, gone: &[String]) {
        if changed.is_empty() && gone.is_empty() {
            return;
        }
        let mut state = self.write();
        state.revision += 1;
        let revision = state.revision;
        for mut summary in changed {
            summary.revision = revision;
            state.runs.insert(summary.key.clone(), Arc::new(summary));
        }
        for key in gone {
            state.runs.remove(key);
            state.gone.push_back((revision, key.clone()));
        }
        while state.gone.len() > REMEMBERED {
            if let Some((at, _)) = state.gone.pop_front() {
                state.oldest = at;
            }
        }
        drop(state);
        self.revision.send_replace(revision);
    }

    fn set_dir(&self, root: usize, dir: Option<Arc<Dir>>) {
        if let Some(place) = self.write().dirs.get_mut(root) {
            *place = dir;
        }
    }

    /// Somebody is looking: the watcher is not to sleep long.
    fn ask(&self) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = asked.elapsed() > Duration::from_secs(10);
        *asked = Instant::now();
        drop(asked);
        if idle {
            self.wake_up();
        }
    }

    /// Whether nobody has looked for a while, and no browser listens.
    fn is_idle(&self) -> bool {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        self.revision.receiver_count() == 0 && asked.elapsed() > Duration::from_secs(10)
    }

    fn wake_up(&self) {
        let (flag, wake) = &*self.wake;
        *flag.lock().unwrap_or_else(PoisonError::into_inner) = true;
        wake.notify_all();
    }
}

/// Why marks could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum MarkError {
    /// Somebody else has changed the note in between.
    #[error("the note has been changed by somebody else in between")]
    Conflict(Box<Marks>),
    /// The file system says no.
    #[error("{0}")]
    Io(#[from] io::Error),
}
