/**
 * Dark and light: the system's choice, unless the reader chose.
 */

const KEY = "angora.theme";

/** @typedef {"system" | "light" | "dark"} Theme */

/** @returns {Theme} */
export function theme() {
  const stored = localStorage.getItem(KEY);
  return stored === "light" || stored === "dark" ? stored : "system";
}

/** @param {Theme} choice */
export function setTheme(choice) {
  if (choice === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, choice);
  apply();
  document.dispatchEvent(new Event("theme"));
}

/** Sets the attribute that the style sheet reads. */
export function apply() {
  const choice = theme();
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
}

/** Tells charts when the system changes its mind. */
export function watchSystem() {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new Event("theme")));
}

/** Colours already asked for, in the present theme. @type {Map<string, string>} */
const known = new Map();
document.addEventListener("theme", () => known.clear());

/**
 * A colour of the style sheet, as a canvas takes it.
 * @param {string} name custom property: `--text`
 * @returns {string}
 */
export function colour(name) {
  const before = known.get(name);
  if (before !== undefined) return before;
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  known.set(name, value);
  return value;
}
