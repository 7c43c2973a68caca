//! The thread that polls. Notifications of the file system are not used: network file systems
//! have none.

use crate::index::Index;
use crate::index::summary::Summary;
use crate::index::tracked::Tracked;
use crate::labels::{FOLDER, Labels};
use crate::reading::RunFiles;
use crate::reading::root::{EXPERIMENT, Stamp};
use cap_std::fs::Dir;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often runs that are being written are looked at, and everything else.
const TICK: Duration = Duration::from_millis(400);
const SWEEP: Duration = Duration::from_secs(2);
/// The same while nobody is looking.
const IDLE: Duration = Duration::from_secs(5);
/// Looking takes at most this part of the time: one in so many.
const POLITE: u32 = 12;
/// Threads that read folders for the first time.
const READERS: usize = 4;

/// Keeps an [`Index`] up to date until it is dropped.
#[derive(Debug)]
pub struct Watcher {
    index: Arc<Index>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Reads everything once, then goes on in a thread of its own.
    #[must_use]
    pub fn start(index: Arc<Index>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let mut sweeper = Sweeper::new(index.clone());
        sweeper.sweep();
        let stopped = stop.clone();
        let thread = std::thread::Builder::new()
            .name("monitor-watch".into())
            .spawn(move || sweeper.watch(&stopped))
            .ok();
        Self {
            index,
            stop,
            thread,
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.index.wake_up();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Sweeper {
    index: Arc<Index>,
    folders: Vec<Folder>,
}

/// One folder of runs.
struct Folder {
    number: usize,
    dir: Option<Arc<Dir>>,
    runs: BTreeMap<String, Tracked>,
}

impl Sweeper {
    fn new(index: Arc<Index>) -> Self {
        let folders = (0..index.roots.len()).map(|number| Folder {
            number,
            dir: None,
            runs: BTreeMap::new(),
        });
        Self {
            folders: folders.collect(),
            index,
        }
    }

    fn watch(&mut self, stop: &AtomicBool) {
        let mut swept = Instant::now();
        let (mut sweep_takes, mut tick_takes) = (Duration::ZERO, Duration::ZERO);
        while !stop.load(Ordering::Relaxed) {
            let idle = self.index.is_idle();
            let tick = if idle { IDLE } else { TICK };
            self.wait(tick.max(tick_takes * POLITE));
            let every = if idle { IDLE } else { SWEEP };
            let start = Instant::now();
            if swept.elapsed() >= every.max(sweep_takes * POLITE) {
                self.sweep();
                swept = Instant::now();
                sweep_takes = start.elapsed();
            } else {
                self.tick();
                tick_takes = start.elapsed();
            }
        }
    }

    /// Sleeps, unless somebody begins to look.
    fn wait(&self, time: Duration) {
        let (flag, wake) = &*self.index.wake;
        let woken = flag
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let (mut woken, _) = wake
            .wait_timeout_while(woken, time, |woken| !*woken)
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *woken = false;
    }

    /// Looks at runs that are being written.
    fn tick(&mut self) {
        for folder in &mut self.folders {
            let Some(dir) = folder.dir.clone() else {
                continue;
            };
            let hot = folder.runs.iter_mut().filter(|(_, run)| run.is_hot());
            let changed = hot.filter_map(|(id, run)| {
                let files = RunFiles::new(dir.clone(), id);
                run.refresh(&files, &self.index.names, true)
            });
            self.index.publish(changed.collect(), &[]);
        }
    }

    /// Looks at everything: new folders, those that have vanished, all stamps, labels.
    fn sweep(&mut self) {
        for folder in &mut self.folders {
            let (changed, gone) = folder.sweep(&self.index);
            self.index.publish(changed, &gone);
        }
    }
}

impl Folder {
    fn key(&self, id: &str) -> String {
        match self.number {
            0 => id.to_owned(),
            n => format!("{id}@{}", n + 1),
        }
    }

    fn sweep(&mut self, index: &Index) -> (Vec<Summary>, Vec<String>) {
        let root = &index.roots[self.number];
        // Opened anew each time: the folder may have been replaced by another.
        let dir = match root.open() {
            Ok(dir) => Some(dir),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            // A network file system that does not answer has not lost its runs.
            Err(_) => return (Vec::new(), Vec::new()),
        };
        let names = dir.as_ref().map_or(Ok(Vec::new()), |dir| root.names(dir));
        let Ok(names) = names else {
            return (Vec::new(), Vec::new());
        };
        self.dir.clone_from(&dir);
        index.set_dir(self.number, dir.clone());
        let Some(dir) = dir else {
            return (Vec::new(), self.forget(&BTreeSet::new()));
        };
        let names: BTreeSet<String> = names.into_iter().collect();
        let gone = self.forget(&names);
        for id in &names {
            if !self.runs.contains_key(id) && RunFiles::new(dir.clone(), id).is_file(EXPERIMENT) {
                let run = Tracked::new(self.key(id), self.number, root.folder(), id);
                self.runs.insert(id.clone(), run);
            }
        }
        let mut changed = self.refresh(&dir, index);
        self.relabel(&dir, &mut changed);
        (changed, gone)
    }

    fn forget(&mut self, names: &BTreeSet<String>) -> Vec<String> {
        let lost = self.runs.keys().filter(|id| !names.contains(*id));
        let lost: Vec<String> = lost.cloned().collect();
        for id in &lost {
            self.runs.remove(id);
        }
        lost.iter().map(|id| self.key(id)).collect()
    }

    /// Looks at all runs; with several threads, since reading waits for disks and networks.
    fn refresh(&mut self, dir: &Arc<Dir>, index: &Index) -> Vec<Summary> {
        let mut runs: Vec<(&String, &mut Tracked)> = self.runs.iter_mut().collect();
        let look = |runs: &mut [(&String, &mut Tracked)]| -> Vec<Summary> {
            let changed = runs.iter_mut().filter_map(|(id, run)| {
                let files = RunFiles::new(dir.clone(), id);
                let thorough = run.is_hot();
                run.refresh(&files, &index.names, thorough)
            });
            changed.collect()
        };
        let share = runs.len().div_ceil(READERS).max(64);
        if runs.len() <= share {
            return look(&mut runs);
        }
        std::thread::scope(|scope| {
            let workers: Vec<_> = runs
                .chunks_mut(share)
                .map(|part| scope.spawn(|| look(part)))
                .collect();
            let done = workers.into_iter().flat_map(|worker| worker.join());
            done.flatten().collect()
        })
    }

    /// Reads labels that have changed; `changed` has each run at most once.
    fn relabel(&mut self, dir: &Arc<Dir>, changed: &mut Vec<Summary>) {
        let now = label_stamps(dir);
        let labels = Labels::new(dir);
        for (id, run) in &mut self.runs {
            let stamp = now.get(id).copied();
            let files = RunFiles::new(dir.clone(), id);
            if let Some(summary) = run.relabel(&files, &labels, stamp) {
                changed.retain(|other| other.key != summary.key);
                changed.push(summary);
            }
        }
    }
}

fn label_stamps(dir: &Arc<Dir>) -> BTreeMap<String, Stamp> {
    let folder = RunFiles::new(dir.clone(), FOLDER);
    let files = folder.entries("").into_iter();
    let stamps = files.filter_map(|(name, _)| {
        let id = name.strip_suffix(".json")?.to_owned();
        Some((id, folder.stamp(&name)?))
    });
    stamps.collect()
}
