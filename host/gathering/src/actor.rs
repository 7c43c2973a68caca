//! One environment with what belongs to it alone: random stream, preprocessors, running return.

use crate::{Chain, GatherError};
use angora_buffer::{Success, quantise};
use angora_core::{Blob, Purpose, SensationLayout, Stream};
use angora_plugin_api::{Ending, Progress};
use angora_simulation::{Environment, EnvironmentState, SimulationError};
use serde::{Deserialize, Serialize};

/// An environment and its companions.
pub struct Actor {
    seed: u64,
    environment: Environment,
    chain: Chain,
    stream: Stream,
    episode_return: f64,
    /// Sums of the reward terms of the present episode.
    term_sums: Vec<f64>,
    /// Where the task's signals say whether a step is a success.
    success_at: Option<usize>,
    /// Where they count the goals that were reached.
    goals_at: Option<usize>,
    success: Success,
    motor: Vec<f32>,
    /// The command as preprocessors left it, of a chain that changes actions.
    executed: Vec<f32>,
    /// Control steps of all environments at the end of the training.
    planned_steps: u64,
    /// Pixels, the first values of a sensation.
    image_len: usize,
}

/// An actor in mid-episode, as a checkpoint keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActorState {
    /// The environment.
    pub environment: EnvironmentState,
    /// Position in the stream of actions.
    pub stream: u64,
    /// Sum of raw rewards of the present episode.
    pub episode_return: f64,
    /// Sums of the reward terms of the present episode.
    #[serde(default)]
    pub term_sums: Blob,
    /// Success so far.
    #[serde(default)]
    pub success: Success,
    /// The present sensation, preprocessed.
    pub sensation: Blob,
    /// The brain's recurrent state that meets it.
    #[serde(default)]
    pub recurrent_state: Blob,
    /// What is the preprocessors' own.
    pub preprocessors: Vec<Blob>,
}

impl ActorState {
    /// Of an actor that has begun so many episodes and is to begin the next.
    #[must_use]
    pub fn restarting(episodes: u64) -> Self {
        Self {
            environment: EnvironmentState {
                episodes,
                steps: 0,
                task: None,
                physics: None,
                reward: None,
            },
            stream: 0,
            episode_return: 0.0,
            term_sums: Blob::default(),
            success: Success::default(),
            sensation: Blob::default(),
            recurrent_state: Blob::default(),
            preprocessors: Vec::new(),
        }
    }
}

/// What one control step of an actor gave.
#[derive(Debug, Clone, Copy)]
pub struct Acted {
    /// Raw reward.
    pub raw_reward: f64,
    /// Preprocessed reward.
    pub reward: f64,
    /// Ending.
    pub ending: Ending,
}

impl Actor {
    /// Around an environment; call [`begin`](Self::begin) before the first step.
    #[must_use]
    pub fn new(seed: u64, environment: Environment, chain: Chain) -> Self {
        Self {
            seed,
            motor: vec![0.0; environment.spec().action.len()],
            executed: vec![0.0; environment.spec().action.len()],
            planned_steps: 0,
            term_sums: vec![0.0; environment.spec().reward_terms.len()],
            success_at: environment.spec().success_signal(),
            goals_at: environment.spec().goals_signal(),
            success: Success::default(),
            image_len: SensationLayout::new(&environment.spec().sensations).image_len(),
            stream: Stream::new(seed, environment.index(), 0, Purpose::Action),
            environment,
            chain,
            episode_return: 0.0,
        }
    }

    /// In a training of so many control steps of all environments together.
    #[must_use]
    pub fn planned(mut self, steps: u64) -> Self {
        self.planned_steps = steps;
        self
    }

    /// The environment.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The environment, to be told of progress.
    pub fn environment_mut(&mut self) -> &mut Environment {
        &mut self.environment
    }

    /// Its preprocessors.
    pub fn chain(&mut self) -> &mut Chain {
        &mut self.chain
    }

    /// The stream of its actions.
    pub fn stream(&mut self) -> &mut Stream {
        &mut self.stream
    }

    /// Where the motor command goes before a step.
    pub fn motor(&mut self) -> &mut [f32] {
        &mut self.motor
    }

    /// The motor command that is there, as the policy gave it.
    #[must_use]
    pub fn motor_command(&self) -> &[f32] {
        &self.motor
    }

    /// Whether preprocessors change commands on their way to the body.
    #[must_use]
    pub fn changes_commands(&self) -> bool {
        self.chain.acts()
    }

    /// What the body executed in the last step: the motor command as preprocessors left it.
    #[must_use]
    pub fn executed_command(&self) -> &[f32] {
        if self.chain.acts() {
            &self.executed
        } else {
            &self.motor
        }
    }

    /// Raw return of the present episode so far.
    #[must_use]
    pub fn episode_return(&self) -> f64 {
        self.episode_return
    }

    /// Sums of the reward terms of the present episode so far, in the order of the spec; not a
    /// number where they are not known from its start.
    #[must_use]
    pub fn term_sums(&self) -> &[f64] {
        &self.term_sums
    }

    /// Success in the present episode so far, where the task says what that is.
    #[must_use]
    pub fn success(&self) -> Option<Success> {
        self.success_at.or(self.goals_at).map(|_| self.success)
    }

    /// Starts the next episode; writes its first sensation, preprocessed.
    ///
    /// # Errors
    /// A fault.
    pub fn begin(&mut self, sensation: &mut [f32], learn: bool) -> Result<(), GatherError> {
        let outcome = self.environment.reset(sensation);
        self.located(outcome)?;
        let (index, episode) = (self.environment.index(), self.environment.episode());
        self.stream = Stream::new(self.seed, index, episode, Purpose::Action);
        let noise = Stream::new(self.seed, index, episode, Purpose::Preprocessor);
        self.begun(sensation, noise, learn, |_| {})
    }

    /// Starts an episode from a seed, as evaluation does; shows `see` the sensation as the task
    /// wrote it.
    ///
    /// # Errors
    /// A fault.
    pub fn begin_with(
        &mut self,
        seed: u64,
        sensation: &mut [f32],
        see: impl FnOnce(&[f32]),
    ) -> Result<(), GatherError> {
        let outcome = self.environment.reset_with(seed, sensation);
        self.located(outcome)?;
        self.stream = Stream::new(seed, 0, 0, Purpose::Action);
        let noise = Stream::new(seed, 0, 0, Purpose::Preprocessor);
        self.begun(sensation, noise, false, see)
    }

    fn begun(
        &mut self,
        sensation: &mut [f32],
        noise: Stream,
        learn: bool,
        see: impl FnOnce(&[f32]),
    ) -> Result<(), GatherError> {
        see(sensation);
        self.episode_return = 0.0;
        self.term_sums.fill(0.0);
        self.success = Success::default();
        self.chain.begin(noise)?;
        self.preprocess(sensation, learn)
    }

    fn preprocess(&mut self, sensation: &mut [f32], learn: bool) -> Result<(), GatherError> {
        self.chain.sensation(sensation, learn)?;
        quantise(&mut sensation[..self.image_len]);
        Ok(())
    }

    /// One control step with the command in [`motor`](Self::motor), which preprocessors may change
    /// on its way to the body: task and reward see what is executed. The sensation of a
    /// terminated episode is left as the task wrote it: no brain sees it.
    ///
    /// # Errors
    /// A fault.
    pub fn step(&mut self, sensation: &mut [f32], learn: bool) -> Result<Acted, GatherError> {
        self.step_seen(sensation, learn, |_| {})
    }

    /// The same; shows `see` the sensation as the task wrote it.
    ///
    /// # Errors
    /// A fault.
    pub fn step_seen(
        &mut self,
        sensation: &mut [f32],
        learn: bool,
        see: impl FnOnce(&[f32]),
    ) -> Result<Acted, GatherError> {
        let action = if self.chain.acts() {
            self.executed.copy_from_slice(&self.motor);
            self.chain.action(&mut self.executed, learn)?;
            &self.executed
        } else {
            &self.motor
        };
        let outcome = self.environment.step(action, sensation);
        let outcome = self.located(outcome)?;
        see(sensation);
        self.episode_return += outcome.reward;
        for (sum, term) in self
            .term_sums
            .iter_mut()
            .zip(self.environment.reward_terms())
        {
            *sum += term;
        }
        let signals = self.environment.signals();
        let success = self.success_at.is_some_and(|at| signals[at] != 0.0);
        let goals = self.goals_at.map(|at| signals[at] as u64);
        self.success.note(self.environment.steps(), success, goals);
        if outcome.ending != Ending::Terminated {
            self.preprocess(sensation, learn)?;
        }
        let reward = self.chain.reward(outcome.reward, outcome.ending, learn)?;
        Ok(Acted {
            raw_reward: outcome.reward,
            reward,
            ending: outcome.ending,
        })
    }

    /// Tells the environment and the preprocessors how far the training is.
    ///
    /// # Errors
    /// A fault of the task or of a preprocessor.
    pub fn set_progress(&mut self, progress: Progress) -> Result<(), GatherError> {
        let outcome = self.environment.set_progress(progress.fraction);
        self.located(outcome)?;
        Ok(self.chain.set_progress(progress)?)
    }

    /// Puts all schedules at their end, as in evaluation.
    ///
    /// # Errors
    /// A fault of the task or of a preprocessor.
    pub fn end_schedules(&mut self) -> Result<(), GatherError> {
        self.set_progress(Progress {
            fraction: 1.0,
            steps: self.planned_steps,
        })
    }

    fn located<T>(&self, outcome: Result<T, SimulationError>) -> Result<T, GatherError> {
        outcome.map_err(|source| GatherError::Environment {
            environment: self.environment.index(),
            episode: self.environment.episode(),
            step: self.environment.steps(),
            source: Box::new(source),
        })
    }

    /// The state in mid-episode, with the sensation and the recurrent state that meets it.
    ///
    /// # Errors
    /// A fault.
    pub fn save(
        &self,
        sensation: &[f32],
        recurrent_state: &[f32],
    ) -> Result<ActorState, GatherError> {
        let environment = self.environment.save();
        Ok(ActorState {
            environment: self.located(environment)?,
            stream: self.stream.position(),
            episode_return: self.episode_return,
            term_sums: Blob::from_f64(&self.term_sums),
            success: self.success,
            sensation: Blob::from_f32(sensation),
            recurrent_state: Blob::from_f32(recurrent_state),
            preprocessors: self.chain.save()?,
        })
    }

    /// A state from which the next episode starts.
    #[must_use]
    pub fn restart(&self) -> ActorState {
        ActorState::restarting(self.environment.episode())
    }

    /// Continues from a state; a task that cannot save its own starts a new episode, of which
    /// nothing is remembered.
    ///
    /// # Errors
    /// A fault, or a state that does not fit.
    pub fn restore(
        &mut self,
        state: &ActorState,
        sensation: &mut [f32],
        recurrent_state: &mut [f32],
    ) -> Result<(), GatherError> {
        let other = |what: &str| GatherError::State(format!("{what} are others than in the run"));
        let goes_on = self.environment.restore(&state.environment);
        if !self.located(goes_on)? {
            // What the preprocessors remember is of the episode that does not go on.
            recurrent_state.fill(0.0);
            return self.begin(sensation, true);
        }
        if !self.chain.restore(&state.preprocessors)? {
            return Err(other("the preprocessors"));
        }
        let saved = state.sensation.to_f32(sensation.len());
        sensation.copy_from_slice(&saved.ok_or_else(|| other("the senses"))?);
        let saved = state.recurrent_state.to_f32(recurrent_state.len());
        recurrent_state
            .copy_from_slice(&saved.ok_or_else(|| other("the brain's recurrent states"))?);
        let (index, episode) = (self.environment.index(), self.environment.episode());
        self.stream = Stream::new(self.seed, index, episode, Purpose::Action);
        self.stream.seek(state.stream);
        self.episode_return = state.episode_return;
        // Checkpoints of before there were sums do not know how the episode began.
        match state.term_sums.to_f64(self.term_sums.len()) {
            Some(sums) => self.term_sums = sums,
            None => self.term_sums.fill(f64::NAN),
        }
        self.success = state.success;
        Ok(())
    }
}
