//! Evaluations during training: the parameters of a moment play the same episodes each time, without
//! noise, with schedules at their end. They choose the checkpoint `best`; learning does not see them.

use crate::config::Experiment;
use crate::error::HostError;
use crate::run::engine::Engine;
use crate::run::episodes::{Deal, Numbered, in_order, play};
use crate::run::ranks::confer;
use crate::run::selection::{Measure, Selection};
use angora_comm::World;
use angora_core::{CycleReport, Purpose, Stream};
use angora_gathering::{Actor, EvaluatedEpisode, Manner, Tally};
use angora_optimisation::ChunkStart;
use angora_plugin_api::TaskSpec;
use std::time::Instant;

/// At most so many evaluations in a run whose settings leave their number open.
const MOST_EVALUATIONS: u64 = 50;

/// When evaluations take place, and how large they are. The same in every process.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Plan {
    /// Episodes of an evaluation.
    pub episodes: u64,
    every: Every,
    /// Control steps of an evaluation at most.
    most_steps: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Every {
    Cycles(u64),
    /// As often as this share of the control steps allows.
    Share(f64),
}

/// A moment of a run: what decides whether an evaluation is due after a cycle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// Cycles done.
    pub cycle: u64,
    /// Cycles of the run.
    pub cycles: u64,
    /// Control steps gathered in a cycle.
    pub steps_per_cycle: u64,
    /// Mean length of the last training episodes, control steps.
    pub mean_length: Option<f64>,
}

impl Plan {
    /// The plan of a run's settings; `None` where evaluations are off, or where episodes of the task
    /// need not end.
    pub fn new(experiment: &Experiment, spec: &TaskSpec) -> Option<Self> {
        let settings = &experiment.evaluation;
        let limit = spec.max_episode_steps?;
        let every = match settings.every_cycles {
            Some(0) => return None,
            Some(cycles) => Every::Cycles(cycles),
            None if settings.share > 0.0 => Every::Share(settings.share),
            None => return None,
        };
        let usual = (experiment.environments as u64).clamp(5, 32);
        let episodes = settings.episodes.unwrap_or(usual);
        Some(Self {
            episodes,
            every,
            most_steps: episodes.saturating_mul(limit),
        })
    }

    /// Whether an evaluation is due. It depends on what was gathered and evaluated before, which is
    /// the same for any number of threads and processes.
    pub fn is_due(&self, selection: &Selection, moment: Moment) -> bool {
        let Moment { cycle, cycles, .. } = moment;
        let done_now = selection.evaluations > 0 && selection.last_cycle == cycle;
        if cycle == 0 || done_now {
            return false;
        }
        let last = cycle == cycles;
        match self.every {
            Every::Cycles(every) => last || cycle.is_multiple_of(every),
            Every::Share(share) => {
                let allowed = |cycle: u64| share * (cycle * moment.steps_per_cycle) as f64;
                let expected = self.expected_steps(selection, moment);
                let spent = selection.steps as f64;
                if last {
                    return spent + expected <= allowed(cycle);
                }
                let gap = cycles.div_ceil(MOST_EVALUATIONS).max(1);
                // What is left must do for the last cycle's.
                cycle >= selection.last_cycle + gap
                    && spent + expected <= allowed(cycle)
                    && spent + 2.0 * expected <= allowed(cycles)
            }
        }
    }

    /// Control steps that the next evaluation may take: twice those of the last, as episodes become
    /// longer where falling ends them, but no more than the limit of episodes allows.
    fn expected_steps(&self, selection: &Selection, moment: Moment) -> f64 {
        let most = self.most_steps as f64;
        let trained = moment.mean_length.map(|mean| mean * self.episodes as f64);
        let before = match selection.last_steps {
            0 => trained.unwrap_or(most),
            steps => steps as f64,
        };
        (2.0 * before).min(most)
    }

    /// Whether the run reaches an evaluation at all, as far as can be known at its beginning.
    fn is_ever_due(&self, experiment: &Experiment) -> bool {
        match self.every {
            Every::Cycles(_) => true,
            Every::Share(share) => {
                // The shortest episodes take a step.
                let steps = experiment.horizon * experiment.environments;
                let steps = steps as f64 * experiment.cycles as f64;
                share * steps >= self.episodes as f64
            }
        }
    }

    /// For the reader.
    pub fn words(&self) -> String {
        let episodes = self.episodes;
        match self.every {
            Every::Cycles(1) => format!("{episodes} episodes after every cycle"),
            Every::Cycles(n) => format!("{episodes} episodes every {n} cycles"),
            Every::Share(share) => format!(
                "{episodes} episodes at a time, in at most {} % of the control steps",
                (1e5 * share).round() / 1e3
            ),
        }
    }
}

/// What evaluations are played with: environments of their own.
#[derive(Default)]
pub(super) struct Evaluator {
    plan: Option<Plan>,
    actors: Vec<Actor>,
    /// Seconds of the evaluations of this segment.
    secs: f64,
    /// Evaluations of this segment, and their control steps.
    count: u64,
    steps: u64,
}

impl Evaluator {
    /// With as many actors as this process can use; `build` makes the one of an index.
    pub fn new<E>(
        experiment: &Experiment,
        spec: &TaskSpec,
        world: &World,
        build: impl FnMut(u64) -> Result<Actor, E>,
    ) -> Result<Self, E> {
        let plan = Plan::new(experiment, spec);
        let Some(planned) = plan.filter(|plan| plan.is_ever_due(experiment)) else {
            return Ok(Self::default());
        };
        let deal = deal(planned, world);
        let count = experiment.threads.min(deal.len()) as u64;
        // Behind those of training, of which no stream is touched.
        let first = experiment.environments as u64;
        Ok(Self {
            plan,
            actors: (first..first + count)
                .map(build)
                .collect::<Result<_, _>>()?,
            ..Self::default()
        })
    }

    /// When evaluations take place, if ever.
    pub fn plan(&self) -> Option<Plan> {
        self.plan
    }

    /// What the evaluations of this segment took of `secs` seconds, for the reader; `None` without
    /// any.
    pub fn cost(&self, secs: f64) -> Option<String> {
        (self.count > 0).then(|| {
            format!(
                "{} evaluation{}, {} control steps, {:.1} s ({:.1} % of the time)",
                self.count,
                if self.count == 1 { "" } else { "s" },
                self.steps,
                self.secs,
                100.0 * self.secs / secs.max(self.secs)
            )
        })
    }
}

/// The seed of the episodes of a run's evaluations, which training never draws; 53 bits, so that any
/// reader of JSON keeps it.
fn seed(run: u64) -> u64 {
    Stream::new(run, 0, 0, Purpose::Selection).bits() >> 11
}

fn deal(plan: Plan, world: &World) -> Deal {
    Deal {
        count: plan.episodes,
        size: world.size(),
        rank: world.rank(),
    }
}

impl Engine {
    /// Evaluates the present parameters if it is time to, and reports it; every process must call
    /// it.
    ///
    /// # Errors
    /// A fault of a plugin.
    pub(super) fn evaluate_if_due(&mut self, report: &mut CycleReport) -> Result<(), HostError> {
        let Some(plan) = self.evaluator.plan else {
            return Ok(());
        };
        let moment = Moment {
            cycle: self.counters.cycle,
            cycles: self.experiment.cycles,
            steps_per_cycle: self.steps_per_cycle(),
            mean_length: self.window.mean_length(),
        };
        if !plan.is_due(&self.selection, moment) {
            report.push("time/evaluation_secs", 0.0);
            return Ok(());
        }
        let start = Instant::now();
        let mine = self.play_evaluation(plan);
        let all = confer(&mut self.world, "evaluating", mine)?;
        let episodes = in_order(all);
        let mut tally = Tally::default();
        for episode in &episodes {
            tally.add(episode.episode_return, episode.length, episode.success);
        }
        let seed = seed(self.experiment.seed);
        if self.selection.evaluated(&tally, seed, moment.cycle) {
            self.mark()?;
            self.keep_best();
        }
        report_evaluation(report, &episodes, &tally);
        report.push("evaluation/steps", self.selection.steps as f64);
        let secs = start.elapsed().as_secs_f64();
        report.push("time/evaluation_secs", secs);
        let evaluator = &mut self.evaluator;
        evaluator.secs += secs;
        evaluator.count += 1;
        evaluator.steps += tally.steps();
        Ok(())
    }

    /// This process's share of an evaluation.
    fn play_evaluation(&mut self, plan: Plan) -> Result<Vec<Numbered>, HostError> {
        self.statistics.read()?;
        let Self {
            evaluator,
            experiment,
            team,
            brain,
            learner,
            statistics,
            world,
            ..
        } = self;
        for actor in &mut evaluator.actors {
            actor.chain().set_statistics(statistics.current())?;
        }
        let manner = Manner {
            deterministic: true,
            forget_every: (experiment.ppo.chunk_start == ChunkStart::Zero)
                .then_some(experiment.ppo.chunk_length as u64),
        };
        let player = (&*brain, learner.parameters.as_slice(), manner);
        let deal = deal(plan, world);
        let actors = &mut evaluator.actors;
        Ok(play(team, player, actors, seed(experiment.seed), deal)?)
    }

    /// The best parameters so far, in numbers.
    pub(super) fn report_best(&self, report: &mut CycleReport) {
        let Some(best) = &self.selection.best else {
            return;
        };
        report.push("best/return_mean", best.mean_return);
        match best.measure {
            Measure::GoalsInARow => report.push("best/goals_reached_mean", best.value),
            Measure::SuccessRate => report.push("best/success_rate", best.value),
            Measure::Return => {}
        }
        report.push("best/cycle", best.cycle as f64);
    }
}

fn report_evaluation(report: &mut CycleReport, episodes: &[EvaluatedEpisode], tally: &Tally) {
    let (Some(mean), Some(length)) = (tally.mean_return(), tally.mean_length()) else {
        return;
    };
    let squares = episodes.iter().map(|e| (e.episode_return - mean).powi(2));
    let std = (squares.sum::<f64>() / episodes.len() as f64).sqrt();
    report.push("evaluation/return_mean", mean);
    report.push("evaluation/return_std", std);
    report.push("evaluation/length_mean", length);
    let successes = tally.successes();
    for (name, value) in [
        ("evaluation/success_rate", successes.rate()),
        ("evaluation/goals_reached_mean", successes.mean_goals()),
    ] {
        if let Some(value) = value {
            report.push(name, value);
        }
    }
    report.push("evaluation/episodes", tally.episodes() as f64);
}

#[cfg(test)]
mod tests;
