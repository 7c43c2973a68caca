/**
 * Repetitions together: the mean over seeds with its uncertainty, and whether two groups differ.
 */
import { here, link, list, remember } from "../../lib/address.js";
import { get } from "../../lib/api.js";
import { axisChoice, segmented } from "../../lib/choices.js";
import { debounce, fill, h, throttle } from "../../lib/dom.js";
import { plural } from "../../lib/format.js";
import { listen } from "../../lib/live.js";
import { RETURN, available, metricSelect } from "../../lib/metrics.js";
import { Bands } from "./bands.js";
import { table } from "./table.js";
import { Test } from "./test.js";

/** @import { Address } from "../../lib/address.js" */

/**
 * @typedef {object} Group
 * @property {string} id
 * @property {string} label
 * @property {number} n
 * @property {string[]} runs
 * @property {number[]} seeds
 * @property {Record<string, any>} differs
 */

/**
 * By what tells groups apart: numbers by size, words by the alphabet.
 * @param {Group} a
 * @param {Group} b
 */
function inOrder(a, b) {
  for (const key of new Set([...Object.keys(a.differs ?? {}), ...Object.keys(b.differs ?? {})])) {
    const [left, right] = [a.differs[key], b.differs[key]];
    if (typeof left === "number" && typeof right === "number" && left !== right) return left - right;
    const order = String(left ?? "").localeCompare(String(right ?? ""));
    if (typeof left !== "number" && order !== 0) return order;
  }
  return a.label.localeCompare(b.label);
}

/** Groups that are drawn if none is chosen. */
const FEW = 5;

/**
 * @param {HTMLElement} main
 * @param {Address} address
 */
export async function open(main, { query }) {
  document.title = "Groups · Angora";
  const { metrics, settings } = await available();
  let metric = query.get("metric") ?? RETURN;
  let by = query.get("by") ?? "config";
  let statistic = query.get("statistic") ?? "mean";
  /** @type {Group[]} */ let groups = [];
  /** @type {string[]} */ let chosen = [];

  const search = h("input", { type: "search", placeholder: "Which runs: words, task:Reach*, tag:paper", "aria-label": "Which runs", value: query.get("q") ?? "" });
  search.addEventListener("input", debounce(() => {
    remember({ q: search.value.trim(), show: null });
    load();
  }, 200));
  const grouping = h("select", { "aria-label": "Group by", onchange: () => {
    by = grouping.value;
    remember({ by: by === "config" ? "" : by, show: null });
    load();
  } }, /** @type {[string, string][]} */ ([["config", "equal settings"], ["group", "group"], ["tag", "tag"], ["task", "task"], ["brain", "brain"], ...settings.map((key) => [`set:${key}`, key])]).map(([value, word]) => h("option", { value }, word)));
  grouping.value = by;
  const x = axisChoice(query, () => draw());
  const select = metricSelect(metrics, metric, (now) => {
    metric = now;
    remember({ metric: now === RETURN ? "" : now });
    draw();
  });
  const kinds = segmented("Middle", [["mean", "Mean"], ["iqm", "IQM"], ["median", "Median"]], statistic, (now) => {
    statistic = now;
    remember({ statistic: now === "mean" ? "" : now });
    draw();
  });
  kinds.dataset.hint = "The middle of a group. IQM is the mean of the middle half: one lucky or unlucky seed moves it little.";

  const body = h("div.stack");
  const list_ = h("section.card.stack");
  const bands = new Bands();
  const test = new Test(query);
  const summary = h("p.muted", { role: "status" });
  main.append(h("div.row.spread.page-head", {}, h("h1", {}, "Groups"), summary),
    h("div.row.chart-tools", {}, search, h("label.field", {}, "Group by", grouping), select, kinds, x.element), body);

  async function load() {
    let answer;
    try {
      answer = await get("groups", { q: search.value.trim(), by });
    } catch (error) {
      fill(body, h("p.notice.bad", {}, error instanceof Error ? error.message : String(error)));
      return;
    }
    groups = answer.groups.sort(inOrder);
    summary.textContent = `${plural(groups.length, "group")}, ${plural(groups.reduce((sum, group) => sum + group.n, 0), "run")}`;
    if (groups.length === 0) {
      fill(body, h("div.empty", {}, h("h2", {}, "No groups yet"), h("p", {}, "Train the same settings with several seeds, and they stand together here:"), h("pre", {}, "for seed in 1 2 3; do ./angora run --task CartPole-v1 --seed $seed; done"), h("p", {}, h("a", { href: link("runs") }, "All runs"))));
      return;
    }
    const asked = list(here().query, "show");
    chosen = groups.filter((group) => asked.includes(group.id)).map((group) => group.id);
    if (chosen.length === 0) chosen = [...groups].sort((a, b) => b.n - a.n).slice(0, FEW).map((group) => group.id);
    fill(body, bands.element, list_, test.element);
    await draw();
  }

  async function draw() {
    const shown = groups.filter((group) => chosen.includes(group.id));
    const style = (/** @type {string} */ id) => chosen.indexOf(id);
    fill(list_, table(groups, style, (id) => {
      chosen = chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id];
      remember({ show: chosen.join(",") });
      draw();
    }));
    test.offer(shown, metric, x.axis());
    await bands.show(shown.map((group) => ({ group, style: style(group.id) })), { metric, statistic, x: x.axis() });
  }

  const later = throttle(() => bands.refresh(), 1500);
  const stop = listen({
    changes: (changed) => {
      const keys = new Set(groups.flatMap((group) => group.runs));
      if (changed.some((row) => !keys.has(row.key))) load();
      else later();
    },
    reset: () => { load(); },
  });
  await load();
  return () => {
    stop();
    bands.close();
    test.close();
  };
}
