/**
 * Numbers, times and sizes as people read them.
 */

/**
 * A number with about `digits` significant digits, thousands separated.
 * @param {number | null | undefined} value
 * @param {number} [digits]
 * @returns {string}
 */
export function number(value, digits = 4) {
  if (value === null || value === undefined) return "–";
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size === 0) return "0";
  let text;
  if (size < 1e-4 || size >= 1e12) text = value.toExponential(digits - 2).replace("e+", "e");
  else if (Number.isInteger(value) || size >= 10 ** (digits - 1)) text = Math.round(value).toLocaleString("en-GB");
  else text = value.toPrecision(digits).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
  return text.replace("-", "−");
}

/**
 * A whole number: 1,200,000.
 * @param {number | null | undefined} value
 */
export function count(value) {
  return value === null || value === undefined ? "–" : Math.round(value).toLocaleString("en-GB");
}

/**
 * A number for an axis: 1.2 M.
 * @param {number} value
 */
export function short(value) {
  const size = Math.abs(value);
  for (const [limit, letter] of /** @type {[number, string][]} */ ([[1e9, "G"], [1e6, "M"], [1e4, "k"]])) {
    if (size >= limit) return `${number(value / (letter === "k" ? 1e3 : limit), 4)} ${letter}`;
  }
  return number(value, 5);
}

/**
 * A number with its unit.
 * @param {number | null | undefined} value
 * @param {string} [unit]
 */
export function quantity(value, unit = "") {
  if (value === null || value === undefined) return "–";
  if (unit === "s") return seconds(value);
  if (unit === "B" || unit === "bytes") return bytes(value);
  const text = number(value);
  return unit === "" ? text : unit === "%" ? `${text} %` : `${text} ${unit}`;
}

/**
 * @param {number | null | undefined} value s
 */
export function seconds(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value <= 0) return "0 s";
  if (value < 0.001) return `${number(value * 1e6, 3)} µs`;
  if (value < 1) return `${number(value * 1e3, 3)} ms`;
  if (value < 60) return `${number(value, 3)} s`;
  const minutes = Math.floor(value / 60);
  if (minutes < 60) return `${minutes} min ${String(Math.floor(value % 60)).padStart(2, "0")} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/**
 * @param {number | null | undefined} value bytes
 */
export function bytes(value) {
  if (value === null || value === undefined) return "–";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${number(size, 3)} ${units[unit]}`;
}

/**
 * How long ago: `3 min ago`; a date after a day.
 * @param {number | null | undefined} time ms since 1970
 * @param {number} [now] ms since 1970
 */
export function ago(time, now = Date.now()) {
  if (!time) return "–";
  const passed = (now - time) / 1000;
  if (passed < 5) return "just now";
  if (passed < 60) return `${Math.floor(passed)} s ago`;
  if (passed < 3600) return `${Math.floor(passed / 60)} min ago`;
  if (passed < 86400) return `${Math.floor(passed / 3600)} h ago`;
  return moment(time);
}

/**
 * Date and time of day where the reader is: 2026-11-26 14:03.
 * @param {number | string | null | undefined} time ms since 1970, or RFC 3339
 */
export function moment(time) {
  if (time === null || time === undefined || time === "") return "–";
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/**
 * Any setting as text.
 * @param {any} value
 * @returns {string}
 */
export function setting(value) {
  if (value === null || value === undefined || value === "") return "–";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(setting).join(", ");
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

/**
 * One thing or several: `3 runs`.
 * @param {number} n
 * @param {string} one
 * @param {string} [many]
 */
export function plural(n, one, many = `${one}s`) {
  return `${count(n)} ${n === 1 ? one : many}`;
}
