/**
 * The rows of the table, fetched page by page as they come into view.
 */
import { get } from "../../lib/api.js";
import { h } from "../../lib/dom.js";
import { number, plural, setting } from "../../lib/format.js";

/** @import { Row } from "../../lib/api.js" */

/**
 * @typedef {object} Group
 * @property {any} value
 * @property {number} n
 * @property {number | null} return_mean
 * @property {number | null} best_max
 * @property {number} running
 */

/** @typedef {{ total: number, matching: number, groups: Group[] | null, facets: Record<string, Record<string, number>>, fields: string[] }} Facts */

const PAGE = 100;

export class Rows {
  constructor() {
    /** @type {Facts} */ this.facts = { total: 0, matching: 0, groups: null, facets: {}, fields: [] };
    /** @type {Map<number, Row>} */ this.rows = new Map();
    /** @type {Set<string>} */ this.folded = new Set();
    /** @type {Record<string, any>} */ this.query = {};
    /** @type {Set<number>} */ this.asked = new Set();
    this.seen = [0, 1];
    this.generation = 0;
    this.onGroups = () => {};
  }

  /**
   * Fetches the pages in view anew.
   * @param {Record<string, any>} query
   * @param {boolean} fresh whether rows known before are of no use
   */
  async load(query, fresh) {
    this.query = query;
    this.generation += 1;
    const mine = this.generation;
    const [first, last] = fresh ? [0, 1] : this.seen;
    /** @type {number[]} */ const pages = [];
    for (let page = Math.floor(first / PAGE); page <= Math.floor(Math.max(first, last - 1) / PAGE); page += 1) pages.push(page);
    const answers = await Promise.all(pages.map((page) => this.#get(page)));
    if (mine !== this.generation) return;
    this.rows.clear();
    this.asked = new Set(pages);
    answers.forEach((answer, i) => this.#keep(pages[i], answer));
    this.facts = answers[0];
  }

  /** Number of rows of the table, heads of groups included. */
  count() {
    const { groups, matching } = this.facts;
    return groups ? groups.reduce((sum, group) => sum + 1 + this.#shown(group), 0) : matching;
  }

  /**
   * What a row of the table is; null while it is fetched.
   * @param {number} index
   * @returns {{ row: Row } | { group: Group } | null}
   */
  item(index) {
    const place = this.#place(index);
    if (typeof place === "object") return { group: place };
    const row = this.rows.get(place);
    return row ? { row } : null;
  }

  /**
   * Fetches rows of the table that are not there yet.
   * @param {number} first
   * @param {number} last
   * @returns {Promise<boolean>} whether there are more now
   */
  async want(first, last) {
    const places = [];
    for (let index = first; index < last; index += 1) {
      const place = this.#place(index);
      if (typeof place === "number") places.push(place);
    }
    if (places.length === 0) return false;
    this.seen = [Math.min(...places), Math.max(...places) + 1];
    const missing = [...new Set(places.map((place) => Math.floor(place / PAGE)))].filter((page) => !this.asked.has(page));
    if (missing.length === 0) return false;
    const mine = this.generation;
    for (const page of missing) this.asked.add(page);
    const answers = await Promise.all(missing.map((page) => this.#get(page))).catch(() => null);
    if (!answers || mine !== this.generation) {
      for (const page of missing) this.asked.delete(page);
      return false;
    }
    answers.forEach((answer, i) => this.#keep(missing[i], answer));
    return true;
  }

  /**
   * Puts what has changed into the rows that are here.
   * @param {Row[]} changed
   * @returns {boolean} whether any is
   */
  update(changed) {
    const by = new Map(changed.map((row) => [row.key, row]));
    let any = false;
    for (const [place, row] of this.rows) {
      const now = by.get(row.key);
      if (!now) continue;
      this.rows.set(place, { ...now, values: row.values, group_value: row.group_value });
      any = true;
    }
    return any;
  }

  /** @param {Group} group */
  groupHead(group) {
    const name = setting(group.value);
    const folded = this.folded.has(name);
    const facts = [plural(group.n, "run"), group.running > 0 ? `${group.running} running` : null, `mean return ${number(group.return_mean)}`, `best ${number(group.best_max)}`];
    return h("button.quiet.fold", { type: "button", "aria-expanded": String(!folded), onclick: () => this.#fold(name) }, folded ? "▸" : "▾", h("strong", {}, name), h("span.muted", {}, facts.filter(Boolean).join(" · ")));
  }

  /** @param {string} name */
  #fold(name) {
    if (!this.folded.delete(name)) this.folded.add(name);
    this.onGroups();
  }

  /** @param {Group} group */
  #shown(group) {
    return this.folded.has(setting(group.value)) ? 0 : group.n;
  }

  /**
   * @param {number} index of the table
   * @returns {number | Group} place among the runs, or the group whose head it is
   */
  #place(index) {
    if (!this.facts.groups) return index;
    let at = 0;
    let runs = 0;
    for (const group of this.facts.groups) {
      if (index === at) return group;
      const shown = this.#shown(group);
      if (index <= at + shown) return runs + (index - at - 1);
      at += 1 + shown;
      runs += group.n;
    }
    return runs;
  }

  /** @param {number} page */
  #get(page) {
    return get("overview", { ...this.query, offset: page * PAGE, limit: PAGE });
  }

  /**
   * @param {number} page
   * @param {{ rows: Row[] }} answer
   */
  #keep(page, answer) {
    answer.rows.forEach((row, i) => this.rows.set(page * PAGE + i, row));
  }
}
