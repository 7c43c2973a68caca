/**
 * Where a replay is in its episode, and how it goes on.
 */

/** Steps a second where the task has no time. */
const STEPS_PER_SECOND = 20;

export class Player {
  /** @param {(step: number) => void} show called with the step, between two as well */
  constructor(show) {
    this.show = show;
    this.steps = 0;
    this.step = 0;
    this.speed = 1;
    this.stepSecs = 1 / STEPS_PER_SECOND;
    this.playing = false;
    this.frame = 0;
    this.onPlaying = (/** @type {boolean} */ _playing) => {};
  }

  /**
   * Another episode, from its start.
   * @param {number} steps
   * @param {number | null} stepSecs s of a step
   */
  load(steps, stepSecs) {
    this.steps = steps;
    this.stepSecs = stepSecs ?? 1 / STEPS_PER_SECOND;
    this.seek(0);
  }

  /** @param {number} step */
  seek(step) {
    this.step = Math.max(0, Math.min(this.steps, step));
    this.show(this.step);
  }

  /** @param {boolean} playing */
  play(playing) {
    if (playing === this.playing) return;
    this.playing = playing;
    this.onPlaying(playing);
    cancelAnimationFrame(this.frame);
    if (!playing) return;
    if (this.step >= this.steps) this.step = 0;
    let last = performance.now();
    const tick = (/** @type {number} */ now) => {
      this.seek(this.step + ((now - last) / 1000 / this.stepSecs) * this.speed);
      last = now;
      if (this.step >= this.steps) this.play(false);
      else if (this.playing) this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
  }

  toggle() {
    this.play(!this.playing);
  }

  close() {
    this.play(false);
  }
}
