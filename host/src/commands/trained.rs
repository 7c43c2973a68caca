//! A run with one of its checkpoints, from which episodes are played.

use crate::config::Experiment;
use crate::error::HostError;
use crate::packages::{Admission, PluginBuild, builds, other_builds, plugins_of_run};
use crate::run::{
    RunFolder, build_actor, build_brain, build_preprocessors, parameters_of, statistics_of,
    task_choice,
};
use angora_brain::Brain;
use angora_checkpoint::{BEST, LATEST, Snapshot};
use angora_gathering::{Actor, Manner, Statistics};
use angora_loader::{Catalogue, LockedPlugin};
use angora_optimisation::ChunkStart;
use angora_plugin_api::TaskSpec;
use angora_simulation::Blueprint;
use std::path::{Path, PathBuf};

/// What was trained.
pub struct Trained {
    /// The run.
    pub folder: RunFolder,
    /// Its settings.
    pub experiment: Experiment,
    /// The checkpoint as it was asked for: a label or a name.
    pub checkpoint: String,
    /// The checkpoint's folder.
    pub path: PathBuf,
    /// The checkpoint.
    pub snapshot: Snapshot,
    /// The builds that the run was begun with.
    locked: Vec<LockedPlugin>,
    catalogue: Catalogue,
}

impl Trained {
    /// Finds a run and loads a checkpoint of it: best where none is named, latest where there is
    /// no best yet.
    ///
    /// # Errors
    /// There is no such run or checkpoint, or a plugin does not load or was not let in.
    pub fn find(
        runs: &Path,
        run: &str,
        checkpoint: Option<&str>,
        admission: &Admission,
    ) -> Result<Self, HostError> {
        let folder = RunFolder::find(runs, run)?;
        let mut experiment = folder.experiment()?;
        let store = folder.checkpoints()?;
        let best = || match store.pointed(BEST) {
            Some(_) => BEST,
            None => LATEST,
        };
        let checkpoint = checkpoint.unwrap_or_else(best).to_owned();
        let (path, snapshot) = store.find(&checkpoint)?;
        experiment.watch_plugins();
        let locked = folder.locked();
        let catalogue = plugins_of_run(&mut experiment, folder.path(), &locked, admission)
            .map_err(HostError::located_in(folder.settings()))?;
        Ok(Self {
            folder,
            experiment,
            checkpoint,
            path,
            snapshot,
            locked,
            catalogue,
        })
    }

    /// The builds that play, once all actors are there. Those that are others than the run was begun
    /// with are told on standard error.
    #[must_use]
    pub fn builds(&self) -> Vec<PluginBuild> {
        let now = self.catalogue.lock();
        let so = "results may differ (--locked takes the run's own builds)";
        for remark in other_builds(&self.locked, &now, so) {
            eprintln!("warning: {remark}");
        }
        builds(&now)
    }

    /// Its task.
    ///
    /// # Errors
    /// A task that cannot be built.
    pub fn blueprint(&self) -> Result<Blueprint<'_>, HostError> {
        let blueprint = Blueprint::new(&self.catalogue, task_choice(&self.experiment));
        blueprint.map_err(|error| self.located(error.into()))
    }

    /// Its brain with the checkpoint's parameters.
    ///
    /// # Errors
    /// A brain that cannot be built, or parameters of another one.
    pub fn brain(&self, spec: &TaskSpec) -> Result<(Brain, Vec<f32>), HostError> {
        let brain = build_brain(&self.catalogue, &self.experiment, spec)
            .map_err(|error| self.located(error))?;
        let parameters = parameters_of(&brain, &self.snapshot)?;
        Ok((brain, parameters))
    }

    /// Actors with the checkpoint's preprocessors, of the indices below `count`.
    ///
    /// # Errors
    /// A plugin that refuses, or statistics of other preprocessors.
    pub fn actors(
        &self,
        blueprint: &Blueprint<'_>,
        seed: u64,
        count: u64,
    ) -> Result<Vec<Actor>, HostError> {
        let (catalogue, experiment) = (&self.catalogue, &self.experiment);
        let masters = build_preprocessors(catalogue, experiment, blueprint.spec())
            .map_err(|error| self.located(error))?;
        let mut statistics = Statistics::new(masters);
        if !statistics.restore(&statistics_of(&self.snapshot)?)? {
            return Err(HostError::Run(
                "the checkpoint's preprocessors are others than the run's".into(),
            ));
        }
        (0..count)
            .map(|index| {
                let mut actor = build_actor(catalogue, experiment, blueprint, seed, index)?;
                actor.chain().set_statistics(statistics.current())?;
                Ok(actor)
            })
            .collect()
    }

    /// An error with the run's file of settings, where that names what is not there.
    fn located(&self, error: HostError) -> HostError {
        HostError::located_in(self.folder.settings())(error)
    }

    /// How episodes are played: as the run has learned to remember.
    #[must_use]
    pub fn manner(&self, deterministic: bool) -> Manner {
        let ppo = &self.experiment.ppo;
        let forgets = ppo.chunk_start == ChunkStart::Zero;
        Manner {
            deterministic,
            forget_every: forgets.then_some(ppo.chunk_length as u64),
        }
    }
}
