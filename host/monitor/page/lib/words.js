/**
 * Metrics in plain words, for those who do not know reinforcement learning.
 */

/** Name and what it tells; the catalogue has the definition. @type {Record<string, [string, string]>} */
const WORDS = {
  "rollout/ep_rew_mean": ["Return", "What an episode earns, which training raises."],
  "rollout/ep_rew_min": ["Lowest return", ""],
  "rollout/ep_rew_max": ["Highest return", ""],
  "rollout/ep_rew_std": ["Spread of returns", "How unlike each other the episodes are."],
  "rollout/ep_len_mean": ["Episode length", "Whether longer is better depends on the task: balancing, yes; reaching, no."],
  "rollout/cycle_ep_rew_mean": ["Return within the cycle", "The newest and the noisiest."],
  "rollout/episodes": ["Episodes averaged", ""],
  "rollout/cycle_episodes": ["Episodes finished", ""],
  "rollout/success_rate": ["Success rate", "The task's own yes or no: what a reward is a means to."],
  "rollout/success_steps_mean": ["Steps with success", ""],
  "rollout/goals_reached_mean": ["Goals reached", "Goals that an episode reaches one after another."],
  "rollout/time_to_goal_mean": ["Time to goal", "Over the goals that were reached."],
  "rollout/truncated_fraction": ["Episodes cut by the limit", "These did not end by themselves."],
  "train/entropy_loss": ["Entropy (negative)", "How undecided the policy is: nearer to zero is more decided. Decided too early, it stops exploring."],
  "train/approx_kl": ["Change of the policy (KL)", "How far the policy moved in the cycle. Near zero it hardly learns; sudden peaks are steps that were too large."],
  "train/clip_fraction": ["Clip fraction", "How often a step was held back, because the policy had moved far enough."],
  "train/explained_variance": ["Explained variance", "How well the brain foresees its return: 1 is perfect, 0 is a constant guess, below 0 is worse than that."],
  "train/policy_gradient_loss": ["Policy loss", "Its size says little; that it stays small and steady is good."],
  "train/value_loss": ["Value loss", "How far the foreseen return is from the real one; it grows with the size of rewards."],
  "train/loss": ["Loss", ""],
  "train/gradient_norm": ["Gradient norm", "How strongly the loss pulls at the brain. Growing without end, it announces divergence."],
  "train/learning_rate": ["Learning rate", "How large the steps of learning are."],
  "train/clip_range": ["Clip range", ""],
  "train/log_ratio_overflows": ["Clamped log-ratios", "Transitions whose probability changed beyond all measure; more than a few announce divergence."],
  "train/std": ["Standard deviation of actions", "How much the brain tries out around what it thinks best."],
  "train/n_updates": ["Updates", ""],
  "time/cycle_fps": ["Speed", "Control steps per second in the cycle, gathering and optimisation."],
  "time/fps": ["Mean speed", "Control steps per second since this segment of the run began."],
  "time/gathering_fps": ["Speed of gathering", ""],
  "time/optimisation_fps": ["Speed of optimisation", ""],
  "system/resident_bytes": ["Memory", "It should level off."],
  "system/cores_busy": ["Busy cores", "Processors at work, on average over the cycle."],
  "system/cpu_secs": ["CPU time", ""],
};

/**
 * @param {string} name of a metric
 * @returns {string}
 */
export function title(name) {
  return WORDS[name]?.[0] ?? name.replace(/^reward\//, "Reward: ");
}

/**
 * What a metric tells; empty where its name and definition say enough.
 * @param {string} name
 * @returns {string}
 */
export function plain(name) {
  return WORDS[name]?.[1] ?? "";
}
