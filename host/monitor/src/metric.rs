//! Every metric that a run writes, with its unit and meaning.

/// A metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Description {
    /// Name; those that Stable-Baselines3 has too are named as there.
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

/// All metrics, in the order in which they are written. A metric that has no value in a cycle (no
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
        "train/policy_gradient_loss",
        "",
        "negative clipped surrogate, mean over updates",
    ),
    describe(
        "train/value_loss",
        "",
        "half the squared error of the value, mean over updates",
    ),
    describe(
        "train/entropy_loss",
        "nat",
        "negative entropy, summed over degrees of freedom, mean over updates",
    ),
    describe("train/loss", "", "the weighted sum that is minimised"),
    describe("train/approx_kl", "nat", "mean of (ratio - 1) - ln ratio"),
    describe(
        "train/clip_fraction",
        "",
        "part of transitions outside the clip range",
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
        "control steps per second in this cycle",
    ),
    describe(
        "time/gathering_secs",
        "s",
        "time spent gathering in this cycle",
    ),
    describe(
        "time/optimisation_secs",
        "s",
        "time spent optimising in this cycle",
    ),
];
