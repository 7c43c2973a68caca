/**
 * What the table of runs can show.
 */
import { spark } from "../../chart/spark.js";
import { metric, meaningOfSetting } from "../../lib/catalogue.js";
import { h } from "../../lib/dom.js";
import { ago, count, moment, number, quantity, seconds, setting } from "../../lib/format.js";
import { progress, runLink, state } from "../../lib/runs.js";

/** @import { Row } from "../../lib/api.js" */

/**
 * @typedef {object} ColumnKind
 * @property {string} id in the address
 * @property {string} word
 * @property {string} [meaning]
 * @property {string | null} [sort] the server's field; none if null
 * @property {number} width px
 * @property {boolean} [numeric]
 * @property {boolean} [falls] whether the first click sorts the highest first
 * @property {(row: Row) => Node | string} cell
 */

const text = (/** @type {keyof Row} */ key) => (/** @type {Row} */ row) => setting(row[key]);

/** @param {Row} row */
function name(row) {
  const tags = row.marks.tags.map((tag) => h("span.chip", {}, tag));
  const damaged = row.problems.length > 0 ? h("span", { dataset: { hint: row.problems.join(" ") }, "aria-label": "damaged files", class: "warning" }, "⚠") : null;
  return h("span.cell-name", {}, row.marks.bookmarked ? h("span.star", { title: "Bookmarked" }, "★") : null, runLink(row), damaged, tags);
}

/** @param {Row} row */
function advance(row) {
  const left = row.state === "running" && row.secs_left !== null ? `${seconds(row.secs_left)} left` : `${Math.round((row.progress ?? 0) * 100)} %`;
  return h("span.cell-progress", {}, progress(row), h("span.small.number", {}, left));
}

/** @type {ColumnKind[]} */
export const KINDS = [
  { id: "state", word: "State", width: 126, cell: state },
  { id: "name", word: "Run", sort: "id", width: 216, cell: name },
  { id: "task", word: "Task", width: 140, cell: text("task"), meaning: "What the brain is asked to do." },
  { id: "brain", word: "Brain", width: 84, cell: text("brain"), meaning: "The architecture." },
  { id: "last", word: "Last return", sort: "return", width: 102, numeric: true, falls: true, meaning: "Mean return of the last 100 episodes, now.", cell: (row) => number(row.last_return) },
  { id: "best", word: "Best return", sort: "best", width: 106, numeric: true, falls: true, meaning: "Mean return that the checkpoint best was chosen by: of its evaluation, before the first one of training episodes.", cell: (row) => number(row.best_return) },
  { id: "curve", word: "Learning", sort: null, width: 132, meaning: "Mean return over the whole run.", cell: (row) => spark(row.sparkline) },
  { id: "progress", word: "Progress", width: 150, falls: true, cell: advance },
  { id: "updated", word: "Changed", width: 104, falls: true, cell: (row) => h("time", { title: moment(row.updated_ms) }, ago(row.updated_ms)) },
  { id: "seed", word: "Seed", width: 70, numeric: true, cell: (row) => setting(row.seed), meaning: "The number from which all chance follows." },
  { id: "body", word: "Body", width: 120, cell: text("body") },
  { id: "reward", word: "Reward", width: 120, cell: text("reward") },
  { id: "preset", word: "Preset", width: 120, cell: (row) => setting(/** @type {any} */ (row).preset) },
  { id: "device", word: "Device", width: 90, cell: (row) => setting(/** @type {any} */ (row).device) },
  { id: "plugins", word: "Plugins", sort: null, width: 260, cell: (row) => row.plugins.map((plugin) => `${plugin.name} ${plugin.version}`).join(", "), meaning: "Versions of the plugins of the run." },
  { id: "steps", word: "Steps", width: 110, numeric: true, falls: true, cell: (row) => count(row.steps), meaning: "Control steps gathered." },
  { id: "cycle", word: "Cycle", width: 80, numeric: true, falls: true, cell: (row) => count(row.cycle) },
  { id: "length", word: "Episode length", width: 124, numeric: true, falls: true, cell: (row) => number(row.episode_length), meaning: "Mean length of the last 100 episodes, control steps." },
  { id: "success", word: "Success", width: 90, numeric: true, falls: true, cell: (row) => (row.success_rate === null ? "–" : `${number(row.success_rate * 100, 3)} %`), meaning: "Part of the last 100 episodes that ended in success." },
  { id: "fps", word: "Speed", width: 120, numeric: true, falls: true, cell: (row) => (row.steps_per_second === null ? "–" : `${count(row.steps_per_second)} /s`), meaning: "Control steps per second." },
  { id: "elapsed", word: "Trained for", sort: null, width: 110, numeric: true, cell: (row) => seconds(row.elapsed_secs) },
  { id: "began", word: "Began", width: 140, falls: true, cell: (row) => moment(row.began_ms) },
  { id: "segments", word: "Segments", width: 96, numeric: true, falls: true, cell: (row) => setting(row.segments), meaning: "How many times it was started: 1 if it was never resumed." },
  { id: "group", word: "Group", width: 120, cell: (row) => setting(row.marks.group) },
  { id: "note", word: "Note", sort: null, width: 240, cell: (row) => row.marks.note },
  { id: "folder", word: "Folder", width: 260, cell: text("folder") },
];

/** Shown if nothing else is chosen. */
export const USUAL = ["state", "name", "task", "brain", "last", "best", "curve", "progress", "updated"];
/** The same where there is less room. */
const NARROWER = ["state", "name", "task", "last", "best", "curve", "progress"];
/** The same on a phone. */
const NARROWEST = ["name", "last", "curve", "state", "best", "progress"];

/**
 * Columns that fit.
 * @param {number} width of the window, px
 */
export function usual(width) {
  return width < 700 ? NARROWEST : width < 1200 ? NARROWER : USUAL;
}

/**
 * A column by its name in the address; settings and metrics are columns too.
 * @param {string} id
 * @returns {ColumnKind}
 */
export function kind(id) {
  const known = KINDS.find((one) => one.id === id);
  if (known) return known;
  const written = id.replace(/^(set|metric):/, "");
  const { unit, meaning } = metric(written);
  const isMetric = id.startsWith("metric:");
  return {
    id, word: written, width: Math.max(110, 30 + 7.5 * written.length), numeric: isMetric, falls: isMetric, sort: id,
    meaning: isMetric ? meaning : meaningOfSetting(written),
    cell: (row) => (isMetric ? quantity(row.values?.[id], unit) : setting(row.values?.[id])),
  };
}
