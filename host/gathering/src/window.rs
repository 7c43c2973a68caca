//! The last episodes, over which the reported means are taken.

use crate::SuccessTally;
use angora_buffer::{Finished, Success};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// The last hundred finished episodes, as Stable-Baselines3 reports them.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct EpisodeWindow {
    returns: VecDeque<f64>,
    lengths: VecDeque<u64>,
    #[serde(default)]
    truncated: VecDeque<bool>,
    /// Of tasks that say what success is.
    #[serde(default)]
    success: VecDeque<Success>,
    /// Sums of the reward terms `[episodes for which they are known, K]`.
    #[serde(default)]
    terms: VecDeque<f64>,
}

/// What there is to say of the returns in the window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
    /// Standard deviation, over all of them.
    pub std: f64,
}

/// With the room of the original: neither it nor its clone allocates when it fills.
impl Clone for EpisodeWindow {
    fn clone(&self) -> Self {
        Self {
            returns: with_room(&self.returns),
            lengths: with_room(&self.lengths),
            truncated: with_room(&self.truncated),
            success: with_room(&self.success),
            terms: with_room(&self.terms),
        }
    }
}

fn with_room<T: Copy>(values: &VecDeque<T>) -> VecDeque<T> {
    let mut clone = VecDeque::with_capacity(values.capacity());
    clone.extend(values);
    clone
}

impl EpisodeWindow {
    /// Number of episodes.
    pub const LEN: usize = 100;

    /// Without episodes, of a reward of so many terms.
    #[must_use]
    pub fn new(term_count: usize) -> Self {
        Self {
            returns: VecDeque::with_capacity(Self::LEN),
            lengths: VecDeque::with_capacity(Self::LEN),
            truncated: VecDeque::with_capacity(Self::LEN),
            success: VecDeque::with_capacity(Self::LEN),
            terms: VecDeque::with_capacity(Self::LEN * term_count),
        }
    }

    /// Adds an episode and the sums of its reward terms, which may be unknown (not a number).
    /// Allocates nothing.
    pub fn push(&mut self, episode: Finished, terms: &[f64]) {
        push(&mut self.returns, &[episode.episode_return]);
        push(&mut self.lengths, &[episode.length]);
        push(&mut self.truncated, &[episode.truncated]);
        if let Some(success) = episode.success {
            push(&mut self.success, &[success]);
        }
        if terms.iter().all(|sum| !sum.is_nan()) {
            push(&mut self.terms, terms);
        }
    }

    /// Becomes the same as another, without allocation.
    pub fn copy_from(&mut self, other: &Self) {
        copy(&mut self.returns, &other.returns);
        copy(&mut self.lengths, &other.lengths);
        copy(&mut self.truncated, &other.truncated);
        copy(&mut self.success, &other.success);
        copy(&mut self.terms, &other.terms);
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
        mean(self.returns.iter().copied())
    }

    /// Spread of the returns, where there is any episode.
    #[must_use]
    pub fn spread(&self) -> Option<Spread> {
        let mean_return = self.mean_return()?;
        let squares = self.returns.iter().map(|r| (r - mean_return).powi(2));
        Some(Spread {
            min: self.returns.iter().copied().fold(f64::INFINITY, f64::min),
            max: self
                .returns
                .iter()
                .copied()
                .fold(f64::NEG_INFINITY, f64::max),
            std: mean(squares)?.sqrt(),
        })
    }

    /// Mean length in control steps, where there is any episode.
    #[must_use]
    pub fn mean_length(&self) -> Option<f64> {
        (!self.is_empty()).then(|| self.lengths.iter().sum::<u64>() as f64 / self.len() as f64)
    }

    /// Part of the episodes that a limit ended.
    #[must_use]
    pub fn truncated_fraction(&self) -> Option<f64> {
        mean(self.truncated.iter().map(|t| f64::from(u8::from(*t))))
    }

    /// Part of the episodes that ended with a success, of a task that says what that is; of a task
    /// that sets one goal after another, the part of these goals that were reached.
    #[must_use]
    pub fn success_rate(&self) -> Option<f64> {
        success_rate(self.success.iter().copied())
    }

    /// Mean number of goals that an episode reached, of a task that sets one after another.
    #[must_use]
    pub fn mean_goals(&self) -> Option<f64> {
        mean_goals(self.success.iter().copied())
    }

    /// Mean number of control steps that a goal took, over the goals that were reached.
    #[must_use]
    pub fn mean_steps_to_goal(&self) -> Option<f64> {
        mean_steps_to_goal(self.success.iter().copied())
    }

    /// Mean number of control steps that were a success, of a task that says what that is.
    #[must_use]
    pub fn mean_success_steps(&self) -> Option<f64> {
        mean(self.success.iter().map(|s| s.steps as f64))
    }

    /// Mean of the sum of a reward term, of `count` terms, over the episodes for which it is known.
    #[must_use]
    pub fn mean_term(&self, term: usize, count: usize) -> Option<f64> {
        mean(self.terms.iter().skip(term).step_by(count).copied())
    }
}

/// Fraction of the episodes that ended with a success; where a task sets one goal after another, the
/// fraction of these that were reached. `None` without episodes.
pub fn success_rate(episodes: impl Iterator<Item = Success>) -> Option<f64> {
    SuccessTally::of(episodes).rate()
}

/// Mean number of goals that were reached, of tasks that set one after another.
pub fn mean_goals(episodes: impl Iterator<Item = Success>) -> Option<f64> {
    SuccessTally::of(episodes).mean_goals()
}

/// Mean number of control steps that a goal took, over those that were reached.
pub fn mean_steps_to_goal(episodes: impl Iterator<Item = Success>) -> Option<f64> {
    let (mut steps, mut goals) = (0, 0);
    for success in episodes {
        steps += success.steps_to_goal;
        goals += success.reached();
    }
    (goals > 0).then(|| steps as f64 / goals as f64)
}

/// Adds a row; the oldest of a full column goes.
fn push<T: Copy>(column: &mut VecDeque<T>, row: &[T]) {
    if column.len() >= EpisodeWindow::LEN * row.len() {
        column.drain(..row.len());
    }
    column.extend(row);
}

fn copy<T: Copy>(column: &mut VecDeque<T>, other: &VecDeque<T>) {
    column.clear();
    column.extend(other);
}

/// `None` where there is nothing.
fn mean(values: impl ExactSizeIterator<Item = f64>) -> Option<f64> {
    let n = values.len();
    (n > 0).then(|| values.sum::<f64>() / n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn episode(episode_return: f64, success: Option<Success>) -> Finished {
        Finished {
            episode_return,
            length: 10,
            truncated: episode_return > 50.0,
            success,
            terms: 0,
        }
    }

    /// Returns 1..=101, of which the first falls out: mean 51.5, variance (100² - 1) / 12.
    #[test]
    fn the_last_hundred_count() {
        let mut window = EpisodeWindow::new(2);
        let capacity = window.terms.capacity();
        for i in 1..=101 {
            let i = f64::from(i);
            window.push(episode(i, None), &[i, -2.0 * i]);
        }
        assert_eq!(window.len(), 100);
        assert_eq!(window.mean_return(), Some(51.5));
        let spread = window.spread().expect("there are episodes");
        assert_eq!((spread.min, spread.max), (2.0, 101.0));
        assert!((spread.std - (9999.0_f64 / 12.0).sqrt()).abs() < 1e-12);
        assert_eq!(window.truncated_fraction(), Some(0.51));
        assert_eq!(window.mean_term(0, 2), Some(51.5));
        assert_eq!(window.mean_term(1, 2), Some(-103.0));
        assert_eq!(window.terms.capacity(), capacity, "nothing was allocated");
        assert_eq!(window.success_rate(), None);
    }

    #[test]
    fn success_is_that_of_the_last_step() {
        let mut window = EpisodeWindow::new(0);
        for steps in [&[0, 1][..], &[1, 1, 1, 1, 1, 0], &[0], &[0, 0, 1, 1]] {
            let mut success = Success::default();
            for (step, yes) in (1..).zip(steps) {
                success.note(step, *yes == 1, None);
            }
            window.push(episode(0.0, Some(success)), &[]);
        }
        assert_eq!(window.success_rate(), Some(0.5));
        assert_eq!(window.mean_success_steps(), Some(2.0));
        assert_eq!(window.mean_goals(), None);
        // The first successes: at steps 2, 1 and 3.
        assert_eq!(window.mean_steps_to_goal(), Some(2.0));
        assert_eq!(window.mean_term(0, 1), None);
    }

    /// Three goals in 2, 3 and 1 steps, then failure; one that ends the episode; none at all.
    #[test]
    fn goals_one_after_another_are_counted_and_timed() {
        let mut window = EpisodeWindow::new(0);
        for goals in [&[0, 1, 1, 1, 2, 3, 3][..], &[0, 0, 0, 1], &[0, 0]] {
            let mut success = Success::default();
            let mut before = 0;
            for (step, reached) in (1..).zip(goals) {
                success.note(step, *reached > before, Some(*reached));
                before = *reached;
            }
            window.push(episode(0.0, Some(success)), &[]);
        }
        assert_eq!(window.mean_goals(), Some(4.0 / 3.0));
        assert_eq!(window.mean_steps_to_goal(), Some((6.0 + 4.0) / 4.0));
        assert_eq!(window.success_rate(), Some(4.0 / 6.0));
    }

    #[test]
    fn sums_that_are_not_known_are_left_out_and_old_windows_read() {
        let old = r#"{"returns":[1.0],"lengths":[10]}"#;
        let mut window: EpisodeWindow = serde_json::from_str(old).expect("an older checkpoint's");
        window.push(episode(3.0, None), &[f64::NAN, f64::NAN]);
        window.push(episode(5.0, None), &[4.0, 1.0]);
        assert_eq!(window.mean_return(), Some(3.0));
        assert_eq!(window.mean_term(0, 2), Some(4.0));
        let mut copy = EpisodeWindow::new(2);
        copy.copy_from(&window);
        assert_eq!(copy, window);
    }
}
