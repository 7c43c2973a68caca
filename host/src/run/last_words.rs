//! What a run does when a plugin hangs, crashes or ends the process: it saves what it had learned
//! by the end of the last cycle, on the watchdog's thread.

use crate::error::HostError;
use crate::report::{self, program, shown};
use crate::run::engine::Engine;
use crate::run::folder::RunFolder;
use crate::run::home::Home;
use crate::run::kept::Kept;
use angora_checkpoint::{LATEST, Snapshot};
use angora_loader::calls::{Incident, set_last_words};
use angora_monitor::events::Entry;
use angora_monitor::{Event, EventLog, state};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// In force until it is dropped.
pub(super) struct LastWords {
    saved: Arc<AtomicU64>,
}

/// What they are spoken of.
struct Subject {
    /// Of rank 0.
    folder: Option<RunFolder>,
    segment: u64,
    /// Of a process that is alone: others have environments of their own.
    kept: Option<Kept>,
    /// Cycles that the last checkpoint has.
    saved: Arc<AtomicU64>,
}

impl LastWords {
    /// From now on.
    pub fn begin(engine: &Engine, home: Option<&Home>) -> Self {
        let saved = Arc::new(AtomicU64::new(engine.cycles_done()));
        let subject = Subject {
            folder: home.map(|home| home.folder.clone()),
            segment: home.map_or(0, |home| home.journal.segment()),
            kept: engine.kept(),
            saved: saved.clone(),
        };
        set_last_words(Some(Arc::new(move |incident| subject.speak(incident))));
        Self { saved }
    }

    /// So many cycles are in a checkpoint.
    pub fn is_saved(&self, cycle: u64) {
        self.saved.store(cycle, Ordering::Release);
    }
}

impl Drop for LastWords {
    fn drop(&mut self) {
        set_last_words(None);
    }
}

impl Subject {
    fn speak(&self, incident: &Incident) {
        report::incident(incident);
        if let Some(folder) = &self.folder {
            self.save(folder, incident);
        }
        angora_comm::abort(incident.exit_code());
    }

    fn save(&self, folder: &RunFolder, incident: &Incident) {
        let snapshot = self
            .kept
            .as_ref()
            .and_then(|kept| kept.snapshot(self.saved.load(Ordering::Acquire)));
        let saved = snapshot.map(|snapshot| {
            let snapshot = snapshot?;
            let name = format!("cycle-{:06}-fault", snapshot.cycle);
            folder.checkpoints()?.save(&name, LATEST, &snapshot)?;
            Ok::<Snapshot, HostError>(snapshot)
        });
        let path = shown(folder.path());
        let path = path.display();
        match &saved {
            Some(Ok(snapshot)) => eprintln!(
                "what was learned until cycle {} is saved in {path}; `{} run --resume {path}` goes on from there with new episodes",
                snapshot.cycle,
                program()
            ),
            Some(Err(error)) => eprintln!(
                "the last cycles could not be saved ({error}); the checkpoint before them is still in {path}"
            ),
            None => eprintln!(
                "the last checkpoint is in {path}; `{} run --resume {path}` goes on from there",
                program()
            ),
        }
        let cycle = match &saved {
            Some(Ok(snapshot)) => snapshot.cycle,
            _ => self.saved.load(Ordering::Acquire),
        };
        let entry = Entry {
            time: angora_monitor::now(),
            segment: self.segment,
            cycle,
            steps: 0,
            event: Event::Fault {
                message: incident.to_string(),
                exit_code: incident.exit_code(),
                saved: !matches!(saved, Some(Err(_))),
            },
        };
        // Where nothing can be written, what was printed says enough.
        let log = EventLog::open(&folder.path().join(state::EVENTS));
        let _ = log.and_then(|mut log| log.write(&entry));
        let _ = std::fs::remove_file(folder.path().join(state::HEARTBEAT));
    }
}
