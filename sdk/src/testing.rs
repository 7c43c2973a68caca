//! For the unit tests of a plugin: its objects without a host.

use crate::output::Layout;
use crate::{Action, Ending, Observation, Random, Result, Step, Task, TaskSpec};

/// A self-stepped task with the memory that a host would lend it.
#[derive(Debug)]
pub struct TaskHarness<T> {
    /// The task.
    pub task: T,
    /// Its spec.
    pub spec: TaskSpec,
    /// What it wrote last.
    pub sensation: Vec<f32>,
    /// What it wrote last.
    pub signals: Vec<f64>,
    /// What it wrote last.
    pub reward_terms: Vec<f64>,
    layout: Layout,
}

impl<T: Task> TaskHarness<T> {
    /// Around the task of an id with its default settings.
    ///
    /// # Errors
    /// What the task's constructor says.
    pub fn new(id: &str) -> Result<Self> {
        Ok(Self::of(T::new(id, T::Config::default())?))
    }

    /// Around a task.
    #[must_use]
    pub fn of(task: T) -> Self {
        let spec = task.spec();
        Self {
            sensation: vec![f32::NAN; spec.sensation_len()],
            signals: vec![f64::NAN; spec.signal_len()],
            reward_terms: vec![f64::NAN; spec.reward_terms.len()],
            layout: Layout::new(&spec),
            task,
            spec,
        }
    }

    /// Starts an episode.
    ///
    /// # Errors
    /// What the task says.
    pub fn reset(&mut self, seed: u64) -> Result<()> {
        let mut out = Observation::new(&self.layout, &mut self.sensation, &mut self.signals);
        self.task.reset(&mut Random::new(seed), &mut out)
    }

    /// One control step; the reward is the sum of the terms.
    ///
    /// # Errors
    /// What the task says.
    pub fn step(&mut self, action: &[f32]) -> Result<(f64, Ending)> {
        let observation = Observation::new(&self.layout, &mut self.sensation, &mut self.signals);
        let mut out = Step::new(observation, &mut self.reward_terms);
        let ending = self.task.step(Action::new(action), &mut out)?;
        Ok((self.reward_terms.iter().sum(), ending))
    }
}
