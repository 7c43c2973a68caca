/**
 * The bar on top: where one is, whether the stream is alive, theme, help.
 */
import { link } from "./address.js";
import { getSession } from "./api.js";
import { h, setText, svg } from "./dom.js";
import { connection } from "./live.js";
import { menu } from "./overlay.js";
import { showHelp } from "./help.js";
import { setTheme, theme } from "./theme.js";

/** @import { Theme } from "./theme.js" */

/** @type {[string, string][]} */
const PAGES = [["runs", "Runs"], ["compare", "Compare"], ["groups", "Groups"]];
/** @type {Record<string, string>} */
const WORDS = { connecting: "connecting …", live: "live", lost: "no connection" };

function logo() {
  return svg("svg", { width: 24, height: 24, viewBox: "0 0 32 32", "aria-hidden": "true" },
    svg("rect", { width: 32, height: 32, rx: 7, fill: "#0b5cad" }),
    svg("path", { d: "M5 25C10 25 11 8 16 8s5 9 11 9", fill: "none", stroke: "#fff", "stroke-width": 3.2, "stroke-linecap": "round" }));
}

/**
 * @param {HTMLElement} bar
 * @returns {(page: string) => void} marks the page that is shown
 */
export function fillBar(bar) {
  const links = PAGES.map(([page, word]) => h("a", { href: link(page), dataset: { page } }, word));
  const state = h("span.connection", { role: "status", title: "Whether this page hears of changes" });
  const show = () => {
    state.dataset.state = connection();
    setText(state, WORDS[connection()]);
  };
  show();
  document.addEventListener("connection", show);
  const choose = menu([themeIcon()], (close) => [
    h("div.head", {}, "Colours"),
    .../** @type {Theme[]} */ (["system", "light", "dark"]).map((choice) => h("button", { type: "button", "aria-pressed": String(theme() === choice), onclick: () => { setTheme(choice); close(); } }, theme() === choice ? "● " : "○ ", choice)),
  ], { class: "quiet icon", title: "Light or dark" });
  const reading = h("span.muted.hidden", { title: "Titles, tags, notes and trash can be changed from the link that angora-host monitor printed: it contains the token" }, "reading only");
  getSession().then((session) => reading.classList.toggle("hidden", session.changes !== "with_token"), () => {});
  bar.append(
    h("a.brand", { href: link("runs") }, logo(), "Angora"),
    h("nav", { "aria-label": "Pages" }, links),
    h("div.right", {}, reading, state, choose, h("button.quiet.icon", { type: "button", title: "Keys and words (?)", "aria-label": "Help", onclick: showHelp }, "?")),
  );
  return (page) => {
    for (const one of links) {
      if (one.dataset.page === page || (one.dataset.page === "runs" && ["run", "replay", "brain"].includes(page))) one.setAttribute("aria-current", "page");
      else one.removeAttribute("aria-current");
    }
  };
}

function themeIcon() {
  return svg("svg", { width: 18, height: 18, viewBox: "0 0 20 20", "aria-hidden": "true" },
    svg("circle", { cx: 10, cy: 10, r: 7, fill: "none", stroke: "currentColor", "stroke-width": 2 }),
    svg("path", { d: "M10 3a7 7 0 0 1 0 14z", fill: "currentColor" }));
}
