/**
 * A chart as a figure for a paper or a talk: SVG with text as text, on white.
 */
import { svg } from "../lib/dom.js";
import { short } from "../lib/format.js";
import { STYLES, lineStyle } from "../lib/palette.js";
import { ticks } from "./ticks.js";

/** @import { Line, Area, Mark } from "./lines.js" */

/**
 * @typedef {object} Figure
 * @property {string} title
 * @property {string} xLabel with unit
 * @property {string} yLabel with unit
 * @property {(x: number) => string} [xText]
 * @property {Line[]} lines
 * @property {Area[]} areas
 * @property {Mark[]} marks
 * @property {[number, number] | null} zoom
 * @property {boolean} log
 */

const WIDTH = 720;
const HEIGHT = 420;
const LEFT = 78;
const RIGHT = 24;
const TOP = 44;
const BOTTOM = 56;
/** Colours on white, whatever the theme of the page. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#b8578f", "#c98a00", "#3f9bd1", "#4a4f57"];
const INK = "#222222";

/** @param {number} style */
const ink = (style) => COLOURS[style % COLOURS.length];

/**
 * @param {Figure} figure
 * @returns {SVGElement}
 */
export function draw(figure) {
  const listed = figure.lines.filter((line) => !line.ghost && line.only !== "edge");
  const legend = listed.length > 1 ? listed : [];
  const height = HEIGHT + 20 * Math.ceil(legend.length / 2) + (legend.length > 0 ? 10 : 0);
  const scale = scales(figure);
  const element = svg("svg", { xmlns: "http://www.w3.org/2000/svg", width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}`, "font-family": "Helvetica, Arial, sans-serif", "font-size": 13 },
    svg("title", {}, figure.title),
    svg("rect", { width: WIDTH, height, fill: "#ffffff" }),
    text(LEFT, 26, figure.title, { "font-size": 16, "font-weight": "bold" }),
    axes(figure, scale),
    svg("clipPath", { id: "frame" }, svg("rect", { x: LEFT, y: TOP, width: WIDTH - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM })),
    svg("g", { "clip-path": "url(#frame)" },
      figure.areas.map((area) => svg("path", { d: areaPath(figure.lines[area.upper], figure.lines[area.lower], scale), fill: ink(area.style), "fill-opacity": area.alpha ?? 0.18 })),
      figure.marks.map((mark) => svg("path", { d: `M${scale.x(mark.x).toFixed(1)} ${TOP}V${HEIGHT - BOTTOM}`, stroke: "#777777", "stroke-dasharray": "3 3" }, svg("title", {}, mark.label))),
      figure.lines.filter((line) => !line.only).map((line) => svg("path", {
        d: path(line, scale), fill: "none", stroke: ink(line.style), "stroke-width": line.ghost ? 0.8 : (line.width ?? 1.8),
        "stroke-opacity": line.ghost ? 0.3 : null, "stroke-linejoin": "round", "stroke-dasharray": line.ghost ? null : dashes(line.style),
      }))),
    legend.map((line, i) => entry(line, i)));
  return element;
}

/** @param {number} style */
function dashes(style) {
  return lineStyle(style % STYLES).dash.join(" ") || null;
}

/**
 * @param {number} x px
 * @param {number} y px
 * @param {string} content
 * @param {Record<string, any>} [attributes]
 */
function text(x, y, content, attributes = {}) {
  return svg("text", { x, y, fill: INK, ...attributes }, content);
}

/**
 * @param {Line} line
 * @param {number} i
 */
function entry(line, i) {
  const x = LEFT + (i % 2) * ((WIDTH - LEFT - RIGHT) / 2);
  const y = HEIGHT + 12 + 20 * Math.floor(i / 2);
  return svg("g", {},
    svg("path", { d: `M${x} ${y - 4}h26`, stroke: ink(line.style), "stroke-width": line.only ? 9 : 2.2, "stroke-opacity": line.only ? 0.6 : null, "stroke-dasharray": line.only ? null : dashes(line.style) }),
    text(x + 34, y, line.label));
}

/** @typedef {{ x: (value: number) => number, y: (value: number) => number, xs: number[], ys: number[] }} Scale */

/**
 * @param {Figure} figure
 * @returns {Scale}
 */
function scales(figure) {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  const [from, to] = figure.zoom ?? [-Infinity, Infinity];
  for (const line of figure.lines) {
    if (line.only === "legend") continue;
    for (let i = 0; i < line.x.length; i += 1) {
      const value = line.y[i];
      if (line.x[i] < from || line.x[i] > to || value === null || value === undefined || (figure.log && value <= 0)) continue;
      x0 = Math.min(x0, line.x[i]);
      x1 = Math.max(x1, line.x[i]);
      y0 = Math.min(y0, value);
      y1 = Math.max(y1, value);
    }
  }
  if (x0 > x1) [x0, x1, y0, y1] = [0, 1, figure.log ? 1 : 0, figure.log ? 10 : 1];
  if (x0 === x1) [x0, x1] = [x0 - 1, x1 + 1];
  const of = figure.log ? Math.log10 : (/** @type {number} */ value) => value;
  let [low, high] = [of(y0), of(y1)];
  const pad = (high - low) * 0.05 || Math.abs(high) * 0.1 || 1;
  [low, high] = [low - pad, high + pad];
  const ys = figure.log ? ticks(Math.floor(low), Math.ceil(high), 6).filter((tick) => Number.isInteger(tick)).map((tick) => 10 ** tick) : ticks(low, high, 6);
  return {
    x: (value) => LEFT + ((value - x0) / (x1 - x0)) * (WIDTH - LEFT - RIGHT),
    y: (value) => HEIGHT - BOTTOM - ((of(value) - low) / (high - low)) * (HEIGHT - TOP - BOTTOM),
    xs: ticks(x0, x1, 7),
    ys: ys.filter((tick) => of(tick) >= low && of(tick) <= high),
  };
}

/**
 * @param {Figure} figure
 * @param {Scale} scale
 */
function axes(figure, scale) {
  const middle = (TOP + HEIGHT - BOTTOM) / 2;
  const bottom = HEIGHT - BOTTOM;
  return svg("g", {},
    scale.ys.map((y) => svg("g", {},
      svg("path", { d: `M${LEFT} ${scale.y(y).toFixed(1)}H${WIDTH - RIGHT}`, stroke: "#e4e4e4" }),
      text(LEFT - 8, scale.y(y) + 4, short(y), { "text-anchor": "end" }))),
    scale.xs.map((x) => svg("g", {},
      svg("path", { d: `M${scale.x(x).toFixed(1)} ${bottom}v5`, stroke: INK }),
      text(scale.x(x), bottom + 20, (figure.xText ?? short)(x), { "text-anchor": "middle" }))),
    svg("path", { d: `M${LEFT} ${TOP}V${bottom}H${WIDTH - RIGHT}`, fill: "none", stroke: INK }),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, figure.xLabel, { "text-anchor": "middle" }),
    text(0, 0, figure.yLabel, { "text-anchor": "middle", transform: `translate(18 ${middle}) rotate(-90)` }));
}

/**
 * @param {Line} line
 * @param {Scale} scale
 */
function path(line, scale) {
  let d = "";
  let drawing = false;
  for (let i = 0; i < line.x.length; i += 1) {
    const value = line.y[i];
    const y = value === null || value === undefined ? NaN : scale.y(value);
    if (Number.isFinite(y)) d += `${drawing ? "L" : "M"}${scale.x(line.x[i]).toFixed(1)} ${y.toFixed(1)}`;
    drawing = Number.isFinite(y);
  }
  return d;
}

/**
 * @param {Line} upper
 * @param {Line} lower
 * @param {Scale} scale
 */
function areaPath(upper, lower, scale) {
  const points = [];
  const back = [];
  for (let i = 0; i < upper.x.length; i += 1) {
    const [high, low] = [upper.y[i], lower.y[i]];
    if (high === null || low === null || high === undefined || low === undefined) continue;
    points.push(`${scale.x(upper.x[i]).toFixed(1)} ${scale.y(high).toFixed(1)}`);
    back.push(`${scale.x(upper.x[i]).toFixed(1)} ${scale.y(low).toFixed(1)}`);
  }
  return points.length === 0 ? "" : `M${[...points, ...back.reverse()].join("L")}Z`;
}
