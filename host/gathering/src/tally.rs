//! Sums over episodes, one after another, without keeping the episodes.

use angora_buffer::Success;

/// What episodes have in common: counts and sums from which means are taken.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tally {
    episodes: u64,
    /// Sum of the undiscounted raw returns.
    returns: f64,
    /// Sum of the lengths in control steps.
    steps: u64,
    successes: SuccessTally,
}

/// What is counted of episodes whose task says what success is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SuccessTally {
    episodes: u64,
    /// Episodes of a task that sets one goal after another.
    of_goals: u64,
    /// Goals that were reached; episodes that ended with a success where there is one goal.
    reached: u64,
    /// Goals that were set.
    given: u64,
    goals: u64,
}

impl Tally {
    /// Adds an episode. Allocates nothing.
    pub fn add(&mut self, episode_return: f64, length: u64, success: Option<Success>) {
        self.episodes += 1;
        self.returns += episode_return;
        self.steps += length;
        if let Some(success) = success {
            self.successes.add(success);
        }
    }

    /// Number of episodes.
    #[must_use]
    pub fn episodes(&self) -> u64 {
        self.episodes
    }

    /// Control steps of all of them.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Mean undiscounted raw return; `None` without episodes.
    #[must_use]
    pub fn mean_return(&self) -> Option<f64> {
        (self.episodes > 0).then(|| self.returns / self.episodes as f64)
    }

    /// Mean length in control steps; `None` without episodes.
    #[must_use]
    pub fn mean_length(&self) -> Option<f64> {
        (self.episodes > 0).then(|| self.steps as f64 / self.episodes as f64)
    }

    /// What was counted of success.
    #[must_use]
    pub fn successes(&self) -> SuccessTally {
        self.successes
    }
}

impl SuccessTally {
    /// Of episodes.
    #[must_use]
    pub fn of(episodes: impl Iterator<Item = Success>) -> Self {
        let mut tally = Self::default();
        episodes.for_each(|success| tally.add(success));
        tally
    }

    fn add(&mut self, success: Success) {
        self.episodes += 1;
        match success.goals {
            // After the last goal that was reached the episode left another, unless it ended there.
            Some(goals) => {
                self.of_goals += 1;
                self.goals += goals;
                self.reached += goals;
                self.given += goals + u64::from(!success.at_end);
            }
            None => {
                self.reached += u64::from(success.at_end);
                self.given += 1;
            }
        }
    }

    /// Fraction of the episodes that ended with a success; where a task sets one goal after another,
    /// the fraction of these that were reached. `None` without episodes.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        (self.given > 0).then(|| self.reached as f64 / self.given as f64)
    }

    /// Mean number of goals that an episode reached, of a task that sets one after another.
    #[must_use]
    pub fn mean_goals(&self) -> Option<f64> {
        let all = self.episodes > 0 && self.of_goals == self.episodes;
        all.then(|| self.goals as f64 / self.episodes as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_those_of_the_episodes() {
        let mut tally = Tally::default();
        assert_eq!(
            (tally.mean_return(), tally.successes().rate()),
            (None, None)
        );
        let reached = |goals, at_end| {
            Some(Success {
                at_end,
                goals: Some(goals),
                ..Success::default()
            })
        };
        tally.add(3.0, 10, reached(3, false));
        tally.add(5.0, 30, reached(1, true));
        assert_eq!((tally.episodes(), tally.steps()), (2, 40));
        assert_eq!(tally.mean_return(), Some(4.0));
        assert_eq!(tally.mean_length(), Some(20.0));
        assert_eq!(tally.successes().mean_goals(), Some(2.0));
        assert_eq!(tally.successes().rate(), Some(0.8));
    }
}
