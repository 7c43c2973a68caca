/**
 * Lines as data: what a chart draws, put on one x axis, smoothed.
 */
import uPlot from "../vendor/uplot/uPlot.esm.js";

/**
 * @typedef {object} Line
 * @property {string} label what it is called in legend and files
 * @property {ArrayLike<number>} x ascending
 * @property {ArrayLike<number | null>} y as long as `x`; null is a gap
 * @property {number} style number of its colour and dash
 * @property {boolean} [ghost] faint and behind, without a place in the legend
 * @property {number} [width] px, 1.8 if not given
 * @property {"edge" | "legend"} [only] `edge`: the rim of an area, not drawn itself; `legend`: read
 *   in the legend, not drawn
 * @property {(x: number | null) => string} [detail] what the legend says behind the value; null is
 *   the end of the line
 */

/**
 * @typedef {object} Area
 * @property {number} upper place of a line
 * @property {number} lower place of a line
 * @property {number} style
 * @property {number} [alpha] 0..1
 */

/**
 * @typedef {object} Mark
 * @property {number} x
 * @property {string} label
 */

/**
 * All lines over one x axis. Where a line has no point it is not interrupted; where it has a null
 * it is.
 * @param {Line[]} lines
 * @returns {any} uPlot's table: x, then a column a line
 */
export function align(lines) {
  if (lines.length === 0) return [[]];
  const same = lines.every((line) => line.x === lines[0].x);
  if (same) return [lines[0].x, ...lines.map((line) => line.y)];
  return uPlot.join(lines.map((line) => /** @type {any} */ ([line.x, line.y])));
}

/**
 * Exponential moving average over an uneven axis, without the pull towards zero at the beginning:
 * each value weighs exp(-distance / span).
 * @param {ArrayLike<number>} axis where the values lie: cycles
 * @param {ArrayLike<number | null>} values
 * @param {number} span in units of the axis; 0 gives the values
 * @returns {(number | null)[]}
 */
export function smooth(axis, values, span) {
  const out = new Array(values.length).fill(null);
  let sum = 0;
  let weight = 0;
  let last = 0;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i];
    if (value === null || value === undefined || !Number.isFinite(value)) continue;
    const keep = span > 0 && weight > 0 ? Math.exp(-Math.max(0, axis[i] - last) / span) : 0;
    sum = sum * keep + value;
    weight = weight * keep + 1;
    last = axis[i];
    out[i] = sum / weight;
  }
  return out;
}

/**
 * Last value that is not null.
 * @param {ArrayLike<number | null>} values
 * @returns {number | null}
 */
export function lastOf(values) {
  for (let i = values.length - 1; i >= 0; i -= 1) if (values[i] !== null && values[i] !== undefined) return values[i];
  return null;
}

/**
 * Value of a line at a place, or at the last point before it.
 * @param {Line} line
 * @param {number} x
 * @returns {number | null}
 */
export function valueAt(line, x) {
  let low = 0;
  let high = line.x.length - 1;
  if (high < 0 || x < line.x[0]) return null;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (line.x[middle] <= x) low = middle;
    else high = middle - 1;
  }
  // Past the end of a line there is nothing to say.
  if (low === line.x.length - 1 && x > line.x[low] + 1e-9 * Math.abs(x)) return null;
  while (low >= 0 && (line.y[low] === null || line.y[low] === undefined)) low -= 1;
  return low < 0 ? null : line.y[low];
}
