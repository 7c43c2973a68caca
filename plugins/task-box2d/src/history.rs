//! An episode as what it was made of: its random stream at the start and the actions since. The
//! engine cannot be saved in mid-episode, but it is deterministic, so that an episode can be lived
//! again.

use angora_sdk::Random;
use serde::{Deserialize, Serialize};

/// Everything that an episode depends on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// The random stream before anything was drawn from it.
    pub random: Random,
    /// Actions, one after another.
    pub actions: Vec<f32>,
}

impl History {
    /// Of an episode that begins; there is room for so many numbers before memory is asked for.
    #[must_use]
    pub fn new(random: Random, room: usize) -> Self {
        Self {
            random,
            actions: Vec::with_capacity(room),
        }
    }
}
