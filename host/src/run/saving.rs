//! When and how a run is saved: at the border of a cycle it is saved exactly, again and again if
//! the disk refuses for a while; after a fault inside a cycle what was learned before it is.

use crate::error::HostError;
use crate::report::{program, shown};
use crate::run::lifecycle::Run;
use crate::run::ranks::{agree, from_leader};
use angora_monitor::Event;
use std::time::{Duration, Instant};

/// Pauses before the end of a run is saved again, in ms. The sum stays below the grace that batch
/// systems give between SIGTERM and SIGKILL.
const PAUSES: [u64; 5] = [0, 100, 400, 1_500, 4_000];

impl Run {
    /// Whether the checkpoint of a cycle stays.
    pub(super) fn is_kept(&self, cycle: u64) -> bool {
        let every = self.experiment.checkpoint.every;
        every > 0 && cycle.is_multiple_of(every)
    }

    /// Writes `latest`, and `best` where it has changed. A disk that refuses is tried again.
    ///
    /// # Errors
    /// The disk has refused every time, or a plugin cannot save.
    pub(super) fn save(&mut self, episodes: bool) -> Result<(), HostError> {
        for pause in PAUSES {
            let Some(problem) = self.try_to_save(episodes)? else {
                return Ok(());
            };
            self.warn(format!("{problem}; trying again"));
            std::thread::sleep(Duration::from_millis(pause));
        }
        let Some(problem) = self.try_to_save(episodes)? else {
            return Ok(());
        };
        self.refused = true;
        let leads = self.engine.world().leads();
        let failed = leads.then_some(HostError::Unsaved(problem));
        agree(self.engine.world(), "saving", failed.map_or(Ok(()), Err))
    }

    /// As [`save`](Self::save), between cycles: if the disk refuses twice, the run goes on and is
    /// saved after the next cycle. Says whether it is saved.
    ///
    /// # Errors
    /// A plugin cannot save, or the folder of the run is no longer there.
    pub(super) fn save_on_the_way(&mut self) -> Result<bool, HostError> {
        for next in ["", " after the next cycle"] {
            let Some(problem) = self.try_to_save(true)? else {
                return Ok(true);
            };
            self.warn(format!("{problem}; trying again{next}"));
        }
        Ok(false)
    }

    /// Saves once; what the disk says if it refuses, the same in all processes.
    fn try_to_save(&mut self, episodes: bool) -> Result<Option<String>, HostError> {
        let start = Instant::now();
        // Parameters and the optimiser's two moments, in f32.
        let bytes = 3 * size_of::<f32>() * self.engine.brain().parameters().len();
        let longest = self.forecast.longest_save(bytes as u64);
        self.engine.world().allow_for(longest);
        if episodes {
            // Plugins are asked for their state now: one that hangs then takes no cycle away.
            self.engine.mark()?;
        }
        let best = self.engine.best_snapshot()?;
        let Self { engine, home, .. } = self;
        let snapshot = match home {
            Some(home) => home.journal.saving(|| engine.snapshot(episodes))?,
            None => engine.snapshot(episodes)?,
        };
        let best = best.as_ref().map(|best| (best, engine.best_return()));
        let every = self.experiment.checkpoint.every;
        let kept = |cycle: u64| every > 0 && cycle.is_multiple_of(every);
        let refused = from_leader(engine.world(), "saving", || match home {
            Some(home) => match home.save(best, &snapshot, episodes, kept) {
                Ok(()) => Ok(None),
                Err(error) if error.is_of_the_disk() => {
                    home.refused = true;
                    home.stays()?;
                    Ok(Some(format!("the checkpoint cannot be written: {error}")))
                }
                Err(error) => Err(error),
            },
            None => Ok(None),
        })?;
        if refused.is_none() {
            engine.best_is_saved();
            if let Some(words) = &self.last_words {
                words.is_saved(engine.cycles_done());
            }
            self.forecast.save(start.elapsed());
        }
        Ok(refused)
    }

    fn warn(&mut self, message: String) {
        if let Some(home) = &mut self.home {
            home.journal.remark(Event::Warning { message }, false);
        }
    }

    /// After a fault inside a cycle the environments cannot be trusted, but everything that was
    /// learned can; at the border of one all is exact. Where other processes are lost, so is what
    /// they know.
    pub(super) fn save_after_fault(&mut self, error: &HostError) {
        if let Some(home) = &mut self.home {
            home.journal.finish_terminal();
        }
        let saved = match error {
            error if error.is_lost() => None,
            // The same in all processes, as is what follows.
            _ if self.refused => Some(Err(HostError::Unsaved("the disk has refused".into()))),
            // What failed at a border may be in the way of a checkpoint that is there already.
            _ if self.exact && !self.unsaved() => Some(Ok(())),
            _ => Some(self.save(self.exact)),
        };
        self.tell_fault(error, saved.as_ref());
        let reachable =
            |saved: &Result<(), HostError>| !saved.as_ref().is_err_and(HostError::is_lost);
        if saved.as_ref().is_some_and(reachable) {
            // Whoever has failed ends all processes: not before rank 0 has told what is saved.
            let _ = self.engine.world().barrier("ending after a fault");
        }
    }

    /// Whether cycles were done since the last checkpoint.
    fn unsaved(&self) -> bool {
        self.engine.cycles_done() > self.saved_cycle
    }

    /// Writes of a fault in the journal and to the reader, where this process does; `saved` is
    /// `None` where nothing could be.
    fn tell_fault(&mut self, error: &HostError, saved: Option<&Result<(), HostError>>) {
        let (cycle, exact) = (self.engine.cycles_done(), self.exact);
        let Some(home) = &mut self.home else {
            return;
        };
        home.journal.end(Event::Fault {
            message: error.to_string(),
            exit_code: error.exit_code(),
            saved: matches!(saved, Some(Ok(()))),
        });
        if matches!(error, HostError::FolderLost { .. }) {
            // It says where the run is.
            return;
        }
        let path = shown(home.folder.path());
        let path = path.display();
        let episodes = if exact { "" } else { " with new episodes" };
        match saved {
            Some(Ok(())) => eprintln!(
                "what was learned until cycle {cycle} is saved in {path}; `{} run --resume {path}` goes on from there{episodes} (--checkpoint NAME takes another one)",
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
    }
}
