/**
 * The groups: which are drawn, how many runs each has, what tells it from the others.
 */
import { swatch } from "../../chart/legend.js";
import { link } from "../../lib/address.js";
import { h } from "../../lib/dom.js";
import { setting } from "../../lib/format.js";
import { explained } from "../../lib/hint.js";

/** @import { Group } from "./page.js" */

/**
 * @param {Group[]} groups
 * @param {(id: string) => number} style number of its line; -1 if it is not drawn
 * @param {(id: string) => void} toggle
 * @returns {HTMLElement[]}
 */
export function table(groups, style, toggle) {
  const row = (/** @type {Group} */ group) => {
    const at = style(group.id);
    const box = h("input", { type: "checkbox", "aria-label": `Draw ${group.label}`, onchange: () => toggle(group.id) });
    box.checked = at >= 0;
    const differs = Object.entries(group.differs ?? {});
    return h("tr", {},
      h("td", {}, h("label.row.tight", {}, box, at >= 0 ? swatch(at) : null, h("span", {}, group.label))),
      h("td.number", {}, group.n), h("td", {}, setting(group.seeds)),
      h("td", {}, differs.length === 0 ? h("span.muted", {}, "–") : differs.map(([key, value]) => h("span.chip", {}, `${key} = ${setting(value)}`))),
      h("td", {}, h("a", { href: link("compare", [], { runs: group.runs.join(",") }) }, "Compare its runs")));
  };
  return [h("h2", {}, "Groups"), h("div.plain-wrap", {}, h("table.plain", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Drawn"),
    h("th.number", { scope: "col" }, explained("Runs", "Number of runs in the group. One run has no uncertainty that could be drawn: no band.")), h("th", { scope: "col" }, "Seeds"), h("th", { scope: "col" }, "What tells it from the others"), h("th", {}, ""))),
  h("tbody", {}, groups.map(row))))];
}
