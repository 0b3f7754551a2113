// Choosing many pictures: by their boxes, by click and shift-click, by x and Ctrl-A, or all that match as a token of
// the server's; and what is done to them at once. The choice belongs to the address and outlives a reload.

import { onArrival } from "./arrival.js";
import { fillRows } from "./bands.js";
import { post, saying, showRating } from "./curate.js";
import { addressOfGrid, forgetFetched, isLayerOpen, openedKey } from "./layer.js";
import { onKey } from "./keys.js";
import { focusTile, grid, rememberPlace, tileOf } from "./place.js";
import { memory, tell } from "./tell.js";

const CHOSEN = "gallery-chosen";
const MOST_COMPARED = 4;
const MOVES = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"]);

const bar = () => document.querySelector("[data-bulk]");
const boxes = () => [...document.querySelectorAll("[data-grid] .pick")];
const tiles = () => [...document.querySelectorAll("[data-grid] .tile")];
const keyOf = (tile) => tile.id.slice(1);
const isSettled = (tile) => !tile.classList.contains("is-waiting");

let chosen = new Set();
let all = null; // { token, count }: all that match, also those not on the page
let anchor = null; // the tile that a range begins at

function keep() {
  memory.write(CHOSEN, { address: addressOfGrid(), keys: [...chosen], all });
}

function recall() {
  const kept = memory.read(CHOSEN);
  const isOurs = kept?.address === addressOfGrid() && Array.isArray(kept.keys);
  chosen = new Set(isOurs ? kept.keys : []);
  all = isOurs ? kept.all : null;
  anchor = null;
}

const count = () => (all ? all.count : chosen.size);
const inWords = (number) => `${number.toLocaleString("en")} picture${number === 1 ? "" : "s"}`;

// Shows the choice on boxes and bar.
function show() {
  const form = bar();
  if (!form) return;
  for (const box of boxes()) {
    box.checked = all !== null || chosen.has(box.value);
    box.closest(".tile").classList.toggle("is-chosen", box.checked);
  }
  const isAny = count() > 0;
  form.dataset.shown = "yes";
  form.classList.toggle("is-open", isAny || Boolean(form.querySelector("[data-answer]")));
  document.body.classList.toggle("is-choosing", isAny);
  form.querySelector("[data-bulk-count]").textContent = `${inWords(count())} selected`;
  for (const part of form.querySelectorAll(".bulk-actions, [data-select-none]")) part.hidden = !isAny;
  form.querySelector("[data-select-matching]").hidden = !isAny || all !== null || grid()?.hasAttribute("data-in-order");
  const compare = form.querySelector("[data-bulk-compare]");
  const address = compare.getAttribute("href");
  compare.hidden = !address || all !== null || chosen.size < 2 || chosen.size > MOST_COMPARED;
  if (address) compare.href = `${address.split("?")[0]}?${[...chosen].map((key) => `image=${key}`).join("&")}`;
}

function choose(keys, isChosen) {
  if (all) {
    all = null;
    chosen = new Set(tiles().map(keyOf));
  }
  for (const key of keys) {
    if (isChosen) chosen.add(key);
    else chosen.delete(key);
  }
  answer("");
  keep();
  show();
  tell(count() ? `${inWords(count())} selected` : "Nothing is selected");
}

export function chooseNone() {
  chosen.clear();
  all = null;
  anchor = null;
  for (const menu of bar()?.querySelectorAll("details[open]") ?? []) menu.open = false;
  keep();
  show();
}

// All tiles between the one where the range began and this one.
function range(tile) {
  const row = tiles().filter(isSettled);
  const [from, to] = [row.indexOf(anchor?.isConnected ? anchor : tile), row.indexOf(tile)].sort((a, b) => a - b);
  return row.slice(Math.max(from, 0), to + 1).map(keyOf);
}

function toggle(tile) {
  anchor = tile;
  choose([keyOf(tile)], !(all !== null || chosen.has(keyOf(tile))));
}

function answer(content) {
  const place = bar()?.querySelector("[data-bulk-answer]");
  if (place) place.replaceChildren(...(content ? [content] : []));
}

async function send(address, values) {
  const form = bar();
  form.inert = true;
  try {
    return await post(address, values, "[data-answer]");
  } catch (error) {
    tell(saying(error, "That could not be done. Try again."));
    return null;
  } finally {
    form.inert = false;
  }
}

async function chooseMatching() {
  const query = new URLSearchParams(location.search).get("q") ?? "";
  const fresh = await send(bar().dataset.selectAll, { q: query });
  if (fresh) useFresh(fresh);
}

function useFresh(fresh) {
  all = { token: fresh.dataset.token, count: Number(fresh.dataset.count) };
  answer("");
  keep();
  show();
  tell(`All ${inWords(all.count)} that match are selected, folded ones too`);
}

// What is chosen, as the form's own fields, so that a download is an ordinary submission.
function fill(form) {
  form.elements.images.value = all ? "" : [...chosen].join(",");
  form.elements.selection.value = all?.token ?? "";
  form.elements.back.value = addressOfGrid();
}

async function submit(form, button) {
  fill(form);
  const values = new FormData(form, button);
  values.delete("image");
  const said = await send(form.getAttribute("action"), values);
  if (!said) return;
  answer(said);
  const isRefused = said.getAttribute("role") === "alert";
  if (!isRefused) {
    for (const menu of form.querySelectorAll("details[open]")) menu.open = false;
    for (const name of ["tag", "collection_name"]) form.elements[name].value = "";
    follow(said.dataset.answer, form.elements.rating.value);
  }
  show();
  tell(said.querySelector("p").textContent.trim());
}

// The tiles show what was done; the reader's place stays.
function follow(done, rating) {
  forgetFetched();
  const touched = all ? tiles() : [...chosen].map(tileOf).filter(Boolean);
  if (done === "favourite" || done === "unfavourite") {
    for (const tile of touched) tile.classList.toggle("is-favourite", done === "favourite");
  } else if (done === "rate") {
    for (const tile of touched) showRating(tile, Number(rating));
  } else if (["hide", "trash", "take-out", "show"].includes(done)) {
    leave(touched);
  } else if (["first", "earlier", "later", "last"].includes(done)) {
    rearrange(done);
  }
}

function leave(touched) {
  if (all) {
    chooseNone();
    location.reload();
    return;
  }
  const isGoing = new Set(touched);
  const next = tiles().slice(tiles().indexOf(touched.at(-1)) + 1).find((tile) => !isGoing.has(tile));
  const band = tiles().find((tile) => isGoing.has(tile))?.parentElement;
  for (const tile of touched) tile.remove();
  if (band) fillRows(band);
  chooseNone();
  if (next) focusTile(next);
  htmx.trigger("[data-load-facets]", "again");
}

// Mirrors what the server has done to the order, among the tiles that are here.
function rearrange(where) {
  const row = tiles();
  const isMoving = (tile) => all !== null || chosen.has(keyOf(tile));
  if (where === "first" || where === "last") {
    if (document.querySelector("[data-next]") || new URLSearchParams(location.search).has("after")) {
      location.reload();
      return;
    }
    const [moving, staying] = [row.filter(isMoving), row.filter((tile) => !isMoving(tile))];
    place(where === "first" ? [...moving, ...staying] : [...staying, ...moving]);
    return;
  }
  const order = where === "earlier" ? row : row.reverse();
  for (let index = 1; index < order.length; index += 1) {
    if (isMoving(order[index]) && !isMoving(order[index - 1])) [order[index - 1], order[index]] = [order[index], order[index - 1]];
  }
  place(where === "earlier" ? order : order.reverse());
}

function place(order) {
  const [first, ...others] = grid().querySelectorAll(".band");
  first.append(...order);
  for (const band of others) band.remove();
  fillRows();
}

async function undo(button) {
  const values = { do: button.dataset.undo, images: button.dataset.images };
  const said = await send(bar().getAttribute("action"), values);
  if (!said || said.getAttribute("role") === "alert") return;
  rememberPlace();
  location.reload();
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-grid] .pick")) return;
  const tile = event.target.closest(".tile");
  choose([keyOf(tile)], event.target.checked);
  anchor = tile;
});

// Before the layer sees the click: while something is chosen a click chooses too, and shift-click always does.
document.addEventListener("click", (event) => {
  const tile = event.target.closest("[data-grid] .tile");
  if (!tile || !bar() || event.button || event.ctrlKey || event.metaKey || event.altKey) return;
  const isBox = event.target.matches(".pick");
  if (event.shiftKey) {
    event.preventDefault();
    event.stopImmediatePropagation();
    // A box that is being clicked takes its own value back after the event.
    setTimeout(() => {
      anchor ??= tile;
      choose(range(tile), true);
    });
  } else if (!isBox && count() && event.detail > 0 && event.target.closest("a")) {
    event.preventDefault();
    event.stopImmediatePropagation();
    toggle(tile);
    focusTile(tile);
  }
}, { capture: true });

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-bulk]")) return;
  if (event.target.closest("[data-select-none]")) {
    answer("");
    chooseNone();
    tell("Nothing is selected");
  } else if (event.target.closest("[data-select-matching]")) {
    chooseMatching();
  } else if (event.target.closest("[data-use-fresh]")) {
    useFresh(event.target.closest("[data-answer]"));
  } else if (event.target.closest("[data-undo]")) {
    undo(event.target.closest("[data-undo]"));
  }
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-bulk]")) return;
  if (event.submitter?.matches("[data-bulk-download]")) {
    fill(event.target);
    // The boxes name what the one field names too.
    for (const box of boxes()) box.disabled = true;
    setTimeout(() => boxes().forEach((box) => { box.disabled = false; }));
    return;
  }
  event.preventDefault();
  if (event.submitter) submit(event.target, event.submitter);
});

onKey(["x"], () => {
  const tile = isLayerOpen() ? tileOf(openedKey()) : document.activeElement?.closest?.("[data-grid] .tile");
  if (!tile || !bar()) return false;
  toggle(tile);
  return true;
}, { words: "select, or no longer; with Shift and arrows: a range" });
onKey(["Escape"], () => {
  if (!bar()?.classList.contains("is-open")) return false;
  answer("");
  chooseNone();
  return true;
}, { where: "page" });
onKey([], () => false, { where: "page", shown: ["Ctrl", "A"], words: "select all on the page; again: all that match" });

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input:not([type=checkbox]), textarea, select");
  if (isTyping || !grid() || !bar() || document.querySelector("dialog[open]")) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "a") {
    event.preventDefault();
    const keys = tiles().map(keyOf);
    if (keys.every((key) => chosen.has(key)) && !grid().hasAttribute("data-in-order")) chooseMatching();
    else choose(keys, true);
  } else if (event.shiftKey && MOVES.has(event.key)) {
    const from = document.activeElement?.closest?.("[data-grid] .tile");
    if (!from) return;
    setTimeout(() => {
      const to = document.activeElement?.closest?.("[data-grid] .tile");
      if (!to || to === from) return;
      if (!anchor || !chosen.has(keyOf(from))) anchor = from;
      choose(range(to), true);
    });
  }
}, { capture: true });

// Enter in a field of the bar presses the button that follows it, not the form's first one.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches?.("[data-bulk] :is(input:not([type=checkbox]), select)")) return;
  event.preventDefault();
  event.target.closest(".menu-list").querySelector("button").click();
});

// Tiles that join others show nothing while nothing is chosen.
onArrival(() => {
  if (count() || !bar()?.dataset.shown) show();
});
document.addEventListener("htmx:historyRestore", () => {
  recall();
  show();
});
document.addEventListener("htmx:pushedIntoHistory", () => {
  recall();
  answer("");
});
document.addEventListener("htmx:replacedInHistory", () => {
  recall();
  answer("");
});
const [arrival] = performance.getEntriesByType("navigation");
if (arrival?.type !== "navigate") recall();
show();
