//! From begin or resume to the end: cycles, sinks, checkpoints, interruptions. Every process of a
//! run goes through this together; rank 0 alone has the files.

use crate::config::Experiment;
use crate::description::{Description, Subject};
use crate::error::HostError;
use crate::packages::{Admission, other_builds, plugins_of_run, with_origins};
use crate::report::program;
use crate::run::engine::Engine;
use crate::run::folder::RunFolder;
use crate::run::forecast::Forecast;
use crate::run::home::{Home, NewRun};
use crate::run::interrupt::Interrupt;
use crate::run::journal::Place;
use crate::run::processes::next_step;
use crate::run::ranks::{agree, bytes_from_leader, from_leader, leader_only};
use crate::run::setup::{build_engine, build_graph};
use angora_checkpoint::{LATEST, Snapshot};
use angora_comm::World;
use angora_loader::{Catalogue, LockedPlugin};
use angora_monitor::{Event, Terminal};
use angora_optimisation::Schedule;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// A run that is about to train, as each of its processes sees it.
pub struct Run {
    pub(super) experiment: Experiment,
    pub(super) engine: Engine,
    /// Of rank 0.
    pub(super) home: Option<Home>,
    forecast: Forecast,
}

/// Why the cycles stopped.
pub(super) enum End {
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
        new: NewRun<'_>,
        world: World,
    ) -> Result<Self, HostError> {
        let mut engine = build_engine(&catalogue, &experiment, world)?;
        experiment.load_regions = engine.load_regions(&catalogue, new.runs)?;
        engine.begin()?;
        // What cannot be saved is found out before there is anything to lose.
        engine.snapshot(true)?;
        let description = describe(&new.name, &catalogue, &experiment, &engine)?;
        let place = place(&engine);
        let home = leader_only(engine.world(), "making the run's folder", || {
            let plugins = with_origins(catalogue.lock())?;
            let (folder, claim) =
                RunFolder::create(new.runs, &new.name, &experiment, &plugins, new.tags)?;
            folder.write_brain(&description)?;
            Home::open(folder, claim, place, None, &experiment)
        })?;
        let mut run = Self {
            experiment,
            engine,
            home,
            forecast: Forecast::default(),
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
        admission: &Admission,
        mut world: World,
    ) -> Result<Self, HostError> {
        let what = "opening the run";
        let found = leader_only(&mut world, what, || {
            let folder = find()?;
            // Before anything is read: what is read must still hold when the run goes on.
            let claim = folder.claim()?;
            let store = folder.checkpoints()?;
            store.tidy()?;
            let name = store.pointed(checkpoint);
            let name = name.unwrap_or_else(|| checkpoint.to_owned());
            let snapshot = store.load(checkpoint)?.pack()?;
            Ok((folder, claim, name, snapshot))
        })?;
        let before = from_leader(&mut world, what, || match &found {
            Some((folder, ..)) => folder.experiment(),
            None => Err(HostError::Run("the run is not open".into())),
        })?;
        let path = from_leader(&mut world, what, || {
            let path = found.as_ref().map(|(folder, ..)| folder.path());
            Ok(path.map_or_else(PathBuf::new, Path::to_path_buf))
        })?;
        let locked = from_leader(&mut world, what, || {
            Ok(found.as_ref().map_or_else(Vec::new, |(f, ..)| f.locked()))
        })?;
        let (opened, packed) = match found {
            Some((folder, claim, name, snapshot)) => (Some((folder, claim, name)), snapshot),
            None => (None, Vec::new()),
        };
        let packed = bytes_from_leader(&mut world, what, packed)?;

        let mut experiment = before.clone();
        change(&mut experiment);
        let catalogue = plugins_of_run(&mut experiment, &path, &locked, admission);
        let catalogue = agree(&mut world, "finding plugins", catalogue)?;
        let mut engine = build_engine(&catalogue, &experiment, world)?;
        let restored = Snapshot::unpack(&packed)
            .map_err(HostError::from)
            .and_then(|snapshot| engine.restore(&snapshot));
        agree(engine.world(), "restoring the run", restored)?;
        let id = opened.as_ref().map(|(folder, ..)| folder.id());
        let description = describe(&id.unwrap_or_default(), &catalogue, &experiment, &engine)?;
        let place = place(&engine);
        let home = leader_only(engine.world(), what, || {
            let Some((folder, claim, name)) = opened else {
                return Ok(None);
            };
            folder.write_brain(&description)?;
            let mut remarks = other_plugins(&locked, &catalogue.lock());
            remarks.extend(other_schedule(&before, &experiment));
            if experiment != before {
                folder.write_experiment(&experiment)?;
            }
            // Before the metrics after it are cut off: a run that is killed here goes on from it.
            folder.checkpoints()?.point(LATEST, &name)?;
            let mut home = Home::open(folder, claim, place, Some(name), &experiment)?;
            for remark in remarks {
                home.journal.remark(remark, false)?;
            }
            Ok(Some(home))
        })?;
        Ok(Self {
            experiment,
            engine,
            home: home.flatten(),
            forecast: Forecast::default(),
        })
    }

    /// Trains to the end; returns the exit code.
    ///
    /// # Errors
    /// A fault; what has been learned until then is saved first.
    pub fn train(mut self, interrupt: &Interrupt, quiet: bool) -> Result<u8, HostError> {
        let quiet = quiet || self.home.is_none();
        if !quiet {
            self.announce();
        }
        let end = self
            .cycles(interrupt, quiet)
            .inspect_err(|error| self.save_after_fault(error))?;
        let ending = self.ending(&end);
        if let Some(home) = &mut self.home {
            home.journal.end(ending)?;
        }
        if !quiet {
            self.conclude(&end);
        }
        Ok(match end {
            End::Interrupted(code) => code,
            End::Complete | End::Solved => 0,
        })
    }

    /// Cycles until the end; the last one is saved.
    fn cycles(&mut self, interrupt: &Interrupt, quiet: bool) -> Result<End, HostError> {
        // Whether rank 0 could write what there was to say; known to all when they next meet.
        let mut told = self.open_terminal(quiet);
        let (mut saved, mut saved_cycle) = (Instant::now(), self.engine.cycles_done());
        let end = loop {
            let cycle = self.engine.cycles_done();
            if self.experiment.stop_at_threshold && self.engine.solved() {
                break End::Solved;
            }
            if cycle >= self.experiment.cycles {
                break End::Complete;
            }
            let signal = interrupt.code(self.forecast.needed());
            let due = saved.elapsed().as_secs_f64() >= self.experiment.checkpoint.interval_secs;
            let word = std::mem::replace(&mut told, Ok(())).map(|()| (signal, due));
            let (signal, due) = next_step(self.engine.world(), word)?;
            if let Some(code) = signal {
                break End::Interrupted(code);
            }
            if (due || self.is_kept(cycle)) && cycle > saved_cycle {
                self.save(true)?;
                (saved, saved_cycle) = (Instant::now(), cycle);
            }
            let start = Instant::now();
            let mut report = self.engine.cycle()?;
            self.forecast.cycle(start.elapsed());
            if let Some(home) = &mut self.home {
                told = home.journal.cycle(&mut report);
            }
        };
        agree(self.engine.world(), "ending the cycles", told)?;
        if let Some(home) = &mut self.home {
            home.journal.finish_terminal();
        }
        // What is on disk already is not written again.
        if self.engine.cycles_done() > saved_cycle {
            self.save(true)?;
        }
        Ok(end)
    }

    fn open_terminal(&mut self, quiet: bool) -> Result<(), HostError> {
        let Some(home) = &mut self.home else {
            return Ok(());
        };
        if !self.engine.spec().saves_state {
            let message = "the task does not save its state: a resumed run starts new episodes";
            let message = message.to_owned();
            home.journal.remark(Event::Note { message }, quiet)?;
        }
        let (cycles, done) = (self.experiment.cycles, self.engine.cycles_done());
        let terminal = (!quiet).then(|| Terminal::new(cycles, done));
        home.journal.begin_cycles(terminal);
        Ok(())
    }

    /// Whether the checkpoint of a cycle stays.
    fn is_kept(&self, cycle: u64) -> bool {
        let every = self.experiment.checkpoint.every;
        every > 0 && cycle.is_multiple_of(every)
    }

    /// Writes `latest`, and `best` where it has changed.
    fn save(&mut self, episodes: bool) -> Result<(), HostError> {
        let start = Instant::now();
        let best = self.engine.best_snapshot()?;
        let Self { engine, home, .. } = self;
        let snapshot = match home {
            Some(home) => home.journal.saving(|| engine.snapshot(episodes))?,
            None => engine.snapshot(episodes)?,
        };
        let best = best.as_ref().map(|best| (best, engine.best_return()));
        let every = self.experiment.checkpoint.every;
        let kept = |cycle: u64| every > 0 && cycle.is_multiple_of(every);
        leader_only(engine.world(), "saving", || match home {
            Some(home) => home.save(best, &snapshot, episodes, kept),
            None => Ok(()),
        })?;
        engine.best_is_saved();
        self.forecast.save(start.elapsed());
        Ok(())
    }

    /// After a fault in the middle of a cycle the environments cannot be trusted, but everything
    /// that was learned can. Where other processes are lost, so is what they know.
    fn save_after_fault(&mut self, error: &HostError) {
        if let Some(home) = &mut self.home {
            home.journal.finish_terminal();
        }
        let saved = if error.is_lost() {
            None
        } else {
            Some(self.save(false))
        };
        self.tell_fault(error, saved.as_ref());
        let reachable =
            |saved: &Result<(), HostError>| !saved.as_ref().is_err_and(HostError::is_lost);
        if saved.as_ref().is_some_and(reachable) {
            // Whoever has failed ends all processes: not before rank 0 has told what is saved.
            let _ = self.engine.world().barrier("ending after a fault");
        }
    }

    /// Writes of a fault in the journal and to the reader, where this process does; `saved` is
    /// `None` where nothing could be.
    fn tell_fault(&mut self, error: &HostError, saved: Option<&Result<(), HostError>>) {
        let cycle = self.engine.cycles_done();
        let Some(home) = &mut self.home else {
            return;
        };
        let fault = Event::Fault {
            message: error.to_string(),
            exit_code: error.exit_code(),
            saved: matches!(saved, Some(Ok(()))),
        };
        // Where nothing can be written, the error itself says enough.
        let _ = home.journal.end(fault);
        let path = home.folder.path().display();
        match saved {
            Some(Ok(())) => eprintln!(
                "what was learned until cycle {cycle} is saved in {path}; `{} run --resume {path}` goes on from there with new episodes (--checkpoint NAME takes another one)",
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

/// How far an engine is.
fn place(engine: &Engine) -> Place {
    Place {
        cycle: engine.cycles_done(),
        steps: engine.steps_done(),
    }
}

/// A note where a linear schedule now ends elsewhere.
fn other_schedule(before: &Experiment, now: &Experiment) -> Option<Event> {
    let linear = now.ppo.learning_rate_schedule == Schedule::Linear;
    (linear && now.cycles != before.cycles).then(|| Event::Note {
        message: format!(
            "the linear schedule of the learning rate now ends at cycle {} instead of {}",
            now.cycles, before.cycles
        ),
    })
}

/// Warnings of plugins that are other builds than those that a run was begun with.
fn other_plugins(before: &[LockedPlugin], now: &[LockedPlugin]) -> Vec<Event> {
    let remarks = other_builds(before, now, "the continuation may differ").into_iter();
    remarks.map(|message| Event::Warning { message }).collect()
}

/// The graph of the brain, for the run's folder.
fn describe(
    run: &str,
    catalogue: &Catalogue,
    experiment: &Experiment,
    engine: &Engine,
) -> Result<Description, HostError> {
    let graph = build_graph(catalogue, experiment, engine.spec())?;
    let subject = Subject {
        run: Some(run.to_owned()),
        experiment,
    };
    let (brain, frozen) = (engine.brain(), &engine.learner.frozen);
    Ok(Description::new(
        &subject,
        engine.spec(),
        &graph,
        brain,
        frozen,
    ))
}
