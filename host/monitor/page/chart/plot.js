/**
 * A chart: uPlot with our colours, zoom, keyboard and legend.
 */
import uPlot from "../vendor/uplot/uPlot.esm.js";
import { short } from "../lib/format.js";
import { faint, lineStyle } from "../lib/palette.js";
import { colour } from "../lib/theme.js";
import { align } from "./lines.js";
import { Legend } from "./legend.js";

/** @import { Line, Area, Mark } from "./lines.js" */

/**
 * @typedef {object} Options
 * @property {string} name what is shown, for those who do not see it
 * @property {number} [height] px of the plot, 220 if not given
 * @property {(x: number) => string} [xText] a place on the axis
 * @property {(y: number | null) => string} [yText] a value, with its unit
 * @property {string} [xLabel] what lies on the x axis, with its unit
 * @property {boolean} [log] logarithmic y axis
 * @property {string} [sync] charts of one name share the pointer's place
 * @property {boolean} [legend] whether lines are listed below
 * @property {(zoom: [number, number] | null) => void} [onZoom] another part of the x axis is shown
 * @property {(x: number | null) => void} [onPoint] the pointer is at x, or has left
 */

const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';
/** Lines up to which each has a dot under the pointer. */
const FEW = 8;

export class Plot {
  /**
   * @param {HTMLElement} host where it is drawn, as wide as that is
   * @param {Options} options
   */
  constructor(host, options) {
    this.host = host;
    this.options = options;
    /** @type {Line[]} */ this.lines = [];
    /** @type {Area[]} */ this.areas = [];
    /** @type {Mark[]} */ this.marks = [];
    /** @type {[number, number] | null} */ this.zoom = null;
    /** @type {Set<string>} */ this.off = new Set();
    /** @type {any} */ this.u = null;
    this.signature = "";
    /** @type {HTMLElement | null} */ this.head = null;
    /** @type {number | undefined} */ this.headAt = undefined;
    this.canvas = document.createElement("div");
    this.canvas.className = "plot";
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "img");
    this.canvas.addEventListener("keydown", (event) => this.#key(event));
    host.append(this.canvas);
    this.legend = options.legend ? new Legend(host, (label) => this.#toggle(label)) : null;
    this.sized = new ResizeObserver(() => this.#resize());
    this.sized.observe(this.canvas);
    this.repaint = () => this.#build();
    document.addEventListener("theme", this.repaint);
  }

  /**
   * Draws these lines in place of those before; the zoom stays.
   * @param {Line[]} lines
   * @param {{ areas?: Area[], marks?: Mark[] }} [more]
   */
  draw(lines, more = {}) {
    this.lines = lines;
    this.areas = more.areas ?? [];
    this.marks = more.marks ?? [];
    this.canvas.setAttribute("aria-label", this.#describe());
    const signature = JSON.stringify([lines.map((l) => [l.label, l.style, l.ghost, l.only, l.width]), this.areas, this.options.log]);
    if (this.u && signature === this.signature) this.u.setData(align(lines));
    else {
      this.signature = signature;
      this.#build();
    }
    this.legend?.show(lines, this.off);
    this.#readOut(null);
  }

  /**
   * Shows a part of the x axis.
   * @param {[number, number] | null} zoom null shows all
   * @param {boolean} [tell] whether `onZoom` hears of it
   */
  setZoom(zoom, tell = false) {
    this.zoom = zoom;
    if (this.u) this.u.setData(this.u.data);
    if (tell) this.options.onZoom?.(zoom);
  }

  /**
   * Lets a line stand out from the others.
   * @param {string | null} label null shows all alike
   */
  emphasise(label) {
    const index = this.lines.findIndex((line) => line.label === label);
    this.u?.setSeries(index < 0 ? null : index + 1, { focus: true });
  }

  /**
   * A line across, where a replay is.
   * @param {number} x
   */
  setHead(x) {
    this.headAt = x;
    if (!this.u) return;
    this.head ??= Object.assign(document.createElement("div"), { className: "head-line" });
    if (this.head.parentElement !== this.u.over) this.u.over.append(this.head);
    this.head.style.left = `${this.u.valToPos(x, "x")}px`;
    if (this.u.cursor.left < 0) this.legend?.read(x, this.options.yText);
  }

  /** Lines that are switched on. */
  shown() {
    return this.lines.filter((line) => !this.off.has(line.label));
  }

  destroy() {
    document.removeEventListener("theme", this.repaint);
    this.sized.disconnect();
    this.u?.destroy();
    this.u = null;
    this.canvas.remove();
    this.legend?.destroy();
  }

  #describe() {
    const listed = this.lines.filter((line) => !line.ghost && line.only !== "edge");
    const named = listed.length === 1 ? "" : `, ${listed.length} lines`;
    return `Chart of ${this.options.name}${named}. Arrow keys read values, plus and minus zoom.`;
  }

  #build() {
    this.u?.destroy();
    const width = this.canvas.clientWidth || 320;
    this.u = new uPlot(this.#settings(width), align(this.lines), this.canvas);
    this.#moveHead();
  }

  #resize() {
    const width = this.canvas.clientWidth;
    if (this.u && width > 0 && width !== this.u.width) {
      this.u.setSize({ width, height: this.u.height });
      this.#moveHead();
    }
  }

  #moveHead() {
    if (this.headAt !== undefined) this.setHead(this.headAt);
  }

  /** @param {number} width px */
  #settings(width) {
    const { options } = this;
    const axis = { stroke: colour("--muted"), grid: { stroke: colour("--grid"), width: 1 }, ticks: { stroke: colour("--grid"), width: 1, size: 5 }, font: FONT };
    const text = options.xText ?? short;
    return {
      width,
      height: options.height ?? 220,
      padding: [10, 14, 0, 0],
      legend: { show: false },
      focus: { alpha: 0.25 },
      scales: {
        x: { time: false, range: (/** @type {any} */ _, /** @type {number} */ min, /** @type {number} */ max) => this.zoom ?? (min === max ? [min - 1, max + 1] : [min, max]) },
        y: options.log ? { distr: 3 } : {},
      },
      axes: [
        { ...axis, space: 70, size: 30, label: options.xLabel, labelSize: 20, labelFont: FONT, values: (/** @type {any} */ _, /** @type {number[]} */ ticks) => ticks.map(text) },
        { ...axis, size: axisWidth, values: (/** @type {any} */ _, /** @type {(number | null)[]} */ ticks) => ticks.map((tick) => (tick === null ? "" : short(tick))) },
      ],
      series: [{}, ...this.lines.map((line) => this.#series(line))],
      bands: this.areas.map((area) => ({ series: [area.upper + 1, area.lower + 1], fill: faint(lineStyle(area.style).colour, area.alpha ?? 0.18) })),
      cursor: {
        drag: { x: true, y: false, setScale: false },
        points: { show: this.lines.length <= FEW },
        sync: options.sync ? { key: options.sync, setSeries: false, scales: ["x", null] } : undefined,
        bind: { dblclick: () => () => { this.setZoom(null, true); return null; } },
      },
      hooks: {
        setSelect: [(/** @type {any} */ u) => this.#select(u)],
        setCursor: [(/** @type {any} */ u) => this.#readOut(u.cursor.left >= 0 ? u.posToVal(u.cursor.left, "x") : null)],
        draw: [(/** @type {any} */ u) => drawMarks(u, this.marks)],
      },
    };
  }

  /** @param {Line} line */
  #series(line) {
    const style = lineStyle(line.style);
    const drawn = line.only !== "edge";
    return {
      label: line.label,
      show: line.only !== "legend" && !this.off.has(line.label),
      stroke: drawn ? (line.ghost ? faint(style.colour, 0.28) : style.colour) : "transparent",
      width: drawn ? (line.width ?? (line.ghost ? 1 : 1.8)) : 0,
      dash: drawn && !line.ghost ? style.dash : undefined,
      points: { show: (/** @type {any} */ _u, /** @type {number} */ index) => drawn && !line.ghost && (this.lines[index - 1]?.x.length ?? 0) <= 2, size: 6 },
    };
  }

  /** @param {any} u */
  #select(u) {
    const { left, width } = u.select;
    if (width < 4) return;
    const zoom = /** @type {[number, number]} */ ([u.posToVal(left, "x"), u.posToVal(left + width, "x")]);
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.setZoom(zoom, true);
  }

  /** @param {number | null} x */
  #readOut(x) {
    this.legend?.read(x, this.options.yText);
    this.options.onPoint?.(x);
  }

  /** @param {string} label */
  #toggle(label) {
    if (!this.off.delete(label)) this.off.add(label);
    this.u?.batch(() => this.lines.forEach((line, i) => {
      if (line.label === label && line.only !== "legend") this.u.setSeries(i + 1, { show: !this.off.has(label) });
    }));
    this.legend?.show(this.lines, this.off);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { u } = this;
    if (!u || event.ctrlKey || event.metaKey || event.altKey) return;
    const { min, max } = u.scales.x;
    const at = u.cursor.left >= 0 ? u.posToVal(u.cursor.left, "x") : max;
    const step = ((max - min) / 100) * (event.shiftKey ? 10 : 1);
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const to = Math.min(max, Math.max(min, at + (event.key === "ArrowLeft" ? -step : step)));
      u.setCursor({ left: u.valToPos(to, "x"), top: u.over.clientHeight / 2 });
    } else if (event.key === "+" || event.key === "=") this.setZoom([at - (at - min) / 2, at + (max - at) / 2], true);
    else if (event.key === "-" || event.key === "0" || event.key === "Escape") {
      if (event.key === "Escape" && !this.zoom) return;
      this.setZoom(null, true);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/**
 * Room for the longest number of the y axis, px.
 * @param {any} _
 * @param {string[] | null} texts
 */
function axisWidth(_, texts) {
  return 16 + 7.2 * Math.max(4, ...(texts ?? []).map((text) => text.length));
}

/**
 * @param {any} u
 * @param {Mark[]} marks
 */
function drawMarks(u, marks) {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = colour("--muted");
  ctx.fillStyle = colour("--muted");
  ctx.font = `${11 * ratio}px system-ui, "DejaVu Sans", sans-serif`;
  ctx.textAlign = "left";
  ctx.lineWidth = ratio;
  ctx.setLineDash([3 * ratio, 3 * ratio]);
  for (const mark of marks) {
    const x = Math.round(u.valToPos(mark.x, "x", true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const width = ctx.measureText(mark.label).width;
    const flip = x + width + 6 * ratio > bbox.left + bbox.width;
    ctx.fillText(mark.label, flip ? x - width - 4 * ratio : x + 4 * ratio, bbox.top + 11 * ratio);
  }
  ctx.restore();
}
