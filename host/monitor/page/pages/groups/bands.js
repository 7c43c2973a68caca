/**
 * Groups as a line in the middle and a band of 95 %, the runs faint behind.
 */
import { X_LABELS } from "../../chart/card.js";
import { Plot } from "../../chart/plot.js";
import { csvBlob, saveMenu } from "../../chart/save.js";
import { get } from "../../lib/api.js";
import { metric as describe } from "../../lib/catalogue.js";
import { fill, h, setText } from "../../lib/dom.js";
import { number, plural, quantity, seconds, short } from "../../lib/format.js";
import { metricName } from "../../lib/hint.js";
import { title } from "../../lib/words.js";

/** @import { Area, Line } from "../../chart/lines.js" */
/** @import { Axis } from "../../lib/choices.js" */
/** @import { Group } from "./page.js" */

/**
 * @typedef {object} Band
 * @property {number[]} x
 * @property {(number | null)[]} centre
 * @property {(number | null)[]} low
 * @property {(number | null)[]} high
 * @property {number[]} n
 * @property {{ run: string, y: (number | null)[] }[]} members
 */

/** @typedef {{ group: Group, style: number }} Shown */
/** @typedef {{ metric: string, statistic: string, x: Axis }} Choice */

/** Runs up to which each is drawn. */
const FAINT = 60;
/** @type {Record<string, string>} */
const WORDS = { mean: "mean", iqm: "interquartile mean", median: "median" };

export class Bands {
  constructor() {
    this.head = h("span");
    this.about = h("p.muted.small");
    this.element = h("figure.card.chart", { dataset: { chart: "bands" } }, h("div.chart-head", {}, h("h3", {}, this.head), saveMenu(() => this.#figure(), () => this.#csv())), this.about);
    /** @type {Plot | null} */ this.plot = null;
    /** @type {Shown[]} */ this.groups = [];
    /** @type {Choice} */ this.choice = { metric: "", statistic: "mean", x: "steps" };
    /** @type {Band[]} */ this.bands = [];
    this.closed = new AbortController();
    this.generation = 0;
  }

  /**
   * @param {Shown[]} groups
   * @param {Choice} choice
   */
  async show(groups, choice) {
    this.groups = groups;
    this.choice = choice;
    this.plot?.destroy();
    this.plot = null;
    fill(this.head, metricName(choice.metric));
    await this.refresh();
  }

  /** Fetches and draws again. */
  async refresh() {
    const { metric, statistic, x } = this.choice;
    this.generation += 1;
    const mine = this.generation;
    try {
      const bands = await Promise.all(this.groups.map(({ group }) => get("bands", { runs: group.runs, metric, x, statistic, points: 200, level: 0.95 }, this.closed.signal)));
      if (mine !== this.generation) return;
      this.bands = bands;
      this.#draw();
    } catch (error) {
      if (error instanceof DOMException) return;
      setText(this.about, error instanceof Error ? error.message : String(error));
    }
  }

  close() {
    this.closed.abort();
    this.plot?.destroy();
  }

  #draw() {
    /** @type {Line[]} */ const lines = [];
    /** @type {Area[]} */ const areas = [];
    const many = this.bands.reduce((sum, band) => sum + band.members.length, 0) > FAINT;
    this.groups.forEach(({ group, style }, i) => {
      const { x, low, high, centre, members } = this.bands[i];
      const label = group.label;
      if (low.some((value) => value !== null)) {
        const upper = lines.push({ label: `${label} high`, x, y: high, style, only: "edge" }) - 1;
        const lower = lines.push({ label: `${label} low`, x, y: low, style, only: "edge" }) - 1;
        areas.push({ upper, lower, style, alpha: 0.2 });
      }
      if (!many && members.length > 1) for (const member of members) lines.push({ label: `${label} ${member.run}`, x, y: member.y, style, ghost: true });
      lines.push({ label, x, y: centre, style, width: 2.2, detail: (at) => detail(this.bands[i], at) });
    });
    this.#explain();
    if (!lines.some((one) => one.x.length > 0)) return;
    const { metric, x } = this.choice;
    this.plot ??= new Plot(this.element, { name: title(metric), height: 360, legend: true, xLabel: X_LABELS[x], xText: x === "time" ? seconds : short, yText: (value) => quantity(value, describe(metric).unit) });
    this.plot.draw(lines, { areas });
  }

  #explain() {
    const single = this.groups.filter(({ group }) => group.n < 2).length;
    const words = [`Thick: ${WORDS[this.choice.statistic] ?? this.choice.statistic} over the runs of a group. Band: 95 % bootstrap interval of it.`];
    if (single > 0) words.push(`${plural(single, "group has", "groups have")} one run only: no band can be drawn.`);
    if (this.bands.some((band) => new Set(band.n).size > 1)) words.push("Where fewer runs reach, n falls and the middle may jump.");
    setText(this.about, this.groups.length === 0 ? "Choose groups below." : words.join(" "));
  }

  /** @returns {import("../../chart/figure.js").Figure} */
  #figure() {
    const { metric, x } = this.choice;
    const unit = describe(metric).unit;
    return { title: `${title(metric)}, ${WORDS[this.choice.statistic]} and 95 % interval`, xLabel: X_LABELS[x], xText: x === "time" ? seconds : undefined, yLabel: `${title(metric)}${unit ? ` (${unit})` : ""}`, lines: this.plot?.lines ?? [], areas: this.plot?.areas ?? [], marks: [], zoom: this.plot?.zoom ?? null, log: false };
  }

  #csv() {
    /** @type {(string | number | null)[][]} */
    const rows = [["group", X_LABELS[this.choice.x], this.choice.statistic, "low_95", "high_95", "n"]];
    this.bands.forEach((band, i) => band.x.forEach((x, at) => rows.push([this.groups[i].group.label, x, band.centre[at], band.low[at], band.high[at], band.n[at]])));
    return csvBlob(rows);
  }
}

/**
 * Interval and number of runs at a place.
 * @param {Band} band
 * @param {number | null} at x; null is the end
 */
function detail(band, at) {
  const after = at === null ? -1 : band.x.findIndex((x) => x > at);
  const i = (after < 0 ? band.x.length : after) - 1;
  if (i < 0 || (at !== null && at > band.x[band.x.length - 1])) return "";
  const [low, high] = [band.low[i], band.high[i]];
  return `${low === null || high === null ? "" : ` [${number(low)}, ${number(high)}]`} n = ${band.n[i]}`;
}
