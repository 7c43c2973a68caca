/**
 * How the lines of a chart are told apart: seven colours that people with colour-blindness tell
 * apart (after Okabe and Ito 2008), then the same with other dashes.
 */
import { colour } from "./theme.js";

const COLOURS = 7;
/** Dashes and gaps, CSS pixels. */
const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3]];

/** Number of lines that look different. */
export const STYLES = COLOURS * DASHES.length;

/**
 * @typedef {object} LineStyle
 * @property {string} colour as a canvas takes it
 * @property {string} property the style sheet's name of the colour: `--series-0`
 * @property {number[]} dash px
 */

/**
 * @param {number} index
 * @returns {LineStyle}
 */
export function lineStyle(index) {
  const property = `--series-${index % COLOURS}`;
  return { colour: colour(property), property, dash: DASHES[Math.floor(index / COLOURS) % DASHES.length] };
}

/**
 * The same colour, let through.
 * @param {string} rgb `rgb(r, g, b)`
 * @param {number} alpha 0..1
 */
export function faint(rgb, alpha) {
  const parts = rgb.match(/[\d.]+/g);
  return parts ? `rgba(${parts[0]}, ${parts[1]}, ${parts[2]}, ${alpha})` : rgb;
}
