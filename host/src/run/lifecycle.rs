//! From begin or resume to the end: cycles, sinks, checkpoints, interruptions. Every process of a
//! run goes through this together; rank 0 alone has the files.

use crate::config::Experiment;
use crate::error::HostError;
use crate::packages::{Admission, other_builds, plugins_of_run, with_origins};
use crate::run::branch::go_back;
use crate::run::engine::Engine;
use crate::run::folder::RunFolder;
use crate::run::forecast::Forecast;
use crate::run::home::{Home, NewRun};
use crate::run::interrupt::Interrupt;
use crate::run::journal::Place;
use crate::run::last_words::LastWords;
use crate::run::processes::next_step;
use crate::run::ranks::{agree, bytes_from_leader, from_leader, leader_only};
use crate::run::scheduled::remark;
use crate::run::selection::{Chosen, Selection};
use crate::run::setup::{build_engine, build_graph};
use angora_checkpoint::{Snapshot, Store};
use angora_comm::World;
use angora_graph::{Description, Subject};
use angora_loader::{Catalogue, LockedPlugin};
use angora_monitor::{Event, Terminal, events, state};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// A run that is about to train, as each of its processes sees it.
pub struct Run {
    pub(super) experiment: Experiment,
    pub(super) engine: Engine,
    /// Of rank 0.
    pub(super) home: Option<Home>,
    pub(super) forecast: Forecast,
    /// While it trains.
    pub(super) last_words: Option<LastWords>,
    /// Whether the engine is at the border of a cycle, where it can be saved exactly.
    pub(super) exact: bool,
    /// The cycle of the last checkpoint.
    pub(super) saved_cycle: u64,
    /// Whether the disk has refused the last one.
    overdue: bool,
    /// Whether the disk has refused the last one of the run, again and again.
    pub(super) refused: bool,
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
        experiment.watch_plugins();
        let mut engine = build_engine(&catalogue, &experiment, world)?;
        experiment.load_regions = engine.load_regions(&catalogue, new.runs)?;
        engine.begin()?;
        // What cannot be saved is found out before there is anything to lose.
        engine.snapshot(true)?;
        let description = describe(&new.name, &catalogue, &experiment, &engine)?;
        let schedules = remark(None, &experiment, 0, &engine.scheduled);
        let place = place(&engine);
        let home = leader_only(engine.world(), "making the run's folder", || {
            let plugins = with_origins(catalogue.lock())?;
            let (folder, claim) =
                RunFolder::create(new.runs, &new.name, &experiment, &plugins, new.tags)?;
            let drawn = folder.write_brain(&description);
            let mut home = Home::open(folder, claim, place, None, &experiment)?;
            home.journal.aside("the drawing of the brain", drawn);
            if let Some(message) = schedules {
                home.journal.remark(Event::Note { message }, false);
            }
            Ok(home)
        })?;
        let mut run = Self {
            experiment,
            engine,
            home,
            forecast: Forecast::default(),
            last_words: None,
            exact: true,
            overdue: false,
            refused: false,
            saved_cycle: 0,
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
            let mut snapshot = store.load(checkpoint)?;
            let best = recorded_best(&store, &mut snapshot)?;
            Ok((folder, claim, (name, best), snapshot.pack()?))
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
        let settings = opened.as_ref().map(|(folder, ..)| folder.settings());
        let located = |error: HostError| match &settings {
            Some(path) => HostError::located_in(path.clone())(error),
            None => error,
        };
        experiment.watch_plugins();
        let catalogue = plugins_of_run(&mut experiment, &path, &locked, admission);
        let catalogue = agree(&mut world, "finding plugins", catalogue.map_err(located))?;
        let mut engine = build_engine(&catalogue, &experiment, world).map_err(located)?;
        let restored = Snapshot::unpack(&packed)
            .map_err(HostError::from)
            .and_then(|snapshot| engine.restore(&snapshot));
        agree(engine.world(), "restoring the run", restored)?;
        let id = opened.as_ref().map(|(folder, ..)| folder.id());
        let description = describe(&id.unwrap_or_default(), &catalogue, &experiment, &engine)?;
        let place = place(&engine);
        let engine_scheduled = engine.scheduled.clone();
        let home = leader_only(engine.world(), what, || {
            let Some((folder, claim, (name, best))) = opened else {
                return Ok(None);
            };
            let drawn = folder.write_brain(&description);
            let mut remarks = other_plugins(&locked, &catalogue.lock());
            let (done, scheduled) = (place.cycle, &engine_scheduled);
            let schedules = remark(Some(&before), &experiment, done, scheduled);
            remarks.extend(schedules.map(|message| Event::Note { message }));
            if experiment != before {
                folder.write_experiment(&experiment)?;
            }
            // Before the metrics after it are cut off: a run that is killed here goes on from it.
            let store = folder.checkpoints()?;
            let segment = next_segment(&folder);
            let abandoned = go_back(&store, (&name, place.cycle), best.as_ref(), segment)?;
            let mut home = Home::open(folder, claim, place, Some(name.clone()), &experiment)?;
            home.journal.aside("the drawing of the brain", drawn);
            if !abandoned.is_empty() {
                let message = branched(&name, &abandoned);
                remarks.push(Event::Note { message });
            }
            for remark in remarks {
                home.journal.remark(remark, false);
            }
            Ok(Some(home))
        })?;
        Ok(Self {
            saved_cycle: engine.cycles_done(),
            experiment,
            engine,
            home: home.flatten(),
            forecast: Forecast::default(),
            last_words: None,
            exact: true,
            overdue: false,
            refused: false,
        })
    }

    /// Trains to the end; returns the exit code.
    ///
    /// # Errors
    /// A fault; what has been learned until then is saved first.
    pub fn train(mut self, interrupt: &Interrupt, quiet: bool) -> Result<u8, HostError> {
        let (quiet, start) = (quiet || self.home.is_none(), Instant::now());
        if !quiet {
            self.announce();
        }
        self.last_words = Some(LastWords::begin(&self.engine, self.home.as_ref()));
        let end = match self.cycles(interrupt, quiet) {
            Ok(end) => end,
            Err(error) => {
                self.save_after_fault(&error);
                self.last_words = None;
                if error.is_lost() {
                    // A transfer that others did not come to may still use these buffers.
                    std::mem::forget(self);
                }
                return Err(error);
            }
        };
        // From here on there is nothing to lose.
        self.last_words = None;
        let ending = self.ending(&end);
        if let Some(home) = &mut self.home {
            home.journal.end(ending);
        }
        if !quiet {
            self.conclude(&end, start.elapsed().as_secs_f64());
        }
        Ok(match end {
            End::Interrupted(code) => code,
            End::Complete | End::Solved => 0,
        })
    }

    /// Cycles until the end; the last one is saved.
    fn cycles(&mut self, interrupt: &Interrupt, quiet: bool) -> Result<End, HostError> {
        self.open_terminal(quiet);
        let mut saved = Instant::now();
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
            // Whether rank 0 still has the folder of the run; known to all when they next meet.
            let stays = self.home.as_ref().map_or(Ok(()), Home::stays);
            let (signal, due) = next_step(self.engine.world(), stays.map(|()| (signal, due)))?;
            if let Some(code) = signal {
                break End::Interrupted(code);
            }
            let wanted = due || self.is_kept(cycle) || self.overdue;
            if wanted && cycle > self.saved_cycle {
                self.overdue = !self.save_on_the_way()?;
                if !self.overdue {
                    (saved, self.saved_cycle) = (Instant::now(), cycle);
                }
            }
            let start = Instant::now();
            self.exact = false;
            let longest = self.forecast.longest_cycle();
            self.engine.world().allow_for(longest);
            let mut report = self.engine.cycle()?;
            self.exact = true;
            self.forecast.cycle(start.elapsed());
            if let Some(home) = &mut self.home {
                home.journal.cycle(&mut report);
            }
        };
        if let Some(home) = &mut self.home {
            home.journal.finish_terminal();
        }
        let stays = self.home.as_ref().map_or(Ok(()), Home::stays);
        agree(self.engine.world(), "ending the cycles", stays)?;
        // What is on disk already is not written again.
        if self.engine.cycles_done() > self.saved_cycle {
            self.save(true)?;
            self.saved_cycle = self.engine.cycles_done();
        }
        Ok(end)
    }

    fn open_terminal(&mut self, quiet: bool) {
        let Some(home) = &mut self.home else {
            return;
        };
        if !self.engine.spec().saves_state {
            let message = "the task does not save its state: a resumed run starts new episodes";
            let message = message.to_owned();
            home.journal.remark(Event::Note { message }, quiet);
        }
        let evaluation = &self.experiment.evaluation;
        let wanted =
            evaluation.every_cycles.is_none_or(|every| every > 0) && evaluation.share > 0.0;
        if wanted && self.engine.spec().max_episode_steps.is_none() {
            let message = "the task has no time limit, so an episode need not end: there are no evaluations, and best is chosen by training episodes";
            let message = message.to_owned();
            home.journal.remark(Event::Note { message }, quiet);
        }
        for message in std::mem::take(&mut self.engine.remarks) {
            home.journal.remark(Event::Warning { message }, quiet);
        }
        let (cycles, done) = (self.experiment.cycles, self.engine.cycles_done());
        let terminal = (!quiet).then(|| Terminal::new(cycles, done));
        home.journal.begin_cycles(terminal);
    }
}

/// How far an engine is.
fn place(engine: &Engine) -> Place {
    Place {
        cycle: engine.cycles_done(),
        steps: engine.steps_done(),
    }
}

/// The best checkpoint that a checkpoint knows of; it forgets one that is not there any more, as
/// versions that kept no more than one removed it.
fn recorded_best(store: &Store, snapshot: &mut Snapshot) -> Result<Option<Chosen>, HostError> {
    let mut selection = Selection::of(snapshot)?;
    let all = store.list()?;
    if selection
        .best
        .is_some_and(|best| !all.contains(&best.checkpoint()))
    {
        selection.best = None;
        selection.put(snapshot)?;
    }
    Ok(selection.best)
}

/// The number of the segment that begins now, by the log.
fn next_segment(folder: &RunFolder) -> u64 {
    let entries = events::read(&folder.path().join(state::EVENTS)).unwrap_or_default();
    let segments = entries.iter().map(|entry| entry.segment + 1);
    segments.max().unwrap_or(0)
}

/// Says which checkpoints are not of the run's branch any more.
fn branched(name: &str, abandoned: &[String]) -> String {
    format!(
        "the run goes on from {name}, before its latest checkpoint; what came after it is kept as {}",
        abandoned.join(", ")
    )
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
        brain: &experiment.brain,
        task: &experiment.task,
    };
    let (brain, frozen) = (engine.brain(), &engine.learner.frozen);
    Ok(Description::new(
        &subject,
        engine.spec(),
        &graph,
        brain,
        frozen.ranges(),
    ))
}
