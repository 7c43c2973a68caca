/**
 * What differs between runs, and nothing else.
 */
import { swatch } from "../../chart/legend.js";
import { fill, h } from "../../lib/dom.js";
import { count, number, plural, setting } from "../../lib/format.js";
import { explained } from "../../lib/hint.js";
import { runLink, state } from "../../lib/runs.js";

/** @import { Row } from "../../lib/api.js" */

/**
 * @typedef {object} Comparison
 * @property {Row[]} runs
 * @property {{ key: string, meaning: string, values: any[], default: any }[]} settings
 * @property {number} same
 * @property {{ name: string, values: (string | null)[] }[]} plugins
 */

/**
 * @param {HTMLElement} place
 * @param {Comparison} comparison
 * @param {(key: string | null) => void} point called for the run that is pointed at
 * @param {(key: string) => void} remove
 */
export function differences(place, { runs, settings, same, plugins }, point, remove) {
  const best = Math.max(...runs.map((row) => row.best_return ?? -Infinity));
  const heads = [
    h("th", { scope: "col" }, "Run"), h("th", { scope: "col" }, "State"), h("th.number", { scope: "col" }, "Last return"), h("th.number", { scope: "col" }, "Best return"), h("th.number", { scope: "col" }, "Steps"),
    ...settings.map((one) => h("th", { scope: "col" }, one.meaning ? explained(one.key, `${one.meaning} Default: ${setting(one.default)}.`) : one.key)),
    ...plugins.map((one) => h("th", { scope: "col" }, one.name)), h("th", {}, h("span.reader", {}, "Remove")),
  ];
  const line = (/** @type {Row} */ row, /** @type {number} */ i) => h("tr", { onpointerenter: () => point(row.key), onpointerleave: () => point(null), onfocusin: () => point(row.key), onfocusout: () => point(null) },
    h("td", {}, h("span.row.tight", {}, swatch(i), runLink(row))), h("td", {}, state(row)), h("td.number", {}, number(row.last_return)),
    h("td.number", {}, row.best_return === best ? h("strong", { title: "The best of these" }, number(row.best_return)) : number(row.best_return)), h("td.number", {}, count(row.steps)),
    settings.map((one) => h("td", {}, h("code", {}, setting(one.values[i])))),
    plugins.map((one) => h("td", {}, h("code", {}, setting(one.values[i])))),
    h("td", {}, h("button.quiet.icon", { type: "button", "aria-label": `Take ${row.id} out`, title: "Take it out", onclick: () => remove(row.key) }, "×")));
  const words = settings.length + plugins.length === 0
    ? "The settings and plugins of these runs are the same."
    : `${plural(settings.length, "setting differs", "settings differ")}${plugins.length > 0 ? `, ${plural(plugins.length, "plugin differs", "plugins differ")}` : ""}; ${plural(same, "is", "are")} the same.`;
  fill(place, h("h2", {}, "What differs"), h("p.muted.small", {}, words), h("div.plain-wrap", {}, h("table.plain.compact", {}, h("thead", {}, h("tr", {}, heads)), h("tbody", {}, runs.map(line)))));
}
