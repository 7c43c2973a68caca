//! The last episodes, over which the reported means are taken.

use angora_buffer::Finished;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// The last hundred finished episodes, as Stable-Baselines3 reports them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpisodeWindow {
    returns: VecDeque<f64>,
    lengths: VecDeque<u64>,
}

impl Default for EpisodeWindow {
    fn default() -> Self {
        Self {
            returns: VecDeque::with_capacity(Self::LEN),
            lengths: VecDeque::with_capacity(Self::LEN),
        }
    }
}

impl EpisodeWindow {
    /// Number of episodes.
    pub const LEN: usize = 100;

    /// Adds an episode.
    pub fn push(&mut self, episode: Finished) {
        if self.returns.len() == Self::LEN {
            self.returns.pop_front();
            self.lengths.pop_front();
        }
        self.returns.push_back(episode.episode_return);
        self.lengths.push_back(episode.length);
    }

    /// Becomes the same as another, without allocation.
    pub fn copy_from(&mut self, other: &Self) {
        self.returns.clear();
        self.returns.extend(&other.returns);
        self.lengths.clear();
        self.lengths.extend(&other.lengths);
    }

    /// Number of episodes in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.returns.len()
    }

    /// Whether no episode has finished yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.returns.is_empty()
    }

    /// Mean return, where there is any episode.
    #[must_use]
    pub fn mean_return(&self) -> Option<f64> {
        (!self.is_empty()).then(|| self.returns.iter().sum::<f64>() / self.len() as f64)
    }

    /// Mean length in control steps, where there is any episode.
    #[must_use]
    pub fn mean_length(&self) -> Option<f64> {
        (!self.is_empty()).then(|| self.lengths.iter().sum::<u64>() as f64 / self.len() as f64)
    }
}
