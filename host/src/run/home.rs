//! The files of a run, which one process writes: rank 0.

use crate::config::Experiment;
use crate::error::HostError;
use crate::run::folder::{Claim, RunFolder};
use crate::run::journal::{Journal, Opening, Place};
use angora_checkpoint::{BEST, LATEST, Snapshot, Store};
use angora_monitor::Event;
use std::path::Path;

/// Where a new run goes.
#[derive(Debug, Clone)]
pub struct NewRun<'r> {
    /// Folder in which runs lie.
    pub runs: &'r Path,
    /// Name of its own folder.
    pub name: String,
    /// Tags.
    pub tags: &'r [String],
}

/// The open files of a run.
pub(super) struct Home {
    pub folder: RunFolder,
    pub store: Store,
    pub journal: Journal,
    _claim: Claim,
}

impl Home {
    /// Opens the files of a segment, which goes on from a checkpoint or begins the run.
    ///
    /// # Errors
    /// The disk says no.
    pub fn open(
        folder: RunFolder,
        claim: Claim,
        place: Place,
        checkpoint: Option<String>,
        experiment: &Experiment,
    ) -> Result<Self, HostError> {
        let opening = Opening {
            checkpoint,
            cycles: experiment.cycles,
            tensorboard: experiment.tensorboard,
        };
        let mut journal = Journal::open(&folder, place, opening)?;
        if let Some(message) = claim.warning.clone() {
            journal.remark(Event::Warning { message }, false)?;
        }
        Ok(Self {
            store: folder.checkpoints()?,
            journal,
            _claim: claim,
            folder,
        })
    }

    /// Writes `latest`, and `best` where there is a new one, with its mean return; removes what
    /// nothing points at. `kept` cycles stay.
    ///
    /// # Errors
    /// The disk says no.
    pub fn save(
        &mut self,
        best: Option<(&Snapshot, Option<f64>)>,
        snapshot: &Snapshot,
        episodes: bool,
        kept: impl Fn(u64) -> bool,
    ) -> Result<(), HostError> {
        let store = &self.store;
        if let Some((best, mean_return)) = best {
            let checkpoint = format!("best-{:06}", best.cycle);
            self.journal
                .saving(|| store.save(&checkpoint, BEST, best))?;
            self.journal.log(Event::Best {
                checkpoint,
                best_cycle: best.cycle,
                mean_return,
            })?;
        }
        let suffix = if episodes { "" } else { "-fault" };
        let checkpoint = format!("cycle-{:06}{suffix}", snapshot.cycle);
        self.journal
            .saving(|| store.save(&checkpoint, LATEST, snapshot))?;
        self.journal.log(Event::Checkpoint { checkpoint })?;
        if !episodes {
            // The last exact checkpoint stays beside it.
            return Ok(());
        }
        let kept = |name: &str| {
            let cycle = name
                .strip_prefix("cycle-")
                .and_then(|n| n.parse::<u64>().ok());
            cycle.is_some_and(&kept)
        };
        Ok(self.journal.saving(|| store.retain(kept))?)
    }
}
