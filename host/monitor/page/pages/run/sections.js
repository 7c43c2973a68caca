/**
 * Which charts a run has, in the order in which one asks: does it learn, what from, how, how fast.
 */
import { between, each, stacked } from "../../chart/build.js";
import { h } from "../../lib/dom.js";
import { explained, metricName } from "../../lib/hint.js";
import { title } from "../../lib/words.js";

/** @import { Content, View } from "../../chart/build.js" */
/** @import { Series } from "../../lib/series.js" */

/**
 * @typedef {object} ChartKind
 * @property {string} name
 * @property {Node | string} [head]
 * @property {string[]} metrics
 * @property {boolean} [legend]
 * @property {boolean} [wide]
 * @property {string} [unit]
 * @property {(series: Series, run: string, view: View) => Content} build
 */

/** @typedef {{ id: string, name: string, about: string, charts: ChartKind[] }} Section */

/** @param {string} metric @returns {ChartKind} */
const single = (metric) => ({ name: title(metric), metrics: [metric], build: (series, run, view) => each(series, run, [metric], view) });

/**
 * @param {string} name
 * @param {string} meaning
 * @param {string[]} metrics
 * @param {Partial<ChartKind>} [more]
 * @returns {ChartKind}
 */
const together = (name, meaning, metrics, more = {}) => ({ name, head: explained(name, meaning), metrics, legend: true, build: (series, run, view) => each(series, run, metrics, view), ...more });

const RETURN = { mean: "rollout/ep_rew_mean", low: "rollout/ep_rew_min", high: "rollout/ep_rew_max" };
const PHASES = ["time/gathering_fraction", "time/optimisation_fraction", "time/checkpoint_fraction"];

/**
 * @param {string[]} metrics that the run has
 * @returns {Section[]}
 */
export function sections(metrics) {
  const left = new Set(metrics);
  const take = (/** @type {string[]} */ names) => names.filter((name) => left.delete(name));
  const below = (/** @type {string} */ start, end = "") => take(metrics.filter((name) => name.startsWith(start) && name.endsWith(end)));
  /** @type {Section[]} */
  const all = [
    { id: "learning", name: "Learning", about: "Does it get better? The return is what training raises; the band spans the best and the worst of the last 100 episodes.", charts: learning(take) },
    { id: "reward", name: "Reward terms", about: "What the return is made of: gains above zero, costs below. When the return rises but the success does not, a term is being exploited.", charts: reward(below("reward/")) },
    { id: "optimisation", name: "Optimisation", about: "How each cycle changed the brain. KL and clip fraction say how far the policy moved; the explained variance how well the brain foresees its return (1 is perfect, 0 is a constant guess).", charts: take(["train/approx_kl", "train/clip_fraction", "train/entropy_loss", "train/explained_variance", "train/policy_gradient_loss", "train/value_loss", "train/loss", "train/gradient_norm", "train/learning_rate", "train/std"]).map(single) },
    { id: "regions", name: "Regions of the brain", about: "Where learning happens: how strongly each region is pulled, and how large its weights grow.", charts: regions(below) },
    { id: "senses", name: "Normalisers", about: "What the brain has sensed so far: running mean and spread, smallest and largest over the receptors of a sense.", charts: senses(below) },
    { id: "speed", name: "Speed", about: "Where the time goes.", charts: speed(take) },
    { id: "machine", name: "Machine", about: "What the process that trains takes of its machine.", charts: take(["system/resident_bytes", "system/cores_busy", "system/cpu_secs"]).map(single) },
  ];
  take(["time/iterations", "time/total_timesteps", "time/time_elapsed", "time/unix_secs"]);
  all.push({ id: "other", name: "Other metrics", about: "Everything else that the run writes.", charts: [...left].map(single) });
  return all.filter((section) => section.charts.length > 0);
}

/** @param {(names: string[]) => string[]} take @returns {ChartKind[]} */
function learning(take) {
  const returns = take([RETURN.mean, RETURN.low, RETURN.high]);
  /** @type {ChartKind[]} */
  const charts = returns.length === 0 ? [] : [{ name: title(RETURN.mean), head: metricName(RETURN.mean), metrics: returns, wide: true, build: (series, run, view) => between(series, run, RETURN, view) }];
  return [...charts, ...take(["rollout/success_rate", "rollout/goals_reached_mean", "rollout/time_to_goal_mean", "rollout/ep_len_mean", "rollout/success_steps_mean", "rollout/truncated_fraction", "rollout/ep_rew_std", "rollout/cycle_ep_rew_mean", "rollout/cycle_episodes", "rollout/episodes"]).map(single)];
}

/** @param {string[]} terms @returns {ChartKind[]} */
function reward(terms) {
  if (terms.length === 0) return [];
  return [
    together("Reward terms, stacked", "Sum of each term over an episode, mean of the last 100 episodes; they add up to the return.", [...terms, RETURN.mean], { wide: true, unit: "reward", build: (series, run, view) => stacked(series, run, terms, view, RETURN.mean) }),
    ...(terms.length > 1 ? terms.map(single) : []),
  ];
}

/** @param {(start: string, end?: string) => string[]} below @returns {ChartKind[]} */
function regions(below) {
  const gradients = below("region/", "/gradient_norm");
  const weights = below("region/", "/weight_norm");
  return [
    ...(gradients.length > 0 ? [together("Gradient norm by region", "Length of the loss's gradient with respect to the region's parameters, before clipping; 0 where a region is frozen.", gradients)] : []),
    ...(weights.length > 0 ? [together("Weight norm by region", "Length of the vector of the region's parameters.", weights)] : []),
    ...below("region/").map(single),
  ];
}

/** @param {(start: string, end?: string) => string[]} below @returns {ChartKind[]} */
function senses(below) {
  const names = below("normaliser/");
  const of = (/** @type {string} */ name) => name.slice("normaliser/".length, name.lastIndexOf("/"));
  const senses = [...new Set(names.map(of))];
  return senses.flatMap((sense) => {
    const mine = names.filter((name) => of(name) === sense);
    const means = mine.filter((name) => /\/mean/.test(name));
    const spreads = mine.filter((name) => /\/std/.test(name));
    const rest = mine.filter((name) => !means.includes(name) && !spreads.includes(name));
    return [
      ...(means.length > 0 ? [together(`${sense}: mean`, `Smallest and largest running mean of the receptors of ${sense}.`, means)] : []),
      ...(spreads.length > 0 ? [together(`${sense}: spread`, `Smallest, mean and largest standard deviation of the receptors of ${sense}.`, spreads)] : []),
      ...rest.map((metric) => ({ ...single(metric), name: `${sense}: ${metric.slice(metric.lastIndexOf("/") + 1)}`, head: metricName(metric, `${sense}: ${metric.slice(metric.lastIndexOf("/") + 1)}`) })),
    ];
  });
}

/** @param {(names: string[]) => string[]} take @returns {ChartKind[]} */
function speed(take) {
  const fractions = take(PHASES);
  const phases = take(["time/gathering_secs", "time/optimisation_secs", "time/checkpoint_secs", "time/cycle_secs"]);
  return [
    ...take(["time/cycle_fps", "time/fps"]).map(single),
    ...(fractions.length > 0 ? [together("Time by phase", "Parts of the time of a cycle: gathering experience, learning from it, writing checkpoints; the rest is reporting.", fractions, { build: (series, run, view) => stacked(series, run, fractions, view) })] : []),
    ...(phases.length > 0 ? [together("Seconds by phase", "Time of a cycle and of its parts.", phases)] : []),
    ...take(["time/gathering_fps", "time/optimisation_fps", "train/n_updates", "train/clip_range", "train/log_ratio_overflows"]).map(single),
  ];
}

/**
 * What a run shows that has written no metric.
 * @param {string} state
 */
export function nothingYet(state) {
  return h("div.empty", {}, h("h2", {}, "No cycle is done yet"), h("p", {}, state === "running" ? "The first line comes when the first cycle is done; this page waits for it." : "The run ended before its first cycle was done; its log may say why."));
}
