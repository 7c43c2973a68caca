/**
 * All metrics of a run as curves that grow.
 */
import { Card } from "../../chart/card.js";
import { remember } from "../../lib/address.js";
import { debounce, h } from "../../lib/dom.js";
import { axisChoice, logChoice, smoothChoice, unitsPerCycle } from "../../lib/choices.js";
import { nothingYet, sections } from "./sections.js";

/** @import { Address } from "../../lib/address.js" */
/** @import { Row } from "../../lib/api.js" */
/** @import { Detail } from "./page.js" */

/**
 * @param {HTMLElement} place
 * @param {Detail} detail
 * @param {Address} address
 */
export function curves(place, detail, { query }) {
  let { row } = detail;
  if (detail.metrics.length === 0) {
    place.append(nothingYet(row.state));
    return { changed: () => {}, close: () => {} };
  }
  const body = h("div");
  /** @type {Card[]} */ let cards = [];
  const x = axisChoice(query, () => build());
  const smoothing = smoothChoice(query, () => cards.forEach((card) => card.plot && card.redraw()));
  const log = logChoice(query, (on) => cards.forEach((card) => card.setLog(on)));
  const search = h("input", { type: "search", placeholder: "Find a metric", "aria-label": "Find a metric", value: query.get("find") ?? "" });
  search.addEventListener("input", debounce(() => {
    remember({ find: search.value.trim() });
    find();
  }, 120));

  const view = () => ({ span: smoothing.cycles() * unitsPerCycle(row, x.axis()) });

  function build() {
    cards.forEach((card) => card.destroy());
    cards = [];
    body.replaceChildren(...sections(detail.metrics).map((section) => {
      const charts = section.charts.map((kind) => {
        const card = new Card({
          name: kind.name, head: kind.head, runs: [row.key], metrics: kind.metrics, x: x.axis(), log: log.on(),
          legend: kind.legend, unit: kind.unit, height: kind.wide ? 290 : 222, sync: "run",
          build: (series) => kind.build(series, row.key, view()),
        });
        if (kind.wide) card.element.classList.add("wide");
        card.element.dataset.words = `${section.name} ${kind.name} ${kind.metrics.join(" ")}`.toLowerCase();
        cards.push(card);
        return card.element;
      });
      return h("section.chart-section", { id: section.id }, h("h2", {}, section.name), h("p.muted.small", {}, section.about), h("div.charts", {}, charts));
    }));
    find();
  }

  function find() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const section of body.children) {
      let any = false;
      for (const chart of section.querySelectorAll("figure")) {
        const shown = words.every((/** @type {string} */ word) => chart.dataset.words?.includes(word));
        chart.classList.toggle("hidden", !shown);
        any ||= shown;
      }
      section.classList.toggle("hidden", !any);
    }
  }

  place.append(h("div.row.chart-tools", {}, x.element, smoothing.element, log.element, search), body);
  build();
  return {
    /** @param {Row} now */
    changed: (now) => {
      row = now;
      cards.forEach((card) => card.refresh());
    },
    close: () => cards.forEach((card) => card.destroy()),
  };
}
