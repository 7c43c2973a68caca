//! Episodes without learning.

use crate::{Actor, GatherError, Player};
use angora_buffer::Success;
use serde::{Deserialize, Serialize};

/// An evaluated episode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvaluatedEpisode {
    /// Undiscounted sum of raw rewards.
    pub episode_return: f64,
    /// Control steps.
    pub length: u64,
    /// Sum of each reward term.
    pub reward_terms: Vec<f64>,
    /// Where the task says what success is.
    #[serde(default)]
    pub success: Option<Success>,
}

/// Runs the episodes `numbers` of an evaluation one after another in one actor. Episode n has
/// the same seed wherever it runs. Preprocessors are frozen.
///
/// # Errors
/// A fault.
pub fn evaluate(
    player: &mut Player<'_>,
    actor: &mut Actor,
    seed: u64,
    numbers: impl Iterator<Item = u64>,
) -> Result<Vec<EvaluatedEpisode>, GatherError> {
    let mut episodes = Vec::new();
    for number in numbers {
        player.begin(actor, seed, number)?;
        loop {
            player.act(actor);
            let acted = player.advance(actor)?;
            if acted.ending.is_end() {
                break;
            }
        }
        episodes.push(EvaluatedEpisode {
            episode_return: actor.episode_return(),
            length: actor.environment().steps(),
            reward_terms: actor.term_sums().to_vec(),
            success: actor.success(),
        });
    }
    Ok(episodes)
}
