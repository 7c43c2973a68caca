//! What a cycle reports beside the learner's own numbers: episodes, reward terms, regions,
//! normalisers.

use crate::run::engine::Engine;
use angora_core::{CycleReport, SensationLayout};
use angora_gathering::{Learnt, LearntOf};

impl Engine {
    /// Of the last 100 episodes, beside their means.
    pub(super) fn report_episodes(&self, report: &mut CycleReport) {
        let window = &self.window;
        if let Some(spread) = window.spread() {
            report.push("rollout/ep_rew_min", spread.min);
            report.push("rollout/ep_rew_max", spread.max);
            report.push("rollout/ep_rew_std", spread.std);
        }
        let timestep = self.spec.control_timestep.unwrap_or(1.0);
        let time_to_goal = window.mean_steps_to_goal().map(|steps| steps * timestep);
        for (name, value) in [
            ("rollout/success_rate", window.success_rate()),
            ("rollout/success_steps_mean", window.mean_success_steps()),
            ("rollout/goals_reached_mean", window.mean_goals()),
            ("rollout/time_to_goal_mean", time_to_goal),
            ("rollout/truncated_fraction", window.truncated_fraction()),
        ] {
            if let Some(value) = value {
                report.push(name, value);
            }
        }
    }

    /// What the reward of the last 100 episodes was made of.
    pub(super) fn report_terms(&self, report: &mut CycleReport) {
        let names = &self.spec.reward_terms;
        for (i, name) in names.iter().enumerate() {
            if let Some(mean) = self.window.mean_term(i, names.len()) {
                report.push(&format!("reward/{name}"), mean);
            }
        }
    }

    /// How large gradients and weights are, region by region.
    pub(super) fn report_regions(&self, report: &mut CycleReport) {
        let norms = &self.learner.norms;
        for (name, norm) in norms.names().zip(norms.gradients()) {
            report.push(&format!("region/{name}/gradient_norm"), norm);
        }
        for (name, norm) in norms.names().zip(norms.of(&self.learner.parameters)) {
            report.push(&format!("region/{name}/weight_norm"), norm);
        }
    }

    /// What the normalisers have learnt until now.
    pub(super) fn report_normalisers(&self, report: &mut CycleReport) {
        let layout = SensationLayout::new(&self.spec.sensations);
        for learnt in self.statistics.learnt(&layout) {
            let Learnt { of, samples, .. } = learnt;
            match of {
                LearntOf::Reward => {
                    report.push("normaliser/reward/samples", samples);
                    report.push("normaliser/reward/std", learnt.std_mean);
                }
                LearntOf::Sense(sense) => {
                    for (number, value) in [
                        ("samples", samples),
                        ("mean_min", learnt.mean_min),
                        ("mean_max", learnt.mean_max),
                        ("std_min", learnt.std_min),
                        ("std_mean", learnt.std_mean),
                        ("std_max", learnt.std_max),
                    ] {
                        report.push(&format!("normaliser/{sense}/{number}"), value);
                    }
                }
            }
        }
    }
}
