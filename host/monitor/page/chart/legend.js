/**
 * The lines of a chart by name: colour and dash, value under the pointer, a switch for each.
 */
import { h, setText, svg } from "../lib/dom.js";
import { number } from "../lib/format.js";
import { lineStyle } from "../lib/palette.js";
import { lastOf, valueAt } from "./lines.js";

/** @import { Line } from "./lines.js" */

export class Legend {
  /**
   * @param {HTMLElement} host
   * @param {(label: string) => void} toggle called with the name of a line that is switched
   */
  constructor(host, toggle) {
    this.list = h("ul.legend");
    this.toggle = toggle;
    /** @type {{ line: Line, value: HTMLElement }[]} */ this.rows = [];
    this.signature = "";
    host.append(this.list);
  }

  /**
   * @param {Line[]} lines
   * @param {Set<string>} off labels that are switched off
   */
  show(lines, off) {
    const listed = lines.filter((line) => !line.ghost && line.only !== "edge");
    const signature = JSON.stringify([listed.map((line) => [line.label, line.style]), [...off]]);
    if (signature === this.signature) {
      listed.forEach((line, i) => { this.rows[i].line = line; });
      return;
    }
    this.signature = signature;
    this.rows = listed.map((line) => ({ line, value: h("span.value.number") }));
    this.list.replaceChildren(...this.rows.map(({ line, value }) => {
      const shown = !off.has(line.label);
      const button = h("button.quiet", { type: "button", "aria-pressed": String(shown), title: shown ? "Hide this line" : "Show this line", onclick: () => this.toggle(line.label) }, swatch(line.style, line.only === "legend"), h("span.label", {}, line.label), value);
      return h("li", {}, button);
    }));
  }

  /**
   * Writes the values at a place, or the last ones.
   * @param {number | null} x
   * @param {(y: number | null) => string} [text]
   */
  read(x, text = number) {
    for (const { line, value } of this.rows) setText(value, `${text(x === null ? lastOf(line.y) : valueAt(line, x))}${line.detail?.(x) ?? ""}`);
  }

  destroy() {
    this.list.remove();
  }
}

/**
 * A short piece of a line, or a patch of an area.
 * @param {number} style
 * @param {boolean} [area]
 */
export function swatch(style, area = false) {
  const { property, dash } = lineStyle(style);
  const mark = area
    ? svg("rect", { x: 4, y: 1, width: 18, height: 10, rx: 2 })
    : svg("path", { d: "M1 6H25", fill: "none", "stroke-width": 2.5, "stroke-dasharray": dash.join(" ") || null });
  mark.style.setProperty(area ? "fill" : "stroke", `var(${property})`);
  return svg("svg", { width: 26, height: 12, "aria-hidden": "true", class: "swatch" }, mark);
}
