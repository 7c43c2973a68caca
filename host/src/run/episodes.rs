//! Episodes without learning, side by side: each thread plays its share in an actor of its own.

use angora_brain::Brain;
use angora_comm::Team;
use angora_gathering::{Actor, EvaluatedEpisode, GatherError, Manner, Player, evaluate};
use serde::{Deserialize, Serialize};

/// An episode of an evaluation with its number, by which shares are put together again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Numbered {
    /// Number within the evaluation, from 0; it keys the episode's seed.
    pub number: u64,
    /// The episode.
    pub episode: EvaluatedEpisode,
}

/// The episodes of one process: every `size`-th of `count`, from `rank` on.
#[derive(Debug, Clone, Copy)]
pub struct Deal {
    /// Episodes of all processes together.
    pub count: u64,
    /// Number of processes.
    pub size: usize,
    /// This process.
    pub rank: usize,
}

impl Deal {
    /// Episodes of this process.
    #[must_use]
    pub fn len(&self) -> usize {
        (self.rank as u64..self.count).step_by(self.size).count()
    }

    /// Whether other processes play all of them.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Plays the episodes of this process in the order of their numbers; the result does not depend on
/// how many actors there are.
///
/// # Errors
/// The first fault, in the order of the actors.
pub fn play(
    team: &Team,
    (brain, parameters, manner): (&Brain, &[f32], Manner),
    actors: &mut [Actor],
    seed: u64,
    deal: Deal,
) -> Result<Vec<Numbered>, GatherError> {
    type Share<'a> = (&'a mut Actor, Result<Vec<Numbered>, GatherError>);
    let stride = deal.size * actors.len().max(1);
    let mut shares: Vec<Share<'_>> = actors.iter_mut().map(|a| (a, Ok(Vec::new()))).collect();
    team.each(&mut shares, |k, (actor, outcome)| {
        let first = (deal.rank + k * deal.size) as u64;
        let numbers = (first..deal.count).step_by(stride);
        let mut player = Player::new(brain, parameters, manner);
        *outcome = evaluate(&mut player, actor, seed, numbers.clone()).map(|episodes| {
            let numbered = numbers.zip(episodes);
            numbered
                .map(|(number, episode)| Numbered { number, episode })
                .collect()
        });
    });
    let mut episodes = Vec::new();
    for (_, outcome) in shares {
        episodes.extend(outcome?);
    }
    episodes.sort_by_key(|numbered| numbered.number);
    Ok(episodes)
}

/// The episodes of all processes, in order.
#[must_use]
pub fn in_order(shares: impl IntoIterator<Item = Vec<Numbered>>) -> Vec<EvaluatedEpisode> {
    let mut all: Vec<Numbered> = shares.into_iter().flatten().collect();
    all.sort_by_key(|numbered| numbered.number);
    all.into_iter().map(|numbered| numbered.episode).collect()
}
