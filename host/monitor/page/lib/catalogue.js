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
