//! Every metric that a run writes, with its unit and meaning.

/// A metric, or a family of metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Description {
    /// Name; those that Stable-Baselines3 has too are named as there. A part in angle brackets
    /// stands for any name: a reward term, a region, a sense.
    pub name: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// Meaning.
    pub meaning: &'static str,
}

const fn describe(name: &'static str, unit: &'static str, meaning: &'static str) -> Description {
    Description {
        name,
        unit,
        meaning,
    }
}

impl Description {
    /// Whether this is the metric, or one of the family, of a name.
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        let Some((before, rest)) = self.name.split_once('<') else {
            return self.name == name;
        };
        let after = rest.split_once('>').map_or("", |(_, after)| after);
        let middle = name
            .strip_prefix(before)
            .and_then(|n| n.strip_suffix(after));
        middle.is_some_and(|middle| !middle.is_empty())
    }
}

/// The description of the metric of a name. One that is named in full goes before a family.
#[must_use]
pub fn find(name: &str) -> Option<&'static Description> {
    let exact = ALL.iter().find(|metric| metric.name == name);
    exact.or_else(|| ALL.iter().find(|metric| metric.covers(name)))
}

/// All metrics. A metric that has no value in a cycle (no
/// episode has finished yet) is left out.
pub const ALL: &[Description] = &[
    describe(
        "rollout/ep_rew_mean",
        "reward",
        "mean raw return of the last 100 episodes",
    ),
    describe(
        "rollout/ep_len_mean",
        "control steps",
        "mean length of the last 100 episodes",
    ),
    describe(
        "rollout/episodes",
        "episodes",
        "number of episodes in these means",
    ),
    describe(
        "rollout/ep_rew_min",
        "reward",
        "smallest raw return of the last 100 episodes",
    ),
    describe(
        "rollout/ep_rew_max",
        "reward",
        "largest raw return of the last 100 episodes",
    ),
    describe(
        "rollout/ep_rew_std",
        "reward",
        "standard deviation (of n) of the raw returns of the last 100 episodes",
    ),
    describe(
        "rollout/best_ep_rew_mean",
        "reward",
        "highest rollout/ep_rew_mean so far of at least 50 episodes; the checkpoint best is of it",
    ),
    describe(
        "rollout/success_rate",
        "",
        "part of the last 100 episodes whose last step is a success; of tasks with a signal success. Of tasks with a signal goals_reached: part of the goals that were reached",
    ),
    describe(
        "rollout/success_steps_mean",
        "control steps",
        "mean number of steps of the last 100 episodes that are a success; of tasks with a signal success",
    ),
    describe(
        "rollout/goals_reached_mean",
        "goals",
        "mean number of goals that the last 100 episodes reached one after another; of tasks with a signal goals_reached",
    ),
    describe(
        "rollout/time_to_goal_mean",
        "s",
        "mean time that a goal took, over the goals that the last 100 episodes reached; control steps where the task's time has no unit",
    ),
    describe(
        "rollout/truncated_fraction",
        "",
        "part of the last 100 episodes that a limit ended, not the task",
    ),
    describe(
        "rollout/cycle_episodes",
        "episodes",
        "episodes that finished in this cycle",
    ),
    describe(
        "rollout/cycle_ep_rew_mean",
        "reward",
        "mean raw return of the episodes that finished in this cycle",
    ),
    describe(
        "reward/<term>",
        "reward",
        "mean over the last 100 episodes of the sum of a term of the raw reward; the terms add up to rollout/ep_rew_mean",
    ),
    describe(
        "train/policy_gradient_loss",
        "",
        "negative clipped surrogate, mean over updates",
    ),
    describe(
        "train/value_loss",
        "",
        "squared error of the value, mean over updates",
    ),
    describe(
        "train/entropy_loss",
        "nat",
        "negative entropy, summed over degrees of freedom, mean over updates",
    ),
    describe(
        "train/loss",
        "",
        "weighted sum that is minimised, of the last minibatch of the cycle",
    ),
    describe(
        "train/approx_kl",
        "nat",
        "mean of (ratio - 1) - ln ratio over the minibatches of the last epoch, each before its own step",
    ),
    describe(
        "train/clip_fraction",
        "",
        "fraction of transitions outside the clip range",
    ),
    describe(
        "train/log_ratio_overflows",
        "transitions",
        "transitions of the cycle, over all epochs, whose log-ratio was clamped to ±20 so that the loss stays finite",
    ),
    describe("train/clip_range", "", "epsilon of the clipped surrogate"),
    describe(
        "train/explained_variance",
        "",
        "1 - Var(target - value) / Var(target)",
    ),
    describe(
        "train/gradient_norm",
        "",
        "mean global norm of the gradients before clipping",
    ),
    describe("train/learning_rate", "", "step size of Adam"),
    describe(
        "train/n_updates",
        "updates",
        "gradient steps since the run began",
    ),
    describe(
        "train/std",
        "",
        "mean standard deviation of a Gaussian policy",
    ),
    describe(
        "region/<region>/gradient_norm",
        "",
        "norm of the gradient of a region's parameters before clipping, mean over updates; 0 where it is frozen",
    ),
    describe(
        "region/<region>/weight_norm",
        "",
        "norm of a region's parameters after the cycle",
    ),
    describe(
        "normaliser/<sense>/samples",
        "sensations",
        "sensations that the normaliser of a sense has seen",
    ),
    describe(
        "normaliser/<sense>/mean_min",
        "of the sense",
        "smallest running mean of a receptor",
    ),
    describe(
        "normaliser/<sense>/mean_max",
        "of the sense",
        "largest running mean of a receptor",
    ),
    describe(
        "normaliser/<sense>/std_min",
        "of the sense",
        "smallest running standard deviation of a receptor",
    ),
    describe(
        "normaliser/<sense>/std_mean",
        "of the sense",
        "mean over receptors of the running standard deviation",
    ),
    describe(
        "normaliser/<sense>/std_max",
        "of the sense",
        "largest running standard deviation of a receptor",
    ),
    describe(
        "normaliser/reward/samples",
        "control steps",
        "rewards that the normaliser of rewards has seen",
    ),
    describe(
        "normaliser/reward/std",
        "reward",
        "running standard deviation of the discounted return, by which rewards are divided",
    ),
    describe("time/iterations", "cycles", "cycles since the run began"),
    describe(
        "time/total_timesteps",
        "control steps",
        "control steps since the run began",
    ),
    describe(
        "time/time_elapsed",
        "s",
        "time since this segment of the run began",
    ),
    describe(
        "time/fps",
        "control steps / s",
        "control steps per second since this segment of the run began, checkpoints and all else included",
    ),
    describe(
        "time/cycle_fps",
        "control steps / s",
        "control steps per second of gathering and optimisation in this cycle",
    ),
    describe(
        "time/gathering_secs",
        "s",
        "time spent gathering in this cycle",
    ),
    describe(
        "time/gathering_fps",
        "control steps / s",
        "control steps per second of gathering",
    ),
    describe(
        "time/optimisation_secs",
        "s",
        "time spent optimising in this cycle",
    ),
    describe(
        "time/optimisation_fps",
        "control steps / s",
        "control steps per second of optimising",
    ),
    describe(
        "time/unix_secs",
        "s",
        "time by the system's clock when the cycle was done, since 1970, UTC; clocks may be set",
    ),
    describe(
        "time/cycle_secs",
        "s",
        "time since the cycle before was done, or since the segment began, with all that was done in it",
    ),
    describe(
        "time/checkpoint_secs",
        "s",
        "part of time/cycle_secs spent writing checkpoints, of the cycle before",
    ),
    describe(
        "time/gathering_fraction",
        "",
        "time/gathering_secs as part of time/cycle_secs",
    ),
    describe(
        "time/optimisation_fraction",
        "",
        "time/optimisation_secs as part of time/cycle_secs",
    ),
    describe(
        "time/checkpoint_fraction",
        "",
        "time/checkpoint_secs as part of time/cycle_secs",
    ),
    describe(
        "system/resident_bytes",
        "B",
        "resident memory of the process that writes the run; where the system tells (Linux)",
    ),
    describe(
        "system/cpu_secs",
        "s",
        "processor time of that process, all threads, since this segment of the run began",
    ),
    describe(
        "system/cores_busy",
        "cores",
        "processor time per time in this cycle",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_and_families_are_found_by_name() {
        let found = |name: &str| find(name).map(|metric| metric.name);
        assert_eq!(found("train/loss"), Some("train/loss"));
        assert_eq!(found("reward/forward/x"), Some("reward/<term>"));
        assert_eq!(
            found("region/mc.m1/weight_norm"),
            Some("region/<region>/weight_norm")
        );
        assert_eq!(
            found("normaliser/reward/samples"),
            Some("normaliser/reward/samples")
        );
        assert_eq!(
            found("normaliser/touch/samples"),
            Some("normaliser/<sense>/samples")
        );
        for unknown in ["train", "reward/", "region//weight_norm", "train/loss/x"] {
            assert_eq!(found(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn no_name_is_there_twice() {
        for (i, metric) in ALL.iter().enumerate() {
            let again = ALL[i + 1..].iter().any(|other| other.name == metric.name);
            assert!(!again, "{}", metric.name);
        }
    }
}
