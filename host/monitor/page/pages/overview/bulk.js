/**
 * What can be done with the selected runs.
 */
import { link } from "../../lib/address.js";
import { post } from "../../lib/api.js";
import { fill, h } from "../../lib/dom.js";
import { plural } from "../../lib/format.js";
import { complain, dialog, toast } from "../../lib/overlay.js";

/** @import { Row } from "../../lib/api.js" */

export class Bulk {
  /** @param {() => void} changed called when runs have other marks */
  constructor(changed) {
    /** @type {Map<string, Row>} */ this.rows = new Map();
    this.changed = changed;
    this.onCleared = () => {};
    this.element = h("div.card.row.bulk.hidden", { role: "region", "aria-label": "Selected runs" });
  }

  /** @param {string} key */
  has(key) {
    return this.rows.has(key);
  }

  /** @param {Row} row */
  toggle(row) {
    if (!this.rows.delete(row.key)) this.rows.set(row.key, row);
    this.#show();
  }

  #clear() {
    this.rows.clear();
    this.#show();
    this.onCleared();
  }

  #show() {
    const rows = [...this.rows.values()];
    this.element.classList.toggle("hidden", rows.length === 0);
    if (rows.length === 0) return;
    const trashed = rows.every((row) => row.marks.trashed);
    const button = (/** @type {string} */ word, /** @type {() => void} */ run, /** @type {string} */ kind = "") => h("button", { type: "button", class: `writes ${kind}`, onclick: run }, word);
    fill(this.element,
      h("strong", {}, `${plural(rows.length, "run")} selected`),
      rows.length > 1 ? h("a.button.primary", { href: link("compare", [], { runs: rows.map((row) => row.key).join(",") }) }, "Compare") : null,
      button("Tag …", () => this.#ask("Tag", "Tags, separated by commas", (text) => ({ add_tags: text.split(",").map((tag) => tag.trim()).filter(Boolean) }))),
      button("Group …", () => this.#ask("Put into a group", "Name of the group; empty for none", (text) => ({ group: text.trim() }))),
      button("Bookmark", () => this.#mark({ bookmarked: !rows.every((row) => row.marks.bookmarked) })),
      trashed ? button("Restore", () => this.#trash(false)) : button("Move to trash", () => this.#trash(true), "danger"),
      h("button.quiet", { type: "button", onclick: () => this.#clear() }, "Clear"));
  }

  /** @param {boolean} trashed */
  async #trash(trashed) {
    const runs = [...this.rows.keys()];
    await this.#mark({ trashed });
    const words = plural(runs.length, "run");
    toast(trashed ? `${words} moved to the trash; the folders stay where they are.` : `${words} restored.`, {
      word: "Undo",
      run: () => post("marks", { runs, trashed: !trashed }).then(this.changed, complain),
    });
    this.#clear();
  }

  /** @param {Record<string, any>} marks */
  async #mark(marks) {
    try {
      await post("marks", { runs: [...this.rows.keys()], ...marks });
      for (const row of this.rows.values()) row.marks = { ...row.marks, ...marks };
      this.changed();
      this.#show();
    } catch (error) {
      complain(error);
    }
  }

  /**
   * @param {string} title
   * @param {string} label
   * @param {(text: string) => Record<string, any>} marks
   */
  #ask(title, label, marks) {
    const input = h("input", { type: "text", id: "ask", autofocus: true });
    const done = () => {
      box.close();
      this.#mark(marks(input.value));
    };
    input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => { if (event.key === "Enter") done(); });
    const box = dialog(title, [h("label.stack.ask", { for: "ask" }, label, input)], [
      h("button", { type: "button", onclick: () => box.close() }, "Cancel"),
      h("button.primary", { type: "button", onclick: done }, "Save"),
    ]);
  }
}
