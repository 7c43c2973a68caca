//! The run at the end of its last cycle, kept in memory: what a failed cycle goes back to, and what
//! the watchdog can still save when a plugin never returns.

use crate::error::HostError;
use crate::run::engine::{Counters, Engine};
use crate::run::regions::region_names;
use crate::run::selection::Selection;
use crate::run::state::named;
use angora_brain::ParameterLayout;
use angora_checkpoint::Snapshot;
use angora_core::Blob;
use angora_gathering::{ActorState, EpisodeWindow};
use angora_optimisation::Adam;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What a cycle changes, as it was when the cycle began.
#[derive(Clone)]
pub(super) struct CycleStart {
    pub parameters: Vec<f32>,
    pub adam: Adam,
    pub window: EpisodeWindow,
    /// Per preprocessor.
    pub statistics: Vec<Vec<f64>>,
    pub counters: Counters,
    /// What is known of the best parameters.
    pub selection: Selection,
    /// Episodes begun, per environment of this process.
    pub episodes: Vec<u64>,
}

/// The same, shared with the watchdog. Nothing that calls a plugin holds the lock.
#[derive(Clone)]
pub(super) struct Kept {
    start: Arc<Mutex<CycleStart>>,
    layout: Arc<ParameterLayout>,
}

impl Kept {
    pub fn new(start: CycleStart, layout: &ParameterLayout) -> Self {
        Self {
            start: Arc::new(Mutex::new(start)),
            layout: Arc::new(layout.clone()),
        }
    }

    pub fn lock(&self) -> MutexGuard<'_, CycleStart> {
        self.start.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The checkpoint that a fault in the cycle would leave: everything that was learned, and new
    /// episodes. `None` where nothing has been learned since `saved` cycles, and where the state
    /// cannot be had or was damaged. Calls no plugin, and does not wait for one.
    pub fn snapshot(&self, saved: u64) -> Option<Result<Snapshot, HostError>> {
        let patience = Instant::now() + Duration::from_secs(1);
        let start = loop {
            match self.start.try_lock() {
                Ok(start) => break start,
                Err(_) if Instant::now() > patience => return None,
                Err(_) => std::thread::sleep(Duration::from_millis(1)),
            }
        };
        // A plugin that crashed may have written anywhere.
        let whole = start.parameters.iter().all(|value| value.is_finite());
        (start.counters.cycle > saved && whole)
            .then(|| start.snapshot(&self.layout, &start.episodes))
    }
}

impl CycleStart {
    /// Becomes another one of the same run. Allocates nothing.
    pub fn copy_from(&mut self, other: &Self) {
        self.parameters.copy_from_slice(&other.parameters);
        self.adam.copy_from(&other.adam);
        self.window.copy_from(&other.window);
        for (kept, current) in self.statistics.iter_mut().zip(&other.statistics) {
            kept.copy_from_slice(current);
        }
        self.counters = other.counters;
        self.selection = other.selection;
        self.episodes.copy_from_slice(&other.episodes);
    }

    /// A checkpoint of which a resumed run starts new episodes; `episodes` are those begun, per
    /// environment of all processes.
    pub fn snapshot(
        &self,
        layout: &ParameterLayout,
        episodes: &[u64],
    ) -> Result<Snapshot, HostError> {
        let statistics: Vec<Blob> = self.statistics.iter().map(|s| Blob::from_f64(s)).collect();
        let environments = episodes.iter().copied().map(ActorState::restarting);
        let learned = Learned {
            layout,
            parameters: &self.parameters,
            adam: &self.adam,
            counters: &self.counters,
            window: &self.window,
        };
        let mut snapshot = learned.snapshot(&statistics, &environments.collect::<Vec<_>>())?;
        self.selection.put(&mut snapshot)?;
        Ok(snapshot)
    }
}

/// What was learned, as a checkpoint needs it.
pub(super) struct Learned<'l> {
    pub layout: &'l ParameterLayout,
    pub parameters: &'l [f32],
    pub adam: &'l Adam,
    pub counters: &'l Counters,
    pub window: &'l EpisodeWindow,
}

impl Learned<'_> {
    /// A checkpoint with the statistics of all preprocessors and the states of all environments.
    pub fn snapshot(
        &self,
        statistics: &[Blob],
        environments: &[ActorState],
    ) -> Result<Snapshot, HostError> {
        use super::state::{ADAM, COUNTERS, ENVIRONMENTS, PREPROCESSORS, REGIONS, WINDOW};
        let mut optimiser = named(self.layout, "first.", &self.adam.first);
        optimiser.extend(named(self.layout, "second.", &self.adam.second));
        let mut snapshot = Snapshot {
            cycle: self.counters.cycle,
            brain: named(self.layout, "", self.parameters),
            optimiser,
            ..Snapshot::default()
        };
        snapshot.put(REGIONS.0, REGIONS.1, &region_names(self.layout))?;
        snapshot.put(ADAM.0, ADAM.1, &self.adam.steps)?;
        snapshot.put(COUNTERS.0, COUNTERS.1, self.counters)?;
        snapshot.put(WINDOW.0, WINDOW.1, self.window)?;
        snapshot.put(PREPROCESSORS.0, PREPROCESSORS.1, &statistics)?;
        snapshot.put(ENVIRONMENTS.0, ENVIRONMENTS.1, &environments)?;
        Ok(snapshot)
    }
}

impl Engine {
    /// Remembers the state before a cycle. Allocates nothing.
    pub(super) fn mark(&mut self) -> Result<(), HostError> {
        // Calls plugins, which may never return.
        self.statistics.read()?;
        let mut start = self.start.lock();
        start.parameters.copy_from_slice(&self.learner.parameters);
        start.adam.copy_from(&self.learner.adam);
        start.window.copy_from(&self.window);
        for (kept, current) in start.statistics.iter_mut().zip(self.statistics.current()) {
            kept.copy_from_slice(current);
        }
        start.counters = self.counters;
        start.selection = self.selection;
        let episodes = self.ranks.iter().flat_map(|slot| slot.rank.episodes());
        for (kept, current) in start.episodes.iter_mut().zip(episodes) {
            *kept = current;
        }
        Ok(())
    }

    /// Goes back to the state before the cycle that failed.
    pub(super) fn roll_back(&mut self) {
        let statistics = {
            let start = self.start.lock();
            self.learner.parameters.copy_from_slice(&start.parameters);
            self.learner.adam.copy_from(&start.adam);
            self.window.copy_from(&start.window);
            start.statistics.clone()
        };
        // A preprocessor that cannot take its own numbers back is the fault that is reported.
        let _ = self.statistics.set(&statistics);
    }
}
