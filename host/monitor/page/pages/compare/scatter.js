/**
 * A setting against a result: one point a run.
 */
import { get } from "../../lib/api.js";
import { link, remember } from "../../lib/address.js";
import { fill, h, svg } from "../../lib/dom.js";
import { number, setting, short } from "../../lib/format.js";
import { lineStyle } from "../../lib/palette.js";
import { shortId } from "../../lib/runs.js";
import { ticks } from "../../chart/ticks.js";
import { title } from "../../lib/words.js";

/** @typedef {{ key: string, x: any, y: any }} Point */

const WIDTH = 720;
const HEIGHT = 320;
const LEFT = 74;
const BOTTOM = 48;
const TOP = 14;
const RIGHT = 20;

export class Scatter {
  /**
   * @param {HTMLElement} place
   * @param {URLSearchParams} query
   * @param {{ settings: string[], metrics: string[] }} fields
   */
  constructor(place, query, { settings, metrics }) {
    /** @type {string[]} */ this.runs = [];
    /** @type {string[]} */ this.keys = [];
    this.closed = new AbortController();
    const option = (/** @type {string} */ value, /** @type {string} */ word) => h("option", { value }, word);
    const axis = (/** @type {string} */ name, /** @type {string} */ label, /** @type {string} */ usual, /** @type {any[]} */ options) => {
      const select = h("select", { "aria-label": label, onchange: () => {
        remember({ [name]: select.value });
        this.#load();
      } }, options);
      select.value = query.get(name) ?? usual;
      if (select.selectedIndex < 0) select.selectedIndex = 0;
      return select;
    };
    const usual = settings.includes("ppo.learning_rate") ? "set:ppo.learning_rate" : "seed";
    this.x = axis("sx", "Across", usual, [option("seed", "seed"), ...settings.filter((key) => key !== "seed").map((key) => option(`set:${key}`, key)), ...metrics.map((name) => option(`metric:${name}`, title(name)))]);
    this.y = axis("sy", "Upwards", "best", [option("best", "best return"), option("return", "last return"), option("steps", "steps"), option("fps", "steps per second"), ...metrics.map((name) => option(`metric:${name}`, title(name)))]);
    this.plot = h("div.scatter");
    place.append(h("div.row.spread", {}, h("h2", {}, "A setting against a result"), h("div.row", {}, h("label.field", {}, "Across", this.x), h("label.field", {}, "Upwards", this.y))), this.plot);
  }

  /** @param {string[]} runs keys, in the order of their colours */
  show(runs) {
    this.runs = runs;
    this.#load();
  }

  close() {
    this.closed.abort();
  }

  async #load() {
    if (this.runs.length === 0) return;
    try {
      const { points } = await get("scatter", { runs: this.runs, x: this.x.value, y: this.y.value }, this.closed.signal);
      this.#draw(points);
    } catch (error) {
      if (error instanceof DOMException) return;
      fill(this.plot, h("p.muted", {}, error instanceof Error ? error.message : String(error)));
    }
  }

  /** @param {Point[]} points */
  #draw(points) {
    const known = points.filter((point) => point.x !== null && typeof point.y === "number");
    if (known.length === 0) return fill(this.plot, h("p.muted", {}, "None of these runs has both values."));
    const xs = known.map((point) => point.x);
    const numeric = xs.every((x) => typeof x === "number");
    const log = numeric && Math.min(...xs) > 0 && Math.max(...xs) / Math.min(...xs) >= 50;
    const across = numeric ? linear(xs, LEFT + 14, WIDTH - RIGHT - 14, log) : steps([...new Set(xs.map(setting))]);
    const upwards = linear(known.map((point) => point.y), HEIGHT - BOTTOM - 12, TOP + 12, false);
    const bottom = HEIGHT - BOTTOM;
    const label = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ text, anchor = "middle") => svg("text", { x, y, "text-anchor": anchor }, text);
    fill(this.plot, svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": `${this.#word(this.y)} against ${this.#word(this.x)}` },
      upwards.ticks.map(([value, text]) => svg("g", {}, svg("path", { class: "grid-line", d: `M${LEFT} ${upwards.at(value)}H${WIDTH - RIGHT}` }), label(LEFT - 8, upwards.at(value) + 4, text, "end"))),
      across.ticks.map(([value, text]) => svg("g", {}, svg("path", { class: "tick", d: `M${across.at(value)} ${bottom}v5` }), label(across.at(value), bottom + 19, text))),
      svg("path", { class: "axis", d: `M${LEFT} ${TOP}V${bottom}H${WIDTH - RIGHT}` }),
      label((LEFT + WIDTH) / 2, HEIGHT - 8, `${this.#word(this.x)}${log ? " (log scale)" : ""}`),
      svg("text", { "text-anchor": "middle", transform: `translate(16 ${(TOP + bottom) / 2}) rotate(-90)` }, this.#word(this.y)),
      known.map((point) => this.#point(point, across.at(numeric ? point.x : setting(point.x)), upwards.at(point.y)))));
  }

  /**
   * @param {Point} point
   * @param {number} x px
   * @param {number} y px
   */
  #point(point, x, y) {
    const dot = svg("circle", { cx: x, cy: y, r: 6 });
    dot.style.setProperty("fill", `var(${lineStyle(Math.max(0, this.runs.indexOf(point.key))).property})`);
    const words = `${shortId(point.key)}: ${this.#word(this.x)} ${setting(point.x)}, ${this.#word(this.y)} ${number(point.y)}`;
    return svg("a", { href: link("run", [point.key]), "aria-label": words, dataset: { hint: words } }, dot);
  }

  /** @param {HTMLSelectElement} select */
  #word(select) {
    return select.selectedOptions[0]?.textContent ?? select.value;
  }
}

/**
 * @param {number[]} values
 * @param {number} from px
 * @param {number} to px
 * @param {boolean} log
 * @returns {{ at: (value: number) => number, ticks: [number, string][] }}
 */
function linear(values, from, to, log) {
  const of = log ? Math.log10 : (/** @type {number} */ value) => value;
  let [low, high] = [of(Math.min(...values)), of(Math.max(...values))];
  if (low === high) [low, high] = [low - 1, high + 1];
  const marks = log ? [...new Set(values)].sort((a, b) => a - b).slice(0, 10) : ticks(low, high, 6);
  return { at: (value) => from + ((of(value) - low) / (high - low)) * (to - from), ticks: marks.map((value) => [value, log ? String(value) : short(value)]) };
}

/**
 * @param {string[]} words
 * @returns {{ at: (word: any) => number, ticks: [any, string][] }}
 */
function steps(words) {
  const width = (WIDTH - LEFT - RIGHT) / words.length;
  return { at: (word) => LEFT + (words.indexOf(word) + 0.5) * width, ticks: words.map((word) => [word, word.length > 18 ? `${word.slice(0, 17)}…` : word]) };
}
