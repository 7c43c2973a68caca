/**
 * From curves to lines: raw and smoothed, ranges, several at once, sums of parts.
 */
import { smooth } from "./lines.js";
import { stack } from "./stack.js";
import { title } from "../lib/words.js";

/** @import { Line, Area, Mark } from "./lines.js" */
/** @import { Curve, Series } from "../lib/series.js" */

/**
 * How curves are shown.
 * @typedef {object} View
 * @property {number} span of the smoothing, in units of the x axis; 0 is off
 */

/** @typedef {{ lines: Line[], areas: Area[], marks: Mark[] }} Content */

/**
 * One curve: smoothed, the raw one faint behind it, and the range of points that share a pixel.
 * @param {Curve} curve
 * @param {string} label
 * @param {number} style
 * @param {View} view
 * @param {Content} content what it is added to
 */
export function add(curve, label, style, view, content) {
  const { x, last, min, max } = curve;
  if (min && max) {
    const upper = content.lines.push({ label: `${label} max`, x, y: max, style, only: "edge" }) - 1;
    const lower = content.lines.push({ label: `${label} min`, x, y: min, style, only: "edge" }) - 1;
    content.areas.push({ upper, lower, style, alpha: 0.16 });
  }
  if (view.span > 0) content.lines.push({ label: `${label} raw`, x, y: last, style, ghost: true });
  content.lines.push({ label, x, y: view.span > 0 ? smooth(x, last, view.span) : last, style });
}

/**
 * @param {Series} series
 * @param {string} run
 * @param {string[]} metrics
 * @param {View} view
 * @returns {Content}
 */
export function each(series, run, metrics, view) {
  /** @type {Content} */
  const content = { lines: [], areas: [], marks: marks(series, run) };
  metrics.forEach((metric, style) => {
    const curve = series.curve(run, metric);
    if (curve) add(curve, label(metric, metrics), style, view, content);
  });
  return content;
}

/**
 * A mean between its extremes.
 * @param {Series} series
 * @param {string} run
 * @param {{ mean: string, low: string, high: string }} metrics
 * @param {View} view
 * @returns {Content}
 */
export function between(series, run, { mean, low, high }, view) {
  /** @type {Content} */
  const content = { lines: [], areas: [], marks: marks(series, run) };
  const [lowest, highest, middle] = [low, high, mean].map((metric) => series.curve(run, metric));
  if (lowest && highest && lowest.x.length === highest.x.length) {
    const upper = content.lines.push({ label: title(high), x: lowest.x, y: highest.max ?? highest.last, style: 0, only: "edge" }) - 1;
    const lower = content.lines.push({ label: title(low), x: lowest.x, y: lowest.min ?? lowest.last, style: 0, only: "edge" }) - 1;
    content.areas.push({ upper, lower, style: 0, alpha: 0.13 });
  }
  if (middle) add({ ...middle, min: null, max: null }, title(mean), 0, view, content);
  return content;
}

/**
 * Parts on top of each other, with their sum where there is a curve of it.
 * @param {Series} series
 * @param {string} run
 * @param {string[]} metrics
 * @param {View} view
 * @param {string} [sum]
 * @returns {Content}
 */
export function stacked(series, run, metrics, view, sum) {
  const curves = metrics.flatMap((metric) => series.curve(run, metric) ?? []);
  const total = sum ? series.curve(run, sum) : undefined;
  if (curves.length === 0) return { lines: [], areas: [], marks: [] };
  // Terms of one run are written together: the longest has all places.
  const { x } = curves.reduce((a, b) => (b.x.length > a.x.length ? b : a));
  const terms = curves.map((curve) => smooth(x, onto(x, curve), view.span));
  const { lines, areas } = stack(curves.map((curve) => label(curve.metric, metrics)), x, terms);
  if (total) lines.push({ label: title(total.metric), x, y: smooth(x, onto(x, total), view.span), style: 6, width: 1.4 });
  return { lines, areas, marks: marks(series, run) };
}

/**
 * Values of a curve at other places, where it has them.
 * @param {number[]} x
 * @param {Curve} curve
 */
function onto(x, curve) {
  if (x === curve.x) return curve.last;
  const at = new Map(curve.x.map((place, i) => [place, curve.last[i]]));
  return x.map((place) => at.get(place) ?? null);
}

/**
 * Where a run was resumed.
 * @param {Series} series
 * @param {string} run
 * @returns {Mark[]}
 */
export function marks(series, run) {
  return (series.runs[run]?.marks ?? []).map((mark) => ({ x: mark.x, label: mark.kind }));
}

/**
 * A metric's name without what it has in common with the others.
 * @param {string} metric
 * @param {string[]} all
 */
function label(metric, all) {
  if (all.length < 2) return title(metric);
  const common = metric.slice(0, metric.lastIndexOf("/") + 1);
  const end = all.every((one) => one.slice(one.lastIndexOf("/")) === metric.slice(metric.lastIndexOf("/")));
  if (all.every((one) => one.startsWith(common))) return metric.slice(common.length);
  if (end) return metric.slice(metric.indexOf("/") + 1, metric.lastIndexOf("/"));
  return title(metric);
}
