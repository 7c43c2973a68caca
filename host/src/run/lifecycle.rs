//! From begin or resume to the end: cycles, sinks, checkpoints, interruptions.

use crate::config::Experiment;
use crate::error::HostError;
use crate::report::program;
use crate::run::discover;
use crate::run::engine::Engine;
use crate::run::folder::{Claim, RunFolder};
use crate::run::interrupt::Interrupt;
use crate::run::processes::{describe_processes, next_step};
use crate::run::ranks::{agree, bytes_from_leader, from_leader, leader_only};
use crate::run::regions::summary;
use crate::run::setup::build_engine;
use angora_checkpoint::{BEST, LATEST, Snapshot, Store};
use angora_comm::World;
use angora_loader::{Catalogue, LockedPlugin};
use angora_monitor::{Jsonl, Terminal};
use angora_optimisation::Schedule;
use std::path::Path;
use std::time::Instant;

/// A run that is about to train, as each of its processes sees it.
pub struct Run {
    experiment: Experiment,
    engine: Engine,
    /// Of rank 0, which alone writes.
    home: Option<Home>,
}

/// The files of a run.
struct Home {
    folder: RunFolder,
    store: Store,
    _claim: Claim,
}

impl Home {
    fn new(folder: RunFolder, claim: Claim) -> Result<Self, HostError> {
        Ok(Self {
            store: folder.checkpoints()?,
            _claim: claim,
            folder,
        })
    }
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
        world: World,
    ) -> Result<Self, HostError> {
        let mut engine = build_engine(&catalogue, &experiment, world)?;
        experiment.load_regions = engine.load_regions(&catalogue, runs)?;
        engine.begin()?;
        // What cannot be saved is found out before there is anything to lose.
        engine.snapshot(true)?;
        let home = leader_only(engine.world(), "making the run's folder", || {
            let folder = RunFolder::create(runs, &experiment, &catalogue.lock())?;
            let claim = folder.claim()?;
            Home::new(folder, claim)
        })?;
        let mut run = Self {
            experiment,
            engine,
            home,
        };
        // From here on a run that is killed can go on.
        run.save(true)?;
        Ok(run)
    }

    /// The continuation of a run from a checkpoint, with settings that may differ from its own
    /// in length, threads and stopping. Only rank 0 needs to see the run's folder, which `find`
    /// finds.
    ///
    /// # Errors
    /// Another process writes the run, there is no such checkpoint, or something else than the
    /// checkpoint is of cannot be built.
    pub fn resume(
        find: impl FnOnce() -> Result<RunFolder, HostError>,
        checkpoint: &str,
        change: impl FnOnce(&mut Experiment),
        mut world: World,
    ) -> Result<Self, HostError> {
        let mut found = leader_only(&mut world, "opening the run", || {
            let folder = find()?;
            // Before anything is read: what is read must still hold when the run goes on.
            let claim = folder.claim()?;
            let before = folder.experiment()?;
            let home = Home::new(folder, claim)?;
            home.store.tidy()?;
            let snapshot = home.store.load(checkpoint)?.pack()?;
            Ok((home, before, snapshot))
        })?;
        let before = from_leader(&mut world, "opening the run", || {
            let found = found.as_ref().map(|(_, before, _)| before.clone());
            found.ok_or_else(|| HostError::Run("the run is not open".into()))
        })?;
        let packed = found
            .as_mut()
            .map(|(.., snapshot)| std::mem::take(snapshot));
        let packed = bytes_from_leader(&mut world, "opening the run", packed.unwrap_or_default())?;
        let home = found.map(|(home, ..)| home);

        let mut experiment = before.clone();
        change(&mut experiment);
        let catalogue = discover(&experiment.plugins).map(Catalogue::new);
        let catalogue = agree(&mut world, "finding plugins", catalogue)?;
        let mut engine = build_engine(&catalogue, &experiment, world)?;
        let restored = Snapshot::unpack(&packed)
            .map_err(HostError::from)
            .and_then(|snapshot| engine.restore(&snapshot));
        agree(engine.world(), "restoring the run", restored)?;
        leader_only(engine.world(), "writing the settings", || {
            let Some(Home { folder, .. }) = &home else {
                return Ok(());
            };
            warn_of_other_plugins(&folder.locked(), &catalogue.lock());
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
            Ok(())
        })?;
        Ok(Self {
            experiment,
            engine,
            home,
        })
    }

    /// Trains to the end; returns the exit code.
    ///
    /// # Errors
    /// A fault; what has been learned until then is saved first.
    pub fn train(mut self, quiet: bool) -> Result<u8, HostError> {
        let quiet = quiet || self.home.is_none();
        if !quiet {
            self.announce();
        }
        let end = self
            .cycles(quiet)
            .inspect_err(|error| self.save_after_fault(error))?;
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
        let home = self.home.as_ref();
        let mut jsonl = leader_only(self.engine.world(), "opening the metrics", || {
            let metrics = home.map(|home| home.folder.metrics()).unwrap_or_default();
            Jsonl::open(&metrics, done).map_err(HostError::io(&metrics))
        })?;
        let terminal = (!quiet).then(|| Terminal::new(self.experiment.cycles, done));
        let start = Instant::now();
        let mut saved = Instant::now();
        let end = loop {
            if self.engine.cycles_done() >= self.experiment.cycles {
                break End::Complete;
            }
            let mut report = self.engine.cycle()?;
            report.push("time/time_elapsed", start.elapsed().as_secs_f64());
            let written = match (&mut jsonl, &self.home) {
                (Some(jsonl), Some(home)) => {
                    let written = jsonl.write(&report);
                    written.map_err(HostError::io(&home.folder.metrics()))
                }
                _ => Ok(()),
            };
            if let Some(terminal) = &terminal {
                terminal.cycle(&report);
            }
            let due = saved.elapsed().as_secs_f64() >= self.experiment.checkpoint.interval_secs;
            let (signal, due) = next_step(
                self.engine.world(),
                written.map(|()| (interrupt.code(), due)),
            )?;
            if self.experiment.stop_at_threshold && self.engine.solved() {
                break End::Solved;
            }
            let more = self.engine.cycles_done() < self.experiment.cycles;
            if let Some(code) = signal.filter(|_| more) {
                break End::Interrupted(code);
            }
            let every = self.experiment.checkpoint.every;
            let kept = every > 0 && report.cycle % every == 0;
            if kept || due {
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
        let best = self.engine.best_snapshot()?;
        let snapshot = self.engine.snapshot(episodes)?;
        let (home, every) = (self.home.as_ref(), self.experiment.checkpoint.every);
        leader_only(self.engine.world(), "saving", || match home {
            Some(home) => home.save(best.as_ref(), &snapshot, episodes, every),
            None => Ok(()),
        })?;
        self.engine.best_is_saved();
        Ok(())
    }

    /// After a fault in the middle of a cycle the environments cannot be trusted, but everything
    /// that was learned can. Where other processes are lost, so is what they know.
    fn save_after_fault(&mut self, error: &HostError) {
        if error.is_lost() {
            return;
        }
        let outcome = self.save(false);
        let Some(Home { folder, .. }) = &self.home else {
            return;
        };
        match outcome {
            Ok(()) => eprintln!(
                "what was learned until cycle {} is saved in {1}; `{2} run --resume {1}` goes on from there with new episodes (--checkpoint NAME takes another one)",
                self.engine.cycles_done(),
                folder.path().display(),
                program()
            ),
            Err(error) => eprintln!(
                "the last cycles could not be saved ({error}); the checkpoint before them is still in {}",
                folder.path().display()
            ),
        }
    }

    fn announce(&mut self) {
        eprintln!("run       {}", self.path());
        eprintln!(
            "task      {}  ({} environments x {} steps a cycle, {} threads, seed {})",
            self.experiment.task,
            self.experiment.environments,
            self.experiment.horizon,
            self.experiment.threads,
            self.experiment.seed
        );
        let environments = self.experiment.environments;
        if let Some(line) = describe_processes(self.engine.world(), environments) {
            eprintln!("ranks     {line}");
        }
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
        eprintln!("run       {}", self.path());
        eprintln!(
            "next      {1} evaluate {0}   or   {1} run --resume {0} --cycles N",
            self.path(),
            program()
        );
    }

    /// The run's folder, where this process has one.
    fn path(&self) -> std::path::Display<'_> {
        let home = self.home.as_ref();
        home.map_or(Path::new(""), |home| home.folder.path())
            .display()
    }
}

impl Home {
    /// Writes checkpoints.
    fn save(
        &self,
        best: Option<&Snapshot>,
        snapshot: &Snapshot,
        episodes: bool,
        every: u64,
    ) -> Result<(), HostError> {
        if let Some(best) = best {
            let name = format!("best-{:06}", best.cycle);
            self.store.save(&name, BEST, best)?;
        }
        let suffix = if episodes { "" } else { "-fault" };
        let name = cycle_name(snapshot.cycle, suffix);
        self.store.save(&name, LATEST, snapshot)?;
        if !episodes {
            // The last exact checkpoint stays beside it.
            return Ok(());
        }
        let kept = |name: &str| {
            let cycle = name
                .strip_prefix("cycle-")
                .and_then(|n| n.parse::<u64>().ok());
            cycle.is_some_and(|cycle| every > 0 && cycle % every == 0)
        };
        Ok(self.store.retain(kept)?)
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
