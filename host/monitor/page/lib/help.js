/**
 * Keys, and the words of the field in short.
 */
import { h } from "./dom.js";
import { dialog } from "./overlay.js";

/** @type {[string[], string][]} */
const KEYS = [
  [["/"], "search the runs"],
  [["g", "r"], "runs (g, then r); g c compare; g g groups"],
  [["↑", "↓"], "move in a table; Enter opens, Space selects"],
  [["←", "→"], "read values in a chart; + and − zoom, Esc shows all"],
  [["Space"], "play and pause a replay; ← → a step, Shift ten, Home, End"],
  [["?"], "this help"],
];

/** @type {[string, string][]} */
const WORDS = [
  ["run", "one training, a folder on disk"],
  ["cycle", "gather experience, then learn from it; one line of metrics"],
  ["control step", "the brain senses and acts once"],
  ["episode", "from a fresh start until the task ends it or a limit is reached"],
  ["return", "the sum of rewards in an episode: what training raises"],
  ["seed", "the number from which all chance follows; runs that differ in it alone are repetitions"],
  ["region", "a named part of the brain"],
];

export function showHelp() {
  dialog("Help", [
    h("dl.keys", {}, KEYS.flatMap(([keys, what]) => [h("dt", {}, keys.flatMap((key) => [h("kbd", {}, key), " "])), h("dd", {}, what)])),
    h("h3", { style: { "margin-top": "18px" } }, "Words"),
    h("dl.keys", {}, WORDS.flatMap(([word, what]) => [h("dt", {}, word), h("dd.muted", {}, what)])),
    h("p.muted.small", { style: { "margin-top": "14px" } }, "Words with a dotted line explain themselves: point at them, or reach them with Tab."),
  ]);
}
