/**
 * What people add to a run: a title, tags, a group, a note.
 */
import { ApiError, post, runPath } from "../../lib/api.js";
import { fill, h } from "../../lib/dom.js";
import { complain, confirmed, toast } from "../../lib/overlay.js";

/** @import { Marks, Row } from "../../lib/api.js" */
/** @import { Detail } from "./page.js" */

/**
 * @param {HTMLElement} place
 * @param {Detail} detail
 */
export function notes(place, detail) {
  const path = runPath(detail.row.key, "/marks");
  /** @type {Marks} */ let marks = detail.row.marks;
  const title = h("input", { type: "text", id: "title", placeholder: detail.row.id });
  const group = h("input", { type: "text", id: "group" });
  const note = h("textarea", { id: "note", placeholder: "What is this run for? What did you see?" });
  const tag = h("input", { type: "text", id: "tag", placeholder: "new tag", onkeydown: (/** @type {KeyboardEvent} */ event) => { if (event.key === "Enter") addTag(); } });
  const tags = h("div.row");

  /** @param {Record<string, any>} changes */
  async function save(changes) {
    marks = (await post(path, changes)).marks;
    show();
  }
  const saved = (/** @type {Promise<void>} */ done) => done.then(() => toast("Saved."), complain);

  function addTag() {
    const words = tag.value.split(",").map((/** @type {string} */ one) => one.trim()).filter(Boolean);
    if (words.length === 0) return;
    tag.value = "";
    saved(save({ add_tags: words }));
  }

  async function saveNote(was = marks.note) {
    try {
      await save({ title: title.value.trim(), group: group.value.trim(), note: note.value, note_was: was });
      toast("Saved.");
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "conflict") return complain(error);
      const { current } = error.details;
      const mine = await confirmed("Someone else has changed this note", [h("p", {}, "It now says:"), h("pre.card", {}, current.note || "(nothing)")], "Save mine over it", "Show theirs");
      if (mine) return saveNote(current.note);
      marks = current;
      show(true);
    }
  }

  /** @param {boolean} [fields] whether the fields show what is saved */
  function show(fields = false) {
    if (fields) [title.value, group.value, note.value] = [marks.title ?? "", marks.group ?? "", marks.note];
    fill(tags, marks.tags.map((word) => h("span.chip", {}, word, marks.fixed_tags?.includes(word) ? null : h("button.writes", { type: "button", "aria-label": `Remove tag ${word}`, onclick: () => saved(save({ remove_tags: [word] })) }, "×"))), tag, h("button.writes", { type: "button", onclick: addTag }, "Add"));
  }
  show(true);
  place.append(h("section.card.stack.notes", {},
    h("label.stack.ask", { for: "title" }, "Title, shown in place of the id", title),
    h("div.stack.ask", {}, h("label", { for: "tag" }, "Tags"), tags),
    h("label.stack.ask", { for: "group" }, "Group", group),
    h("label.stack.ask", { for: "note" }, "Note", note),
    h("div.row", {}, h("button.primary.writes", { type: "button", onclick: () => saveNote() }, "Save"), h("span.muted.small", {}, "Notes are kept beside the runs; the run itself is never changed."))));
  return {
    /** @param {Row} row */
    changed: (row) => {
      const untouched = note.value === marks.note && title.value === (marks.title ?? "") && group.value === (marks.group ?? "");
      marks = untouched ? row.marks : { ...marks, tags: row.marks.tags };
      if (!place.contains(document.activeElement)) show(untouched);
    },
    close: () => {},
  };
}
