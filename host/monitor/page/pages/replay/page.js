/**
 * A recorded episode in the browser: bodies, rewards, senses and regions on one scrubber.
 */
import { here, link, list, remember } from "../../lib/address.js";
import { get, runPath } from "../../lib/api.js";
import { fill, h, setText } from "../../lib/dom.js";
import { number, plural, seconds } from "../../lib/format.js";
import { listen } from "../../lib/live.js";
import { recordingNames } from "../../lib/recordings.js";
import { Header } from "../run/header.js";
import { Player } from "./player.js";
import { Episode, loadHeader, loadMeshes } from "./recording.js";
import { Track, trackName, trackNames, usualTracks } from "./tracks.js";

/** @import { Address } from "../../lib/address.js" */
/** @import { Header as RecordingHeader } from "./recording.js" */
/** @import { Scene } from "./scene.js" */

const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4];
/** @type {Record<string, string>} */
const ENDINGS = { terminated: "ended by the task", truncated: "ended by the limit of steps", cut: "cut off when recording" };

/**
 * @param {HTMLElement} main
 * @param {Address} address
 */
export async function open(main, { path, query }) {
  const [key, wanted] = path;
  const detail = await get(runPath(key));
  const head = new Header(detail.row, "replay");
  main.append(head.element);
  const names = recordingNames(detail.recordings);
  const stop = listen({ changes: (changed) => { const row = changed.find((one) => one.key === key); if (row) head.show(row); }, reset: () => {} });
  const name = wanted ?? names[0];
  if (name === undefined) {
    main.append(h("div.empty", {}, h("h2", {}, "Nothing is recorded yet"), h("p", {}, "Record episodes of the best checkpoint, then come back:"), h("pre", {}, `./angora record ${detail.row.id}`)));
    return stop;
  }
  const closed = new AbortController();
  const header = await loadHeader(key, name, closed.signal);
  const view = new View(main, key, name, header, closed.signal);
  view.choices(names);
  await view.scene();
  await view.load(Math.max(0, Math.min(header.episodes.length - 1, Number(query.get("episode") ?? 0) || 0)));
  view.player.seek(Number(query.get("step") ?? 0) || 0);
  return () => {
    stop();
    closed.abort();
    view.close();
  };
}

class View {
  /**
   * @param {HTMLElement} main
   * @param {string} key
   * @param {string} name
   * @param {RecordingHeader} header
   * @param {AbortSignal} signal
   */
  constructor(main, key, name, header, signal) {
    this.key = key;
    this.name = name;
    this.signal = signal;
    this.header = header;
    /** @type {Episode | null} */ this.episode = null;
    /** @type {Scene | null} */ this.drawn = null;
    /** @type {Track[]} */ this.tracks = [];
    this.player = new Player((step) => this.#show(step));
    this.tools = h("div.row.replay-tools");
    this.stage = h("div.stage");
    this.controls = this.#controls();
    this.list = h("div.tracks");
    const left = h("div.stack.replay-left", {}, this.stage, this.controls);
    main.append(this.tools, h("div.replay", {}, left, h("section.card.stack.track-card", {}, this.list, this.#adder())));
    this.keys = (/** @type {KeyboardEvent} */ event) => this.#key(event);
    document.addEventListener("keydown", this.keys);
  }

  /** @param {string[]} names of all recordings */
  choices(names) {
    const { checkpoint, seed, deterministic } = this.header;
    const which = h("select", { "aria-label": "Recording", onchange: () => { location.hash = link("replay", [this.key, which.value]); } }, names.map((one) => h("option", { value: one }, one)));
    which.value = this.name;
    const episode = h("select", { "aria-label": "Episode", onchange: () => this.load(Number(episode.value)) }, this.header.episodes.map((one, i) => h("option", { value: i }, `Episode ${one.number + 1}: return ${number(one.return)}, ${plural(one.steps, "step")}`)));
    this.episodeSelect = episode;
    fill(this.tools, h("label.field", {}, "Recording", which), h("label.field", {}, "Episode", episode), h("span.muted.small", {}, `checkpoint ${checkpoint.label ?? checkpoint.name} (cycle ${checkpoint.cycle}), seed ${seed}, ${deterministic ? "deterministic" : "sampled"} actions`));
  }

  /** Draws the bodies, where there are any and the browser can. */
  async scene() {
    const { scene } = this.header;
    if (!scene) {
      this.stage.classList.add("bare");
      return fill(this.stage, h("p.muted", {}, `${this.header.task} has a world of its own without bodies to draw; its channels are on the right.`));
    }
    try {
      const { Scene } = await import("./scene.js");
      const meshes = scene.meshes.length > 0 ? await loadMeshes(this.key, this.name, this.signal) : new Map();
      this.drawn = new Scene(this.stage, this.header, meshes);
    } catch (error) {
      this.stage.classList.add("bare");
      fill(this.stage, h("p.muted", {}, `The bodies cannot be drawn: ${error instanceof Error ? error.message : error}. The channels still play.`));
    }
  }

  /** @param {number} index */
  async load(index) {
    this.player.play(false);
    this.episode = await Episode.load(this.key, this.name, this.header, index, this.signal);
    this.episodeSelect.value = String(index);
    remember({ episode: index || "" });
    this.range.max = String(this.episode.steps);
    this.#setTracks();
    this.player.load(this.episode.steps, this.header.control_timestep);
  }

  close() {
    document.removeEventListener("keydown", this.keys);
    this.player.close();
    this.drawn?.destroy();
    for (const track of this.tracks) track.destroy();
  }

  #names() {
    const chosen = list(here().query, "tracks").filter((name) => trackNames(this.header).includes(name));
    return chosen.length > 0 ? chosen : usualTracks(this.header);
  }

  #setTracks() {
    const { episode } = this;
    if (!episode) return;
    for (const track of this.tracks) track.destroy();
    const names = this.#names();
    this.tracks = names.map((name) => new Track(episode, name, (step) => this.player.seek(step), () => {
      remember({ tracks: names.filter((one) => one !== name).join(",") });
      this.#setTracks();
    }));
    fill(this.list, this.tracks.map((track) => track.element));
    for (const track of this.tracks) track.ready?.();
    this.#show(this.player.step);
  }

  #adder() {
    const select = h("select", { "aria-label": "Add a track", onchange: () => {
      if (select.value) remember({ tracks: [...new Set([...this.#names(), select.value])].join(",") });
      select.value = "";
      this.#setTracks();
    } }, h("option", { value: "" }, "Add a track …"), trackNames(this.header).map((name) => h("option", { value: name }, trackName(name))));
    return select;
  }

  #controls() {
    this.range = h("input.scrubber", { type: "range", min: 0, max: 1, step: 1, value: 0, "aria-label": "Step of the episode", oninput: () => {
      this.player.play(false);
      this.player.seek(Number(this.range.value));
    } });
    this.playButton = h("button.primary.icon.play", { type: "button", "aria-label": "Play", onclick: () => this.player.toggle() }, "▶");
    this.player.onPlaying = (playing) => {
      setText(this.playButton, playing ? "❚❚" : "▶");
      this.playButton.setAttribute("aria-label", playing ? "Pause" : "Play");
    };
    const speed = h("select", { "aria-label": "Speed", onchange: () => { this.player.speed = Number(speed.value); } }, SPEEDS.map((one) => h("option", { value: one }, `${one} ×`)));
    speed.value = "1";
    this.place = h("span.number.small");
    this.ending = h("span.muted.small");
    const step = (/** @type {number} */ by, /** @type {string} */ word, /** @type {string} */ mark) => h("button.icon", { type: "button", "aria-label": word, title: word, onclick: () => this.#step(by) }, mark);
    return h("div.card.stack.controls", {}, this.range, h("div.row", {}, this.playButton, step(-1, "One step back", "‹"), step(1, "One step on", "›"), speed, this.place, this.ending));
  }

  /** @param {number} by */
  #step(by) {
    this.player.play(false);
    this.player.seek(Math.round(this.player.step) + by);
  }

  /** @param {number} step */
  #show(step) {
    const { episode } = this;
    if (!episode) return;
    const whole = Math.floor(step);
    this.range.value = String(whole);
    const time = episode.time[whole];
    this.range.setAttribute("aria-valuetext", `step ${whole}`);
    setText(this.place, `step ${whole} of ${episode.steps}${this.header.control_timestep ? `, ${seconds(time)}` : ""}`);
    setText(this.ending, ENDINGS[episode.facts.ending] ?? episode.facts.ending);
    this.drawn?.show(episode, step);
    for (const track of this.tracks) track.show(step);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input, select, textarea") || document.querySelector("dialog[open]")) return;
    const far = event.shiftKey ? 10 : 1;
    /** @type {Record<string, () => void>} */
    const keys = { " ": () => this.player.toggle(), ArrowLeft: () => this.#step(-far), ArrowRight: () => this.#step(far), Home: () => this.#step(-Infinity), End: () => this.#step(Infinity) };
    if (!(event.key in keys) || (event.key === " " && target.matches("button, a, summary"))) return;
    keys[event.key]();
    event.preventDefault();
  }
}
