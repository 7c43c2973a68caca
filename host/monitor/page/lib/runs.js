/**
 * Runs as words and marks, the same on every page.
 */
import { link } from "./address.js";
import { h } from "./dom.js";
import { plural, setting } from "./format.js";

/** @import { Row } from "./api.js" */

/** Mark and words of each state. @type {Record<string, [string, string, string]>} */
const STATES = {
  running: ["▶", "running", "A process is training it."],
  finished: ["✓", "finished", "It did what it was asked to."],
  interrupted: ["■", "interrupted", "It was stopped and saved; `run --resume` goes on."],
  stalled: ["…", "stalled", "Nothing has come from it for a while: its process may hang, or its machine may be gone."],
  killed: ["✕", "killed", "Its process ended without a word; `run --resume` goes on from the last checkpoint."],
  failed: ["✕", "failed", "It ended with an error; see its log."],
  empty: ["○", "empty", "No cycle is done yet."],
  unknown: ["?", "unknown", "It has no log of events: an older run."],
};
/** Colours of states, by name of the style sheet. @type {Record<string, string>} */
const TONES = { running: "running", finished: "finished", interrupted: "interrupted", stalled: "interrupted", killed: "failed", failed: "failed" };

/** @param {Row} row */
export function state(row) {
  const [mark, word, meaning] = STATES[row.state] ?? ["?", row.state, ""];
  return h("span.state", { dataset: { state: TONES[row.state] ?? "", hint: row.reason ? `${meaning} ${row.reason}` : meaning } }, h("span.mark", { "aria-hidden": "true" }, mark), word);
}

/** @param {string} name of a state */
export function stateWord(name) {
  return STATES[name]?.[1] ?? name;
}

/**
 * The title that a person gave, or the id, whose random part is shortened.
 * @param {{ id: string, marks?: { title: string | null } }} row
 */
export function runName(row) {
  return row.marks?.title || shortId(row.id);
}

/** @param {string} id */
export function shortId(id) {
  const parts = id.match(/^(.*)-[0-9a-hjkmnp-tv-z]{20}([0-9a-hjkmnp-tv-z]{6})$/);
  return parts ? `${parts[1]} …${parts[2]}` : id;
}

/** Settings that are named in the name of a run. */
const NAMED = 3;

/**
 * Names that tell runs apart: by what differs between their settings, and the end of the id.
 * @param {Row[]} rows
 * @param {{ key: string, values: any[] }[]} differences in the order of the rows
 * @returns {Map<string, string>} by key
 */
export function distinctNames(rows, differences) {
  return new Map(rows.map((row, i) => {
    const parts = differences.slice(0, NAMED).map(({ key, values }) => `${key.slice(key.lastIndexOf(".") + 1)} ${setting(values[i])}`);
    const id = row.marks.title || (parts.length > 0 ? shortId(row.id).replace(/^.* (?=…)/, "") : shortId(row.id));
    return [row.key, [...parts, id].join(" · ")];
  }));
}

/**
 * Where there is no room, the end of an id stays: it tells runs apart.
 * @param {Row} row
 */
export function runLink(row) {
  const [stem, tail] = row.marks.title ? [row.marks.title, ""] : runName(row).split(/ (?=…)/);
  return h("a.name", { href: link("run", [row.key]), title: row.id }, h("span.stem", {}, stem), tail && h("span.tail", {}, ` ${tail}`));
}

/** @param {Row} row */
export function progress(row) {
  const part = row.progress ?? 0;
  const text = row.cycles === null ? plural(row.cycle ?? 0, "cycle") : `${row.cycle ?? 0} of ${plural(row.cycles, "cycle")}`;
  return h("span.progress", { role: "img", "aria-label": text, title: text }, h("span.done", { style: { width: `${Math.round(part * 100)}%` } }));
}
