/**
 * Settings of a run, those that differ from the defaults first; plugins; how it was started.
 */
import { fill, h } from "../../lib/dom.js";
import { moment, setting } from "../../lib/format.js";
import { explained } from "../../lib/hint.js";

/** @import { Detail } from "./page.js" */

/**
 * @param {HTMLElement} place
 * @param {Detail} detail
 */
export function settings(place, detail) {
  const changed = detail.settings.filter((one) => one.changed);
  let all = changed.length === 0;
  const table = h("div.plain-wrap");
  const search = h("input", { type: "search", placeholder: "Find a setting", "aria-label": "Find a setting", oninput: show });
  const box = h("input", { type: "checkbox", onchange: () => { all = box.checked; show(); } });
  box.checked = all;

  function show() {
    const words = search.value.toLowerCase();
    const rows = (all || words ? detail.settings : changed).filter((one) => `${one.key} ${one.meaning}`.toLowerCase().includes(words));
    fill(table, rows.length === 0 ? h("p.muted", {}, words ? "No setting has this word." : "Every setting is the default.") : h("table.plain", {},
      h("thead", {}, h("tr", {}, ["Setting", "Value", "Default", "Meaning"].map((word) => h("th", { scope: "col" }, word)))),
      h("tbody", {}, rows.map((one) => h("tr", { class: one.changed ? "changed" : "" }, h("td", {}, h("code", {}, one.key)), h("td", {}, h("code", {}, setting(one.value))), h("td.muted", {}, h("code", {}, setting(one.default))), h("td.muted", {}, one.meaning))))));
  }
  show();

  place.append(h("div.stack", {},
    h("section.card.stack", {}, h("div.row.spread", {}, h("h2", {}, all ? "Settings" : "Settings that differ from the defaults"), h("div.row", {}, search, h("label.field", {}, box, h("span.small", {}, `All ${detail.settings.length}`)))), table),
    plugins(detail), origin(detail)));
  return { changed: () => {}, close: () => {} };
}

/** @param {Detail} detail */
function plugins(detail) {
  return h("section.card.stack", {}, h("h2", {}, explained("Plugins", "What the run loaded. The digest says which file exactly: two runs with the same digests ran the same code.")),
    detail.plugins.length === 0 ? h("p.muted", {}, "The run has no list of its plugins.") : h("div.plain-wrap", {}, h("table.plain", {},
      h("thead", {}, h("tr", {}, ["Plugin", "Version", "Digest (SHA-256)", "Source"].map((word) => h("th", { scope: "col" }, word)))),
      h("tbody", {}, detail.plugins.map((plugin) => h("tr", {}, h("td", {}, plugin.name), h("td", {}, plugin.version), h("td", {}, h("code", {}, plugin.digest)), h("td.muted", {}, setting(plugin.source))))))));
}

/** @param {Detail} detail */
function origin({ meta, row, segments }) {
  const facts = Object.entries(meta ?? {}).map(([name, value]) => h("tr", {}, h("td", {}, name), h("td", {}, h("code", {}, name === "began" ? moment(value) : Array.isArray(value) ? value.join(" ") : setting(value)))));
  return h("section.card.stack", {}, h("h2", {}, "Where it comes from"),
    h("div.plain-wrap", {}, h("table.plain", {}, h("tbody", {}, h("tr", {}, h("td", {}, "folder"), h("td", {}, h("code", {}, row.folder))), facts))),
    segments.length > 1 ? h("h3", {}, "Segments") : null,
    segments.length > 1 ? h("div.plain-wrap", {}, h("table.plain", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Segment"), h("th", { scope: "col" }, "Cycles"), h("th", { scope: "col" }, "Steps"), h("th", { scope: "col" }, "Began"))),
      h("tbody", {}, segments.map((one) => h("tr", {}, h("td", {}, one.segment === 0 ? "first" : `resumed (${one.segment})`), h("td.nowrap", {}, `${setting(one.first_cycle)} to ${setting(one.last_cycle)}`), h("td", {}, `${setting(one.first_steps)} to ${setting(one.last_steps)}`), h("td", {}, moment(one.began_ms))))))) : null);
}
