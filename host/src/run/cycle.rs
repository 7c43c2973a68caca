//! One cycle: gather, merge, learn, report. The policy snapshot goes back to the gatherers here
//! and nowhere else.

use crate::error::HostError;
use crate::run::engine::{Best, Engine};
use angora_brain::DistributionKind;
use angora_core::CycleReport;
use angora_optimisation::UpdateReport;
use std::time::Instant;

impl Engine {
    /// Runs the next cycle.
    ///
    /// # Errors
    /// A fault of a plugin, or learning that diverges. The parameters are then those of the last
    /// complete update.
    pub fn cycle(&mut self) -> Result<CycleReport, HostError> {
        let cycle = self.counters.cycle + 1;
        let start = Instant::now();
        self.gather(cycle)?;
        let gathering_secs = start.elapsed().as_secs_f64();
        let mut report = CycleReport {
            cycle,
            ..CycleReport::default()
        };
        self.count_episodes(&mut report);
        self.remember_best(cycle)?;
        self.merge_statistics()?;

        let start = Instant::now();
        let update = {
            let Self {
                learner,
                brain,
                team,
                rollouts,
                ..
            } = self;
            team.run(|| learner.update(brain, team, rollouts, cycle))?
        };
        let optimisation_secs = start.elapsed().as_secs_f64();

        let steps = (self.experiment.horizon * self.experiment.environments) as u64;
        self.counters.cycle = cycle;
        self.counters.total_steps += steps;
        self.counters.updates += update.updates;
        report.total_steps = self.counters.total_steps;
        self.report_update(&mut report, &update);
        report.push("time/iterations", cycle as f64);
        report.push("time/total_timesteps", report.total_steps as f64);
        let rate = steps as f64 / (gathering_secs + optimisation_secs);
        report.push("time/fps", rate);
        report.push("time/gathering_secs", gathering_secs);
        report.push("time/optimisation_secs", optimisation_secs);
        Ok(report)
    }

    fn gather(&mut self, cycle: u64) -> Result<(), HostError> {
        let Self {
            ranks,
            rollouts,
            brain,
            learner,
            team,
            experiment,
            ..
        } = self;
        let progress = (cycle - 1) as f64 / experiment.cycles.max(1) as f64;
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

    /// Finished episodes in the order of time, then environment, whichever rank had them.
    fn count_episodes(&mut self, report: &mut CycleReport) {
        let (mut n, mut sum) = (0u64, 0.0);
        for t in 0..self.experiment.horizon {
            for rollout in &self.rollouts {
                let row = t * rollout.environments..(t + 1) * rollout.environments;
                for finished in rollout.finished[row].iter().flatten() {
                    self.window.push(*finished);
                    n += 1;
                    sum += finished.episode_return;
                }
            }
        }
        if let (Some(mean), Some(length)) = (self.window.mean_return(), self.window.mean_length()) {
            report.push("rollout/ep_rew_mean", mean);
            report.push("rollout/ep_len_mean", length);
            report.push("rollout/episodes", self.window.len() as f64);
        }
        report.push("rollout/cycle_episodes", n as f64);
        if n > 0 {
            report.push("rollout/cycle_ep_rew_mean", sum / n as f64);
        }
    }

    /// Keeps the parameters that gathered the best returns so far; they are written with the
    /// next checkpoint.
    fn remember_best(&mut self, cycle: u64) -> Result<(), HostError> {
        let Some(mean) = self.window.mean_return() else {
            return Ok(());
        };
        if self.counters.best_return.is_some_and(|best| best >= mean) {
            return Ok(());
        }
        self.counters.best_return = Some(mean);
        self.best = Some(Best {
            cycle: cycle - 1,
            parameters: self.learner.parameters.clone(),
            statistics: self.statistics.save()?,
            saved: false,
        });
        Ok(())
    }

    /// What the environments have learned of their senses and rewards becomes common knowledge.
    fn merge_statistics(&mut self) -> Result<(), HostError> {
        let Self {
            ranks, statistics, ..
        } = self;
        let chains = ranks.iter_mut().flat_map(|slot| slot.rank.chains());
        statistics.merge(chains)?;
        for chain in ranks.iter_mut().flat_map(|slot| slot.rank.chains()) {
            chain.set_statistics(statistics.current())?;
        }
        Ok(())
    }

    fn report_update(&self, report: &mut CycleReport, update: &UpdateReport) {
        report.push("train/policy_gradient_loss", update.policy_loss);
        report.push("train/value_loss", update.value_loss);
        report.push("train/entropy_loss", -update.entropy);
        report.push("train/loss", update.loss);
        report.push("train/approx_kl", update.approx_kl);
        report.push("train/clip_fraction", update.clip_fraction);
        report.push("train/clip_range", self.experiment.ppo.clip_range);
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
