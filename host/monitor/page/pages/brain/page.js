/**
 * The brain of a run: its graph, what each region holds, how each learns.
 */
import { each } from "../../chart/build.js";
import { Card } from "../../chart/card.js";
import { swatch } from "../../chart/legend.js";
import { axisChoice, logChoice, smoothChoice, unitsPerCycle } from "../../lib/choices.js";
import { fileUrl, get, runPath } from "../../lib/api.js";
import { h } from "../../lib/dom.js";
import { count, number } from "../../lib/format.js";
import { explained } from "../../lib/hint.js";
import { listen } from "../../lib/live.js";
import { Series } from "../../lib/series.js";
import { lastOf } from "../../chart/lines.js";
import { Header } from "../run/header.js";

/** @import { Address } from "../../lib/address.js" */

/**
 * @typedef {object} Region
 * @property {string} name
 * @property {number} parameters
 * @property {number} share
 * @property {boolean} frozen
 * @property {{ name: string, op: string, detail?: string, shape?: number[], inputs: { from: string, delayed: boolean }[], parameters: { name: string, shape: number[] }[] }[]} nodes
 */

/**
 * @param {HTMLElement} main
 * @param {Address} address
 */
export async function open(main, { path, query }) {
  const [key] = path;
  const detail = await get(runPath(key));
  let { row } = detail;
  const header = new Header(row, "brain");
  main.append(header.element);
  const { brain } = detail;
  const norms = (/** @type {string} */ end) => detail.metrics.filter((/** @type {string} */ name) => name.startsWith("region/") && name.endsWith(`/${end}`));
  const [gradients, weights] = [norms("gradient_norm"), norms("weight_norm")];
  if (!brain && gradients.length + weights.length === 0) {
    main.append(h("div.empty", {}, h("h2", {}, "This run says nothing of its brain"), h("p", {}, "It was made by an older version. The brain can still be drawn:"), h("pre", {}, `./angora brain show --run ${row.id} --svg brain.svg`)));
    return () => {};
  }

  /** @type {Card[]} */ let cards = [];
  const charts = h("div.charts.fit");
  const x = axisChoice(query, () => build());
  const smoothing = smoothChoice(query, () => cards.forEach((card) => card.plot && card.redraw()));
  const log = logChoice(query, (on) => cards.forEach((card) => card.setLog(on)));
  const chart = (/** @type {string} */ name, /** @type {string} */ meaning, /** @type {string[]} */ metrics) => new Card({
    name, head: explained(name, meaning), runs: [row.key], metrics, x: x.axis(), log: log.on(), legend: true, height: 260, sync: "brain",
    build: (series) => each(series, row.key, metrics, { span: smoothing.cycles() * unitsPerCycle(row, x.axis()) }),
  });
  function build() {
    cards.forEach((card) => card.destroy());
    cards = [];
    if (gradients.length > 0) cards.push(chart("Gradient norm by region", "How strongly the loss pulls at each region, before clipping; 0 where it is frozen.", gradients));
    if (weights.length > 0) cards.push(chart("Weight norm by region", "Length of the vector of the region's parameters.", weights));
    charts.replaceChildren(...cards.map((card) => card.element));
  }
  build();

  const norm = new Series({ runs: [key], metrics: ["region/*"], x: "cycles", points: 16 });
  if (gradients.length + weights.length > 0) await norm.refresh().catch(() => {});
  const last = (/** @type {string} */ region, /** @type {string} */ what) => lastOf(norm.curve(key, `region/${region}/${what}`)?.last ?? []);
  main.append(h("div.stack", {},
    brain ? picture(key, brain) : null,
    brain ? regions(brain.regions, gradients, last) : null,
    cards.length > 0 ? h("div", {}, h("div.row.chart-tools", {}, x.element, smoothing.element, log.element), charts) : h("p.muted", {}, "The run writes no norms by region.")));

  const stop = listen({
    changes: (changed) => {
      const now = changed.find((one) => one.key === key);
      if (!now) return;
      row = now;
      header.show(now);
      cards.forEach((card) => card.refresh());
    },
    reset: () => cards.forEach((card) => card.refresh()),
  });
  return () => {
    stop();
    norm.close();
    cards.forEach((card) => card.destroy());
  };
}

/**
 * The graph as the host draws it. An image cannot run anything, whatever is in the file.
 * @param {string} key
 * @param {any} brain
 */
function picture(key, brain) {
  const words = `Graph of the brain: ${brain.regions.map((/** @type {Region} */ region) => region.name).join(", ")}`;
  const image = h("img", { src: fileUrl(key, "brain.svg"), alt: words });
  const box = h("section.card.stack", {}, h("div.row.spread", {}, h("h2", {}, "Graph"), h("a.button", { href: fileUrl(key, "brain.svg"), download: `${brain.brain}.svg` }, "Save as SVG")), h("div.brain-picture", { tabindex: 0, role: "group", "aria-label": "Graph, can be scrolled" }, image));
  image.addEventListener("error", () => box.remove());
  return box;
}

/**
 * @param {Region[]} regions
 * @param {string[]} gradients metrics, in the order of their colours
 * @param {(region: string, what: string) => number | null} last
 */
function regions(regions, gradients, last) {
  const style = (/** @type {string} */ name) => gradients.indexOf(`region/${name}/gradient_norm`);
  const rows = regions.map((region) => h("tr", {},
    h("td", {}, h("details", {}, h("summary", {}, style(region.name) >= 0 ? swatch(style(region.name)) : null, " ", region.name, region.frozen ? h("span.chip", {}, "frozen") : null), nodes(region))),
    h("td.number", {}, count(region.parameters)), h("td.number", {}, `${number(region.share * 100, 3)} %`), h("td.number", {}, number(last(region.name, "gradient_norm"))), h("td.number", {}, number(last(region.name, "weight_norm")))));
  return h("section.card.stack", {}, h("h2", {}, "Regions"), h("div.plain-wrap", {}, h("table.plain", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Region"), h("th.number", { scope: "col" }, "Parameters"), h("th.number", { scope: "col" }, "Share"),
    h("th.number", { scope: "col" }, explained("Gradient norm", "How strongly the loss pulls at the region, last cycle.")), h("th.number", { scope: "col" }, explained("Weight norm", "Length of the vector of its parameters, last cycle.")))), h("tbody", {}, rows))));
}

/** @param {Region} region */
function nodes(region) {
  return h("ul.nodes", {}, region.nodes.map((node) => h("li", {}, h("code", {}, node.name), ` ${node.op}${node.detail ? ` (${node.detail})` : ""}`, node.shape ? ` → ${node.shape.join(" × ")}` : " → not used",
    h("span.muted", {}, node.inputs.length > 0 ? ` from ${node.inputs.map((input) => `${input.from}${input.delayed ? " (one step before)" : ""}`).join(", ")}` : ""))));
}
