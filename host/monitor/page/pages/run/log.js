/**
 * What happened to a run, and what its process said.
 */
import { get, runPath } from "../../lib/api.js";
import { debounce, fill, h } from "../../lib/dom.js";
import { count, moment } from "../../lib/format.js";
import { complain } from "../../lib/overlay.js";

/** @import { Detail } from "./page.js" */

/** Bytes of a file that are shown. */
const TAIL = 65_536;

/**
 * @param {HTMLElement} place
 * @param {Detail} detail
 */
export function log(place, detail) {
  const { key } = detail.row;
  const closed = new AbortController();
  const events = h("div.plain-wrap");
  const search = h("input", { type: "search", placeholder: "Find in the events", "aria-label": "Find in the events", oninput: debounce(() => load(), 150) });
  const texts = detail.files.filter((file) => /\.(log|txt|jsonl|toml)$/.test(file.path));
  const choice = h("select", { "aria-label": "File", onchange: () => tail() }, texts.map((file) => h("option", { value: file.path }, file.path)));
  const text = h("pre.log", { tabindex: 0, "aria-label": "End of the file" });

  async function load() {
    const answer = await get(runPath(key, "/events"), { after: 0, limit: 500, search: search.value.trim() }, closed.signal);
    const rows = [...answer.events].reverse();
    fill(events, rows.length === 0 ? h("p.muted", {}, search.value ? "No event has this word." : "The run has no log of events.") : h("table.plain", {},
      h("thead", {}, h("tr", {}, ["When", "Cycle", "Event", "Message"].map((word) => h("th", { scope: "col" }, word)))),
      h("tbody", {}, rows.map((event) => h("tr", { class: `level-${event.level}` }, h("td.nowrap", {}, moment(event.time_ms)), h("td", {}, count(event.cycle)), h("td", {}, event.kind), h("td", {}, event.message))))));
  }
  async function tail() {
    if (texts.length === 0) return;
    const answer = await get(runPath(key, "/log"), { file: choice.value, offset: -TAIL, bytes: TAIL }, closed.signal);
    const atEnd = text.scrollTop + text.clientHeight >= text.scrollHeight - 20;
    text.textContent = answer.text || "(empty)";
    if (atEnd) text.scrollTop = text.scrollHeight;
  }
  place.append(h("div.stack", {},
    h("section.card.stack", {}, h("div.row.spread", {}, h("h2", {}, "Events"), search), events),
    texts.length === 0 ? null : h("section.card.stack", {}, h("div.row.spread", {}, h("h2", {}, "End of a file"), choice), text)));
  const refresh = () => Promise.all([load(), tail()]).catch(complain);
  refresh();
  return { changed: () => { refresh(); }, close: () => closed.abort() };
}
