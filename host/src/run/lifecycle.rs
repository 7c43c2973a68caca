//! From begin or resume to the end: cycles, sinks, checkpoints, interruptions.

use crate::config::Experiment;
use crate::description::{Description, Subject};
use crate::error::HostError;
use crate::report::program;
use crate::run::discover;
use crate::run::engine::Engine;
use crate::run::folder::{Claim, RunFolder};
use crate::run::interrupt::Interrupt;
use crate::run::journal::{Journal, Opening, Place};
use crate::run::regions::summary;
use crate::run::setup::{build_engine, build_graph};
use angora_checkpoint::{BEST, LATEST, Store};
use angora_loader::{Catalogue, LockedPlugin};
use angora_monitor::{Event, Terminal, events};
use angora_optimisation::Schedule;
use std::path::Path;
use std::time::Instant;

/// A run that is about to train.
pub struct Run {
    folder: RunFolder,
    experiment: Experiment,
    engine: Engine,
    store: Store,
    journal: Journal,
    _claim: Claim,
}

/// Why the cycles stopped.
enum End {
    Complete,
    Solved,
    Interrupted(u8),
}

impl Run {
    /// A new run.
    ///
    /// # Errors
    /// Something cannot be built; no folder is then made.
    pub fn begin(
        catalogue: Catalogue,
        mut experiment: Experiment,
        runs: &Path,
        tags: &[String],
    ) -> Result<Self, HostError> {
        let mut engine = build_engine(&catalogue, &experiment)?;
        experiment.load_regions = engine.load_regions(&catalogue, runs)?;
        engine.begin()?;
        // What cannot be saved is found out before there is anything to lose.
        engine.snapshot(true)?;
        let folder = RunFolder::create(runs, &experiment, &catalogue.lock(), tags)?;
        let claim = folder.claim()?;
        describe(&folder, &catalogue, &experiment, &engine)?;
        let mut run = Self::new(folder, experiment, engine, claim, None)?;
        // From here on a run that is killed can go on.
        run.save(true)?;
        Ok(run)
    }

    /// The continuation of a run from a checkpoint, with settings that may differ from its own
    /// in length, threads and stopping.
    ///
    /// # Errors
    /// Another process writes the run, there is no such checkpoint, or something else than the
    /// checkpoint is of cannot be built.
    pub fn resume(
        folder: RunFolder,
        checkpoint: &str,
        change: impl FnOnce(&mut Experiment),
    ) -> Result<Self, HostError> {
        // Before anything is read: what is read must still hold when the run goes on.
        let claim = folder.claim()?;
        let before = folder.experiment()?;
        let mut experiment = before.clone();
        change(&mut experiment);
        let catalogue = Catalogue::new(discover(&experiment.plugins)?);
        let store = folder.checkpoints()?;
        store.tidy()?;
        let snapshot = store.load(checkpoint)?;
        let mut engine = build_engine(&catalogue, &experiment)?;
        engine.restore(&snapshot)?;
        describe(&folder, &catalogue, &experiment, &engine)?;
        let mut remarks = other_plugins(&folder.locked(), &catalogue.lock());
        if experiment != before {
            folder.write_experiment(&experiment)?;
        }
        if experiment.cycles != before.cycles
            && experiment.ppo.learning_rate_schedule == Schedule::Linear
        {
            let message = format!(
                "the linear schedule of the learning rate now ends at cycle {} instead of {}",
                experiment.cycles, before.cycles
            );
            remarks.push(Event::Note { message });
        }
        let name = store.pointed(checkpoint);
        let name = name.unwrap_or_else(|| checkpoint.to_owned());
        let mut run = Self::new(folder, experiment, engine, claim, Some(name))?;
        for remark in remarks {
            run.journal.remark(remark, false)?;
        }
        Ok(run)
    }

    fn new(
        folder: RunFolder,
        experiment: Experiment,
        engine: Engine,
        claim: Claim,
        checkpoint: Option<String>,
    ) -> Result<Self, HostError> {
        let opening = Opening {
            checkpoint,
            cycles: experiment.cycles,
            tensorboard: experiment.tensorboard,
        };
        let place = Place {
            cycle: engine.cycles_done(),
            steps: engine.steps_done(),
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
            experiment,
            engine,
        })
    }

    /// Trains to the end; returns the exit code.
    ///
    /// # Errors
    /// A fault; what has been learned until then is saved first.
    pub fn train(mut self, quiet: bool) -> Result<u8, HostError> {
        if !quiet {
            self.announce();
        }
        if !self.engine.spec().saves_state {
            let message = "the task does not save its state: a resumed run starts new episodes";
            let message = message.to_owned();
            self.journal.remark(Event::Note { message }, quiet)?;
        }
        let end = self
            .cycles(quiet)
            .inspect_err(|error| self.save_after_fault(error))?;
        self.journal.end(self.ending(&end))?;
        if !quiet {
            self.conclude(&end);
        }
        Ok(match end {
            End::Interrupted(code) => code,
            End::Complete | End::Solved => 0,
        })
    }

    /// Cycles until the end; the last one is saved.
    fn cycles(&mut self, quiet: bool) -> Result<End, HostError> {
        let interrupt = Interrupt::listen()?;
        if !quiet {
            let done = self.engine.cycles_done();
            let terminal = Terminal::new(self.experiment.cycles, done);
            self.journal.show(terminal);
        }
        let mut saved = Instant::now();
        let end = loop {
            if self.engine.cycles_done() >= self.experiment.cycles {
                break End::Complete;
            }
            let mut report = self.engine.cycle()?;
            self.journal.cycle(&mut report)?;
            if self.experiment.stop_at_threshold && self.engine.solved() {
                break End::Solved;
            }
            let more = self.engine.cycles_done() < self.experiment.cycles;
            if let Some(code) = interrupt.code().filter(|_| more) {
                break End::Interrupted(code);
            }
            let every = self.experiment.checkpoint.every;
            let kept = every > 0 && report.cycle % every == 0;
            if kept || saved.elapsed().as_secs_f64() >= self.experiment.checkpoint.interval_secs {
                self.save(true)?;
                saved = Instant::now();
            }
        };
        self.journal.finish_terminal();
        self.save(true)?;
        Ok(end)
    }

    /// Writes `latest`, and `best` where it has changed, and removes what nothing points at.
    fn save(&mut self, episodes: bool) -> Result<(), HostError> {
        let (engine, store) = (&mut self.engine, &self.store);
        if let Some(best) = engine.best_snapshot()? {
            let checkpoint = format!("best-{:06}", best.cycle);
            self.journal
                .saving(|| store.save(&checkpoint, BEST, &best))?;
            engine.best_is_saved();
            self.journal.log(Event::Best {
                checkpoint,
                best_cycle: best.cycle,
                mean_return: engine.best_return(),
            })?;
        }
        let checkpoint = self.journal.saving(|| {
            let snapshot = engine.snapshot(episodes)?;
            let suffix = if episodes { "" } else { "-fault" };
            let name = cycle_name(snapshot.cycle, suffix);
            store.save(&name, LATEST, &snapshot)?;
            Ok::<_, HostError>(name)
        })?;
        self.journal.log(Event::Checkpoint { checkpoint })?;
        if !episodes {
            // The last exact checkpoint stays beside it.
            return Ok(());
        }
        let every = self.experiment.checkpoint.every;
        let kept = |name: &str| {
            let cycle = name
                .strip_prefix("cycle-")
                .and_then(|n| n.parse::<u64>().ok());
            cycle.is_some_and(|cycle| every > 0 && cycle % every == 0)
        };
        Ok(self.journal.saving(|| self.store.retain(kept))?)
    }

    /// After a fault in the middle of a cycle the environments cannot be trusted, but everything
    /// that was learned can.
    fn save_after_fault(&mut self, error: &HostError) {
        self.journal.finish_terminal();
        let saved = self.save(false);
        let fault = Event::Fault {
            message: error.to_string(),
            exit_code: error.exit_code(),
            saved: saved.is_ok(),
        };
        // Where nothing can be written, the error itself says enough.
        let _ = self.journal.end(fault);
        match saved {
            Ok(()) => eprintln!(
                "what was learned until cycle {} is saved in {1}; `{2} run --resume {1}` goes on from there with new episodes (--checkpoint NAME takes another one)",
                self.engine.cycles_done(),
                self.folder.path().display(),
                program()
            ),
            Err(error) => eprintln!(
                "the last cycles could not be saved ({error}); the checkpoint before them is still in {}",
                self.folder.path().display()
            ),
        }
    }

    fn announce(&self) {
        eprintln!("run       {}", self.folder.path().display());
        eprintln!(
            "task      {}  ({} environments x {} steps a cycle, {} threads, seed {})",
            self.experiment.task,
            self.experiment.environments,
            self.experiment.horizon,
            self.experiment.threads,
            self.experiment.seed
        );
        eprintln!(
            "brain     {}  ({})",
            self.experiment.brain,
            summary(
                self.engine.brain().parameters(),
                &self.engine.learner.frozen
            )
        );
        if self.engine.cycles_done() == 0 {
            for load in &self.experiment.load_regions {
                eprintln!("loaded    {} from {}", load.region, load.source);
            }
        }
        if self.engine.cycles_done() > 0 {
            eprintln!("resumed   after cycle {}", self.engine.cycles_done());
        }
    }

    /// How a segment without a fault ended, for the log.
    fn ending(&self, end: &End) -> Event {
        let finished = |end| Event::Finished {
            end,
            mean_return: self.engine.mean_return(),
        };
        match end {
            End::Complete => finished(events::End::Complete),
            End::Solved => finished(events::End::Solved),
            End::Interrupted(code) => Event::Interrupted { exit_code: *code },
        }
    }

    fn conclude(&self, end: &End) {
        let mean = self.engine.mean_return().map_or_else(
            || "no episode has finished".into(),
            |m| format!("mean return {m:.1}"),
        );
        let what = match end {
            End::Complete => "complete",
            End::Solved => "solved: the task's threshold is reached",
            End::Interrupted(_) => "interrupted and saved",
        };
        eprintln!("{what} after cycle {}, {mean}", self.engine.cycles_done());
        eprintln!("run       {}", self.folder.path().display());
        eprintln!(
            "next      {1} evaluate {0}   or   {1} run --resume {0} --cycles N",
            self.folder.path().display(),
            program()
        );
    }
}

fn cycle_name(cycle: u64, suffix: &str) -> String {
    format!("cycle-{cycle:06}{suffix}")
}

/// Warnings of plugins that are other builds than those that a run was begun with.
fn other_plugins(before: &[LockedPlugin], now: &[LockedPlugin]) -> Vec<Event> {
    let other = now.iter().filter(|plugin| {
        let old = before.iter().find(|p| p.name == plugin.name);
        old.is_some_and(|old| old.digest != plugin.digest)
    });
    other
        .map(|plugin| Event::Warning {
            message: format!(
                "plugin {} {} is another build than the one that the run was begun with; the continuation may differ",
                plugin.name, plugin.version
            ),
        })
        .collect()
}

/// Writes the graph of the brain into the run's folder.
fn describe(
    folder: &RunFolder,
    catalogue: &Catalogue,
    experiment: &Experiment,
    engine: &Engine,
) -> Result<(), HostError> {
    let graph = build_graph(catalogue, experiment, engine.spec())?;
    let subject = Subject {
        run: Some(folder.id()),
        experiment,
    };
    let frozen = &engine.learner.frozen;
    let description = Description::new(&subject, engine.spec(), &graph, engine.brain(), frozen);
    folder.write_brain(&description)
}
