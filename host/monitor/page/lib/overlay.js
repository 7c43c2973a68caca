/**
 * What lies over the page: dialogs, menus, short messages.
 */
import { h, put } from "./dom.js";

/**
 * A dialog; it goes when it is closed.
 * @param {string} title
 * @param {(Node | string | null)[]} content
 * @param {HTMLElement[]} [actions] buttons
 * @returns {HTMLDialogElement}
 */
export function dialog(title, content, actions = []) {
  const close = h("button", { type: "button", onclick: () => box.close() }, "Close");
  const box = h("dialog", { "aria-labelledby": "dialog-title" }, h("h2", { id: "dialog-title" }, title), content, h("div.actions", {}, actions.length > 0 ? actions : close));
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
  return box;
}

/**
 * Asks before something is done.
 * @param {string} title
 * @param {(Node | string | null)[]} content
 * @param {string} yes what the button says that does it
 * @param {string} [no]
 * @returns {Promise<boolean>}
 */
export function confirmed(title, content, yes, no = "Cancel") {
  return new Promise((resolve) => {
    const answer = (/** @type {boolean} */ value) => () => {
      resolve(value);
      box.close();
    };
    const box = dialog(title, content, [
      h("button", { type: "button", onclick: answer(false) }, no),
      h("button.primary", { type: "button", onclick: answer(true) }, yes),
    ]);
    box.addEventListener("close", () => resolve(false));
  });
}

/**
 * A button that opens a sheet; closed by Escape, a click elsewhere, or a choice.
 * @param {(Node | string)[]} label of the button
 * @param {(close: () => void) => (Node | null)[]} content made anew each time
 * @param {{ class?: string, title?: string, left?: boolean }} [options]
 * @returns {HTMLElement}
 */
export function menu(label, content, options = {}) {
  const button = h("button", { type: "button", class: options.class ?? "", title: options.title, "aria-label": options.title, "aria-haspopup": "true", "aria-expanded": "false" }, label);
  const box = h("div.menu", {}, button);
  /** @type {HTMLElement | null} */
  let sheet = null;
  const close = () => {
    if (!sheet) return;
    const inside = sheet.contains(document.activeElement);
    sheet.remove();
    sheet = null;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    if (inside) button.focus();
  };
  const outside = (/** @type {Event} */ event) => { if (!box.contains(/** @type {Node} */ (event.target))) close(); };
  button.addEventListener("click", () => {
    if (sheet) return close();
    sheet = h("div.sheet", {});
    if (options.left) sheet?.classList.add("left");
    put(/** @type {HTMLElement} */ (sheet), content(close));
    box.append(/** @type {HTMLElement} */ (sheet));
    fit(/** @type {HTMLElement} */ (sheet));
    button.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", outside, true);
    /** @type {HTMLElement | null} */ (sheet?.querySelector("button, input") ?? null)?.focus();
  });
  box.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (!sheet) return;
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") step(sheet, event.key === "ArrowDown" ? 1 : -1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return box;
}

/**
 * Moves a sheet that would reach out of the window.
 * @param {HTMLElement} sheet
 */
function fit(sheet) {
  const at = sheet.getBoundingClientRect();
  const width = document.documentElement.clientWidth;
  const shift = at.left < 8 ? 8 - at.left : at.right > width - 8 ? width - 8 - at.right : 0;
  if (shift !== 0) sheet.style.transform = `translateX(${shift}px)`;
}

/**
 * @param {HTMLElement} sheet
 * @param {number} by
 */
function step(sheet, by) {
  const items = /** @type {HTMLElement[]} */ ([...sheet.querySelectorAll("button, input, select")]);
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  items[(at + by + items.length) % items.length]?.focus();
}

/**
 * A message that goes by itself.
 * @param {string} text
 * @param {{ word: string, run: () => void }} [action]
 */
export function toast(text, action) {
  document.getElementById("toast")?.remove();
  const box = h("div", { id: "toast", role: "status" }, h("span", {}, text), action && h("button", { type: "button", onclick: () => { box.remove(); action.run(); } }, action.word));
  document.body.append(box);
  setTimeout(() => box.remove(), action ? 10_000 : 4000);
}

/**
 * Says what did not work.
 * @param {unknown} error
 */
export function complain(error) {
  if (error instanceof DOMException && error.name === "AbortError") return;
  toast(error instanceof Error ? error.message : String(error));
}
