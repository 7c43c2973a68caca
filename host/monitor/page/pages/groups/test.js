/**
 * Whether two groups differ, in words and numbers.
 */
import { remember } from "../../lib/address.js";
import { get } from "../../lib/api.js";
import { fill, h } from "../../lib/dom.js";
import { number, plural } from "../../lib/format.js";
import { explained } from "../../lib/hint.js";
import { title } from "../../lib/words.js";

/** @import { Axis } from "../../lib/choices.js" */
/** @import { Group } from "./page.js" */

export class Test {
  /** @param {URLSearchParams} query */
  constructor(query) {
    /** @type {Group[]} */ this.groups = [];
    this.metric = "";
    /** @type {Axis} */ this.axis = "steps";
    this.closed = new AbortController();
    const select = (/** @type {string} */ name, /** @type {string} */ label) => h("select", { "aria-label": label, dataset: { wanted: query.get(name) ?? "" }, onchange: (/** @type {Event} */ event) => {
      remember({ [name]: /** @type {HTMLSelectElement} */ (event.target).value });
      this.#run();
    } });
    this.a = select("a", "First group");
    this.b = select("b", "Second group");
    this.at = select("at", "When");
    fill(this.at, /** @type {[string, string][]} */ ([["last", "at the end"], ["best", "at the best"], ["mean", "on average over training"]]).map(([value, word]) => h("option", { value }, word)));
    this.at.value = query.get("at") ?? "last";
    this.result = h("div.stack", { role: "status" });
    this.element = h("section.card.stack", {}, h("h2", {}, "Do two groups differ?"), h("div.row", {}, this.a, h("span.muted", {}, "against"), this.b, this.at), this.result);
  }

  /**
   * @param {Group[]} groups those that are drawn
   * @param {string} metric
   * @param {Axis} axis
   */
  offer(groups, metric, axis) {
    this.groups = groups;
    this.metric = metric;
    this.axis = axis;
    [this.a, this.b].forEach((select, i) => {
      const wanted = select.value || select.dataset.wanted;
      fill(select, groups.map((group) => h("option", { value: group.id }, group.label)));
      select.value = groups.some((group) => group.id === wanted) ? wanted : groups[i]?.id ?? "";
    });
    this.#run();
  }

  close() {
    this.closed.abort();
  }

  async #run() {
    const [a, b] = [this.a.value, this.b.value].map((id) => this.groups.find((group) => group.id === id));
    if (!a || !b || a === b) return fill(this.result, h("p.muted", {}, "Draw two different groups to compare them."));
    try {
      const test = await get("test", { a: a.runs, b: b.runs, metric: this.metric, at: this.at.value, xaxis: this.axis, pair: "seed" }, this.closed.signal);
      fill(this.result, verdict(test, a, b, title(this.metric)), numbers(test, a, b));
    } catch (error) {
      if (error instanceof DOMException) return;
      fill(this.result, h("p.muted", {}, error instanceof Error ? error.message : String(error)));
    }
  }
}

/**
 * The result in a sentence.
 * @param {any} test
 * @param {Group} a
 * @param {Group} b
 * @param {string} what
 */
function verdict(test, a, b, what) {
  const main = test.paired ?? test.welch;
  if (!main) return h("p.notice", {}, test.note ?? "There are too few runs for a test.");
  const higher = main.difference >= 0 ? a : b;
  const lower = higher === a ? b : a;
  const [low, high] = main.difference >= 0 ? [main.low, main.high] : [-main.high, -main.low];
  const clear = low > 0;
  return h("div.stack", {}, h("p.verdict", {}, clear
    ? `${what}: “${higher.label}” is higher than “${lower.label}” by ${number(Math.abs(main.difference))} (95 % interval ${number(low)} to ${number(high)}).`
    : `${what}: no clear difference. “${higher.label}” is higher by ${number(Math.abs(main.difference))}, but the 95 % interval, ${number(low)} to ${number(high)}, holds zero.`),
  test.note ? h("p.muted.small", {}, test.note) : null);
}

/**
 * @param {any} test
 * @param {Group} a
 * @param {Group} b
 */
function numbers(test, a, b) {
  const p = (/** @type {number} */ value) => (value < 0.001 ? "p < 0.001" : `p = ${number(value, 2)}`);
  /** @type {(Node | null)[]} */
  const rows = [];
  const row = (/** @type {Node} */ name, /** @type {string[]} */ cells) => rows.push(h("tr", {}, h("td", {}, name), cells.map((cell) => h("td", {}, cell))));
  const interval = (/** @type {any} */ t) => `${number(t.difference)} [${number(t.low)}, ${number(t.high)}]`;
  if (test.paired) row(explained("Paired t-test", "Each seed of one group against the same seed of the other: chance that both share falls out."), [interval(test.paired), `t(${number(test.paired.df, 3)}) = ${number(test.paired.t, 3)}`, p(test.paired.p), plural(test.paired.n, "pair")]);
  if (test.welch) row(explained("Welch's t-test", "Means of the groups, which may vary differently."), [interval(test.welch), `t(${number(test.welch.df, 3)}) = ${number(test.welch.t, 3)}`, p(test.welch.p), `${test.a.n} and ${test.b.n} runs`]);
  if (test.mann_whitney) row(explained("Mann–Whitney test", "Ranks only: needs no normal distribution."), ["", `U = ${number(test.mann_whitney.u)}`, p(test.mann_whitney.p), test.mann_whitney.exact ? "exact" : "approximate"]);
  if (test.effect) row(explained("Hedges' g", "The difference in standard deviations; 0.8 is often called large."), [number(test.effect.hedges_g, 3), "", "", ""]);
  const group = (/** @type {any} */ one, /** @type {Group} */ { label }) => h("tr", {}, h("td", {}, label), h("td.number", {}, one.n), h("td.number", {}, number(one.mean)), h("td.number", {}, number(one.sd)), h("td.number", {}, one.values.map((/** @type {any} */ value) => number(value.value)).join(", ")));
  return h("div.stack", {},
    h("div.plain-wrap", {}, h("table.plain", {}, h("thead", {}, h("tr", {}, ["Group", "Runs", "Mean", "Standard deviation", "Values"].map((word, i) => h("th", { scope: "col", class: i > 0 ? "number" : "" }, word)))), h("tbody", {}, group(test.a, a), group(test.b, b)))),
    rows.length === 0 ? null : h("div.plain-wrap", {}, h("table.plain", {}, h("thead", {}, h("tr", {}, ["Test", "Difference, 95 % interval", "Statistic", "p", ""].map((word) => h("th", { scope: "col" }, word)))), h("tbody", {}, rows))));
}
