/**
 * Curves of runs that grow: fetched whole once, then what has come since.
 */
import { get } from "./api.js";

/**
 * @typedef {object} Curve
 * @property {string} run
 * @property {string} metric
 * @property {number[]} x
 * @property {(number | null)[] | null} min least value where points were put together
 * @property {(number | null)[] | null} max
 * @property {(number | null)[]} last
 */

/**
 * @typedef {object} Request
 * @property {string[]} runs
 * @property {string[]} metrics may hold `*`
 * @property {"steps" | "cycles" | "time"} x
 * @property {number} [points] most points a curve
 * @property {[number, number] | null} [zoom] part of the x axis
 */

export class Series {
  /** @param {Request} request */
  constructor(request) {
    this.request = request;
    /** @type {Map<string, Curve>} */ this.curves = new Map();
    /** @type {Record<string, { cursor: string, marks: { x: number, kind: string, segment: number }[] }>} */ this.runs = {};
    this.fetched = false;
    this.busy = false;
    this.again = false;
    this.closed = new AbortController();
  }

  /**
   * @param {string} run
   * @param {string} metric
   */
  curve(run, metric) {
    return this.curves.get(`${metric}\n${run}`);
  }

  /**
   * Another part of the axis: cut anew, finer.
   * @param {[number, number] | null} zoom
   */
  zoom(zoom) {
    this.request.zoom = zoom;
    this.fetched = false;
    return this.refresh();
  }

  /**
   * Fetches what has come since the last time.
   * @returns {Promise<boolean>} whether anything is new
   */
  async refresh() {
    // One request at a time; what changes during it is asked for after it.
    if (this.busy) {
      this.again = true;
      return false;
    }
    this.busy = true;
    try {
      do {
        this.again = false;
        await this.#fetch();
      } while (this.again);
    } finally {
      this.busy = false;
    }
    return true;
  }

  close() {
    this.closed.abort();
  }

  async #fetch() {
    const { runs, metrics, x, zoom, points = 1000 } = this.request;
    const follow = this.fetched && !zoom && runs.every((run) => this.runs[run]?.cursor);
    const answer = await get("series", {
      runs, metrics, x, points,
      from: zoom?.[0], to: zoom?.[1],
      after: follow ? runs.map((run) => this.runs[run].cursor) : [],
    }, this.closed.signal);
    if (!follow) this.curves.clear();
    for (const run of Object.keys(answer.runs)) {
      if (answer.runs[run].reset) for (const [key, curve] of this.curves) if (curve.run === run) this.curves.delete(key);
    }
    for (const curve of answer.curves) this.#add(curve);
    this.runs = { ...this.runs, ...answer.runs };
    this.fetched = ![...this.curves.values()].some((curve) => curve.x.length > 3 * points);
  }

  /** @param {Curve} curve */
  #add(curve) {
    const key = `${curve.metric}\n${curve.run}`;
    const known = this.curves.get(key);
    if (!known) {
      this.curves.set(key, curve);
      return;
    }
    // New arrays: a chart compares them by identity.
    this.curves.set(key, {
      ...known,
      x: known.x.concat(curve.x),
      last: known.last.concat(curve.last),
      min: known.min && known.min.concat(curve.min ?? curve.last),
      max: known.max && known.max.concat(curve.max ?? curve.last),
    });
  }
}
