/**
 * Terms of a sum as areas on top of each other: positive ones upwards from zero, negative ones
 * downwards, so that a cost never hides behind a gain.
 */

/** @import { Line, Area } from "./lines.js" */

/**
 * @param {string[]} names
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number | null>[]} terms a series a name, as long as `x`
 * @returns {{ lines: Line[], areas: Area[] }}
 */
export function stack(names, x, terms) {
  /** @type {Line[]} */
  const lines = [];
  /** @type {Area[]} */
  const areas = [];
  const zero = new Array(x.length).fill(0);
  for (const sign of [1, -1]) {
    const signed = terms.map((term) => Array.from(term, (value) => (value !== null && value * sign > 0 ? value : 0)));
    let below = zero;
    let lower = lines.push({ label: "zero", x, y: zero, style: 0, only: "edge" }) - 1;
    names.forEach((name, index) => {
      if (signed[index].every((value) => value === 0)) return;
      below = below.map((value, i) => value + signed[index][i]);
      const upper = lines.push({ label: name, x, y: below, style: index, only: "edge" }) - 1;
      areas.push({ upper: sign > 0 ? upper : lower, lower: sign > 0 ? lower : upper, style: index, alpha: 0.55 });
      lower = upper;
    });
  }
  // The terms themselves, for the legend and for what the pointer reads.
  names.forEach((name, index) => lines.push({ label: name, x, y: terms[index], style: index, only: "legend" }));
  return { lines, areas };
}
