/**
 * All runs in a table: search, filter, sort, group, mark.
 */
import { here, link, list, remember } from "../../lib/address.js";
import { fill, h, throttle } from "../../lib/dom.js";
import { plural } from "../../lib/format.js";
import { Grid } from "../../lib/grid.js";
import { listen } from "../../lib/live.js";
import { Bulk } from "./bulk.js";
import { kind, usual } from "./columns.js";
import { Filter } from "./filter.js";
import { Rows } from "./rows.js";

/** @import { Address } from "../../lib/address.js" */

/** Widest columns on a phone, px. */
const PHONE_NAME = 196;
const PHONE_COLUMN = 136;
const FIRST_RUN = "./angora run --task CartPole-v1";

/**
 * @param {HTMLElement} main
 * @param {Address} address
 */
export async function open(main, address) {
  document.title = "Runs · Angora";
  const rows = new Rows();
  const grid = new Grid("Runs");
  const bulk = new Bulk(() => refresh());
  const summary = h("p.muted", { role: "status" });
  const filter = new Filter(address.query, { changed: () => choose(), columns: () => columns(), setColumns: (ids) => choose({ columns: ids.join(",") }) });
  const table = h("div.card.table-card", {}, grid.element);
  const nothing = h("div");
  main.append(h("div.row.spread.page-head", {}, h("h1", {}, "Runs"), summary), filter.element, bulk.element, table, nothing);

  /** What is chosen, in the address. */
  const choice = () => {
    const { query } = here();
    return { q: query.get("q") ?? "", sort: query.get("sort") ?? "-updated", group: query.get("group") ?? "" };
  };
  const columns = () => {
    const chosen = list(here().query, "columns");
    return chosen.length > 0 ? chosen : usual(innerWidth);
  };

  /** @param {Record<string, string>} [changes] */
  async function choose(changes = {}) {
    remember({ ...filter.choice(), ...changes });
    await refresh(true);
  }

  /** @param {boolean} [fromTop] whether the table is another one */
  async function refresh(fromTop = false) {
    const extra = columns().filter((id) => /^(set|metric):/.test(id));
    try {
      await rows.load({ ...choice(), columns: extra }, fromTop);
      filter.show(rows.facts, null);
    } catch (error) {
      filter.show(null, error);
      return;
    }
    if (fromTop) grid.element.scrollTop = 0;
    draw();
  }

  function draw() {
    const { sort, q } = choice();
    const { total, matching } = rows.facts;
    summary.textContent = q || matching !== total ? `${plural(matching, "run")} of ${total.toLocaleString("en-GB")}` : plural(total, "run");
    const kinds = columns().map(kind);
    grid.setColumns([{ id: "select", head: "", width: 40 }, ...kinds.map((one) => {
      const field = one.sort === undefined ? one.id : one.sort;
      const now = sort === field ? /** @type {const} */ ("ascending") : sort === `-${field}` ? /** @type {const} */ ("descending") : null;
      const next = now === null ? (one.falls ? `-${field}` : field) : now === "ascending" ? `-${field}` : field;
      return { id: one.id, head: one.word, hint: one.meaning, width: innerWidth < 700 ? Math.min(one.width, one.id === "name" ? PHONE_NAME : PHONE_COLUMN) : one.width, numeric: one.numeric, sort: now, onSort: field === null ? undefined : () => choose({ sort: /** @type {string} */ (next) }) };
    })]);
    grid.setContent({
      count: rows.count(),
      row: (index) => {
        const item = rows.item(index);
        if (item === null) return null;
        if ("group" in item) return { whole: rows.groupHead(item.group), class: "group" };
        const selected = bulk.has(item.row.key);
        const box = h("input", { type: "checkbox", "aria-label": `Select ${item.row.id}`, tabindex: -1, onclick: (/** @type {Event} */ event) => event.stopPropagation(), onchange: () => toggle(index) });
        box.checked = selected;
        return { cells: [box, ...kinds.map((one) => one.cell(item.row))], class: item.row.marks.trashed ? "trashed" : "", selected };
      },
      open: (index) => {
        const item = rows.item(index);
        if (item && "row" in item) location.hash = link("run", [item.row.key]);
      },
      toggle,
      seen: (first, last) => rows.want(first, last).then((fetched) => { if (fetched) grid.render(); }),
    });
    table.classList.toggle("hidden", matching === 0);
    fill(nothing, matching === 0 ? empty(total, q) : null);
  }

  /** @param {number} index */
  function toggle(index) {
    const item = rows.item(index);
    if (!item || !("row" in item)) return;
    bulk.toggle(item.row);
    grid.render();
  }
  bulk.onCleared = () => grid.render();
  rows.onGroups = () => draw();

  const later = throttle(() => refresh(), 700);
  const stop = listen({
    changes: (changed, gone) => {
      // What is visible at once; order and counts a little later.
      if (rows.update(changed)) grid.render();
      if (changed.length > 0 || gone.length > 0) later();
    },
    reset: () => refresh(),
  });
  await refresh(true);
  if (address.query.has("focus")) {
    remember({ focus: null });
    filter.focus();
  }
  return () => {
    stop();
    grid.destroy();
  };
}

/**
 * @param {number} total
 * @param {string} q
 */
function empty(total, q) {
  if (total > 0 || q) {
    return h("div.empty", {}, h("h2", {}, "No run matches"), h("p", {}, "Take a word away from the search, or ", h("a", { href: link("runs") }, "show all runs"), "."));
  }
  return h("div.empty", {}, h("h2", {}, "No runs yet"), h("p", {}, "Train one, and it appears here while it learns:"), h("pre", {}, FIRST_RUN), h("p.muted.small", {}, "The monitor looks into the folders that it was started with."));
}

