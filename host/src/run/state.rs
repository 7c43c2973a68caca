//! A run as a checkpoint, and back.

use crate::error::HostError;
use crate::run::engine::{Counters, Engine};
use crate::run::kept::Learned;
use crate::run::ranks::confer;
use crate::run::regions::RegionNames;
use crate::run::selection::{Chosen, Selection};
use angora_brain::{Brain, ParameterLayout};
use angora_checkpoint::{CheckpointError, NamedTensor, Snapshot};
use angora_comm::share;
use angora_core::Blob;
use angora_gathering::{ActorState, EpisodeWindow};

pub(super) const COUNTERS: (&str, u32) = ("counters", 1);
pub(super) const WINDOW: (&str, u32) = ("episode_window", 1);
pub(super) const ENVIRONMENTS: (&str, u32) = ("environments", 1);
pub(super) const PREPROCESSORS: (&str, u32) = ("preprocessors", 1);
pub(super) const ADAM: (&str, u32) = ("adam", 1);
pub(super) const REGIONS: (&str, u32) = ("regions", 1);

/// A flat vector as tensors with the brain's names.
pub(super) fn named(layout: &ParameterLayout, prefix: &str, values: &[f32]) -> Vec<NamedTensor> {
    let entries = layout.entries();
    entries
        .iter()
        .map(|entry| NamedTensor {
            name: format!("{prefix}{}", entry.name),
            shape: entry.shape.clone(),
            values: values[entry.offset..][..entry.shape.iter().product()].to_vec(),
        })
        .collect()
}

/// Puts tensors with the brain's names into a flat vector.
fn fill(
    brain: &Brain,
    prefix: &str,
    tensors: &[NamedTensor],
    values: &mut [f32],
) -> Result<(), CheckpointError> {
    for entry in brain.parameters().entries() {
        let name = format!("{prefix}{}", entry.name);
        let wrong = |reason: String| CheckpointError::Section {
            section: name.clone(),
            reason,
        };
        let tensor = tensors
            .iter()
            .find(|tensor| tensor.name == name)
            .ok_or_else(|| wrong("the tensor is missing".into()))?;
        if tensor.shape != entry.shape {
            return Err(wrong(format!(
                "it has shape {:?}, the brain needs {:?}",
                tensor.shape, entry.shape
            )));
        }
        values[entry.offset..][..tensor.values.len()].copy_from_slice(&tensor.values);
    }
    Ok(())
}

/// The parameters in a checkpoint, as a flat vector.
///
/// # Errors
/// They are of another brain.
pub fn parameters_of(brain: &Brain, snapshot: &Snapshot) -> Result<Vec<f32>, CheckpointError> {
    let mut values = vec![0.0; brain.parameters().len()];
    fill(brain, "", &snapshot.brain, &mut values)?;
    Ok(values)
}

/// The statistics of the preprocessors in a checkpoint.
///
/// # Errors
/// The section is missing.
pub fn statistics_of(snapshot: &Snapshot) -> Result<Vec<Blob>, CheckpointError> {
    snapshot.get(PREPROCESSORS.0, PREPROCESSORS.1)
}

/// The names of the parameters in a checkpoint, by region; empty where it does not say.
#[must_use]
pub fn regions_of(snapshot: &Snapshot) -> RegionNames {
    snapshot.get(REGIONS.0, REGIONS.1).unwrap_or_default()
}

impl Engine {
    /// The run at the end of its last cycle; every process must call it, and all get the same.
    /// Without `episodes` (after a fault in the middle of a
    /// cycle) a resumed run starts new ones.
    ///
    /// # Errors
    /// A plugin that cannot save.
    pub fn snapshot(&mut self, episodes: bool) -> Result<Snapshot, HostError> {
        let mine = self.environments(episodes);
        let environments = confer(&mut self.world, "saving", mine)?.concat();
        let statistics = self.statistics.save()?;
        let learned = Learned {
            layout: self.brain.parameters(),
            parameters: &self.learner.parameters,
            adam: &self.learner.adam,
            counters: &self.counters,
            window: &self.window,
        };
        let mut snapshot = learned.snapshot(&statistics, &environments)?;
        self.selection.put(&mut snapshot)?;
        Ok(snapshot)
    }

    /// The environments of this process.
    fn environments(&self, episodes: bool) -> Result<Vec<ActorState>, HostError> {
        let mut states = Vec::new();
        for slot in &self.ranks {
            if episodes {
                states.extend(slot.rank.save()?);
            } else {
                states.extend(slot.rank.restart());
            }
        }
        Ok(states)
    }

    /// The run with the best parameters so far, where they have not been saved yet; every process must
    /// call it. A run that goes on from there starts new episodes.
    pub(super) fn best_snapshot(&mut self) -> Result<Option<(Chosen, Snapshot)>, HostError> {
        let Some(chosen) = self.selection.best.filter(|_| self.best.unsaved) else {
            return Ok(None);
        };
        let state = &self.best.state;
        let mine = Ok(state.episodes.clone());
        let episodes = confer(&mut self.world, "saving the best", mine)?.concat();
        let mut snapshot = state.snapshot(self.brain.parameters(), &episodes)?;
        chosen.put(&mut snapshot)?;
        Ok(Some((chosen, snapshot)))
    }

    /// The best parameters are on disk.
    pub(super) fn best_is_saved(&mut self) {
        self.best.unsaved = false;
    }

    /// Continues from a checkpoint.
    ///
    /// # Errors
    /// A checkpoint of something else, or a plugin that cannot restore.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<(), HostError> {
        let brain = &self.brain;
        if snapshot.optimiser.is_empty() {
            let reason = "it is missing, as in `best` of earlier versions; go on from another checkpoint, or begin a run with these parameters (--load-region)";
            return Err(misfit("optimiser", reason));
        }
        fill(brain, "", &snapshot.brain, &mut self.learner.parameters)?;
        let adam = &mut self.learner.adam;
        fill(brain, "first.", &snapshot.optimiser, &mut adam.first)?;
        fill(brain, "second.", &snapshot.optimiser, &mut adam.second)?;
        adam.steps = snapshot.get(ADAM.0, ADAM.1)?;
        self.counters = snapshot.get::<Counters>(COUNTERS.0, COUNTERS.1)?;
        self.selection = Selection::of(snapshot)?;
        let window = snapshot.get::<EpisodeWindow>(WINDOW.0, WINDOW.1)?;
        self.window.copy_from(&window);
        if !self.statistics.restore(&statistics_of(snapshot)?)? {
            return Err(misfit("preprocessors", "they are others than in the run"));
        }
        let states: Vec<ActorState> = snapshot.get(ENVIRONMENTS.0, ENVIRONMENTS.1)?;
        let current = self.statistics.current();
        for slot in &mut self.ranks {
            for chain in slot.rank.chains() {
                chain.set_statistics(current)?;
            }
        }
        let expected = self.experiment.environments;
        if states.len() != expected {
            let reason = format!("there are {}, the run has {expected}", states.len());
            return Err(misfit("environments", &reason));
        }
        let mine = share(expected, self.world.size(), self.world.rank());
        let mut states = &states[mine];
        // A task that cannot save its state starts an episode here, as far as the run is.
        let progress = self.progress(self.counters.cycle + 1);
        for slot in &mut self.ranks {
            slot.rank.set_progress(progress)?;
            let (mine, others) = states.split_at(slot.rank.len());
            slot.rank.restore(mine)?;
            states = others;
        }
        Ok(())
    }
}

fn misfit(section: &str, reason: &str) -> HostError {
    HostError::Checkpoint(CheckpointError::Section {
        section: section.to_owned(),
        reason: reason.to_owned(),
    })
}
