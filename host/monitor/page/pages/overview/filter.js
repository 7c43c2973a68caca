/**
 * What is chosen above the table: search, states, settings, grouping, columns.
 */
import { ApiError } from "../../lib/api.js";
import { fields } from "../../lib/catalogue.js";
import { debounce, fill, h } from "../../lib/dom.js";
import { dialog, menu } from "../../lib/overlay.js";
import { stateWord } from "../../lib/runs.js";
import { KINDS, USUAL, kind } from "./columns.js";

/** @import { Facts } from "./rows.js" */

/** @typedef {{ changed: () => void, columns: () => string[], setColumns: (ids: string[]) => void }} Owner */

/** What runs can be grouped by, beside settings. @type {[string, string][]} */
const GROUPS = [["", "nothing"], ["task", "task"], ["brain", "brain"], ["state", "state"], ["config", "setting (seeds together)"], ["group", "group"], ["tag", "tag"]];

const TRASHED = "is:trashed";

export class Filter {
  /**
   * @param {URLSearchParams} query
   * @param {Owner} owner
   */
  constructor(query, owner) {
    this.owner = owner;
    /** @type {Facts | null} */ this.facts = null;
    this.group = query.get("group") ?? "";
    this.search = h("input", { type: "search", placeholder: "Search: words, task:Reach*, return>400, set:ppo.epochs=3", "aria-label": "Search runs", spellcheck: "false", autocomplete: "off", value: query.get("q") ?? "" });
    this.search.addEventListener("input", debounce(() => owner.changed(), 150));
    this.search.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape") this.search.blur();
    });
    this.states = h("div.row.facets", { role: "group", "aria-label": "States" });
    this.problem = h("p.notice.bad.hidden", { role: "alert" });
    this.grouping = h("select", { "aria-label": "Group by", onchange: () => { this.group = this.grouping.value; owner.changed(); } });
    this.bin = h("button.quiet", { type: "button", "aria-pressed": "false", title: "Runs that were put into the trash", onclick: () => this.#switch(TRASHED) }, "Trash");
    this.element = h("div.stack.filter", {},
      h("div.row", {}, this.search,
        h("button.quiet", { type: "button", title: "What can be searched for", onclick: explain }, "How?"),
        menu(["Filter ▾"], (close) => this.#filters(close), { title: "Filter by task, brain, tag or any setting" }),
        h("label.field", {}, "Group by", this.grouping),
        menu(["Columns ▾"], () => this.#columns(), { title: "Choose columns" }),
        this.bin),
      this.problem, this.states);
  }

  /** What is chosen, for the address. */
  choice() {
    return { q: this.search.value.trim(), group: this.group };
  }

  focus() {
    this.search.focus();
  }

  /**
   * @param {Facts | null} facts
   * @param {unknown} error
   */
  show(facts, error) {
    this.problem.classList.toggle("hidden", error === null);
    this.search.setAttribute("aria-invalid", String(error !== null));
    if (error !== null) {
      const at = error instanceof ApiError ? error.at : null;
      const place = at ? ` (at “${this.search.value.slice(at.start, at.end)}”)` : "";
      this.problem.textContent = `${error instanceof Error ? error.message : error}${place}`;
      return;
    }
    this.facts = facts;
    this.bin.setAttribute("aria-pressed", String(this.#terms().includes(TRASHED)));
    fill(this.states, Object.entries(facts?.facets.state ?? {}).filter(([, n]) => n > 0).map(([state, n]) => this.#facet("state", state, `${stateWord(state)} ${n}`)));
    const settings = (facts?.fields ?? []).filter((field) => field.startsWith("set:"));
    const options = [...GROUPS, ...settings.map((field) => [field, field.slice(4)])].map(([value, word]) => h("option", { value }, word));
    if (this.group && !options.some((option) => option.value === this.group)) options.push(h("option", { value: this.group }, this.group));
    fill(this.grouping, options);
    this.grouping.value = this.group;
  }

  /**
   * A word of the search as a switch.
   * @param {string} field
   * @param {string} value
   * @param {string} label
   */
  #facet(field, value, label) {
    const term = `${field}:${/[\s,"]/.test(value) ? `"${value}"` : value}`;
    const on = this.#terms().includes(term);
    return h("button.quiet.small", { type: "button", "aria-pressed": String(on), onclick: () => this.#switch(term) }, on ? "☑ " : "☐ ", label);
  }

  #terms() {
    return this.search.value.match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
  }

  /** @param {string} term */
  #switch(term) {
    const terms = this.#terms();
    this.search.value = (terms.includes(term) ? terms.filter((/** @type {string} */ one) => one !== term) : [...terms, term]).join(" ");
    this.owner.changed();
  }

  /** @param {() => void} close */
  #filters(close) {
    const facets = this.facts?.facets ?? {};
    const parts = ["task", "brain", "tag", "group"].filter((field) => Object.keys(facets[field] ?? {}).length > 0).flatMap((field) => [
      h("div.head", {}, field.charAt(0).toUpperCase() + field.slice(1)),
      ...Object.entries(facets[field]).map(([value, n]) => this.#facet(field, value, `${value} (${n})`)),
    ]);
    const field = h("select", { "aria-label": "Setting or metric" }, (this.facts?.fields ?? []).filter((one) => /^(set|metric):/.test(one)).map((one) => h("option", { value: one }, one)));
    const sign = h("select", { "aria-label": "Comparison" }, ["=", "!=", "<", "<=", ">", ">="].map((one) => h("option", { value: one }, one)));
    const value = h("input", { type: "text", placeholder: "value", "aria-label": "Value", size: 8 });
    const add = () => {
      if (value.value.trim() === "") return value.focus();
      this.#switch(`${field.value}${sign.value}${/\s/.test(value.value) ? `"${value.value.trim()}"` : value.value.trim()}`);
      close();
    };
    value.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => { if (event.key === "Enter") add(); });
    return [...parts, h("div.head", {}, "Setting or metric"), h("div.row.inset", {}, field, sign, value, h("button.primary", { type: "button", onclick: add }, "Add"))];
  }

  #columns() {
    const shown = this.owner.columns();
    const more = (this.facts?.fields ?? []).filter((field) => /^(set|metric):/.test(field));
    const box = (/** @type {string} */ id, /** @type {string} */ word) => {
      const input = h("input", { type: "checkbox", onchange: () => {
        const now = this.owner.columns();
        this.owner.setColumns(input.checked ? [...now, id] : now.filter((one) => one !== id));
      } });
      input.checked = shown.includes(id);
      return h("label", {}, input, word);
    };
    return [
      h("button", { type: "button", onclick: () => this.owner.setColumns([]) }, `Usual columns (${USUAL.length})`),
      h("div.head", {}, "About the run"), ...KINDS.map((one) => box(one.id, one.word)),
      h("div.head", {}, "Settings and metrics"), ...more.map((id) => box(id, kind(id).word)),
    ];
  }
}

/** The language of the search, with what the server says of its fields. */
function explain() {
  /** @type {[string, string][]} */
  const examples = [
    ["cart pole", "both words in name, task, brain, tags or note"],
    ["task:Reach*", "a field; * stands for anything"],
    ["state:running,stalled", "one or the other"],
    ["-tag:old", "without"],
    ["best>=475 seed:1..5", "numbers and ranges"],
    ["updated>2h", "changed within two hours"],
    ["set:ppo.learning_rate=3e-4", "any setting"],
    ["metric:train/approx_kl<0.02", "last value of any metric"],
    ["is:bookmarked", "also is:resumed, is:damaged, is:trashed"],
  ];
  const rows = (/** @type {[string, string][]} */ pairs) => h("dl.keys", {}, pairs.flatMap(([word, meaning]) => [h("dt", {}, h("code", {}, word)), h("dd", {}, meaning)]));
  dialog("What can be searched for", [
    rows(examples),
    fields.length > 0 ? h("h3", { style: { "margin-top": "16px" } }, "Fields") : null,
    fields.length > 0 ? rows(fields.map(({ name, help }) => [name, help])) : null,
  ]);
}
