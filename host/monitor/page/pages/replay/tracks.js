/**
 * Channels of an episode over time, on one scrubber.
 */
import { Plot } from "../../chart/plot.js";
import { h, setText } from "../../lib/dom.js";
import { number, quantity, short } from "../../lib/format.js";
import { heat, picture } from "./heat.js";

/** @import { Channel, Episode, Header } from "./recording.js" */

/** All means of regions in one track. */
const REGIONS = "activity_mean";
/** Values up to which a channel is drawn as lines. */
const LINES = 12;

/** @type {Record<string, string>} */
const WORDS = { reward_terms: "Reward terms", reward: "Reward", value: "Value: the return that the brain foresees", [REGIONS]: "Activity by region", action: "Action", motor_command: "Motor command", executed_command: "Executed command", control: "Actuator inputs", sensors: "Sensors", qpos: "Joint positions", qvel: "Joint velocities", policy: "Parameters of the policy" };

/** @param {string} name of a track */
export function trackName(name) {
  if (WORDS[name]) return WORDS[name];
  const [kind, ...rest] = name.split(".");
  const what = rest.join(".");
  return /** @type {Record<string, string>} */ ({ sensation: `Sense: ${what}`, input: `Input after preprocessing: ${what}`, signal: `Signal: ${what}`, activity: `Units of ${what}`, recurrent_state: `Recurrent state of ${what}` })[kind] ?? name;
}

/** @param {Header} header */
export function trackNames(header) {
  const names = header.channels.filter((channel) => !["time", "body_pose"].includes(channel.name) && channel.group !== REGIONS).map((channel) => channel.name);
  return header.channels.some((channel) => channel.group === REGIONS) ? [REGIONS, ...names] : names;
}

/**
 * What is shown if nothing is chosen: what was earned, felt, and which regions were active.
 * @param {Header} header
 */
export function usualTracks(header) {
  const names = trackNames(header);
  const senses = ["sensation.touch", "sensation.vision"].filter((name) => names.includes(name));
  const chosen = ["reward_terms", ...(senses.length > 0 ? senses : ["sensation.proprioception"]), REGIONS];
  const first = names.find((name) => name.startsWith("activity."));
  return [...chosen, ...(first ? [first] : [])].filter((name) => names.includes(name));
}

export class Track {
  /**
   * @param {Episode} episode
   * @param {string} name
   * @param {(step: number) => void} seek
   * @param {() => void} remove
   */
  constructor(episode, name, seek, remove) {
    this.episode = episode;
    this.value = h("span.now.number");
    this.element = h("figure.track", { dataset: { track: name } }, h("div.chart-head", {}, h("h3", {}, trackName(name)), this.value, h("button.quiet.icon", { type: "button", "aria-label": `Remove ${trackName(name)}`, title: "Remove", onclick: remove }, "×")));
    /** @type {Plot | null} */ this.plot = null;
    this.show = (/** @type {number} */ _step) => {};
    const channel = episode.channel(name);
    if (name === REGIONS) this.#lines(episode.header.channels.filter((one) => one.group === REGIONS).map((one) => ({ channel: one, component: 0, label: one.name.slice(REGIONS.length + 1) })), "", seek);
    else if (channel && channel.shape.length === 3 && [1, 3].includes(channel.shape[2])) this.#picture(channel);
    else if (channel && episode.values(channel).width <= LINES) this.#lines(Array.from({ length: episode.values(channel).width }, (_, i) => ({ channel, component: i, label: channel.components?.[i] ?? (episode.values(channel).width === 1 ? trackName(name) : `${i}`) })), channel.unit, seek);
    else if (channel) this.#heat(channel, seek);
  }

  destroy() {
    this.plot?.destroy();
    this.element.remove();
  }

  /**
   * @param {{ channel: Channel, component: number, label: string }[]} parts
   * @param {string} unit
   * @param {(step: number) => void} seek
   */
  #lines(parts, unit, seek) {
    const { time, header } = this.episode;
    const lines = parts.map(({ channel, component, label }, style) => {
      const y = this.episode.column(channel, component);
      return { label, x: y.length === time.length ? time : time.slice(0, y.length), y, style, width: 1.5 };
    });
    const plot = new Plot(this.element, { name: this.element.textContent ?? "", height: 130, legend: lines.length > 1, xText: (x) => (header.control_timestep ? `${number(x, 3)} s` : short(x)), yText: (y) => quantity(y, unit === "mixed" ? "" : unit) });
    this.plot = plot;
    this.ready = () => plot.draw(lines);
    this.element.addEventListener("click", (/** @type {MouseEvent} */ event) => {
      const over = event.target instanceof Element ? event.target.closest(".u-over") : null;
      if (over) seek(nearestStep(time, plot.u.posToVal(event.clientX - over.getBoundingClientRect().left, "x")));
    });
    this.show = (step) => {
      plot.setHead(timeAt(time, step));
      if (lines.length === 1) setText(this.value, quantity(lines[0].y[Math.min(lines[0].y.length - 1, Math.floor(step))], unit === "mixed" ? "" : unit));
    };
  }

  /**
   * @param {Channel} channel
   * @param {(step: number) => void} seek
   */
  #heat(channel, seek) {
    const { data, rows, width } = this.episode.values(channel);
    const { canvas, low, high } = heat(data, rows, width);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${width} values over ${rows} steps, from ${number(low)} (dark) to ${number(high)} (bright)`);
    const head = h("div.head-line");
    const box = h("div.heat-box", { onclick: (/** @type {MouseEvent} */ event) => seek(Math.floor(((event.clientX - box.getBoundingClientRect().left) / box.clientWidth) * rows)) }, canvas, head);
    setText(this.value, `${width} values, ${number(low, 3)} (dark) to ${number(high, 3)} (bright)`);
    this.element.append(box);
    this.show = (step) => { head.style.left = `${(100 * Math.min(rows, step)) / Math.max(1, rows)}%`; };
  }

  /** @param {Channel} channel */
  #picture(channel) {
    const [height, width, channels] = channel.shape;
    const canvas = h("canvas.seen", { width, height, role: "img", "aria-label": "What the camera saw in this step" });
    this.element.append(canvas);
    this.show = (step) => picture(canvas, this.episode.row(channel, step), channels);
  }
}

/**
 * Time of a step, between two as well.
 * @param {number[]} time
 * @param {number} step
 */
function timeAt(time, step) {
  const at = Math.floor(step);
  const [from, to] = [time[at] ?? 0, time[at + 1] ?? time[at] ?? 0];
  return from + (to - from) * (step - at);
}

/**
 * @param {number[]} time
 * @param {number} x
 */
function nearestStep(time, x) {
  const after = time.findIndex((t) => t >= x);
  if (after <= 0) return after < 0 ? time.length - 1 : 0;
  return x - time[after - 1] < time[after] - x ? after - 1 : after;
}
