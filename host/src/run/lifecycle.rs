//! From begin or resume to the end: cycles, sinks, checkpoints, interruptions.

use crate::config::Experiment;
use crate::error::HostError;
use crate::report::program;
use crate::run::discover;
use crate::run::engine::Engine;
use crate::run::folder::{Claim, RunFolder};
use crate::run::interrupt::Interrupt;
use crate::run::regions::{self, summary};
use crate::run::setup::build_engine;
use angora_checkpoint::{BEST, LATEST, Store};
use angora_loader::{Catalogue, LockedPlugin};
use angora_monitor::{Jsonl, Terminal};
use angora_optimisation::Schedule;
use std::path::Path;
use std::time::Instant;

/// A run that is about to train.
pub struct Run {
    folder: RunFolder,
    experiment: Experiment,
    engine: Engine,
    store: Store,
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
    ) -> Result<Self, HostError> {
        let mut engine = build_engine(&catalogue, &experiment)?;
        experiment.load_regions = engine.load_regions(&catalogue, runs)?;
        engine.begin()?;
        // What cannot be saved is found out before there is anything to lose.
        engine.snapshot(true)?;
        let folder = RunFolder::create(runs, &experiment, &catalogue.lock())?;
        let claim = folder.claim()?;
        let mut run = Self::new(folder, experiment, engine, claim)?;
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
        warn_of_other_plugins(&folder.locked(), &catalogue.lock());
        engine.restore(&snapshot)?;
        if experiment != before {
            folder.write_experiment(&experiment)?;
        }
        if experiment.cycles != before.cycles
            && experiment.ppo.learning_rate_schedule == Schedule::Linear
        {
            eprintln!(
                "note      the linear schedule of the learning rate now ends at cycle {} instead of {}",
                experiment.cycles, before.cycles
            );
        }
        Self::new(folder, experiment, engine, claim)
    }

    fn new(
        folder: RunFolder,
        experiment: Experiment,
        engine: Engine,
        claim: Claim,
    ) -> Result<Self, HostError> {
        Ok(Self {
            store: folder.checkpoints()?,
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
        let end = self
            .cycles(quiet)
            .inspect_err(|_| self.save_after_fault())?;
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
        let done = self.engine.cycles_done();
        let metrics = self.folder.metrics();
        let mut jsonl = Jsonl::open(&metrics, done).map_err(HostError::io(&metrics))?;
        let terminal = (!quiet).then(|| Terminal::new(self.experiment.cycles, done));
        let start = Instant::now();
        let mut saved = Instant::now();
        let end = loop {
            if self.engine.cycles_done() >= self.experiment.cycles {
                break End::Complete;
            }
            let mut report = self.engine.cycle()?;
            report.push("time/time_elapsed", start.elapsed().as_secs_f64());
            jsonl.write(&report).map_err(HostError::io(&metrics))?;
            if let Some(terminal) = &terminal {
                terminal.cycle(&report);
            }
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
        if let Some(terminal) = &terminal {
            terminal.finish();
        }
        self.save(true)?;
        Ok(end)
    }

    /// Writes `latest`, and `best` where it has changed, and removes what nothing points at.
    fn save(&mut self, episodes: bool) -> Result<(), HostError> {
        if let Some(best) = self.engine.best_snapshot()? {
            self.store
                .save(&format!("best-{:06}", best.cycle), BEST, &best)?;
            self.engine.best_is_saved();
        }
        let snapshot = self.engine.snapshot(episodes)?;
        let suffix = if episodes { "" } else { "-fault" };
        self.store
            .save(&cycle_name(snapshot.cycle, suffix), LATEST, &snapshot)?;
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
        Ok(self.store.retain(kept)?)
    }

    /// After a fault in the middle of a cycle the environments cannot be trusted, but everything
    /// that was learned can.
    fn save_after_fault(&mut self) {
        match self.save(false) {
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
            let normalisers = &self.experiment.preprocessors;
            let loads = &self.experiment.load_regions;
            if let Some(note) = regions::note_of_statistics(loads, normalisers) {
                eprintln!("note      {note}");
            }
        }
        if !self.engine.spec().saves_state {
            eprintln!(
                "note      the task does not save its state: a resumed run starts new episodes"
            );
        }
        if self.engine.cycles_done() > 0 {
            eprintln!("resumed   after cycle {}", self.engine.cycles_done());
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

fn warn_of_other_plugins(before: &[LockedPlugin], now: &[LockedPlugin]) {
    for plugin in now {
        let old = before.iter().find(|p| p.name == plugin.name);
        if old.is_some_and(|old| old.digest != plugin.digest) {
            eprintln!(
                "warning: plugin {} {} is another build than the one that the run was begun with; the continuation may differ",
                plugin.name, plugin.version
            );
        }
    }
}
