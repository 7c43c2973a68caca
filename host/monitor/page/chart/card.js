/**
 * A chart of metrics on a page: fetched when it is seen, kept up to date while it is.
 */
import { query } from "../lib/api.js";
import { metric } from "../lib/catalogue.js";
import { h, setText, watchVisible } from "../lib/dom.js";
import { quantity, seconds, short } from "../lib/format.js";
import { metricName } from "../lib/hint.js";
import { Series } from "../lib/series.js";
import { lastOf } from "./lines.js";
import { Plot } from "./plot.js";
import { saveMenu } from "./save.js";
import { title } from "../lib/words.js";

/** @import { Line, Area, Mark } from "./lines.js" */

/** What lies on the x axis. @type {Record<string, string>} */
export const X_LABELS = { steps: "control steps", cycles: "cycles", time: "training time" };

/**
 * @typedef {object} Options
 * @property {string} name what is shown
 * @property {Node | string} [head] the name as it is written above, if not in plain text
 * @property {string[]} runs
 * @property {string[]} metrics the first gives the unit; may hold `*`
 * @property {"steps" | "cycles" | "time"} x
 * @property {(series: Series) => { lines: Line[], areas?: Area[], marks?: Mark[] }} build
 * @property {boolean} [log]
 * @property {boolean} [legend]
 * @property {number} [height] px
 * @property {number} [points] most points a curve
 * @property {string} [sync]
 * @property {string} [unit] if not that of the first metric
 */

export class Card {
  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    this.unit = options.unit ?? metric(options.metrics[0]).unit;
    this.series = new Series({ runs: options.runs, metrics: options.metrics, x: options.x, points: options.points });
    this.value = h("span.now.number");
    this.state = h("p.muted.small.chart-state", {}, "Loading …");
    const heading = options.head ?? (options.metrics.length === 1 ? metricName(options.metrics[0]) : options.name);
    this.element = h("figure.card.chart", { dataset: { metric: options.metrics.join(" ") } },
      h("div.chart-head", {}, h("h3", {}, heading), this.value, saveMenu(() => this.figure(), `./api/series.csv${query({ runs: options.runs, metrics: options.metrics, x: options.x })}`)),
      this.state);
    /** @type {Plot | null} */ this.plot = null;
    /** @type {{ lines: Line[], areas?: Area[], marks?: Mark[] }} */ this.content = { lines: [] };
    this.visible = false;
    this.stale = true;
    this.unwatch = watchVisible(this.element, (visible) => {
      this.visible = visible;
      if (visible && this.stale) this.refresh();
    });
  }

  /** There is more to fetch: now if it is seen, else when it will be. */
  async refresh() {
    this.stale = true;
    if (!this.visible) return;
    this.stale = false;
    try {
      if (await this.series.refresh()) this.redraw();
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      // What is drawn stays; the next change tries again.
      this.stale = true;
      if (this.content.lines.length === 0) this.#say(error instanceof Error ? error.message : String(error));
    }
  }

  /** Draws what is known, after a choice that needs no other numbers; `data-end` says how far it reaches. */
  redraw() {
    this.content = this.options.build(this.series);
    const drawn = this.content.lines.some((line) => line.x.length > 0);
    this.#say(drawn ? "" : "No value yet.");
    if (!drawn) return;
    this.plot ??= new Plot(this.element, {
      name: this.options.name,
      height: this.options.height,
      log: this.options.log,
      legend: this.options.legend,
      sync: this.options.sync,
      xLabel: X_LABELS[this.options.x],
      xText: this.options.x === "time" ? seconds : short,
      yText: (value) => quantity(value, this.unit),
      onZoom: (zoom) => this.series.zoom(zoom).then((fresh) => { if (fresh) this.redraw(); }, () => {}),
      onPoint: (x) => this.#value(x),
    });
    this.plot.draw(this.content.lines, this.content);
    this.element.dataset.end = String(Math.max(...this.content.lines.map((line) => line.x[line.x.length - 1] ?? -Infinity)));
  }

  /** @param {boolean} log */
  setLog(log) {
    this.options.log = log;
    if (this.plot) {
      this.plot.options.log = log;
      this.redraw();
    }
  }

  /** @returns {import("./figure.js").Figure} */
  figure() {
    const lines = this.plot?.shown() ?? this.content.lines;
    const kept = new Map(lines.map((line, i) => [line, i]));
    const areas = (this.content.areas ?? []).flatMap((area) => {
      const [upper, lower] = [kept.get(this.content.lines[area.upper]), kept.get(this.content.lines[area.lower])];
      return upper === undefined || lower === undefined ? [] : [{ ...area, upper, lower }];
    });
    return {
      title: this.options.name,
      xLabel: this.options.x === "time" ? "training time" : X_LABELS[this.options.x],
      xText: this.options.x === "time" ? seconds : undefined,
      yLabel: `${this.options.metrics.length === 1 ? title(this.options.metrics[0]) : this.options.name}${this.unit ? ` (${this.unit})` : ""}`,
      lines, areas, marks: this.content.marks ?? [], zoom: this.plot?.zoom ?? null, log: this.options.log ?? false,
    };
  }

  destroy() {
    this.unwatch();
    this.series.close();
    this.plot?.destroy();
  }

  /** @param {number | null} x */
  #value(x) {
    const main = this.content.lines.filter((line) => !line.ghost && !line.only);
    if (main.length !== 1) return;
    // Of a smoothed curve the value itself, which is what tables and other programs show.
    const line = this.content.lines.find((one) => one.ghost && one.style === main[0].style) ?? main[0];
    if (x === null) return setText(this.value, quantity(lastOf(line.y), this.unit));
    const at = nearest(line, x);
    setText(this.value, at === null ? "" : `${quantity(line.y[at], this.unit)} at ${this.options.x === "time" ? seconds(line.x[at]) : `${short(line.x[at])} ${X_LABELS[this.options.x]}`}`);
  }

  /** @param {string} text */
  #say(text) {
    setText(this.state, text);
    this.state.classList.toggle("hidden", text === "");
  }
}

/**
 * Place of the point of a line that is nearest to x.
 * @param {Line} line
 * @param {number} x
 */
function nearest(line, x) {
  if (line.x.length === 0) return null;
  let low = 0;
  let high = line.x.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (line.x[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low > 0 && x - line.x[low - 1] < line.x[low] - x ? low - 1 : low;
}
