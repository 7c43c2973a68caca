//! What is on this machine, what is missing, and what installs it.
//!
//! Each probe is a file in `probes/`. It runs in a thread of its own with a time limit, so that
//! none can stop the others; what could take the whole process down runs in another one.

mod ask;
mod cgroup;
mod finding;
mod probes;

pub use finding::{Finding, Report, Status};
pub use probes::pictures::draw_alone;

use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// What probes may want to know.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Folder in which runs will lie.
    pub runs: PathBuf,
}

/// For each probe; the first context on a busy machine, and `nvidia-smi` that wakes its driver,
/// take seconds.
const LIMIT: Duration = Duration::from_secs(30);

/// Runs all probes.
#[must_use]
pub fn examine(subject: &Subject) -> Report {
    let started = Instant::now();
    let running: Vec<_> = probes::ALL
        .iter()
        .map(|&(name, probe)| {
            let (sender, receiver) = mpsc::channel();
            let subject = subject.clone();
            let thread = thread::Builder::new()
                .name(name.to_owned())
                // Nobody listens any more after the limit.
                .spawn(move || drop(sender.send(probe(&subject))));
            (name, thread.is_ok(), receiver)
        })
        .collect();
    let findings = running.into_iter().flat_map(|(name, runs, receiver)| {
        let left = LIMIT.saturating_sub(started.elapsed());
        let failed = |what: &str| vec![Finding::problem(name, what)];
        match receiver.recv_timeout(left) {
            Ok(findings) => findings,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                failed(&format!("no answer within {} seconds", LIMIT.as_secs()))
            }
            Err(mpsc::RecvTimeoutError::Disconnected) if runs => failed("the probe failed"),
            Err(mpsc::RecvTimeoutError::Disconnected) => failed("there is no thread left for it"),
        }
    });
    Report::new(findings.collect())
}
