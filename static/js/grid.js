// The grid: moving between tiles, older pictures before they are reached, and coming back to the same place.

import { memory, tell } from "./tell.js";

const AHEAD = "1600px";
const MOST_PAGES_BACK = 40;
const PLACE = "gallery-place";
const RETURNING = "gallery-returning";

const grid = () => document.querySelector("[data-grid]");
const tiles = () => [...document.querySelectorAll("[data-grid] > .tile > a")];
const reachable = () => tiles().filter((tile) => !tile.parentElement.classList.contains("is-waiting"));
const here = () => location.pathname + location.search;

// One tile takes part in the tab order: the one last focused.
function makeCurrent(tile) {
  for (const other of document.querySelectorAll('[data-grid] > .tile > a[tabindex="0"]')) other.tabIndex = -1;
  tile.tabIndex = 0;
}

function dress() {
  const all = tiles();
  if (!all.length) return;
  const current = all.find((tile) => tile.getAttribute("tabindex") === "0") || all[0];
  for (const tile of all) tile.tabIndex = tile === current ? 0 : -1;
  const next = document.querySelector("[data-next]");
  holdLastRow(all, next);
  if (next && !next.dataset.watched) {
    next.dataset.watched = "yes";
    watcher.observe(next);
    widths.observe(grid());
  }
}

// While older pictures are still to come, the last row is not full, and would move when they do: it waits for them.
function holdLastRow(all, next) {
  for (const item of document.querySelectorAll(".tile.is-waiting")) item.classList.remove("is-waiting");
  if (!next || next.dataset.failed) return;
  const { top } = all[all.length - 1].getBoundingClientRect();
  for (let index = all.length - 1; index > 0 && all[index].getBoundingClientRect().top === top; index -= 1) {
    all[index].parentElement.classList.add("is-waiting");
  }
}

const widths = new ResizeObserver(() => holdLastRow(tiles(), document.querySelector("[data-next]")));

for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    if (!event.target.matches?.("[data-next]")) return;
    event.target.dataset.failed = "yes";
    holdLastRow(tiles(), event.target);
  });
}

// Rows are complete before they come into view: what is below the window is loaded ahead of the reader.
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    watcher.unobserve(entry.target);
    htmx.trigger(entry.target, "near");
  }
}, { rootMargin: `0px 0px ${AHEAD} 0px` });

export function isInGrid(element) {
  return Boolean(element?.closest?.("[data-grid] > .tile"));
}

export function move(key) {
  const all = reachable();
  if (!all.length) return false;
  const current = document.activeElement?.closest?.("[data-grid] > .tile > a");
  const to = current ? beside(all, current, key) : all.find((tile) => tile.getBoundingClientRect().bottom > 80);
  if (!to) return Boolean(current);
  makeCurrent(to);
  to.focus({ preventScroll: true });
  to.scrollIntoView({ block: "nearest" });
  return true;
}

function beside(all, current, key) {
  const place = all.indexOf(current);
  if (key === "Home") return all[0];
  if (key === "End") return all[all.length - 1];
  if (key === "ArrowLeft") return all[place - 1];
  if (key === "ArrowRight") return all[place + 1];
  const from = current.getBoundingClientRect();
  const middle = from.left + from.width / 2;
  const isUp = key === "ArrowUp";
  let best = null;
  for (let index = place + (isUp ? -1 : 1); all[index]; index += isUp ? -1 : 1) {
    const box = all[index].getBoundingClientRect();
    if (Math.abs(box.top - from.top) < 2) continue;
    if (best && Math.abs(box.top - best.top) >= 2) break;
    const distance = Math.abs(box.left + box.width / 2 - middle);
    if (!best || distance < best.distance) best = { tile: all[index], top: box.top, distance };
  }
  return best?.tile;
}

// The place is the tile that was opened and where it stood in the window.
export function rememberPlace(tile) {
  memory.write(PLACE, { address: here(), tile: tile.parentElement.id, top: tile.getBoundingClientRect().top });
}

export function placeOf(imageId) {
  const place = memory.read(PLACE);
  if (place) memory.write(PLACE, { ...place, tile: `i${imageId}` });
  return place;
}

async function returnToPlace() {
  const place = memory.read(PLACE);
  if (!grid() || !place || place.address !== here()) return;
  let item = document.getElementById(place.tile);
  for (let page = 0; !item && page < MOST_PAGES_BACK; page += 1) {
    const next = document.querySelector("[data-next]");
    if (!next) break;
    await htmx.ajax("GET", next.getAttribute("href"), { source: next, target: next.closest("li"), swap: "outerHTML" });
    item = document.getElementById(place.tile);
  }
  const tile = item?.querySelector("a");
  if (!tile) return;
  item.classList.remove("is-waiting");
  const box = tile.getBoundingClientRect();
  if (box.top < 60 || box.bottom > innerHeight) scrollBy({ top: box.top - Math.max(place.top, 72), behavior: "instant" });
  makeCurrent(tile);
  tile.focus({ preventScroll: true });
}

// Whether the grid was come to by the link that leads back to it; that is so once.
function takeReturn() {
  if (!grid() || !memory.read(RETURNING)) return false;
  memory.write(RETURNING, false);
  return true;
}

document.addEventListener("click", (event) => {
  const tile = event.target.closest("[data-grid] > .tile > a");
  if (tile) rememberPlace(tile);
  const back = event.target.closest("[data-back-to-grid]");
  if (!back) return;
  memory.write(RETURNING, true);
  // The page may have been left before it was dressed.
  const stage = document.querySelector("[data-stage]");
  const place = stage && placeOf(stage.dataset.stage);
  if (place) back.href = place.address;
}, { capture: true });

document.addEventListener("focusin", (event) => {
  if (isInGrid(event.target)) makeCurrent(event.target.closest("a"));
});

document.addEventListener("htmx:load", dress);
document.addEventListener("htmx:historyRestore", () => {
  // Watched links of a snapshot are new elements.
  document.querySelectorAll("[data-watched]").forEach((link) => delete link.dataset.watched);
  dress();
  returnToPlace();
});
document.addEventListener("htmx:afterSettle", () => {
  if (takeReturn()) setTimeout(returnToPlace); // htmx scrolls to the top right after this event
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.requestConfig?.elt?.matches?.("[data-next]")) tell("More pictures");
});

dress();
const [arrival] = performance.getEntriesByType("navigation");
// A link that is followed before htmx has seen it loads the whole page.
if (takeReturn() || (arrival && arrival.type !== "navigate")) returnToPlace();
