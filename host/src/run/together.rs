//! Gathering by several processes: what each has gathered becomes common knowledge.

use crate::error::HostError;
use crate::run::cycle::began_in_cycle;
use crate::run::engine::Engine;
use crate::run::ranks::confer;
use angora_buffer::Finished;
use angora_comm::share;
use angora_core::Blob;
use angora_gathering::Tally;
use serde::{Deserialize, Serialize};

/// An episode that has finished.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Episode {
    /// Step within the cycle, and environment over all processes: their order.
    place: (usize, usize),
    finished: Finished,
    /// Sums of its reward terms `[K]`, as they are: they may be unknown.
    terms: Blob,
}

/// What one process says after gathering.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Gathered {
    episodes: Vec<Episode>,
    /// What its environments have added to the preprocessors' statistics, one after another.
    deltas: Blob,
}

impl Engine {
    /// Gathers, and shares what all must know; the number of episodes that finished anywhere and
    /// the sum of their returns. In the order of time and environment, as one process would.
    pub(super) fn gather_together(&mut self, cycle: u64) -> Result<(u64, f64), HostError> {
        let mine = self.gather(cycle).and_then(|()| self.gathered());
        let mut all = confer(&mut self.world, "gathering", mine)?;
        let mut episodes: Vec<Episode> = Vec::new();
        for gathered in &mut all {
            episodes.append(&mut gathered.episodes);
        }
        episodes.sort_by_key(|episode| episode.place);
        let (mut sum, mut whole) = (0.0, Tally::default());
        for episode in &episodes {
            self.window.push(episode.finished, &numbers(&episode.terms));
            let finished = &episode.finished;
            sum += finished.episode_return;
            if began_in_cycle(finished, episode.place.0) {
                whole.add(finished.episode_return, finished.length, finished.success);
            }
        }
        self.remember_best(&whole, cycle);
        for gathered in &all {
            self.statistics.merge_deltas(&numbers(&gathered.deltas))?;
        }
        self.spread_statistics()?;
        Ok((episodes.len() as u64, sum))
    }

    /// What this process has gathered.
    fn gathered(&mut self) -> Result<Gathered, HostError> {
        let (size, rank) = (self.world.size(), self.world.rank());
        let mut first = share(self.experiment.environments, size, rank).start;
        let mut episodes = Vec::new();
        for rollout in &self.rollouts {
            let width = rollout.form.environments;
            for (i, finished) in rollout.finished.iter().enumerate() {
                episodes.extend(finished.map(|finished| Episode {
                    place: (i / width, first + i % width),
                    terms: Blob::from_f64(rollout.terms(&finished)),
                    finished,
                }));
            }
            first += width;
        }
        let deltas = self.take_deltas()?;
        Ok(Gathered { episodes, deltas })
    }

    /// What the environments of this process have added to the preprocessors' statistics.
    pub(super) fn take_deltas(&mut self) -> Result<Blob, HostError> {
        let chains = self.ranks.iter_mut().flat_map(|slot| slot.rank.chains());
        let deltas = self.statistics.take_deltas(chains)?;
        Ok(Blob::from_f64(&deltas))
    }
}

/// The numbers of a blob, however many.
pub(super) fn numbers(blob: &Blob) -> Vec<f64> {
    blob.to_f64(blob.0.len() / size_of::<f64>())
        .unwrap_or_default()
}
