/**
 * What has changed, as the server tells it.
 */
import { forgetSession } from "./api.js";

/** @import { Row } from "./api.js" */

/**
 * @typedef {object} Listener
 * @property {(changed: Row[], gone: string[]) => void} changes
 * @property {() => void} reset fetch everything again
 */

/** @type {Set<Listener>} */
const listeners = new Set();
/** @type {"connecting" | "live" | "lost"} */
let state = "connecting";
/** @type {string | null} */
let boot = null;

/** Starts to listen. */
export function connect() {
  const worker = new SharedWorker("./live-worker.js", { name: "angora-live" });
  worker.port.onmessage = ({ data }) => receive(data);
  addEventListener("pagehide", () => worker.port.postMessage("bye"));
}

/** @param {any} message */
function receive({ kind, state: now, data }) {
  if (kind === "state") {
    state = now;
    document.dispatchEvent(new CustomEvent("connection", { detail: state }));
  } else if (kind === "hello") {
    // After a new start of the server nothing that we know needs to hold.
    if (boot !== null && boot !== data.boot) resetAll();
    boot = data.boot;
  } else if (kind === "reset" || data.many) resetAll();
  else for (const listener of listeners) listener.changes(data.changed ?? [], data.gone ?? []);
}

function resetAll() {
  forgetSession();
  for (const listener of listeners) listener.reset();
}

/** @returns {"connecting" | "live" | "lost"} */
export function connection() {
  return state;
}

/**
 * @param {Listener} listener
 * @returns {() => void} stops listening
 */
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
