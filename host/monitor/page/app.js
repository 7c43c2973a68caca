/**
 * Opens the page that the address names, and the next one when it changes.
 */
import { here, link } from "./lib/address.js";
import { ApiError, getSession } from "./lib/api.js";
import { fillBar } from "./lib/bar.js";
import { load } from "./lib/catalogue.js";
import { fill, h } from "./lib/dom.js";
import { showHelp } from "./lib/help.js";
import { watchHints } from "./lib/hint.js";
import { connect } from "./lib/live.js";
import { apply, watchSystem } from "./lib/theme.js";

/**
 * A page is a module with `open`, which draws below `main` and returns what closes it.
 * @typedef {{ open: (main: HTMLElement, address: import("./lib/address.js").Address) => Promise<() => void> | (() => void) }} Page
 */

/** @type {Record<string, () => Promise<Page>>} */
const PAGES = {
  runs: () => import("./pages/overview/page.js"),
  run: () => import("./pages/run/page.js"),
  compare: () => import("./pages/compare/page.js"),
  groups: () => import("./pages/groups/page.js"),
  brain: () => import("./pages/brain/page.js"),
  replay: () => import("./pages/replay/page.js"),
};

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const mark = fillBar(/** @type {HTMLElement} */ (document.getElementById("bar")));
let close = () => {};
let opening = 0;

async function open() {
  const address = here();
  opening += 1;
  const mine = opening;
  close();
  close = () => {};
  mark(address.page);
  const load = PAGES[address.page];
  const place = h("div.page", { "aria-busy": "true" });
  fill(main, place);
  try {
    if (!load) throw new ApiError(404, { message: `There is no page “${address.page}”.` });
    const page = await load();
    if (mine !== opening) return;
    const done = await page.open(place, address);
    if (mine === opening) close = done;
    else done();
  } catch (error) {
    if (mine === opening) fill(place, problem(error));
  } finally {
    place.removeAttribute("aria-busy");
  }
}

/** @param {unknown} error */
function problem(error) {
  if (!(error instanceof ApiError)) console.error(error);
  const text = error instanceof Error ? error.message : String(error);
  return h("div.empty", {}, h("h2", {}, "This cannot be shown"), h("p", {}, text), h("p", {}, h("a", { href: link("runs") }, "All runs"), " · ", h("button", { type: "button", onclick: open }, "Try again")));
}

/** After `g`, a letter names a page. */
let going = false;
document.addEventListener("keydown", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input:not([type=checkbox]):not([type=range]), textarea, select") || document.querySelector("dialog[open]")) return;
  const page = going ? /** @type {Record<string, string>} */ ({ r: "runs", c: "compare", g: "groups" })[event.key] : undefined;
  going = event.key === "g" && !page;
  if (page) location.hash = link(page);
  else if (event.key === "?") showHelp();
  else if (event.key === "/") {
    const search = /** @type {HTMLElement | null} */ (main.querySelector("input[type=search]"));
    if (search) search.focus();
    else location.hash = link("runs", [], { focus: "search" });
  } else return;
  event.preventDefault();
});

apply();
watchSystem();
watchHints();
connect();
addEventListener("hashchange", open);
// What would be refused is not offered.
getSession().then((session) => document.body.classList.toggle("read-only", session.read_only), () => {});
// Without the catalogue the pages still work, with fewer words.
load().catch(() => {}).finally(open);
