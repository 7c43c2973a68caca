//! One environment: the order of the calls, endings, the time limit, episodes one after another.

use crate::SimulationError;
use crate::scatter::JointRanges;
use crate::world::World;
use angora_core::{Blob, Purpose, Stream};
use angora_loader::{LoadedReward, events::EventMark};
use angora_plugin_api::{Ending, TaskSpec};
use serde::{Deserialize, Serialize};

/// What a control step gave, beside its sensation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepOutcome {
    /// Sum of the reward terms, raw.
    pub reward: f64,
    /// Whether and how the episode ended.
    pub ending: Ending,
}

/// A task's world with its reward, its time limit and its random streams.
pub struct Environment {
    seed: u64,
    index: u64,
    world: World,
    spec: TaskSpec,
    /// One for each that the spec declares.
    conditions: Vec<f64>,
    reward: Option<Box<dyn LoadedReward>>,
    signals: Vec<f64>,
    /// Terms of the task's own reward.
    task_terms: Vec<f64>,
    /// Terms of the reward that counts.
    terms: Vec<f64>,
    /// Episodes begun.
    episodes: u64,
    /// Control steps of the present episode.
    steps: u64,
    /// Part of the training that is done, 0..1.
    progress: f64,
}

/// An environment in mid-episode, as a checkpoint keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnvironmentState {
    /// Episodes begun.
    pub episodes: u64,
    /// Control steps of the present episode.
    pub steps: u64,
    /// State of the task; `None` where it cannot be saved.
    pub task: Option<Blob>,
    /// State of the physics, for scenes.
    pub physics: Option<Blob>,
    /// State of a reward that replaces the task's.
    pub reward: Option<Blob>,
}

impl Environment {
    pub(crate) fn new(
        seed: u64,
        index: u64,
        mut world: World,
        mut spec: TaskSpec,
        conditions: Vec<f64>,
        reward: Option<Box<dyn LoadedReward>>,
    ) -> Self {
        world.set_conditions(&conditions);
        let task_terms = vec![0.0; spec.reward_terms.len()];
        if let Some(reward) = &reward {
            spec.reward_terms.clone_from(&reward.spec().terms);
        }
        Self {
            seed,
            index,
            world,
            conditions,
            reward,
            signals: vec![0.0; spec.signal_len()],
            task_terms,
            terms: vec![0.0; spec.reward_terms.len()],
            episodes: 0,
            steps: 0,
            progress: 0.0,
            spec,
        }
    }

    /// What the task exchanges.
    #[must_use]
    pub fn spec(&self) -> &TaskSpec {
        &self.spec
    }

    /// Index among all environments of the run.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Number of the present episode, from 1; 0 before the first reset.
    #[must_use]
    pub fn episode(&self) -> u64 {
        self.episodes
    }

    /// Control steps since the episode began.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Terms of the last step's reward, in the order of the spec.
    #[must_use]
    pub fn reward_terms(&self) -> &[f64] {
        &self.terms
    }

    /// Signals after the last call.
    #[must_use]
    pub fn signals(&self) -> &[f64] {
        &self.signals
    }

    /// Conditions of the episodes, in the order of the spec.
    #[must_use]
    pub fn conditions(&self) -> &[f64] {
        &self.conditions
    }

    /// Sets the conditions of the episodes that begin from now on: one value for each that the
    /// spec declares, each of which it allows.
    ///
    /// # Panics
    /// For a row of another length: a mistake of the host.
    pub fn set_conditions(&mut self, row: &[f64]) {
        assert_eq!(row.len(), self.conditions.len(), "number of conditions");
        self.conditions.copy_from_slice(row);
        self.world.set_conditions(row);
    }

    /// What happened in the last reset or step, in the task's order; the number of an event is its
    /// place in the spec's list.
    #[must_use]
    pub fn events(&self) -> &[EventMark] {
        self.world.events()
    }

    /// The physics of a scene task, to be looked at.
    #[must_use]
    pub fn physics(&self) -> Option<&crate::physics::Physics> {
        self.world.physics()
    }

    /// The physics of a scene task, for renderers and conformance tests.
    pub fn physics_mut(&mut self) -> Option<&mut crate::physics::Physics> {
        self.world.physics_mut()
    }

    /// Tells tasks and rewards with schedules how much of the training is done, 0..1.
    ///
    /// # Errors
    /// A fault of the task.
    pub fn set_progress(&mut self, progress: f64) -> Result<(), SimulationError> {
        self.progress = progress;
        Ok(self.world.set_progress(progress)?)
    }

    /// Starts the next episode from its own random stream and writes its first sensation.
    ///
    /// # Errors
    /// A fault of a plugin or of the physics.
    pub fn reset(&mut self, sensation: &mut [f32]) -> Result<(), SimulationError> {
        self.episodes += 1;
        let seed = |purpose| Stream::new(self.seed, self.index, self.episodes, purpose).bits();
        self.reset_from(seed(Purpose::Reset), seed(Purpose::Reward), sensation)
    }

    /// Starts an episode from a given seed, as evaluation does. The task gets the seed itself, the
    /// reward one that is derived from it, so that their draws are independent.
    ///
    /// # Errors
    /// A fault of a plugin or of the physics.
    pub fn reset_with(&mut self, seed: u64, sensation: &mut [f32]) -> Result<(), SimulationError> {
        self.episodes += 1;
        let reward_seed = Stream::new(seed, 0, 0, Purpose::Reward).bits();
        self.reset_from(seed, reward_seed, sensation)
    }

    /// Puts a scene into a state that no behaviour had to reach: the task starts an episode from
    /// the seed, then the body's joints are drawn anew over their ranges. The number keys the
    /// draws, so that it alone decides on the state. Of a task that steps itself it is a start of
    /// an episode.
    ///
    /// # Errors
    /// A fault of a plugin or of the physics.
    pub fn scatter(
        &mut self,
        number: u64,
        joints: &JointRanges,
        sensation: &mut [f32],
    ) -> Result<(), SimulationError> {
        self.episodes += 1;
        self.steps = 0;
        let mut stream = Stream::new(self.seed, number, 0, Purpose::Scatter);
        let task_seed = stream.bits();
        let arrange = |qpos: &mut [f64]| joints.draw(&mut stream, qpos);
        self.world
            .reset(task_seed, arrange, sensation, &mut self.signals)
    }

    fn reset_from(
        &mut self,
        task_seed: u64,
        reward_seed: u64,
        sensation: &mut [f32],
    ) -> Result<(), SimulationError> {
        self.steps = 0;
        let signals = &mut self.signals;
        self.world.reset(task_seed, |_| {}, sensation, signals)?;
        if let Some(reward) = &mut self.reward {
            reward.reset(reward_seed, &self.signals)?;
        }
        Ok(())
    }

    /// One control step. Allocates nothing. After an ending, reset before the next.
    ///
    /// # Errors
    /// A fault of a plugin or of the physics.
    pub fn step(
        &mut self,
        action: &[f32],
        sensation: &mut [f32],
    ) -> Result<StepOutcome, SimulationError> {
        let mut ending =
            self.world
                .step(action, sensation, &mut self.signals, &mut self.task_terms)?;
        match &mut self.reward {
            None => self.terms.copy_from_slice(&self.task_terms),
            Some(reward) => {
                reward.evaluate(&self.signals, action, self.progress, &mut self.terms)?;
            }
        }
        self.steps += 1;
        // Termination wins where both fall on one step: there is nothing to bootstrap.
        let limit = self.spec.max_episode_steps.unwrap_or(u64::MAX);
        if ending == Ending::None && self.steps >= limit {
            ending = Ending::Truncated;
        }
        Ok(StepOutcome {
            reward: self.terms.iter().sum(),
            ending,
        })
    }

    /// The state in mid-episode.
    ///
    /// # Errors
    /// A fault of a plugin.
    pub fn save(&self) -> Result<EnvironmentState, SimulationError> {
        let reward = match &self.reward {
            Some(reward) => Some(Blob(reward.save()?)),
            None => None,
        };
        let (task, physics) = if self.spec.saves_state {
            let (task, physics) = self.world.save()?;
            (Some(Blob(task)), physics.map(Blob))
        } else {
            (None, None)
        };
        Ok(EnvironmentState {
            episodes: self.episodes,
            steps: self.steps,
            task,
            physics,
            reward,
        })
    }

    /// Continues from a state. Returns whether the episode goes on; where the task cannot save
    /// its state, the caller starts a new one.
    ///
    /// # Errors
    /// A fault of a plugin, or a state of something else.
    pub fn restore(&mut self, state: &EnvironmentState) -> Result<bool, SimulationError> {
        self.episodes = state.episodes;
        self.steps = state.steps;
        let Some(task) = &state.task else {
            return Ok(false);
        };
        let physics = state.physics.as_ref().map(|blob| blob.0.as_slice());
        self.world.restore(&task.0, physics)?;
        if let (Some(reward), Some(saved)) = (&mut self.reward, &state.reward) {
            reward.restore(&saved.0)?;
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
