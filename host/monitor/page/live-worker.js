/**
 * One stream of events for all tabs of a browser: HTTP/1.1 has few connections to spare.
 */

/** @type {Set<MessagePort>} */
const ports = new Set();
/** @type {EventSource | null} */
let source = null;
let state = "connecting";
let pause = 500;

/** @param {any} message */
function tell(message) {
  for (const port of ports) port.postMessage(message);
}

/** @param {string} now */
function become(now) {
  if (now === state) return;
  state = now;
  tell({ kind: "state", state });
}

function open() {
  source = new EventSource("./api/events");
  for (const kind of ["hello", "reset", "changes"]) {
    source.addEventListener(kind, (event) => {
      pause = 500;
      become("live");
      tell({ kind, data: JSON.parse(event.data) });
    });
  }
  source.addEventListener("error", () => {
    become("lost");
    // The browser tries again by itself, except after an answer that it takes for final.
    if (source?.readyState !== EventSource.CLOSED) return;
    setTimeout(open, pause);
    pause = Math.min(10_000, pause * 2);
  });
}

/** @type {any} */ (globalThis).onconnect = (/** @type {MessageEvent} */ event) => {
  const [port] = event.ports;
  ports.add(port);
  port.onmessage = (message) => {
    if (message.data === "bye") ports.delete(port);
  };
  port.postMessage({ kind: "state", state });
  if (source === null) open();
};
