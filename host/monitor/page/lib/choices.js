/**
 * Choices that several pages have above their charts; all of them in the address.
 */
import { remember } from "./address.js";
import { h } from "./dom.js";

/** @import { Row } from "./api.js" */

/** @typedef {"steps" | "cycles" | "time"} Axis */

/** Cycles that the smoothing reaches back. */
const SPANS = [0, 2, 5, 10, 20, 50, 100, 200, 500];

/**
 * One of a few, side by side.
 * @template {string} T
 * @param {string} label
 * @param {[T, string][]} options values and words
 * @param {T} chosen
 * @param {(value: T) => void} choose
 */
export function segmented(label, options, chosen, choose) {
  const buttons = options.map(([value, word]) => h("button", { type: "button", "aria-pressed": String(value === chosen), onclick: () => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.value === value));
    choose(value);
  }, dataset: { value } }, word));
  return h("div.segmented", { role: "group", "aria-label": label }, buttons);
}

/**
 * @param {URLSearchParams} query
 * @param {() => void} changed
 */
export function axisChoice(query, changed) {
  /** @type {[Axis, string][]} */
  const options = [["steps", "Steps"], ["cycles", "Cycles"], ["time", "Time"]];
  let axis = options.find(([value]) => value === query.get("x"))?.[0] ?? "steps";
  return {
    axis: () => axis,
    element: segmented("X axis", options, axis, (value) => {
      axis = value;
      remember({ x: value === "steps" ? "" : value });
      changed();
    }),
  };
}

/**
 * @param {URLSearchParams} query
 * @param {() => void} changed
 */
export function smoothChoice(query, changed) {
  const given = Number(query.get("smooth") ?? "0");
  let cycles = SPANS.includes(given) ? given : 0;
  const select = h("select", { "aria-label": "Smoothing", onchange: () => {
    cycles = Number(select.value);
    remember({ smooth: cycles || "" });
    changed();
  } }, SPANS.map((span) => h("option", { value: span }, span === 0 ? "off" : `${span} cycles`)));
  select.value = String(cycles);
  return {
    cycles: () => cycles,
    element: h("label.field", { dataset: { hint: "A moving average whose weight falls by e over so many cycles; the raw curve stays visible behind it." } }, "Smooth", select),
  };
}

/**
 * @param {URLSearchParams} query
 * @param {(on: boolean) => void} changed
 */
export function logChoice(query, changed) {
  let on = query.get("log") === "1";
  const box = h("input", { type: "checkbox", onchange: () => {
    on = box.checked;
    remember({ log: on ? "1" : "" });
    changed(on);
  } });
  box.checked = on;
  return { on: () => on, element: h("label.field", { dataset: { hint: "Logarithmic y axis; values that are not positive have no place on it." } }, box, h("span.small", {}, "Log scale")) };
}

/**
 * How much of an axis a cycle takes.
 * @param {Row} row
 * @param {Axis} axis
 */
export function unitsPerCycle(row, axis) {
  if (axis === "cycles" || !row.cycle) return 1;
  return ((axis === "steps" ? row.steps : row.elapsed_secs) ?? row.cycle) / row.cycle;
}
