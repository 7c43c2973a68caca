//! The training itself: a part of a brain with a readout, epoch by epoch.

use super::{Epoch, Lesson, Part, Score};
use crate::error::HostError;
use angora_brain::{Brain, Network, ParameterLayout};
use angora_comm::Team;
use angora_core::SensationLayout;
use angora_optimisation::{Frozen, SupervisedLearner, SupervisedSettings};

/// How long and how fast is learned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// States that are learned from; those after them are held out.
    pub states: usize,
    /// States per update.
    pub minibatch: usize,
    /// Step size of Adam at the first update; it falls linearly to 0.
    pub learning_rate: f64,
    /// Passes over the states.
    pub epochs: usize,
    /// Seed of the readout and of the order of the states.
    pub seed: u64,
}

/// A brain of which a part learns.
#[derive(Debug)]
pub struct Pupil {
    /// The whole brain.
    pub brain: Brain,
    /// Its parameters.
    pub parameters: Vec<f32>,
    /// What of them does not learn.
    pub frozen: Frozen,
    /// The part.
    pub part: Part,
    /// What the brain senses.
    pub layout: SensationLayout,
}

/// A part of a brain that learns to tell an objective.
pub struct Training<'t> {
    network: Network,
    learner: SupervisedLearner,
    lesson: Lesson<'t>,
    team: &'t Team,
    held_out: Vec<usize>,
    epoch: usize,
}

impl<'t> Training<'t> {
    /// Starts from the parameters of the whole brain.
    ///
    /// # Errors
    /// A graph that cannot be built with a readout.
    pub fn new(
        pupil: &Pupil,
        lesson: Lesson<'t>,
        schedule: &Schedule,
        team: &'t Team,
    ) -> Result<Self, HostError> {
        let outputs = lesson.objective.outputs();
        let network = Network::readout(&pupil.part.graph, &pupil.layout, outputs)?;
        let mut own = network.initialise(schedule.seed);
        let mut still = Vec::new();
        for (here, there) in shared(network.parameters(), pupil.brain.parameters()) {
            own[here.clone()].copy_from_slice(&pupil.parameters[there.clone()]);
            if pupil.frozen.contains(there.start) {
                still.push(here);
            }
        }
        let settings = SupervisedSettings {
            loss: lesson.objective.loss(),
            outputs,
            minibatch_size: schedule.minibatch,
            learning_rate: schedule.learning_rate,
            epochs: schedule.epochs,
            seed: schedule.seed,
        };
        let learner =
            SupervisedLearner::new(&network, own, Frozen::new(still), settings, schedule.states);
        Ok(Self {
            network,
            learner,
            lesson,
            team,
            held_out: (schedule.states..lesson.states.len()).collect(),
            epoch: 0,
        })
    }

    /// The next epoch, and what the held-out states are told like after it.
    ///
    /// # Errors
    /// Learning that diverges.
    pub fn epoch(&mut self) -> Result<(Epoch, Score), HostError> {
        let Self {
            network,
            learner,
            lesson,
            team,
            ..
        } = self;
        let report = team.run(|| learner.epoch(network, team, lesson))?;
        self.epoch += 1;
        let score = self.score();
        let epoch = Epoch {
            epoch: self.epoch,
            loss: report.loss,
            error: score.error,
            learning_rate: report.learning_rate,
        };
        Ok((epoch, score))
    }

    /// How the held-out states are told by the present parameters.
    #[must_use]
    pub fn score(&self) -> Score {
        let Self {
            network,
            learner,
            lesson,
            team,
            held_out,
            ..
        } = self;
        let predictions = team.run(|| learner.predict(network, team, lesson, held_out));
        let of = lesson.states.len() - held_out.len()..lesson.states.len();
        lesson.objective.score(lesson.states, of, &predictions)
    }

    /// Puts what was learned into the parameters of the whole brain; the readout stays behind.
    pub fn put(&self, pupil: &mut Pupil) {
        let Pupil {
            brain, parameters, ..
        } = pupil;
        for (here, there) in shared(self.network.parameters(), brain.parameters()) {
            parameters[there].copy_from_slice(&self.learner.parameters[here]);
        }
    }
}

/// The places of the parameters that two layouts have in common, by name.
fn shared<'l>(
    here: &'l ParameterLayout,
    there: &'l ParameterLayout,
) -> impl Iterator<Item = (std::ops::Range<usize>, std::ops::Range<usize>)> + 'l {
    here.entries().iter().filter_map(|entry| {
        let other = there.get(&entry.name)?;
        Some((entry.range(), other.range()))
    })
}
