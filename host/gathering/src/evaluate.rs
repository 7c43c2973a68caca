//! Episodes without learning.

use crate::{Actor, GatherError};
use angora_brain::Brain;
use angora_core::{Purpose, Stream};
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
}

/// Runs the episodes `numbers` of an evaluation one after another in one actor. Episode n has
/// the same seed wherever it runs. Preprocessors are frozen. Recurrent states are set to zero
/// every `forget_every` steps, as in a run that starts its chunks from zero.
///
/// # Errors
/// A fault.
pub fn evaluate(
    brain: &Brain,
    parameters: &[f32],
    actor: &mut Actor,
    seed: u64,
    numbers: impl Iterator<Item = u64>,
    deterministic: bool,
    forget_every: Option<u64>,
) -> Result<Vec<EvaluatedEpisode>, GatherError> {
    let distribution = brain.distribution();
    let mut memory = brain.acting(1);
    let mut sensation = vec![0.0; brain.sensation_len()];
    let mut state = vec![0.0; brain.state_len()];
    let mut action = vec![0.0; distribution.action_len()];
    let mut episodes = Vec::new();
    for number in numbers {
        let episode_seed = Stream::new(seed, number, 0, Purpose::Evaluation).bits();
        actor.begin_with(episode_seed, &mut sensation)?;
        state.fill(0.0);
        loop {
            let steps = actor.environment().steps();
            if forget_every.is_some_and(|every| steps.is_multiple_of(every)) {
                state.fill(0.0);
            }
            brain.act(parameters, &sensation, &mut state, 1, &mut memory);
            let raw = memory.policy();
            if deterministic {
                distribution.mode(raw, &mut action);
            } else {
                distribution.sample(raw, actor.stream(), &mut action);
            }
            distribution.motor_command(&action, actor.motor());
            let acted = actor.step(&mut sensation, false)?;
            if acted.ending.is_end() {
                break;
            }
        }
        episodes.push(EvaluatedEpisode {
            episode_return: actor.episode_return(),
            length: actor.environment().steps(),
            reward_terms: actor.term_sums().to_vec(),
        });
    }
    Ok(episodes)
}
