/**
 * Any number of runs on one plot, and what differs between their settings.
 */
import { Card } from "../../chart/card.js";
import { add } from "../../chart/build.js";
import { link, list, remember } from "../../lib/address.js";
import { get } from "../../lib/api.js";
import { axisChoice, logChoice, smoothChoice, unitsPerCycle } from "../../lib/choices.js";
import { fill, h, throttle } from "../../lib/dom.js";
import { plural } from "../../lib/format.js";
import { listen } from "../../lib/live.js";
import { RETURN, available, metricSelect } from "../../lib/metrics.js";
import { distinctNames } from "../../lib/runs.js";
import { differences } from "./differences.js";
import { picker } from "./picker.js";
import { Scatter } from "./scatter.js";

/** @import { Address } from "../../lib/address.js" */
/** @import { Row } from "../../lib/api.js" */

/** Points a curve, so that many runs are still quick. */
const POINTS = 400;

/**
 * @param {HTMLElement} main
 * @param {Address} address
 */
export async function open(main, { query }) {
  document.title = "Compare · Angora";
  let keys = list(query, "runs");
  let shown = list(query, "metrics");
  if (shown.length === 0) shown = [RETURN];
  const { metrics, settings } = await available();
  /** @type {Row[]} */ let rows = [];
  /** @type {Map<string, string>} */ let names = new Map();
  /** @type {Card[]} */ let cards = [];
  const charts = h("div.charts");
  const table = h("section.card.stack");
  const scatterPlace = h("section.card.stack");
  const body = h("div.stack");
  const x = axisChoice(query, () => build());
  const smoothing = smoothChoice(query, () => cards.forEach((card) => card.plot && card.redraw()));
  const log = logChoice(query, (on) => cards.forEach((card) => card.setLog(on)));
  const more = metricSelect(metrics, RETURN, () => {});
  const addChart = h("button", { type: "button", onclick: () => setMetrics([...new Set([...shown, more.value])]) }, "Add chart");
  const tools = h("div.row.chart-tools", {}, x.element, smoothing.element, log.element, h("span.row.add-chart", {}, more, addChart));
  const summary = h("p.muted");
  main.append(h("div.row.spread.page-head", {}, h("h1", {}, "Compare"), summary), picker(() => keys, (now) => setRuns(now)), tools, body);
  const scatter = new Scatter(scatterPlace, query, { settings, metrics });

  /** @param {string[]} now */
  async function setRuns(now) {
    keys = now;
    remember({ runs: keys.join(",") });
    await load();
  }

  /** @param {string[]} now */
  function setMetrics(now) {
    shown = now;
    remember({ metrics: now.join(",") === RETURN ? "" : now.join(",") });
    build();
  }

  async function load() {
    tools.classList.toggle("hidden", keys.length === 0);
    summary.textContent = keys.length === 0 ? "" : plural(keys.length, "run");
    if (keys.length === 0) {
      cards.forEach((card) => card.destroy());
      cards = [];
      fill(body, h("div.empty", {}, h("h2", {}, "Nothing to compare yet"), h("p", {}, "Choose runs above, or select them in the ", h("a", { href: link("runs") }, "table of runs"), " and press Compare.")));
      return;
    }
    const comparison = await get("compare", { runs: keys });
    rows = comparison.runs;
    names = distinctNames(rows, comparison.settings);
    fill(body, charts, table, scatterPlace);
    build();
    differences(table, comparison, (key) => emphasise(key), (key) => setRuns(keys.filter((one) => one !== key)));
    scatter.show(rows.map((row) => row.key));
  }

  function build() {
    cards.forEach((card) => card.destroy());
    cards = shown.map((metric) => new Card({
      name: shown.length > 1 || metric !== RETURN ? metric : "Return", head: heading(metric), runs: rows.map((row) => row.key), metrics: [metric], x: x.axis(), log: log.on(), legend: true, points: POINTS, height: shown.length > 1 ? 300 : 380, sync: "compare",
      build: (series) => {
        /** @type {import("../../chart/build.js").Content} */
        const content = { lines: [], areas: [], marks: [] };
        rows.forEach((row, style) => {
          const curve = series.curve(row.key, metric);
          const view = { span: smoothing.cycles() * unitsPerCycle(row, x.axis()) };
          // The range of shared pixels of many runs would only cover the others.
          if (curve) add(rows.length > 3 ? { ...curve, min: null, max: null } : curve, names.get(row.key) ?? row.id, style, view, content);
        });
        if (rows.length > 12) content.lines = content.lines.filter((line) => !line.ghost);
        return content;
      },
    }));
    for (const card of cards) if (shown.length === 1) card.element.classList.add("wide");
    fill(charts, cards.map((card) => card.element));
  }

  /** @param {string} metric */
  function heading(metric) {
    const select = metricSelect(metrics, metric, (now) => setMetrics(shown.map((one) => (one === metric ? now : one))));
    return h("span.row", {}, select, shown.length > 1 ? h("button.quiet.icon", { type: "button", "aria-label": `Remove chart of ${metric}`, onclick: () => setMetrics(shown.filter((one) => one !== metric)) }, "×") : null);
  }

  /** @param {string | null} key a run whose line stands out */
  function emphasise(key) {
    for (const card of cards) card.plot?.emphasise(key === null ? null : names.get(key) ?? null);
  }

  const refresh = throttle(() => cards.forEach((card) => card.refresh()), 100);
  const stop = listen({
    changes: (changed, gone) => {
      if (gone.some((key) => keys.includes(key))) load().catch(() => {});
      else if (changed.some((row) => keys.includes(row.key))) refresh();
    },
    reset: () => { load().catch(() => {}); },
  });
  await load();
  return () => {
    stop();
    scatter.close();
    cards.forEach((card) => card.destroy());
  };
}
