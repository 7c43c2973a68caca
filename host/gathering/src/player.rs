//! One episode after another with frozen parameters and preprocessors, step by step, so that a
//! caller can look in between.

use crate::actor::Acted;
use crate::{Actor, GatherError};
use angora_brain::{Acting, Brain};
use angora_core::{Purpose, Stream};

/// How a player acts and remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// Whether it takes the mode of the distribution instead of drawing from it.
    pub deterministic: bool,
    /// Sets recurrent states to zero every so many steps, as in a run that starts its chunks from
    /// zero.
    pub forget_every: Option<u64>,
}

/// A brain that plays in one actor: [`begin`](Self::begin), then [`act`](Self::act) and
/// [`advance`](Self::advance) in turn until the ending.
pub struct Player<'b> {
    brain: &'b Brain,
    parameters: &'b [f32],
    manner: Manner,
    memory: Acting,
    sensation: Vec<f32>,
    raw_sensation: Vec<f32>,
    state: Vec<f32>,
    action: Vec<f32>,
}

impl<'b> Player<'b> {
    /// Of a brain with its parameters.
    #[must_use]
    pub fn new(brain: &'b Brain, parameters: &'b [f32], manner: Manner) -> Self {
        Self {
            brain,
            parameters,
            manner,
            memory: brain.acting(1),
            sensation: vec![0.0; brain.sensation_len()],
            raw_sensation: vec![0.0; brain.sensation_len()],
            state: vec![0.0; brain.state_len()],
            action: vec![0.0; brain.distribution().action_len()],
        }
    }

    /// Starts an episode of an evaluation. Episode n of a seed is the same in every actor. Schedules
    /// are at their end, as a curriculum is no part of what is measured.
    ///
    /// # Errors
    /// A fault.
    pub fn begin(&mut self, actor: &mut Actor, seed: u64, number: u64) -> Result<(), GatherError> {
        let episode_seed = Stream::new(seed, number, 0, Purpose::Evaluation).bits();
        let raw = &mut self.raw_sensation;
        actor.end_schedules()?;
        actor.begin_with(episode_seed, &mut self.sensation, |seen| {
            raw.copy_from_slice(seen);
        })?;
        self.state.fill(0.0);
        Ok(())
    }

    /// Computes the action and leaves the motor command in the actor.
    pub fn act(&mut self, actor: &mut Actor) {
        let (brain, sensation) = (self.brain, &self.sensation);
        let (state, memory) = (&mut self.state, &mut self.memory);
        brain.act(self.parameters, sensation, state, 1, memory);
        let distribution = brain.distribution();
        let raw = self.memory.policy();
        if self.manner.deterministic {
            distribution.mode(raw, &mut self.action);
        } else {
            distribution.sample(raw, actor.stream(), &mut self.action);
        }
        distribution.motor_command(&self.action, actor.motor());
    }

    /// The control step that the action leads to.
    ///
    /// # Errors
    /// A fault.
    pub fn advance(&mut self, actor: &mut Actor) -> Result<Acted, GatherError> {
        let raw = &mut self.raw_sensation;
        let acted = actor.step_seen(&mut self.sensation, false, |seen| {
            raw.copy_from_slice(seen);
        })?;
        let steps = actor.environment().steps();
        let forget = self.manner.forget_every;
        if forget.is_some_and(|every| steps.is_multiple_of(every)) {
            self.state.fill(0.0);
        }
        Ok(acted)
    }

    /// The present sensation as the task wrote it.
    #[must_use]
    pub fn raw_sensation(&self) -> &[f32] {
        &self.raw_sensation
    }

    /// The present sensation as the brain meets it.
    #[must_use]
    pub fn sensation(&self) -> &[f32] {
        &self.sensation
    }

    /// The recurrent state that the brain meets next.
    #[must_use]
    pub fn state(&self) -> &[f32] {
        &self.state
    }

    /// The last action, before it became a motor command.
    #[must_use]
    pub fn action(&self) -> &[f32] {
        &self.action
    }

    /// What the brain computed for the last action.
    #[must_use]
    pub fn memory(&self) -> &Acting {
        &self.memory
    }
}
