/**
 * What a run has on disk: checkpoints, videos, recordings, other files.
 */
import { link } from "../../lib/address.js";
import { fileUrl } from "../../lib/api.js";
import { h } from "../../lib/dom.js";
import { bytes, count, moment } from "../../lib/format.js";
import { explained } from "../../lib/hint.js";
import { recordingNames } from "../../lib/recordings.js";

/** @import { Detail } from "./page.js" */

/**
 * @param {HTMLElement} place
 * @param {Detail} detail
 */
export function files(place, detail) {
  const { key } = detail.row;
  const table = (/** @type {string[]} */ heads, /** @type {any[]} */ rows) => h("div.plain-wrap", {}, h("table.plain", {}, h("thead", {}, h("tr", {}, heads.map((word) => h("th", { scope: "col" }, word)))), h("tbody", {}, rows)));
  const names = recordingNames(detail.recordings);
  place.append(h("div.stack", {},
    h("section.card.stack", {}, h("h2", {}, explained("Checkpoints", "The whole state of the run at the end of a cycle: it can be resumed, evaluated and recorded from there.")),
      detail.checkpoints.length === 0 ? h("p.muted", {}, "None yet.") : table(["Checkpoint", "Cycle", "", "Size", "Written"], detail.checkpoints.map((one) => h("tr", {}, h("td", {}, h("code", {}, one.name)), h("td", {}, count(one.cycle)), h("td", {}, one.labels.map((label) => h("span.chip", {}, label))), h("td", {}, bytes(one.bytes)), h("td", {}, moment(one.written_ms)))))),
    h("section.card.stack", {}, h("h2", {}, "Recordings"),
      names.length === 0 ? h("p.muted", {}, "None. Record the best checkpoint with ", h("code", {}, `./angora record ${detail.row.id}`), ".") : table(["Recording", ""], names.map((name) => h("tr", {}, h("td", {}, h("code", {}, name)), h("td", {}, h("a", { href: link("replay", [key, name]) }, "Replay")))))),
    detail.videos.length === 0 ? null : h("section.card.stack", {}, h("h2", {}, "Videos"), h("div.charts", {}, detail.videos.map((video) => h("figure.video", {}, h("video", { controls: true, preload: "metadata", src: fileUrl(key, video.path) }), h("figcaption.muted.small", {}, `${video.path.split("/").pop()} · ${bytes(video.bytes)} · ${moment(video.written_ms)}`))))),
    h("section.card.stack", {}, h("h2", {}, "Files"),
      detail.files.length === 0 ? h("p.muted", {}, "None.") : table(["File", "Size", "Written"], detail.files.map((file) => h("tr", {}, h("td", {}, h("a", { href: fileUrl(key, file.path), target: "_blank", rel: "noopener" }, file.path)), h("td", {}, bytes(file.bytes)), h("td", {}, moment(file.written_ms))))))));
  return { changed: () => {}, close: () => {} };
}
