//! The gathering of one rank.

use crate::actor::{Actor, ActorState};
use crate::{Chain, GatherError};
use angora_brain::distribution::Workspace;
use angora_brain::{Acting, Brain};
use angora_buffer::{Finished, Rollout};
use angora_plugin_api::{Ending, Progress};

/// Some of the environments of a run, with memory to act in all of them at once.
pub struct Rank {
    actors: Vec<Actor>,
    /// Present sensations, preprocessed `[E, S]`.
    sensations: Vec<f32>,
    /// Recurrent states that meet them `[E, L]`.
    states: Vec<f32>,
    acting: Acting,
    /// For the value of a single final sensation.
    single: Acting,
    /// For values of sensations after which nothing is remembered: the states that they would
    /// leave `[E, L]`.
    spare_states: Vec<f32>,
    /// Where actions are drawn.
    workspace: Workspace,
}

impl Rank {
    /// Around actors that have not begun.
    #[must_use]
    pub fn new(brain: &Brain, actors: Vec<Actor>) -> Self {
        Self {
            sensations: vec![0.0; actors.len() * brain.sensation_len()],
            states: vec![0.0; actors.len() * brain.state_len()],
            spare_states: vec![0.0; actors.len() * brain.state_len()],
            acting: brain.acting(actors.len().max(1)),
            single: brain.acting(1),
            workspace: brain.distribution().workspace(),
            actors,
        }
    }

    /// Number of environments.
    #[must_use]
    pub fn len(&self) -> usize {
        self.actors.len()
    }

    /// Whether it has no environment.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.actors.is_empty()
    }

    /// The preprocessors of its environments, in order.
    pub fn chains(&mut self) -> impl Iterator<Item = &mut Chain> {
        self.actors.iter_mut().map(Actor::chain)
    }

    /// Starts the first episode everywhere.
    ///
    /// # Errors
    /// A fault.
    pub fn begin(&mut self) -> Result<(), GatherError> {
        let len = self.sensation_len();
        for (actor, sensation) in self.actors.iter_mut().zip(self.sensations.chunks_mut(len)) {
            actor.begin(sensation, true)?;
        }
        self.states.fill(0.0);
        Ok(())
    }

    fn sensation_len(&self) -> usize {
        self.sensations.len() / self.actors.len().max(1)
    }

    fn state_len(&self) -> usize {
        self.states.len() / self.actors.len().max(1)
    }

    /// Tells its environments how much of the training is done, 0..1.
    ///
    /// # Errors
    /// A fault of a task.
    pub fn set_progress(&mut self, progress: Progress) -> Result<(), GatherError> {
        let mut actors = self.actors.iter_mut();
        actors.try_for_each(|actor| actor.set_progress(progress))
    }

    /// Fills the rollout with one policy snapshot; episodes run on from the last cycle and into
    /// the next. Allocates nothing.
    ///
    /// # Errors
    /// A fault; the environments are then not to be used again.
    pub fn gather(
        &mut self,
        brain: &Brain,
        parameters: &[f32],
        progress: Progress,
        rollout: &mut Rollout,
    ) -> Result<(), GatherError> {
        let environments = self.actors.len();
        if environments == 0 {
            return Ok(());
        }
        self.set_progress(progress)?;
        rollout.finished_terms.clear();
        for t in 0..rollout.form.horizon {
            self.record_start(t, rollout);
            brain.act(
                parameters,
                &self.sensations,
                &mut self.states,
                environments,
                &mut self.acting,
            );
            for e in 0..environments {
                self.step(brain, parameters, rollout, t * environments + e, e)?;
            }
        }
        self.spare_states.copy_from_slice(&self.states);
        if rollout.form.forgets {
            // As the next cycle will begin.
            self.spare_states.fill(0.0);
        }
        brain.act(
            parameters,
            &self.sensations,
            &mut self.spare_states,
            environments,
            &mut self.acting,
        );
        rollout
            .last_values
            .copy_from_slice(&self.acting.value()[..environments]);
        Ok(())
    }

    /// Writes what step t starts from: sensations, beginnings of episodes, and the recurrent
    /// states where a chunk begins.
    fn record_start(&mut self, t: usize, rollout: &mut Rollout) {
        rollout.put_sensations(t, &self.sensations);
        let begins = &mut rollout.begins[t * self.actors.len()..];
        for (begin, actor) in begins.iter_mut().zip(&self.actors) {
            *begin = actor.environment().steps() == 0;
        }
        let forgets = rollout.form.forgets;
        if let Some(states) = rollout.states_at(t) {
            if forgets {
                self.states.fill(0.0);
            }
            states.copy_from_slice(&self.states);
        }
    }

    /// Transition i, of environment e.
    fn step(
        &mut self,
        brain: &Brain,
        parameters: &[f32],
        rollout: &mut Rollout,
        i: usize,
        e: usize,
    ) -> Result<(), GatherError> {
        let distribution = brain.distribution();
        let (width, receptors) = (distribution.raw_len(), rollout.form.sensation_len);
        let actor = &mut self.actors[e];
        let raw = &self.acting.policy()[e * width..(e + 1) * width];
        let numbers = rollout.form.action_len;
        let action = &mut rollout.actions[i * numbers..(i + 1) * numbers];
        let log_prob = distribution.sample_with(raw, actor.stream(), action, &mut self.workspace);
        let value = self.acting.value()[e];
        if !(log_prob.is_finite() && value.is_finite()) {
            return Err(GatherError::Diverged {
                environment: actor.environment().index(),
            });
        }
        distribution.motor_command(action, actor.motor());
        rollout.action_log_probs[i] = log_prob;
        rollout.values[i] = value;

        let remembered = brain.state_len();
        let state = &mut self.states[e * remembered..(e + 1) * remembered];
        let sensation = &mut self.sensations[e * receptors..(e + 1) * receptors];
        let acted = actor.step(sensation, true)?;
        rollout.rewards[i] = acted.reward as f32;
        rollout.ended[i] = acted.ending.is_end();
        rollout.bootstrap_values[i] = 0.0;
        rollout.finished[i] = None;
        if acted.ending.is_end() {
            if acted.ending == Ending::Truncated {
                let spare = &mut self.spare_states[..remembered];
                spare.copy_from_slice(state);
                if rollout.form.forgets_at(i / rollout.form.environments + 1) {
                    // As the next step would have met it, had the episode gone on.
                    spare.fill(0.0);
                }
                brain.act(parameters, sensation, spare, 1, &mut self.single);
                rollout.bootstrap_values[i] = self.single.value()[0];
            }
            rollout.finished[i] = Some(Finished {
                episode_return: actor.episode_return(),
                length: actor.environment().steps(),
                truncated: acted.ending == Ending::Truncated,
                success: actor.success(),
                terms: rollout.put_terms(actor.term_sums()),
            });
            actor.begin(sensation, true)?;
            state.fill(0.0);
        }
        Ok(())
    }

    /// The states of its actors in mid-episode.
    ///
    /// # Errors
    /// A fault.
    pub fn save(&self) -> Result<Vec<ActorState>, GatherError> {
        let (s, l) = (self.sensation_len(), self.state_len());
        self.actors
            .iter()
            .enumerate()
            .map(|(e, actor)| {
                let sensation = &self.sensations[e * s..(e + 1) * s];
                actor.save(sensation, &self.states[e * l..(e + 1) * l])
            })
            .collect()
    }

    /// States from which the next episode starts, without asking plugins that may be broken.
    #[must_use]
    pub fn restart(&self) -> Vec<ActorState> {
        self.actors.iter().map(Actor::restart).collect()
    }

    /// Episodes that each actor has begun.
    pub fn episodes(&self) -> impl Iterator<Item = u64> {
        let environments = self.actors.iter().map(Actor::environment);
        environments.map(angora_simulation::Environment::episode)
    }

    /// Continues from states, one per actor.
    ///
    /// # Errors
    /// A fault, or states that do not fit.
    pub fn restore(&mut self, states: &[ActorState]) -> Result<(), GatherError> {
        let (s, l) = (self.sensation_len(), self.state_len());
        for (e, (actor, state)) in self.actors.iter_mut().zip(states).enumerate() {
            let sensation = &mut self.sensations[e * s..(e + 1) * s];
            actor.restore(state, sensation, &mut self.states[e * l..(e + 1) * l])?;
        }
        Ok(())
    }
}
