/**
 * Words that explain themselves when pointed at or reached by keyboard.
 */
import { h } from "./dom.js";
import { metric } from "./catalogue.js";
import { plain, title } from "./words.js";

/** @type {HTMLElement | null} */
let bubble = null;

/** @param {HTMLElement} target */
function show(target) {
  hide();
  const text = target.dataset.hint;
  if (!text) return;
  bubble = h("div", { id: "hint", role: "tooltip" }, text);
  document.body.append(/** @type {HTMLElement} */ (bubble));
  const at = target.getBoundingClientRect();
  const size = /** @type {HTMLElement} */ (bubble).getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8));
  const below = at.bottom + 6 + size.height <= innerHeight;
  /** @type {HTMLElement} */ (bubble).style.left = `${left}px`;
  /** @type {HTMLElement} */ (bubble).style.top = `${below ? at.bottom + 6 : Math.max(8, at.top - 6 - size.height)}px`;
  target.setAttribute("aria-describedby", "hint");
}

function hide() {
  bubble?.remove();
  bubble = null;
}

/** @param {Event} event */
function hinted(event) {
  return /** @type {HTMLElement | null} */ (event.target instanceof Element ? event.target.closest("[data-hint]") : null);
}

/** Listens on the whole page, for elements with `data-hint`. */
export function watchHints() {
  for (const kind of ["pointerover", "focusin", "click"]) {
    document.addEventListener(kind, (event) => {
      const target = hinted(event);
      if (target) show(target);
    });
  }
  for (const kind of ["pointerout", "focusout"]) document.addEventListener(kind, hide, true);
  document.addEventListener("scroll", () => {
    // What is reached by keyboard is scrolled into view, and goes on explaining itself there.
    const focused = document.activeElement instanceof HTMLElement && document.activeElement.matches(":focus-visible") ? document.activeElement : null;
    if (bubble && focused?.dataset.hint === bubble.textContent) show(focused);
    else hide();
  }, true);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
}

/**
 * A word with its explanation.
 * @param {string} word
 * @param {string} explanation
 */
export function explained(word, explanation) {
  return h("button.hint", { type: "button", dataset: { hint: explanation } }, word);
}

/**
 * A metric's name in plain words, with its meaning, unit and written name behind it.
 * @param {string} name
 * @param {string} [word]
 */
export function metricName(name, word = title(name)) {
  const { meaning, unit } = metric(name);
  const upper = meaning.charAt(0).toUpperCase() + meaning.slice(1);
  const definition = `${upper}${/[.!?]$/.test(upper) ? "" : "."}`;
  return explained(word, [plain(name), definition, unit ? `Unit: ${unit}.` : "", `Written as ${name}.`].filter(Boolean).join(" "));
}
