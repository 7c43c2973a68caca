/**
 * A camera that turns around a point: drag, wheel, arrow keys. z is up.
 */

const DEGREE = Math.PI / 180;

/** @typedef {{ lookat: number[], distance: number, azimuth_degrees: number, elevation_degrees: number }} View */

export class Orbit {
  /**
   * @param {HTMLElement} element that listens
   * @param {View} view as MuJoCo has it: the camera is `distance` away from `lookat`
   * @param {() => void} changed
   */
  constructor(element, view, changed) {
    this.start = view;
    this.changed = changed;
    this.lookat = [...view.lookat];
    this.distance = view.distance;
    this.azimuth = view.azimuth_degrees * DEGREE;
    this.elevation = view.elevation_degrees * DEGREE;
    /** @type {Map<number, { x: number, y: number }>} */ this.pointers = new Map();
    element.addEventListener("pointerdown", (event) => {
      element.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    });
    element.addEventListener("pointermove", (event) => this.#move(event, element.clientHeight));
    for (const kind of ["pointerup", "pointercancel"]) element.addEventListener(kind, (event) => this.pointers.delete(/** @type {PointerEvent} */ (event).pointerId));
    element.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.#zoom(Math.exp(event.deltaY * 0.001));
    }, { passive: false });
    element.addEventListener("contextmenu", (event) => event.preventDefault());
    element.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Back to where the recording looked from. */
  reset() {
    this.lookat = [...this.start.lookat];
    this.distance = this.start.distance;
    this.azimuth = this.start.azimuth_degrees * DEGREE;
    this.elevation = this.start.elevation_degrees * DEGREE;
    this.changed();
  }

  /** Where the camera is, m. @returns {[number, number, number]} */
  position() {
    const flat = this.distance * Math.cos(this.elevation);
    return [this.lookat[0] - flat * Math.cos(this.azimuth), this.lookat[1] - flat * Math.sin(this.azimuth), this.lookat[2] - this.distance * Math.sin(this.elevation)];
  }

  /**
   * @param {PointerEvent} event
   * @param {number} height px
   */
  #move(event, height) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const [dx, dy] = [event.clientX - before.x, event.clientY - before.y];
    if (this.pointers.size === 2) {
      // Two fingers: apart is nearer.
      const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1] ?? before;
      const [was, is] = [before, { x: event.clientX, y: event.clientY }].map((at) => Math.hypot(at.x - other.x, at.y - other.y));
      this.#zoom(was / Math.max(1, is));
    } else if (event.buttons === 2 || event.shiftKey) this.#pan(dx / height, dy / height);
    else this.#turn(-dx * 0.3, -dy * 0.3);
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  /**
   * @param {number} azimuth degrees
   * @param {number} elevation degrees
   */
  #turn(azimuth, elevation) {
    this.azimuth += azimuth * DEGREE;
    this.elevation = Math.max(-89 * DEGREE, Math.min(89 * DEGREE, this.elevation + elevation * DEGREE));
    this.changed();
  }

  /** @param {number} factor */
  #zoom(factor) {
    this.distance = Math.max(this.start.distance / 50, Math.min(this.start.distance * 20, this.distance * factor));
    this.changed();
  }

  /**
   * @param {number} right part of the height
   * @param {number} down part of the height
   */
  #pan(right, down) {
    this.lookat[0] -= this.distance * right * Math.sin(this.azimuth);
    this.lookat[1] += this.distance * right * Math.cos(this.azimuth);
    this.lookat[2] += this.distance * down;
    this.changed();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowLeft: () => this.#turn(5, 0), ArrowRight: () => this.#turn(-5, 0), ArrowUp: () => this.#turn(0, -5), ArrowDown: () => this.#turn(0, 5),
      "+": () => this.#zoom(0.9), "=": () => this.#zoom(0.9), "-": () => this.#zoom(1.1), 0: () => this.reset(),
    };
    if (!(event.key in keys) || event.ctrlKey || event.metaKey) return;
    keys[event.key]();
    event.preventDefault();
    event.stopPropagation();
  }
}
