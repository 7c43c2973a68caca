/**
 * A recorded episode: what was sensed, done, earned and active in each control step.
 */
import { fileUrl } from "../../lib/api.js";
import { parse } from "./safetensors.js";

/** @import { Tensor } from "./safetensors.js" */

/**
 * @typedef {object} Channel
 * @property {string} name
 * @property {string} group
 * @property {"state" | "step"} axis whether it has a row for the end too
 * @property {number[]} shape of a row
 * @property {string} unit
 * @property {string[]} [components] a name a value
 * @property {{ name: string, start: number, shape: number[] }[]} [parts]
 */

/**
 * @typedef {object} Header
 * @property {number} format
 * @property {string} name
 * @property {string} task
 * @property {{ name: string, label: string | null, cycle: number }} checkpoint
 * @property {number} seed
 * @property {boolean} deterministic
 * @property {number | null} control_timestep s
 * @property {Channel[]} channels
 * @property {{ number: number, file: string, steps: number, ending: string, return: number, reward_term_sums: number[] }[]} episodes
 * @property {any} scene
 */

const FORMAT = 1;

/**
 * @param {string} key of the run
 * @param {string} name of the recording
 * @param {string} file
 * @param {AbortSignal} signal
 */
async function fetchFile(key, name, file, signal) {
  const response = await fetch(fileUrl(key, `recordings/${name}/${file}`), { signal });
  if (!response.ok) throw new Error(`${file} of the recording cannot be read (status ${response.status}).`);
  return response;
}

/**
 * @param {string} key of the run
 * @param {string} name of the recording
 * @param {AbortSignal} signal
 * @returns {Promise<Header>}
 */
export async function loadHeader(key, name, signal) {
  const header = await (await fetchFile(key, name, "recording.json", signal)).json();
  if (header.format !== FORMAT) throw new Error(`The recording has format ${header.format}; this monitor reads format ${FORMAT}. Record again, or use the monitor of the version that made it.`);
  return header;
}

/**
 * Vertices and faces of the meshes of a scene.
 * @param {string} key
 * @param {string} name
 * @param {AbortSignal} signal
 */
export async function loadMeshes(key, name, signal) {
  return parse(await (await fetchFile(key, name, "scene.safetensors", signal)).arrayBuffer());
}

export class Episode {
  /**
   * @param {Header} header
   * @param {number} index
   * @param {Map<string, Tensor>} tensors
   */
  constructor(header, index, tensors) {
    this.header = header;
    this.facts = header.episodes[index];
    /** Number of control steps. */
    this.steps = this.facts.steps;
    this.tensors = tensors;
    const time = tensors.get("time")?.data;
    /** Time of each state: s, or control steps where the task has no timestep. @type {number[]} */
    this.time = time ? Array.from(time) : Array.from({ length: this.steps + 1 }, (_, i) => i);
  }

  /**
   * @param {string} key
   * @param {string} name
   * @param {Header} header
   * @param {number} index
   * @param {AbortSignal} signal
   */
  static async load(key, name, header, index, signal) {
    const response = await fetchFile(key, name, header.episodes[index].file, signal);
    return new Episode(header, index, parse(await response.arrayBuffer()));
  }

  /** @param {string} name */
  channel(name) {
    return this.header.channels.find((channel) => channel.name === name);
  }

  /**
   * Values of a channel at a step.
   * @param {Channel} channel
   * @param {number} step
   * @returns {Float32Array | Float64Array}
   */
  row(channel, step) {
    const { data, width, rows } = this.values(channel);
    const at = Math.max(0, Math.min(rows - 1, Math.floor(step)));
    return data.subarray(at * width, (at + 1) * width);
  }

  /** @param {Channel} channel */
  values(channel) {
    const data = this.tensors.get(channel.name)?.data ?? new Float32Array();
    const width = channel.shape.reduce((product, side) => product * side, 1);
    return { data, width, rows: width === 0 ? 0 : data.length / width };
  }

  /**
   * One value of a channel over the episode.
   * @param {Channel} channel
   * @param {number} component
   * @returns {number[]}
   */
  column(channel, component) {
    const { data, width, rows } = this.values(channel);
    return Array.from({ length: rows }, (_, i) => data[i * width + component]);
  }
}
