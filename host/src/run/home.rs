//! The files of a run, which one process writes: rank 0.

use crate::config::Experiment;
use crate::error::HostError;
use crate::run::folder::{Claim, RunFolder};
use crate::run::journal::{Journal, Opening, Place};
use angora_checkpoint::{BEST, LATEST, Snapshot, Store};
use angora_core::anchor::Whereabouts;
use angora_core::{Anchor, file};
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
    /// Whether the disk has refused a checkpoint, of which something may be left.
    pub refused: bool,
    /// The folder, held open: files are written to it wherever it is.
    anchor: Anchor,
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
        let anchor = Anchor::open(folder.path()).map_err(HostError::io(folder.path()))?;
        // What a killed writer left; what cannot be removed is in nobody's way.
        let _ = file::tidy(anchor.reached());
        let mut journal = Journal::open(&anchor, place, opening)?;
        if let Some(message) = claim.warning.clone() {
            journal.remark(Event::Warning { message }, false);
        }
        Ok(Self {
            store: Store::within(&anchor)?,
            journal,
            refused: false,
            anchor,
            _claim: claim,
            folder,
        })
    }

    /// Whether the folder is still where the run was begun; a run that was moved or deleted must
    /// not write to a second place.
    ///
    /// # Errors
    /// It was moved or deleted.
    pub fn stays(&self) -> Result<(), HostError> {
        let moved = match self.anchor.whereabouts() {
            Ok(Whereabouts::Moved) => true,
            Ok(Whereabouts::Gone) => false,
            // A file system that does not answer now may do so later.
            Ok(Whereabouts::There) | Err(_) => return Ok(()),
        };
        Err(HostError::FolderLost {
            path: self.anchor.shown().to_owned(),
            moved,
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
        if std::mem::take(&mut self.refused) {
            // What cannot be removed now is removed when the run is resumed.
            let _ = store.tidy();
        }
        if let Some((best, mean_return)) = best {
            let checkpoint = format!("best-{:06}", best.cycle);
            self.journal
                .saving(|| store.save(&checkpoint, BEST, best))?;
            self.journal.log(Event::Best {
                checkpoint,
                best_cycle: best.cycle,
                mean_return,
            });
        }
        // A checkpoint that outlasts a crash has the metrics of its cycles beside it.
        self.journal.sync();
        let suffix = if episodes { "" } else { "-fault" };
        let checkpoint = format!("cycle-{:06}{suffix}", snapshot.cycle);
        self.journal
            .saving(|| store.save(&checkpoint, LATEST, snapshot))?;
        self.journal.log(Event::Checkpoint { checkpoint });
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
        // The run is saved, whatever becomes of those before.
        let removed = self.journal.saving(|| store.retain(kept));
        self.journal
            .aside("old checkpoints", removed.map_err(HostError::from));
        Ok(())
    }
}
