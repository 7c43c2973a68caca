//! What of an episode the physics does not know.

use crate::goal::Meeting;
use angora_sdk::Random;
use serde::{Deserialize, Serialize};

/// An episode.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Episode {
    /// What chance decided of the present goal.
    pub meeting: Meeting,
    /// Places of the fingertips at the start, m.
    pub start: Vec<f64>,
    /// Goals of the fingertips, m.
    pub goal: Vec<f64>,
    /// Goals reached.
    pub reached: u64,
    /// For goals to come.
    pub random: Random,
    /// Velocities at the last step, for those who want them to run on.
    pub velocities: Vec<f64>,
}

impl Episode {
    /// Of a hand of so many fingers, before the first reset.
    pub fn new(fingers: usize) -> Self {
        Self {
            meeting: Meeting::default(),
            start: vec![0.0; 3 * fingers],
            goal: vec![0.0; 3 * fingers],
            reached: 0,
            random: Random::new(0),
            velocities: Vec::new(),
        }
    }
}
