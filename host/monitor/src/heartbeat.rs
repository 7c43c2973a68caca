//! `heartbeat.json`: a process writes this run, and lives.

use crate::process;
use angora_core::file;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Time between two beats.
const INTERVAL: Duration = Duration::from_secs(10);

/// What the file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    /// The process.
    pub pid: u32,
    /// Its machine.
    pub host: String,
    /// Whose numbering of processes that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid_namespace: Option<String>,
    /// Number of this beat, from 0.
    pub beat: u64,
    /// When, RFC 3339, UTC.
    pub time: String,
    /// How often the run was resumed.
    pub segment: u64,
    /// Cycles done.
    pub cycle: u64,
    /// Cycles after which the run is complete.
    pub cycles: u64,
    /// Seconds until the next beat.
    pub interval_secs: u64,
}

/// Writes the file every ten seconds from a thread of its own: a cycle may take longer. The file
/// of a process that ends without stopping it stays, and grows old.
#[derive(Debug)]
pub struct Heartbeat {
    path: PathBuf,
    cycle: Arc<AtomicU64>,
    thread: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Heartbeat {
    /// Starts to beat for a segment of a run.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn start(path: &Path, segment: u64, cycle: u64, cycles: u64) -> io::Result<Self> {
        let mut beat = Beat {
            pid: std::process::id(),
            host: process::host(),
            pid_namespace: process::pid_namespace(),
            beat: 0,
            time: String::new(),
            segment,
            cycle,
            cycles,
            interval_secs: INTERVAL.as_secs(),
        };
        // A beat that cannot be written is missed; the next may be.
        let _ = write(path, &mut beat);
        let (path, done) = (path.to_owned(), Arc::new(AtomicU64::new(cycle)));
        let (stop, stopped) = channel();
        let (for_thread, cycles_done) = (path.clone(), done.clone());
        let thread = std::thread::Builder::new()
            .name("heartbeat".into())
            .spawn(move || {
                while stopped.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                    beat.beat += 1;
                    beat.cycle = cycles_done.load(Ordering::Relaxed);
                    let _ = write(&for_thread, &mut beat);
                }
            })?;
        Ok(Self {
            path,
            cycle: done,
            thread: Some((stop, thread)),
        })
    }

    /// So many cycles are done.
    pub fn cycle(&self, cycle: u64) {
        self.cycle.store(cycle, Ordering::Relaxed);
    }

    /// Stops and removes the file: the segment has an end that its log tells of.
    pub fn stop(&mut self) {
        if let Some((stop, thread)) = self.thread.take() {
            drop(stop);
            // A thread that panicked has nothing more to write either.
            let _ = thread.join();
            // What stays behind only grows old.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The file stays, and grows old; the thread ends, for its path may be that of a handle.
impl Drop for Heartbeat {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.thread.take() {
            drop(stop);
            let _ = thread.join();
        }
    }
}

fn write(path: &Path, beat: &mut Beat) -> io::Result<()> {
    beat.time = crate::now();
    file::replace(path, &serde_json::to_vec(beat)?)
}

/// The last beat, if there is one.
#[must_use]
pub fn read(path: &Path) -> Option<Beat> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_there_from_the_start_to_the_stop() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("heartbeat.json");
        let mut heartbeat = Heartbeat::start(&path, 2, 5, 60).expect("starts");
        let beat = read(&path).expect("a beat");
        assert_eq!((beat.pid, beat.segment), (std::process::id(), 2));
        assert_eq!((beat.cycle, beat.cycles, beat.beat), (5, 60, 0));
        heartbeat.cycle(6);
        heartbeat.stop();
        assert!(!path.exists());
        // A writer that is gone without a word leaves it.
        drop(Heartbeat::start(&path, 3, 6, 60).expect("starts"));
        assert!(path.exists());
    }
}
