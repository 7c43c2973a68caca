/**
 * A chart as a file: numbers as CSV, figure as PNG or SVG.
 */
import { h, svg } from "../lib/dom.js";
import { complain, menu } from "../lib/overlay.js";
import { draw } from "./figure.js";

/** @import { Figure } from "./figure.js" */

/** Pixels of a PNG for one of the figure: 300 dots an inch at 12 cm. */
const SCALE = 2;

/**
 * Hands a file to the browser.
 * @param {string} name
 * @param {Blob} blob
 */
export function download(name, blob) {
  const url = URL.createObjectURL(blob);
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // A busy browser may take its time until it reads.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/**
 * @param {Figure} figure
 * @returns {Blob}
 */
function svgBlob(figure) {
  return new Blob([`<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(draw(figure))}\n`], { type: "image/svg+xml" });
}

/**
 * @param {Figure} figure
 * @returns {Promise<Blob>}
 */
async function pngBlob(figure) {
  const url = URL.createObjectURL(svgBlob(figure));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = h("canvas", { width: image.width * SCALE, height: image.height * SCALE });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => canvas.toBlob((/** @type {Blob | null} */ blob) => (blob ? resolve(blob) : reject(new Error("The picture could not be made.")))));
  } finally {
    URL.revokeObjectURL(url);
  }
}

/**
 * A table as CSV; text is quoted where it must be.
 * @param {(string | number | null)[][]} rows
 * @returns {Blob}
 */
export function csvBlob(rows) {
  const cell = (/** @type {string | number | null} */ value) => {
    const text = value === null || value === undefined ? "" : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return new Blob([rows.map((row) => row.map(cell).join(",")).join("\n"), "\n"], { type: "text/csv" });
}

function icon() {
  return svg("svg", { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true" },
    svg("path", { d: "M8 1.5v8.5M4.5 7 8 10.5 11.5 7M2 13.5h12", fill: "none", stroke: "currentColor", "stroke-width": 1.7, "stroke-linecap": "round", "stroke-linejoin": "round" }));
}

/**
 * The button that saves a chart.
 * @param {() => Figure} figure as it is shown now
 * @param {string | (() => Blob)} csv address of the numbers in full, or the numbers
 */
export function saveMenu(figure, csv) {
  const name = () => figure().title.normalize("NFKD").replace(/[^\w.-]+/g, "-").replace(/^-+|-+$/g, "").toLowerCase() || "figure";
  const item = (/** @type {string} */ word, /** @type {() => Promise<void> | void} */ run, /** @type {() => void} */ close) => h("button", { type: "button", onclick: async () => {
    close();
    try {
      await run();
    } catch (error) {
      complain(error);
    }
  } }, word);
  return menu([icon()], (close) => [
    item("Figure as PNG", async () => download(`${name()}.png`, await pngBlob(figure())), close),
    item("Figure as SVG", () => download(`${name()}.svg`, svgBlob(figure())), close),
    item("Numbers as CSV", () => {
      if (typeof csv !== "string") return download(`${name()}.csv`, csv());
      const link = h("a", { href: csv, download: `${name()}.csv` });
      link.click();
    }, close),
  ], { class: "quiet icon", title: "Save as PNG, SVG or CSV" });
}
