/**
 * Many values over time as a picture: a row a unit, a column a step.
 */
import { h } from "../../lib/dom.js";

/** After cividis (Nuñez et al. 2018), made to be read with colour-blindness. */
const MAP = [[0, 32, 77], [49, 68, 107], [102, 105, 112], [149, 143, 120], [203, 186, 105], [255, 234, 70]];
/** Most rows and columns of the picture; more are thinned out. */
const MOST = 1024;

/** @param {number} part 0..1 */
function colourOf(part) {
  const at = Math.max(0, Math.min(0.9999, part)) * (MAP.length - 1);
  const [low, high, rest] = [MAP[Math.floor(at)], MAP[Math.floor(at) + 1], at % 1];
  return low.map((value, i) => value + (high[i] - value) * rest);
}

/**
 * @param {ArrayLike<number>} data [rows, width]
 * @param {number} rows steps
 * @param {number} width units
 * @returns {{ canvas: HTMLCanvasElement, low: number, high: number }}
 */
export function heat(data, rows, width) {
  const [columns, units] = [Math.min(rows, MOST), Math.min(width, MOST)];
  const canvas = h("canvas.heat", { width: Math.max(1, columns), height: Math.max(1, units) });
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < data.length; i += 1) {
    if (data[i] < low) low = data[i];
    if (data[i] > high) high = data[i];
  }
  if (!(low < high)) return { canvas, low: low === Infinity ? 0 : low, high: high === -Infinity ? 0 : high };
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, units);
  for (let y = 0; y < units; y += 1) {
    for (let x = 0; x < columns; x += 1) {
      const value = data[Math.floor((x * rows) / columns) * width + Math.floor((y * width) / units)];
      const [r, g, b] = colourOf((value - low) / (high - low));
      image.data.set([r, g, b, 255], 4 * (y * columns + x));
    }
  }
  context.putImageData(image, 0, 0);
  return { canvas, low, high };
}

/**
 * What a camera saw in one step.
 * @param {HTMLCanvasElement} canvas of the size of the picture
 * @param {ArrayLike<number>} row [height, width, channels], 0..255
 * @param {number} channels
 */
export function picture(canvas, row, channels) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(canvas.width, canvas.height);
  for (let i = 0; i < canvas.width * canvas.height; i += 1) {
    for (let c = 0; c < 3; c += 1) image.data[4 * i + c] = row[i * channels + Math.min(c, channels - 1)];
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}
