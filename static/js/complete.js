// Completion in the search box. What could stand at the caret, which part of the text it replaces and by what: all of
// that comes from the server. The focus stays in the box; nothing is chosen until the reader chooses it, so that typing
// and plain Enter go on as if there were no list.

import { onKey } from "./keys.js";

const PAUSE_MS = 80;

const box = () => document.querySelector("[data-completion]");
const list = () => document.getElementById("completion");
const rows = () => [...list().querySelectorAll("[role=option]")];
const isOpen = () => Boolean(list() && !list().hidden);
const chosen = () => (isOpen() ? list().querySelector("[aria-selected=true]") : null);

const nameOf = (row) => row.dataset.href || row.querySelector("bdi").textContent;

let waiting = 0;
let asking = null;
let shownFor = ""; // the text that the list was made for
let wanted = ""; // what was taken up from a list that was already out of date

function close() {
  clearTimeout(waiting);
  asking?.abort();
  asking = null;
  wanted = "";
  if (!box() || !list()) return;
  list().hidden = true;
  box().setAttribute("aria-expanded", "false");
  choose(null);
}

function choose(row) {
  for (const other of rows()) other.setAttribute("aria-selected", String(other === row));
  if (row) box().setAttribute("aria-activedescendant", row.id);
  else box().removeAttribute("aria-activedescendant");
  row?.scrollIntoView({ block: "nearest" });
}

// `isAsked`: the reader opened the list, and also wants to see what goes by nothing typed.
async function ask({ isAsked = false } = {}) {
  clearTimeout(waiting);
  asking?.abort();
  const input = box();
  if (!input || input.selectionStart !== input.selectionEnd) return close();
  const { value, selectionStart: at } = input;
  const mine = new AbortController();
  asking = mine;
  let html = "";
  try {
    const answer = await fetch(`${input.dataset.completion}?${new URLSearchParams({ q: value, at })}`, {
      headers: { "X-Requested-With": "XMLHttpRequest" },
      signal: mine.signal,
    });
    if (answer.ok && !answer.redirected) html = await answer.text();
  } catch {
    // Without an answer there is no list; the box works without it.
  }
  const isLate = asking !== mine || box() !== input || input.value !== value || input.selectionStart !== at;
  if (isLate) return undefined;
  asking = null;
  if (document.activeElement !== input) return close();
  shownFor = value;
  return show(html, isAsked);
}

// Whoever types on while the list is open keeps what they had chosen in it, as long as it is still there.
function show(html, isAsked) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.querySelector("[role=listbox]");
  if (!fresh?.querySelector("[role=option]") || ("unasked" in fresh.dataset && !isAsked)) return close();
  const before = wanted || (chosen() && nameOf(chosen()));
  list().replaceWith(fresh);
  box().setAttribute("aria-expanded", "true");
  const again = rows().find((row) => nameOf(row) === before) ?? null;
  if (wanted && again) accept(again);
  else choose(again);
  wanted = "";
  return undefined;
}

function accept(row) {
  const input = box();
  if (input.value !== shownFor) {
    // Its place was in another text; the answer for this one is on its way.
    wanted = nameOf(row);
    return;
  }
  const { href, from, to, text } = row.dataset;
  close();
  if (href) {
    location.assign(href);
    return;
  }
  input.focus();
  input.setRangeText(text, Number(from), Number(to), "end");
  // The results follow, and so does the next completion: of a key, its values.
  input.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertReplacementText" }));
}

document.addEventListener("input", (event) => {
  if (event.target !== box() || event.isComposing) return;
  clearTimeout(waiting);
  asking?.abort();
  asking = null;
  waiting = setTimeout(ask, PAUSE_MS);
});
document.addEventListener("compositionend", (event) => {
  if (event.target === box()) waiting = setTimeout(ask, PAUSE_MS);
});

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

function onListKey(event) {
  const all = rows();
  const row = chosen();
  if (event.key in STEPS) {
    // Past either end is the box itself.
    const places = [null, ...all];
    choose(places.at((places.indexOf(row) + STEPS[event.key]) % places.length));
    return true;
  }
  if ((event.key === "Enter" || event.key === "Tab") && row && !event.shiftKey) {
    accept(row);
    return true;
  }
  if (event.key === "Escape") {
    close();
    return true;
  }
  // The caret moves away, or the query is sent as it stands.
  if (["ArrowLeft", "ArrowRight", "Home", "End", "Enter", "Tab"].includes(event.key)) close();
  return false;
}

// Before everyone else: Escape closes the list and nothing besides.
document.addEventListener("keydown", (event) => {
  if (event.target !== box() || event.isComposing || event.ctrlKey || event.metaKey) return;
  let isOurs = false;
  if (isOpen()) {
    isOurs = onListKey(event);
  } else if (event.key === "ArrowDown") {
    isOurs = true;
    ask({ isAsked: true });
  } else if (event.key === "Enter" || event.key === "Escape") {
    close();
  }
  if (!isOurs) return;
  event.preventDefault();
  event.stopPropagation();
}, { capture: true });

// The focus stays in the box while a row is pressed.
document.addEventListener("pointerdown", (event) => {
  if (event.target.closest("#completion")) event.preventDefault();
  else if (event.target === box()) close();
});
document.addEventListener("mousedown", (event) => {
  if (event.target.closest("#completion")) event.preventDefault();
});
document.addEventListener("click", (event) => {
  const row = event.target.closest("#completion [role=option]");
  if (row) accept(row);
});
document.addEventListener("focusout", (event) => {
  if (event.target === box()) close();
});
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-search]")) close();
});
// A snapshot of the page may hold the list open.
document.addEventListener("htmx:historyRestore", close);

// For the list of keys; the box itself answers it.
onKey(["ArrowDown"], () => false, { where: "page", shown: ["↓"], words: "in the search box: what could stand there" });
