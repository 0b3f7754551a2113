// Notes under a picture, kept without leaving it. What is typed and not yet kept outlives the picture being closed.

import { post, saying } from "./curate.js";
import { onKey } from "./keys.js";
import { memory, tell } from "./tell.js";

const DONE = { add: "The note is kept", edit: "The note is changed", delete: "The note is deleted" };

const panel = () => document.querySelector("[data-notes]");
const box = () => panel()?.querySelector("[data-note-add]");
const draftOf = (key) => `gallery-note-${key}`;

async function send(form, button) {
  const old = panel();
  if (old.dataset.busy) return; // twice pressed is once meant
  old.dataset.busy = "yes";
  const values = new FormData(form, button);
  let fresh;
  try {
    fresh = await post(form.getAttribute("action"), values, "[data-notes]");
  } catch (error) {
    tell(saying(error, "That could not be kept. Try again."));
    return;
  } finally {
    delete old.dataset.busy;
  }
  const problem = fresh.querySelector("[role=alert]");
  if (!problem && form.matches("[data-note-form]")) memory.write(draftOf(old.dataset.notes), null);
  tell(problem ? problem.textContent : DONE[values.get("do")]);
  if (panel() !== old) return; // the reader has gone on
  for (const other of old.querySelectorAll("[data-note-text]")) takeOver(other, form, fresh);
  const hadFocus = old.contains(document.activeElement);
  old.replaceWith(fresh);
  if (!hadFocus) return;
  const note = fresh.querySelector(`#note-${values.get("note")}`);
  (fresh.querySelector("[aria-invalid]") || note?.querySelector("summary") || box()).focus({ preventScroll: true });
}

// What is being typed into other boxes stays.
function takeOver(other, form, fresh) {
  const twin = fresh.querySelector(`#${other.id}`);
  if (!twin || form.contains(other) || other.value === other.defaultValue) return;
  twin.value = other.value;
  twin.closest("details")?.setAttribute("open", "");
}

document.addEventListener("submit", (event) => {
  if (!event.target.closest("[data-notes]")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

document.addEventListener("input", (event) => {
  const typed = event.target.closest?.("[data-note-add]");
  if (typed) memory.write(draftOf(panel().dataset.notes), typed.value || null);
});
document.addEventListener("focusin", (event) => {
  const empty = event.target.closest?.("[data-note-add]");
  if (empty && !empty.value) empty.value = memory.read(draftOf(panel().dataset.notes)) ?? "";
});

document.addEventListener("keydown", (event) => {
  const typed = event.target.closest?.("[data-note-text]");
  if (!typed) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    typed.form.requestSubmit(typed.form.querySelector("button[value=add], button[value=edit]"));
  } else if (event.key === "Escape") {
    // Out of the box, not out of the picture.
    event.preventDefault();
    (typed.closest("dialog") || document.getElementById("main")).focus({ preventScroll: true });
  }
});

onKey(["n"], () => {
  const empty = box();
  empty?.focus();
  return Boolean(empty);
}, { where: "picture", words: "write a note (Ctrl Enter keeps it)" });
