/**
 * Unit and meaning of every metric and setting, as the host describes them.
 */
import { get } from "./api.js";

/** @typedef {{ name: string, unit: string, meaning: string, pattern?: boolean }} Metric */

/** @type {Map<string, Metric>} */
const metrics = new Map();
/** @type {{ test: RegExp, metric: Metric }[]} */
const patterns = [];
/** @type {Map<string, string>} */
const settings = new Map();
/** @type {{ name: string, help: string }[]} */
export const fields = [];

/** Fetches it, once. */
export async function load() {
  const catalogue = await get("catalogue");
  for (const metric of catalogue.metrics) {
    if (metric.pattern) patterns.push({ test: pattern(metric.name), metric });
    else metrics.set(metric.name, metric);
  }
  for (const setting of catalogue.settings) settings.set(setting.key, setting.meaning);
  for (const [name, help] of entries(catalogue.query)) fields.push({ name, help });
}

/**
 * The query's fields, as a list of pairs or as an object.
 * @param {any} query
 * @returns {[string, string][]}
 */
function entries(query) {
  const of = query?.fields ?? query ?? [];
  if (Array.isArray(of)) return of.map((field) => [field.name ?? field.field, field.help ?? field.meaning]);
  return Object.entries(of).map(([name, help]) => [name, String(help)]);
}

/** @param {string} name with `*` or `<…>` for anything */
function pattern(name) {
  const parts = name.split(/\*|<[^>]*>/).map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("(.+)")}$`);
}

/**
 * @param {string} name of a metric
 * @returns {Metric}
 */
export function metric(name) {
  const found = metrics.get(name) ?? patterns.find(({ test }) => test.test(name))?.metric;
  return { name, unit: found?.unit ?? "", meaning: found?.meaning ?? "The catalogue does not know this metric; a plugin or another version of the host wrote it." };
}

/** @param {string} key of a setting */
export function meaningOfSetting(key) {
  return settings.get(key) ?? "";
}

/** Names in plain words; others are called as they are written. @type {Record<string, string>} */
const TITLES = {
  "rollout/ep_rew_mean": "Return",
  "rollout/ep_rew_min": "Lowest return",
  "rollout/ep_rew_max": "Highest return",
  "rollout/ep_rew_std": "Spread of returns",
  "rollout/ep_len_mean": "Episode length",
  "rollout/cycle_ep_rew_mean": "Return within the cycle",
  "rollout/episodes": "Episodes averaged",
  "rollout/cycle_episodes": "Episodes finished",
  "rollout/success_rate": "Success rate",
  "rollout/success_steps_mean": "Steps with success",
  "rollout/truncated_fraction": "Episodes cut by the limit",
  "train/entropy_loss": "Entropy (negative)",
  "train/approx_kl": "Change of the policy (KL)",
  "train/clip_fraction": "Clip fraction",
  "train/explained_variance": "Explained variance",
  "train/policy_gradient_loss": "Policy loss",
  "train/value_loss": "Value loss",
  "train/loss": "Loss",
  "train/gradient_norm": "Gradient norm",
  "train/learning_rate": "Learning rate",
  "train/clip_range": "Clip range",
  "train/std": "Standard deviation of actions",
  "train/n_updates": "Updates",
  "time/fps": "Speed",
  "time/gathering_fps": "Speed of gathering",
  "time/optimisation_fps": "Speed of optimisation",
  "system/resident_bytes": "Memory",
  "system/cores_busy": "Busy cores",
  "system/cpu_secs": "CPU time",
};

/**
 * @param {string} name of a metric
 * @returns {string}
 */
export function title(name) {
  return TITLES[name] ?? name.replace(/^reward\//, "Reward: ");
}
