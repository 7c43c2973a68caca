/**
 * A field that finds runs and adds them.
 */
import { get } from "../../lib/api.js";
import { debounce, fill, h } from "../../lib/dom.js";
import { number, plural } from "../../lib/format.js";
import { complain } from "../../lib/overlay.js";
import { runName, state } from "../../lib/runs.js";

/** @import { Row } from "../../lib/api.js" */

/** Runs that are offered at once. */
const OFFERED = 30;
/** Most runs that are added with one press. */
const MOST = 100;

/**
 * @param {() => string[]} chosen keys
 * @param {(keys: string[]) => void} choose
 */
export function picker(chosen, choose) {
  const search = h("input", { type: "search", placeholder: "Add runs: words, task:Reach*, tag:paper", "aria-label": "Find runs to add", autocomplete: "off" });
  const sheet = h("div.sheet.left.hidden");
  const box = h("div.menu.picker", {}, search, sheet);

  async function offer() {
    const q = search.value.trim();
    let answer;
    try {
      answer = await get("overview", { q, sort: "-updated", limit: OFFERED });
    } catch (error) {
      fill(sheet, h("div.head", {}, error instanceof Error ? error.message : String(error)));
      return;
    }
    const rows = /** @type {Row[]} */ (answer.rows);
    fill(sheet,
      rows.length === 0 ? h("div.head", {}, "No run matches.") : h("button", { type: "button", onclick: () => all(q) }, `Add all ${plural(Math.min(MOST, answer.matching), "run")} that match${answer.matching > MOST ? ` (the last ${MOST})` : ""}`),
      rows.map((row) => {
        const input = h("input", { type: "checkbox", onchange: () => choose(input.checked ? [...chosen(), row.key] : chosen().filter((key) => key !== row.key)) });
        input.checked = chosen().includes(row.key);
        return h("label", {}, input, h("span", {}, runName(row)), h("span.muted.small", {}, `${row.task ?? ""} · seed ${row.seed ?? "–"} · ${number(row.last_return)}`), state(row));
      }),
      answer.matching > rows.length ? h("div.head", {}, `${answer.matching - rows.length} more: write more of the name.`) : null);
  }

  /** @param {string} q */
  async function all(q) {
    try {
      const answer = await get("overview", { q, sort: "-updated", limit: MOST });
      close();
      choose([...new Set([...chosen(), ...answer.rows.map((/** @type {Row} */ row) => row.key)])]);
    } catch (error) {
      complain(error);
    }
  }

  const close = () => sheet.classList.add("hidden");
  const open = () => {
    sheet.classList.remove("hidden");
    offer();
  };
  search.addEventListener("focus", open);
  search.addEventListener("input", debounce(open, 120));
  box.addEventListener("focusout", (/** @type {FocusEvent} */ event) => { if (!box.contains(/** @type {Node | null} */ (event.relatedTarget))) close(); });
  // A click beside a label must not take the focus out of the sheet.
  sheet.addEventListener("pointerdown", (/** @type {Event} */ event) => { if (!(event.target instanceof HTMLInputElement)) event.preventDefault(); });
  box.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const items = /** @type {HTMLElement[]} */ ([search, ...sheet.querySelectorAll("button, input")]);
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (event.key === "Escape") {
      search.focus();
      close();
    } else if (event.key === "ArrowDown") items[Math.min(items.length - 1, at + 1)].focus();
    else if (event.key === "ArrowUp") items[Math.max(0, at - 1)].focus();
    else return;
    event.preventDefault();
  });
  return box;
}
