/**
 * One run: its head, and below it the tab that the address names.
 */
import { get, runPath } from "../../lib/api.js";
import { h } from "../../lib/dom.js";
import { listen } from "../../lib/live.js";
import { Header } from "./header.js";
import { curves } from "./curves.js";
import { files } from "./files.js";
import { log } from "./log.js";
import { notes } from "./notes.js";
import { settings } from "./settings.js";

/** @import { Address } from "../../lib/address.js" */
/** @import { Row } from "../../lib/api.js" */

/**
 * What the server knows of a run.
 * @typedef {object} Detail
 * @property {Row} row
 * @property {{ key: string, value: any, default: any, changed: boolean, meaning: string }[]} settings
 * @property {{ name: string, version: string, digest: string, source?: string }[]} plugins
 * @property {Record<string, any>} meta
 * @property {string[]} metrics
 * @property {{ name: string, cycle: number, labels: string[], bytes: number, written_ms: number }[]} checkpoints
 * @property {{ path: string, bytes: number, written_ms: number, type?: string }[]} videos
 * @property {{ path: string, bytes: number, written_ms: number }[]} recordings
 * @property {{ path: string, bytes: number, written_ms: number }[]} files
 * @property {{ segment: number, first_cycle: number, last_cycle: number, first_steps: number, last_steps: number, began_ms: number | null }[]} segments
 * @property {string[]} warnings
 * @property {any} brain
 */

/**
 * A tab: draws below `place`; `changed` is told of every change of the run.
 * @typedef {{ changed: (row: Row) => void, close: () => void }} Tab
 */

/** @type {Record<string, (place: HTMLElement, detail: Detail, address: Address) => Tab>} */
const TABS = { curves, settings, files, log, notes };

/**
 * @param {HTMLElement} main
 * @param {Address} address
 */
export async function open(main, address) {
  const [key, tab = "curves"] = address.path;
  /** @type {Detail} */
  const detail = await get(runPath(key));
  const header = new Header(detail.row, tab);
  const place = h("div.tab");
  const warnings = h("div");
  const warn = (/** @type {Detail} */ now) => warnings.replaceChildren(...now.warnings.map((text) => h("p.notice.bad", {}, text)));
  warn(detail);
  main.append(header.element, warnings, place);
  const make = TABS[tab] ?? TABS.curves;
  let shown = make(place, detail, address);

  const again = async () => {
    const fresh = await get(runPath(key));
    header.show(fresh.row);
    warn(fresh);
    shown.close();
    place.replaceChildren();
    shown = make(place, fresh, address);
  };
  const stop = listen({
    changes: (changed) => {
      const row = changed.find((one) => one.key === key);
      if (!row) return;
      header.show(row);
      // The first line brings the metrics.
      if (detail.metrics.length === 0 && (row.cycle ?? 0) > 0 && tab === "curves") {
        detail.metrics = ["asked"];
        again().catch(() => {});
      } else shown.changed(row);
    },
    reset: () => { again().catch(() => {}); },
  });
  return () => {
    stop();
    shown.close();
  };
}
