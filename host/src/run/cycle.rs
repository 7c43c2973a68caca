//! One cycle: gather, merge, learn, report. The policy snapshot goes back to the gatherers here
//! and nowhere else.

use crate::error::HostError;
use crate::run::engine::Engine;
use angora_brain::DistributionKind;
use angora_buffer::Finished;
use angora_core::CycleReport;
use angora_gathering::Tally;
use angora_optimisation::UpdateReport;
use angora_plugin_api::Progress;
use std::time::Instant;

/// What a cycle computed, before it is reported.
#[derive(Debug, Clone, Copy)]
pub struct CycleNumbers {
    /// Episodes that finished.
    episodes: u64,
    /// Sum of their returns.
    return_sum: f64,
    update: UpdateReport,
    gathering_secs: f64,
    optimisation_secs: f64,
}

/// Whether an episode that finished at step `t` of a cycle (from 0) also began in it: then one set of
/// parameters and statistics has gathered all of it.
pub(super) fn began_in_cycle(finished: &Finished, t: usize) -> bool {
    finished.length <= t as u64 + 1
}

impl Engine {
    /// Runs the next cycle, and evaluates the parameters that it leaves if it is time to.
    ///
    /// # Errors
    /// A fault of a plugin, or learning that diverges. What was learned is then as it was before
    /// the cycle; the environments are not to be used again.
    pub fn cycle(&mut self) -> Result<CycleReport, HostError> {
        let numbers = self.gather_and_optimise()?;
        let mut report = self.report(&numbers);
        self.evaluate_if_due(&mut report)?;
        self.report_best(&mut report);
        Ok(report)
    }

    /// The work of a cycle: everything but the report. Allocates nothing after the first time.
    ///
    /// # Errors
    /// As [`cycle`](Self::cycle).
    pub fn gather_and_optimise(&mut self) -> Result<CycleNumbers, HostError> {
        self.mark()?;
        let outcome = self.work();
        if outcome.is_err() {
            self.roll_back();
        }
        outcome
    }

    fn work(&mut self) -> Result<CycleNumbers, HostError> {
        let cycle = self.counters.cycle + 1;
        let start = Instant::now();
        let (episodes, return_sum) = if self.world.size() == 1 {
            self.gather(cycle)?;
            let (episodes, return_sum, whole) = self.count_episodes();
            self.remember_best(&whole, cycle);
            self.merge_statistics()?;
            (episodes, return_sum)
        } else {
            self.gather_together(cycle)?
        };
        let gathering_secs = start.elapsed().as_secs_f64();

        let start = Instant::now();
        let update = self.optimise(cycle)?;
        let optimisation_secs = start.elapsed().as_secs_f64();

        self.counters.cycle = cycle;
        self.counters.total_steps += self.steps_per_cycle();
        self.counters.updates += update.updates;
        Ok(CycleNumbers {
            episodes,
            return_sum,
            update,
            gathering_secs,
            optimisation_secs,
        })
    }

    /// Only gathers, with the present parameters; for benchmarks.
    ///
    /// # Errors
    /// A fault of a plugin.
    pub fn gather_alone(&mut self) -> Result<(), HostError> {
        self.gather(self.counters.cycle + 1)
    }

    pub(super) fn steps_per_cycle(&self) -> u64 {
        (self.experiment.horizon * self.experiment.environments) as u64
    }

    fn optimise(&mut self, cycle: u64) -> Result<UpdateReport, HostError> {
        let Self {
            learner,
            brain,
            team,
            world,
            rollouts,
            ..
        } = self;
        Ok(team.run(|| learner.update(brain, (team, world), rollouts, cycle))?)
    }

    /// How much of the training is done when a cycle (from 1) begins.
    pub(super) fn progress(&self, cycle: u64) -> Progress {
        Progress {
            fraction: self.experiment.course().progress(cycle),
            steps: (cycle - 1) * self.steps_per_cycle(),
        }
    }

    pub(super) fn gather(&mut self, cycle: u64) -> Result<(), HostError> {
        let progress = self.progress(cycle);
        let Self {
            ranks,
            rollouts,
            brain,
            learner,
            team,
            experiment,
            ..
        } = self;
        let (discount, gae_lambda) = (experiment.ppo.discount, experiment.ppo.gae_lambda);
        let parameters = &learner.parameters;
        team.each_pair(ranks, rollouts, |_, slot, rollout| {
            slot.outcome = slot.rank.gather(brain, parameters, progress, rollout);
            if slot.outcome.is_ok() {
                rollout.estimate_advantages(discount, gae_lambda);
            }
        });
        // The first in the order of the environments, whichever happened first.
        for slot in ranks {
            std::mem::replace(&mut slot.outcome, Ok(()))?;
        }
        Ok(())
    }

    /// Finished episodes in the order of time, then environment, whichever rank had them; their
    /// number, the sum of their returns, and what those say that also began in this cycle.
    fn count_episodes(&mut self) -> (u64, f64, Tally) {
        let (mut n, mut sum, mut whole) = (0, 0.0, Tally::default());
        for t in 0..self.experiment.horizon {
            for rollout in &self.rollouts {
                let environments = rollout.form.environments;
                let row = t * environments..(t + 1) * environments;
                for finished in rollout.finished[row].iter().flatten() {
                    self.window.push(*finished, rollout.terms(finished));
                    n += 1;
                    sum += finished.episode_return;
                    if began_in_cycle(finished, t) {
                        whole.add(finished.episode_return, finished.length, finished.success);
                    }
                }
            }
        }
        (n, sum, whole)
    }

    /// Keeps the parameters that have gathered in this cycle if its whole episodes say that they are
    /// the best so far.
    pub(super) fn remember_best(&mut self, whole: &Tally, cycle: u64) {
        if self.selection.episodes(whole, cycle - 1) {
            self.keep_best();
        }
    }

    /// Keeps what was last [marked](Self::mark) as the best; it is written with the next checkpoint.
    /// Allocates nothing.
    pub(super) fn keep_best(&mut self) {
        self.best.unsaved = true;
        self.best.state.copy_from(&self.start.lock());
        self.best.state.selection = self.selection;
    }

    /// What the environments have learned of their senses and rewards becomes common knowledge.
    pub(super) fn merge_statistics(&mut self) -> Result<(), HostError> {
        let Self {
            ranks, statistics, ..
        } = self;
        let chains = ranks.iter_mut().flat_map(|slot| slot.rank.chains());
        statistics.merge(chains)?;
        self.spread_statistics()
    }

    /// Hands the merged statistics to the environments of this process.
    pub(super) fn spread_statistics(&mut self) -> Result<(), HostError> {
        for chain in self.ranks.iter_mut().flat_map(|slot| slot.rank.chains()) {
            chain.set_statistics(self.statistics.current())?;
        }
        Ok(())
    }

    fn report(&self, numbers: &CycleNumbers) -> CycleReport {
        let mut report = CycleReport {
            cycle: self.counters.cycle,
            total_steps: self.counters.total_steps,
            ..CycleReport::default()
        };
        if let (Some(mean), Some(length)) = (self.window.mean_return(), self.window.mean_length()) {
            report.push("rollout/ep_rew_mean", mean);
            report.push("rollout/ep_len_mean", length);
            report.push("rollout/episodes", self.window.len() as f64);
        }
        self.report_episodes(&mut report);
        report.push("rollout/cycle_episodes", numbers.episodes as f64);
        if numbers.episodes > 0 {
            let mean = numbers.return_sum / numbers.episodes as f64;
            report.push("rollout/cycle_ep_rew_mean", mean);
        }
        self.report_terms(&mut report);
        self.report_update(&mut report, &numbers.update);
        self.report_regions(&mut report);
        self.report_normalisers(&mut report);
        report.push("time/iterations", report.cycle as f64);
        report.push("time/total_timesteps", report.total_steps as f64);
        let secs = numbers.gathering_secs + numbers.optimisation_secs;
        report.push("time/cycle_fps", self.steps_per_cycle() as f64 / secs);
        let steps = self.steps_per_cycle() as f64;
        for (phase, secs) in [
            ("gathering", numbers.gathering_secs),
            ("optimisation", numbers.optimisation_secs),
        ] {
            report.push(&format!("time/{phase}_secs"), secs);
            report.push(&format!("time/{phase}_fps"), steps / secs);
        }
        report
    }

    fn report_update(&self, report: &mut CycleReport, update: &UpdateReport) {
        report.push("train/policy_gradient_loss", update.policy_loss);
        report.push("train/value_loss", update.value_loss);
        report.push("train/entropy_loss", -update.entropy);
        report.push("train/loss", update.loss);
        report.push("train/approx_kl", update.approx_kl);
        report.push("train/clip_fraction", update.clip_fraction);
        report.push("train/clip_range", self.experiment.ppo.clip_range);
        report.push("train/log_ratio_overflows", update.overflows);
        if let Some(explained) = update.explained_variance {
            report.push("train/explained_variance", explained);
        }
        report.push("train/gradient_norm", update.gradient_norm);
        report.push("train/learning_rate", update.learning_rate);
        report.push("train/n_updates", self.counters.updates as f64);
        if let Some(std) = self.mean_std() {
            report.push("train/std", std);
        }
    }

    /// Mean standard deviation of a Gaussian policy that does not depend on the sensation.
    fn mean_std(&self) -> Option<f64> {
        let settings = &self.experiment.distribution;
        if settings.kind != DistributionKind::Gaussian || settings.state_dependent_std {
            return None;
        }
        let entries = self.brain.parameters().entries();
        let entry = entries.iter().find(|p| p.name == "policy_head.log_std")?;
        let values = &self.learner.parameters[entry.offset..][..entry.shape.iter().product()];
        Some(values.iter().map(|x| f64::from(x.exp())).sum::<f64>() / values.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An episode that another cycle began was gathered by other parameters.
    #[test]
    fn whole_episodes_began_in_the_cycle() {
        let finished = |length| Finished {
            episode_return: 1.0,
            length,
            truncated: false,
            success: None,
            terms: 0,
        };
        assert!(began_in_cycle(&finished(1), 0));
        assert!(began_in_cycle(&finished(10), 9));
        assert!(began_in_cycle(&finished(3), 9));
        assert!(!began_in_cycle(&finished(11), 9));
    }
}
