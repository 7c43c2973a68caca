/**
 * A table of which only the visible rows exist: thousands scroll as easily as ten.
 */
import { h } from "./dom.js";

/**
 * @typedef {object} Column
 * @property {string} id
 * @property {string} head
 * @property {string} [hint] what the column means
 * @property {number} width px
 * @property {boolean} [numeric]
 * @property {"ascending" | "descending" | null} [sort] how the table is sorted by it
 * @property {() => void} [onSort]
 */

/**
 * @typedef {object} Content
 * @property {number} count number of rows
 * @property {(index: number) => { cells?: (Node | string)[], whole?: Node, class?: string, selected?: boolean } | null} row
 *   what a row shows; null while it is fetched; `whole` spans the table
 * @property {(index: number) => void} [open] Enter, double click
 * @property {(index: number) => void} [toggle] Space
 * @property {(first: number, last: number) => void} [seen] rows that are now visible
 */

const ROW = 40;
/** Rows drawn above and below the visible ones. */
const MARGIN = 8;

export class Grid {
  /** @param {string} label what the table holds */
  constructor(label) {
    this.head = h("thead");
    this.body = h("tbody");
    this.columnGroup = h("colgroup");
    this.table = h("table.grid", { role: "grid", "aria-label": label }, this.columnGroup, this.head, this.body);
    this.element = h("div.scroller", { tabindex: 0, role: "group", "aria-label": `${label}: arrow keys move, Enter opens, Space selects` }, this.table);
    /** @type {Column[]} */ this.columns = [];
    /** @type {Content} */ this.content = { count: 0, row: () => null };
    this.active = -1;
    this.waiting = 0;
    this.element.addEventListener("scroll", () => this.#later());
    this.element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#key(event));
    this.sized = new ResizeObserver(() => this.#later());
    this.sized.observe(this.element);
  }

  /** @param {Column[]} columns */
  setColumns(columns) {
    this.columns = columns;
    const width = columns.reduce((sum, column) => sum + column.width, 0);
    this.table.style.width = `max(100%, ${width}px)`;
    this.columnGroup.replaceChildren(...columns.map((column) => h("col", { style: { width: `${column.width}px` } })));
    this.head.replaceChildren(h("tr", { role: "row" }, columns.map((column) => h("th", { role: "columnheader", scope: "col", class: column.numeric ? "number" : "", "aria-sort": column.sort ?? null, dataset: column.hint && !column.onSort ? { hint: column.hint } : {} },
      column.onSort ? h("button.quiet", { type: "button", onclick: column.onSort, dataset: column.hint ? { hint: column.hint } : {} }, column.head, h("span.arrow", { "aria-hidden": "true" }, column.sort === "ascending" ? "▲" : column.sort === "descending" ? "▼" : "")) : column.head))));
  }

  /** @param {Content} content */
  setContent(content) {
    this.content = content;
    this.table.setAttribute("aria-rowcount", String(content.count + 1));
    if (this.active >= content.count) this.active = content.count - 1;
    this.render();
  }

  /** Draws the visible rows again. */
  render() {
    const { count } = this.content;
    const headHeight = this.head.offsetHeight;
    const visible = Math.ceil(Math.max(0, this.element.clientHeight - headHeight) / ROW) + 1;
    const top = Math.floor(this.element.scrollTop / ROW);
    const first = Math.max(0, Math.min(top, count) - MARGIN);
    const last = Math.min(count, top + visible + MARGIN);
    const rows = [];
    for (let i = first; i < last; i += 1) rows.push(this.#row(i));
    const spacer = (/** @type {number} */ n) => h("tr.spacer", { "aria-hidden": "true" }, h("td", { colspan: this.columns.length, style: { height: `${n * ROW}px` } }));
    const inside = this.body.contains(document.activeElement) ? focusedCell(this.body) : null;
    this.body.replaceChildren(...(first > 0 ? [spacer(first)] : []), ...rows, ...(last < count ? [spacer(count - last)] : []));
    if (inside) this.body.querySelector(`tr[aria-rowindex="${inside.row}"] ${inside.what}`)?.focus({ preventScroll: true });
    this.content.seen?.(first, last);
  }

  destroy() {
    this.sized.disconnect();
    cancelAnimationFrame(this.waiting);
  }

  /** @param {number} index */
  #row(index) {
    const row = this.content.row(index);
    const classes = [row?.class, index === this.active ? "active" : ""].filter(Boolean).join(" ");
    const attributes = { role: "row", class: classes, id: `row-${index}`, "aria-rowindex": index + 2, "aria-selected": row?.selected === undefined ? null : String(row.selected), onclick: () => this.#activate(index, false), ondblclick: () => this.content.open?.(index) };
    if (row === null) return h("tr.waiting", attributes, h("td", { colspan: this.columns.length }, "…"));
    if (row.whole) return h("tr.whole", attributes, h("td", { colspan: this.columns.length }, row.whole));
    return h("tr", attributes, (row.cells ?? []).map((cell, i) => h("td", { role: "gridcell", class: this.columns[i]?.numeric ? "number" : "" }, cell)));
  }

  #later() {
    cancelAnimationFrame(this.waiting);
    this.waiting = requestAnimationFrame(() => this.render());
  }

  /**
   * @param {number} index
   * @param {boolean} scroll whether it is brought into view
   */
  #activate(index, scroll) {
    this.active = Math.max(0, Math.min(this.content.count - 1, index));
    if (scroll) {
      const room = this.element.clientHeight - this.head.offsetHeight;
      const top = this.active * ROW;
      if (top < this.element.scrollTop) this.element.scrollTop = top;
      else if (top + ROW > this.element.scrollTop + room) this.element.scrollTop = top + ROW - room;
    }
    this.element.setAttribute("aria-activedescendant", `row-${this.active}`);
    for (const row of this.body.querySelectorAll("tr.active")) row.classList.remove("active");
    this.body.querySelector(`#row-${this.active}`)?.classList.add("active");
    if (scroll) this.#later();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.target !== this.element && event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const page = Math.max(1, Math.floor(this.element.clientHeight / ROW) - 2);
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key in moves) {
      const to = this.active + moves[event.key];
      this.#activate(to === -Infinity ? 0 : to === Infinity ? this.content.count - 1 : to, true);
    } else if (event.key === "Enter" && this.active >= 0) this.content.open?.(this.active);
    else if (event.key === " " && this.active >= 0) this.content.toggle?.(this.active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/**
 * Where the keyboard is, so that it stays there when rows are drawn again.
 * @param {HTMLElement} body
 */
function focusedCell(body) {
  const focused = /** @type {HTMLElement} */ (document.activeElement);
  const row = focused.closest("tr")?.getAttribute("aria-rowindex");
  const what = focused.matches("input") ? "input" : "a";
  return row && body.contains(focused) ? { row, what } : null;
}
