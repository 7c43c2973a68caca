//! The parts of a run and what it counts.

use crate::config::Experiment;
use crate::error::HostError;
use crate::run::crew::Crew;
use crate::run::evaluation::Evaluator;
use crate::run::kept::{CycleStart, Kept};
use crate::run::ranks::agree;
use crate::run::scheduled::Scheduled;
use crate::run::selection::Selection;
use angora_brain::Brain;
use angora_buffer::{Rollout, RolloutForm};
use angora_comm::{Team, World};
use angora_core::SensationLayout;
use angora_gathering::{EpisodeWindow, GatherError, Rank, Statistics};
use angora_loader::calls::prepare_thread;
use angora_optimisation::{ChunkStart, Learner, Processes};
use angora_plugin_api::TaskSpec;
use serde::{Deserialize, Serialize};

/// Everything that a run computes with.
pub struct Engine {
    pub(super) experiment: Experiment,
    pub(super) spec: TaskSpec,
    pub(super) brain: Brain,
    pub(super) world: World,
    pub(super) team: Team,
    pub(super) ranks: Vec<RankSlot>,
    pub(super) rollouts: Vec<Rollout>,
    pub(super) statistics: Statistics,
    pub(super) learner: Learner,
    pub(super) window: EpisodeWindow,
    pub(super) counters: Counters,
    pub(super) selection: Selection,
    pub(super) best: Best,
    pub(super) evaluator: Evaluator,
    /// Settings that follow a schedule.
    pub(super) scheduled: Vec<Scheduled>,
    pub(super) start: Kept,
    /// What MuJoCo warns of in the composition of body and world.
    pub(super) remarks: Vec<String>,
}

/// A rank and how its last gathering went.
pub(super) struct RankSlot {
    pub rank: Rank,
    pub outcome: Result<(), GatherError>,
}

/// What a run counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Counters {
    /// Cycles done.
    pub cycle: u64,
    /// Control steps gathered.
    pub total_steps: u64,
    /// Gradient steps done.
    pub updates: u64,
}

/// The run when its parameters were the best so far, until that is saved; [`Selection`] says what they
/// are the best by.
pub(super) struct Best {
    pub state: CycleStart,
    /// Whether they have not been written yet.
    pub unsaved: bool,
}

impl Engine {
    /// From its parts.
    pub(super) fn new(
        experiment: &Experiment,
        spec: TaskSpec,
        brain: Brain,
        ranks: Vec<Rank>,
        statistics: Statistics,
        evaluator: Evaluator,
        mut world: World,
    ) -> Result<Self, HostError> {
        let rollouts: Vec<Rollout> = ranks
            .iter()
            .map(|rank| {
                Rollout::new(RolloutForm {
                    horizon: experiment.horizon,
                    environments: rank.len(),
                    sensation_len: brain.sensation_len(),
                    image_len: SensationLayout::new(&spec.sensations).image_len(),
                    action_len: brain.distribution().action_len(),
                    state_len: brain.state_len(),
                    chunk_length: experiment.ppo.chunk_length,
                    forgets: experiment.ppo.chunk_start == ChunkStart::Zero,
                })
                .with_reward_terms(spec.reward_terms.len())
            })
            .collect();
        let crew = Crew::new(&mut world, &experiment.device, experiment.optimizers)?;
        let learner = Learner::new(
            &brain,
            experiment.ppo.clone(),
            (experiment.seed, experiment.course()),
            &rollouts,
            &crew.device,
            Processes {
                world: &world,
                environments: experiment.environments,
                learners: &crew.learners,
            },
        )?;
        let start = CycleStart {
            parameters: learner.parameters.clone(),
            adam: learner.adam.clone(),
            window: EpisodeWindow::new(spec.reward_terms.len()),
            statistics: statistics.current().to_vec(),
            counters: Counters::default(),
            selection: Selection::default(),
            episodes: ranks.iter().flat_map(Rank::episodes).collect(),
        };
        let best = Best {
            state: start.clone(),
            unsaved: false,
        };
        let team = Team::new(experiment.threads)?;
        // Which thread steps which environments is chance, and a cycle allocates nothing.
        team.on_every_thread(prepare_thread);
        Ok(Self {
            start: Kept::new(start, brain.parameters()),
            experiment: experiment.clone(),
            world,
            team,
            ranks: ranks
                .into_iter()
                .map(|rank| RankSlot {
                    rank,
                    outcome: Ok(()),
                })
                .collect(),
            window: EpisodeWindow::new(spec.reward_terms.len()),
            spec,
            brain,
            rollouts,
            statistics,
            learner,
            counters: Counters::default(),
            selection: Selection::default(),
            best,
            evaluator,
            scheduled: Vec::new(),
            remarks: Vec::new(),
        })
    }

    /// Warms up the statistics of the preprocessors where that is asked for, and starts the first
    /// episode of every environment.
    ///
    /// # Errors
    /// A fault.
    pub fn begin(&mut self) -> Result<(), HostError> {
        self.begin_episodes()?;
        if self.experiment.warm_up && !self.statistics.is_empty() {
            self.warm_up()?;
            self.begin_episodes()?;
        }
        Ok(())
    }

    fn begin_episodes(&mut self) -> Result<(), HostError> {
        let mut slots = self.ranks.iter_mut();
        let outcome = slots.try_for_each(|slot| slot.rank.begin());
        agree(
            &mut self.world,
            "beginning episodes",
            outcome.map_err(Into::into),
        )
    }

    /// The processes of the run.
    pub fn world(&mut self) -> &mut World {
        &mut self.world
    }

    /// Cycles done.
    #[must_use]
    pub fn cycles_done(&self) -> u64 {
        self.counters.cycle
    }

    /// Control steps done.
    #[must_use]
    pub fn steps_done(&self) -> u64 {
        self.counters.total_steps
    }

    /// What the watchdog can save; `None` where other processes have environments too.
    pub(super) fn kept(&self) -> Option<Kept> {
        (self.world.size() == 1).then(|| self.start.clone())
    }

    /// The brain.
    #[must_use]
    pub fn brain(&self) -> &Brain {
        &self.brain
    }

    /// The task's spec.
    #[must_use]
    pub fn spec(&self) -> &TaskSpec {
        &self.spec
    }

    /// Whether the mean return of the last 100 episodes has reached the task's threshold.
    #[must_use]
    pub fn solved(&self) -> bool {
        let full = self.window.len() == EpisodeWindow::LEN;
        match (self.spec.reward_threshold, self.window.mean_return()) {
            (Some(threshold), Some(mean)) => full && mean >= threshold,
            _ => false,
        }
    }

    /// Mean return of the last 100 episodes.
    #[must_use]
    pub fn mean_return(&self) -> Option<f64> {
        self.window.mean_return()
    }
}
