/**
 * Which metrics there are to choose from.
 */
import { get } from "./api.js";
import { h } from "./dom.js";
import { title } from "./words.js";

export const RETURN = "rollout/ep_rew_mean";

/**
 * Metrics that some run has.
 * @param {string} [q] the runs
 * @returns {Promise<{ metrics: string[], settings: string[] }>}
 */
export async function available(q = "") {
  const { fields } = await get("overview", { q, limit: 1 });
  const of = (/** @type {string} */ start) => fields.filter((/** @type {string} */ field) => field.startsWith(start)).map((/** @type {string} */ field) => field.slice(start.length));
  const metrics = of("metric:");
  return { metrics: metrics.length > 0 ? metrics : [RETURN], settings: of("set:") };
}

/**
 * @param {string[]} metrics
 * @param {string} chosen
 * @param {(metric: string) => void} choose
 */
export function metricSelect(metrics, chosen, choose) {
  const all = metrics.includes(chosen) ? metrics : [chosen, ...metrics];
  const select = h("select", { "aria-label": "Metric", onchange: () => choose(select.value) }, all.map((metric) => h("option", { value: metric, title: metric }, title(metric))));
  select.value = chosen;
  return select;
}
