//! Random behaviour in an environment.

use crate::trace::Trace;
use angora_core::{Purpose, Stream};
use angora_plugin_api::{ActionSpec, Ending};
use angora_simulation::{Environment, SimulationError};

/// Draws actions that a task takes.
#[derive(Debug, Clone)]
pub struct Actions {
    spec: ActionSpec,
    stream: Stream,
    action: Vec<f32>,
}

impl Actions {
    /// The actions of a number.
    pub fn new(spec: &ActionSpec, number: u64) -> Self {
        Self {
            action: vec![0.0; spec.len()],
            spec: spec.clone(),
            stream: Stream::new(number, 0, 0, Purpose::Action),
        }
    }

    /// The next action.
    pub fn draw(&mut self) -> &[f32] {
        let stream = &mut self.stream;
        match &self.spec {
            ActionSpec::Box { low, high } => {
                for (value, (low, high)) in self.action.iter_mut().zip(low.iter().zip(high)) {
                    *value = (low + (high - low) * stream.uniform()) as f32;
                }
            }
            ActionSpec::Discrete { n } => self.action[0] = stream.index(*n) as f32,
            ActionSpec::MultiDiscrete { n } => {
                for (value, n) in self.action.iter_mut().zip(n) {
                    *value = stream.index(*n) as f32;
                }
            }
        }
        &self.action
    }
}

/// The corners of what a task takes: all low, all high, and each degree of freedom high alone;
/// every first and last choice.
pub fn corners(spec: &ActionSpec) -> Vec<Vec<f32>> {
    let (low, high): (Vec<f32>, Vec<f32>) = match spec {
        ActionSpec::Box { low, high } => (
            low.iter().map(|v| *v as f32).collect(),
            high.iter().map(|v| *v as f32).collect(),
        ),
        ActionSpec::Discrete { n } => (vec![0.0], vec![(*n - 1) as f32]),
        ActionSpec::MultiDiscrete { n } => (
            vec![0.0; n.len()],
            n.iter().map(|n| (*n - 1) as f32).collect(),
        ),
    };
    let one_high = (0..low.len()).map(|at| {
        let mut corner = low.clone();
        corner[at] = high[at];
        corner
    });
    let mut all: Vec<Vec<f32>> = one_high.collect();
    all.push(low.clone());
    all.push(high);
    all
}

/// An environment with the memory that it writes into.
pub struct Player {
    /// The environment.
    pub environment: Environment,
    /// The last sensation.
    pub sensation: Vec<f32>,
}

impl Player {
    /// Around an environment.
    pub fn new(environment: Environment) -> Self {
        let sensation = vec![0.0; environment.spec().sensation_len()];
        Self {
            environment,
            sensation,
        }
    }

    /// Starts an episode.
    pub fn reset(&mut self, seed: u64) -> Result<(), SimulationError> {
        self.environment.reset_with(seed, &mut self.sensation)
    }

    /// One control step; the reward and how it ended.
    pub fn step(&mut self, action: &[f32]) -> Result<(f64, Ending), SimulationError> {
        let outcome = self.environment.step(action, &mut self.sensation)?;
        Ok((outcome.reward, outcome.ending))
    }

    /// An episode from its start, of at most so many steps, with the actions of its seed.
    pub fn episode(&mut self, seed: u64, steps: usize) -> Result<Trace, SimulationError> {
        let mut trace = Trace::default();
        self.reset(seed)?;
        self.note(&mut trace);
        let mut actions = Actions::new(&self.environment.spec().action, seed);
        self.go_on(&mut actions, steps, &mut trace)?;
        Ok(trace)
    }

    /// Goes on with an episode, until it ends or for so many steps.
    pub fn go_on(
        &mut self,
        actions: &mut Actions,
        steps: usize,
        trace: &mut Trace,
    ) -> Result<(), SimulationError> {
        for _ in 0..steps {
            let (reward, ending) = self.step(actions.draw())?;
            self.note(trace);
            trace.add("reward terms", self.environment.reward_terms());
            trace.add("reward", &[reward]);
            trace.add("ending", &[ending as u32]);
            if ending.is_end() {
                break;
            }
        }
        Ok(())
    }

    fn note(&self, trace: &mut Trace) {
        trace.begin();
        trace.add("sensation", &self.sensation);
        trace.add("signals", self.environment.signals());
        for mark in self.environment.events() {
            trace.add("events", &[f64::from(mark.event), mark.time]);
        }
    }
}
