//! Storage of all transitions that one rank gathers with one policy snapshot.

use crate::image;
use serde::{Deserialize, Serialize};

/// What ended at a step, and how.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// Undiscounted sum of raw rewards.
    pub episode_return: f64,
    /// Control steps.
    pub length: u64,
    /// Whether a limit ended it.
    pub truncated: bool,
    /// Where the task says what success is.
    pub success: Option<Success>,
    /// Which of the rollout's [`finished_terms`](Rollout::finished_terms) are its own.
    pub terms: usize,
}

/// What a task said of success in an episode.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Success {
    /// Whether the last step was one.
    pub at_end: bool,
    /// Control steps that were.
    pub steps: u64,
    /// Goals that were reached, of a task that sets one after another.
    #[serde(default)]
    pub goals: Option<u64>,
    /// Control steps until the last of these goals, or until the first success of a task with a
    /// single goal; 0 where there was none.
    #[serde(default)]
    pub steps_to_goal: u64,
}

impl Success {
    /// Takes in what the task's signals say at control step `step` (from 1) of the episode: whether
    /// it is a success, and how many goals were reached so far.
    pub fn note(&mut self, step: u64, success: bool, goals: Option<u64>) {
        self.at_end = success;
        self.steps += u64::from(success);
        let reached = match goals {
            Some(_) => goals > self.goals.or(Some(0)),
            None => success && self.steps == 1,
        };
        if reached {
            self.steps_to_goal = step;
        }
        self.goals = goals;
    }

    /// Goals that were reached, where a task with a single goal counts as one if any step was a
    /// success.
    #[must_use]
    pub fn reached(&self) -> u64 {
        self.goals.unwrap_or(u64::from(self.steps > 0))
    }
}

/// How large a rollout is, and how it is cut into chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RolloutForm {
    /// T.
    pub horizon: usize,
    /// E.
    pub environments: usize,
    /// S.
    pub sensation_len: usize,
    /// V: so many receptors, the first ones, are pixels (whole numbers 0..=255).
    pub image_len: usize,
    /// A.
    pub action_len: usize,
    /// L.
    pub state_len: usize,
    /// C, which divides T.
    pub chunk_length: usize,
    /// Whether recurrent states are set to zero where a chunk begins.
    pub forgets: bool,
}

impl RolloutForm {
    /// Whether step t meets recurrent states of zero, whatever was before.
    #[must_use]
    pub fn forgets_at(&self, t: usize) -> bool {
        self.forgets && t.is_multiple_of(self.chunk_length)
    }

    /// The transitions of environment e's chunk of a column, in order.
    pub fn transitions(self, column: usize, e: usize) -> impl Iterator<Item = usize> + Clone {
        let first = column * self.chunk_length;
        (first..first + self.chunk_length).map(move |t| t * self.environments + e)
    }
}

/// Transitions `[T, E]`, written once per cycle. The fields are public: gathering writes them,
/// optimisation reads them, and nothing in between needs guarding.
#[derive(Debug, Clone)]
pub struct Rollout {
    /// T, E and the other letters.
    pub form: RolloutForm,
    /// What the brain saw of images `[T, E, V]`.
    pub images: Vec<u8>,
    /// What it sensed beside them `[T, E, S - V]`.
    pub senses: Vec<f32>,
    /// Whether an episode begins at this step `[T, E]`.
    pub begins: Vec<bool>,
    /// Recurrent states that meet the first step of each chunk `[T / C, E, L]`; what they hold
    /// where an episode begins does not count.
    pub states: Vec<f32>,
    /// What it chose, in the distribution's own terms `[T, E, A]`.
    pub actions: Vec<f32>,
    /// Log-probability of it `[T, E]`.
    pub action_log_probs: Vec<f32>,
    /// Value of what it saw `[T, E]`.
    pub values: Vec<f32>,
    /// Preprocessed rewards `[T, E]`.
    pub rewards: Vec<f32>,
    /// Whether an episode ended at this step `[T, E]`.
    pub ended: Vec<bool>,
    /// Value of what follows an ending: of the final sensation where the episode was truncated,
    /// 0 where it terminated; unused elsewhere `[T, E]`.
    pub bootstrap_values: Vec<f32>,
    /// Value of the sensation after the last step `[E]`.
    pub last_values: Vec<f32>,
    /// Advantages `[T, E]`.
    pub advantages: Vec<f32>,
    /// Value targets (lambda-returns) `[T, E]`.
    pub value_targets: Vec<f32>,
    /// Episodes that finished `[T, E]`.
    pub finished: Vec<Option<Finished>>,
    /// Undiscounted sums of the reward terms of the episodes that finished, in the order in which
    /// they did `[number of them, K]`.
    pub finished_terms: Vec<f64>,
    /// K.
    term_count: usize,
}

impl Rollout {
    /// Memory for T x E transitions.
    ///
    /// # Panics
    /// The chunk length does not divide the horizon, or there are more pixels than receptors.
    #[must_use]
    pub fn new(form: RolloutForm) -> Self {
        let n = form.horizon * form.environments;
        assert!(
            form.horizon.is_multiple_of(form.chunk_length),
            "{} steps in chunks of {}",
            form.horizon,
            form.chunk_length
        );
        assert!(form.image_len <= form.sensation_len, "number of pixels");
        Self {
            images: vec![0; n * form.image_len],
            senses: vec![0.0; n * (form.sensation_len - form.image_len)],
            begins: vec![false; n],
            states: vec![0.0; n / form.chunk_length * form.state_len],
            actions: vec![0.0; n * form.action_len],
            action_log_probs: vec![0.0; n],
            values: vec![0.0; n],
            rewards: vec![0.0; n],
            ended: vec![false; n],
            bootstrap_values: vec![0.0; n],
            last_values: vec![0.0; form.environments],
            advantages: vec![0.0; n],
            value_targets: vec![0.0; n],
            finished: vec![None; n],
            finished_terms: Vec::new(),
            term_count: 0,
            form,
        }
    }

    /// The same for a reward of K terms.
    #[must_use]
    pub fn with_reward_terms(mut self, count: usize) -> Self {
        self.term_count = count;
        // So many if every step ends an episode; the system gives memory as it is written.
        self.finished_terms = Vec::with_capacity(self.finished.len() * count);
        self
    }

    /// The sums of the reward terms of an episode that finished in this rollout `[K]`; empty where
    /// the rollout was not told of terms.
    #[must_use]
    pub fn terms(&self, finished: &Finished) -> &[f64] {
        &self.finished_terms[finished.terms * self.term_count..][..self.term_count]
    }

    /// Keeps the sums of the reward terms of an episode that has finished `[K]`; their place, for
    /// [`Finished::terms`].
    pub fn put_terms(&mut self, sums: &[f64]) -> usize {
        if self.term_count == 0 {
            return 0;
        }
        let place = self.finished_terms.len() / self.term_count;
        self.finished_terms.extend_from_slice(sums);
        place
    }

    /// Stores the sensations `[E, S]` of step t. Pixels are quantised ([`quantise`]) already.
    ///
    /// [`quantise`]: crate::quantise
    pub fn put_sensations(&mut self, t: usize, sensations: &[f32]) {
        let (s, v) = (self.form.sensation_len, self.form.image_len);
        let start = t * self.form.environments;
        if v == 0 {
            self.senses[start * s..][..sensations.len()].copy_from_slice(sensations);
            return;
        }
        for (e, sensation) in sensations.chunks_exact(s).enumerate() {
            let (pixels, senses) = sensation.split_at(v);
            let i = start + e;
            image::store(pixels, &mut self.images[i * v..(i + 1) * v]);
            self.senses[i * (s - v)..(i + 1) * (s - v)].copy_from_slice(senses);
        }
    }

    /// Copies the sensation of transition i = t E + e, as it was when acting.
    pub fn copy_sensation(&self, i: usize, sensation: &mut [f32]) {
        let (v, w) = (
            self.form.image_len,
            self.form.sensation_len - self.form.image_len,
        );
        let (pixels, senses) = sensation.split_at_mut(v);
        image::restore(&self.images[i * v..(i + 1) * v], pixels);
        senses.copy_from_slice(&self.senses[i * w..(i + 1) * w]);
    }

    /// Where a chunk begins: the recurrent states `[E, L]` that meet step t; `None` at other
    /// steps.
    pub fn states_at(&mut self, t: usize) -> Option<&mut [f32]> {
        if !t.is_multiple_of(self.form.chunk_length) {
            return None;
        }
        let len = self.form.environments * self.form.state_len;
        let column = t / self.form.chunk_length;
        Some(&mut self.states[column * len..(column + 1) * len])
    }

    /// The recurrent state at the start of environment e's chunk of a column (t = C column).
    #[must_use]
    pub fn state(&self, column: usize, e: usize) -> &[f32] {
        let len = self.form.state_len;
        &self.states[(column * self.form.environments + e) * len..][..len]
    }

    /// The action of transition i = t E + e.
    #[must_use]
    pub fn action(&self, i: usize) -> &[f32] {
        &self.actions[i * self.form.action_len..(i + 1) * self.form.action_len]
    }

    /// Fills advantages and value targets.
    pub fn estimate_advantages(&mut self, discount: f64, gae_lambda: f64) {
        crate::generalised_advantages(self, discount, gae_lambda);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sensations_with_images_come_back_as_they_were() {
        for image_len in [0, 3, 5] {
            let mut rollout = Rollout::new(RolloutForm {
                horizon: 4,
                environments: 2,
                sensation_len: 5,
                image_len,
                action_len: 1,
                state_len: 0,
                chunk_length: 1,
                forgets: false,
            });
            // Whole numbers where the pixels are, anything behind them.
            let number = |i: usize| {
                if i % 5 < image_len {
                    (i * 37 % 256) as f32
                } else {
                    i as f32 * -0.37
                }
            };
            let all: Vec<f32> = (0..4 * 2 * 5).map(number).collect();
            for t in 0..4 {
                rollout.put_sensations(t, &all[t * 10..(t + 1) * 10]);
            }
            assert_eq!(rollout.images.len(), 4 * 2 * image_len);
            let mut sensation = [0.0; 5];
            for i in 0..8 {
                rollout.copy_sensation(i, &mut sensation);
                assert_eq!(sensation, all[i * 5..(i + 1) * 5]);
            }
        }
    }

    #[test]
    fn states_are_kept_where_chunks_begin() {
        let mut rollout = Rollout::new(RolloutForm {
            horizon: 6,
            environments: 2,
            sensation_len: 1,
            image_len: 0,
            action_len: 1,
            state_len: 3,
            chunk_length: 3,
            forgets: false,
        });
        for t in 0..6 {
            let states = rollout.states_at(t);
            assert_eq!(states.is_some(), t == 0 || t == 3);
            if let Some(states) = states {
                for (i, x) in states.iter_mut().enumerate() {
                    *x = (100 * t + i) as f32;
                }
            }
        }
        assert_eq!(rollout.state(0, 1), [3.0, 4.0, 5.0]);
        assert_eq!(rollout.state(1, 0), [300.0, 301.0, 302.0]);
    }
}
