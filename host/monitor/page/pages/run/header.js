/**
 * The head of every page of a run: what it is, how it stands, where one can go.
 */
import { link } from "../../lib/address.js";
import { post, runPath } from "../../lib/api.js";
import { fill, h } from "../../lib/dom.js";
import { ago, count, moment, number, plural, seconds } from "../../lib/format.js";
import { explained } from "../../lib/hint.js";
import { complain } from "../../lib/overlay.js";
import { progress, runName, state } from "../../lib/runs.js";

/** @import { Row } from "../../lib/api.js" */

/** @type {[string, string][]} */
const TABS = [["curves", "Curves"], ["brain", "Brain"], ["replay", "Replay"], ["settings", "Settings"], ["files", "Files"], ["log", "Log"], ["notes", "Notes"]];

export class Header {
  /**
   * @param {Row} row
   * @param {string} tab that is open
   */
  constructor(row, tab) {
    this.row = row;
    this.title = h("div.row");
    this.facts = h("div.facts-line");
    this.element = h("div.stack.run-head", {}, this.title, this.facts, h("nav.tabs", { "aria-label": "Parts of the run" }, TABS.map(([name, word]) => h("a", { href: tabLink(row.key, name), "aria-current": name === tab ? "page" : null }, word))));
    document.title = `${runName(row)} · Angora`;
    this.show(row);
  }

  /** @param {Row} row */
  show(row) {
    this.row = row;
    const { marks } = row;
    fill(this.title,
      h("button.quiet.icon.bookmark.writes", { type: "button", "aria-pressed": String(marks.bookmarked), "aria-label": "Bookmark", title: marks.bookmarked ? "Bookmarked" : "Bookmark", onclick: () => this.#mark({ bookmarked: !marks.bookmarked }) }, marks.bookmarked ? "★" : "☆"),
      h("h1", { title: row.id }, runName(row)), state(row), marks.tags.map((tag) => h("span.chip", {}, tag)),
      h("span.right.row", {},
        h("a.button", { href: link("compare", [], { runs: row.key }) }, "Compare with …"),
        h("button", { type: "button", class: marks.trashed ? "writes" : "writes danger", onclick: () => this.#mark({ trashed: !marks.trashed }) }, marks.trashed ? "Restore from trash" : "Move to trash")));
    const fact = (/** @type {string} */ word, /** @type {Node | string} */ value, meaning = "") => h("div.fact", {}, h("span.muted.small", {}, meaning ? explained(word, meaning) : word), h("span.number", {}, value));
    fill(this.facts,
      fact("Task", row.task ?? "–", "What the brain is asked to do."), fact("Brain", row.brain ?? "–", "The architecture."), fact("Seed", row.seed === null ? "–" : String(row.seed), "The number from which all chance follows."),
      fact("Last return", number(row.last_return), "Mean return of the last 100 episodes, now."),
      fact("Best return", row.best_cycle === null ? number(row.best_return) : `${number(row.best_return)} after cycle ${count(row.best_cycle)}`, "Mean return that the checkpoint best was chosen by: of its evaluation, before the first one of training episodes."),
      row.success_rate === null ? null : fact("Success", `${number(row.success_rate * 100, 3)} %`, "Part of the last 100 episodes that ended in success."),
      fact("Steps", count(row.steps), "Control steps gathered."),
      fact("Cycle", h("span.row", {}, `${count(row.cycle)}${row.cycles === null ? "" : ` of ${count(row.cycles)}`}`, progress(row)), "Gathering and learning, once."),
      row.state === "running" ? fact("Time left", seconds(row.secs_left)) : fact("Changed", h("time", { title: moment(row.updated_ms) }, ago(row.updated_ms))),
      (row.segments ?? 1) > 1 ? fact("Segments", `${row.segments}, resumed ${plural((row.segments ?? 1) - 1, "time")}`) : null);
    for (const old of this.element.querySelectorAll(".notice")) old.remove();
    for (const problem of row.problems) this.facts.after(h("p.notice.bad", {}, problem));
    if (row.reason) this.facts.after(h("p.notice", {}, row.reason));
  }

  /** @param {Record<string, any>} marks */
  async #mark(marks) {
    try {
      const answer = await post(runPath(this.row.key, "/marks"), marks);
      this.show({ ...this.row, marks: answer.marks });
    } catch (error) {
      complain(error);
    }
  }
}

/**
 * @param {string} key
 * @param {string} tab
 */
function tabLink(key, tab) {
  return tab === "brain" || tab === "replay" ? link(tab, [key]) : link("run", tab === "curves" ? [key] : [key, tab]);
}
