/**
 * A curve as small as a word.
 */
import { svg } from "../lib/dom.js";

const WIDTH = 120;
const HEIGHT = 24;

/**
 * @param {(number | null)[]} values evenly spaced
 * @returns {SVGElement}
 */
export function spark(values) {
  const known = values.filter((value) => value !== null);
  const element = svg("svg", { class: "spark", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, preserveAspectRatio: "none", "aria-hidden": "true" });
  if (known.length === 0) return element;
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  const x = (/** @type {number} */ i) => 2 + (i * (WIDTH - 4)) / Math.max(1, values.length - 1);
  const y = (/** @type {number} */ value) => HEIGHT - 3 - ((value - low) / span) * (HEIGHT - 6);
  const points = values.flatMap((value, i) => (value === null ? [] : [`${x(i).toFixed(1)} ${y(value).toFixed(1)}`]));
  if (points.length === 1) {
    const [cx, cy] = points[0].split(" ");
    element.append(svg("circle", { cx, cy, r: 2 }));
  } else element.append(svg("path", { d: `M${points.join("L")}`, fill: "none" }));
  return element;
}
