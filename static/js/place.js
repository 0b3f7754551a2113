// The reader's place in the grid: the tile and where it stood in the window. It is kept when the grid is left, by
// whatever way, and taken up again when it comes back by reload, by going back, or by a link that leads back.

import { HEADER, firstInSight, isInSight, settle, showWhole } from "./bands.js";
import { memory } from "./tell.js";

const PLACES = "gallery-places";
const RETURNING = "gallery-returning";
const MOST_PLACES = 12;
const MOST_PAGES_BACK = 40;

export const grid = () => document.querySelector("[data-grid]");
export const here = () => location.pathname + location.search;
export const tileOf = (key) => document.getElementById(`i${key}`);

function places() {
  const all = memory.read(PLACES);
  return Array.isArray(all) ? all : [];
}

function keep(place) {
  const others = places().filter((other) => other.address !== place.address);
  memory.write(PLACES, [place, ...others].slice(0, MOST_PLACES));
}

// The tile that has the focus and is in sight, or else the first one in sight.
export function rememberPlace(address = here()) {
  if (!grid()) return;
  const focused = document.activeElement?.closest?.("[data-grid] .tile");
  const hasFocus = Boolean(focused) && isInSight(focused);
  const tile = hasFocus ? focused : firstInSight();
  if (tile) keep({ address, tile: tile.id, top: tile.getBoundingClientRect().top, hasFocus });
}

// The reader looks at another picture now: that is the tile to come back to.
export function moveRememberedPlace(address, key) {
  const place = places().find((other) => other.address === address);
  if (place && place.tile !== `i${key}`) keep({ ...place, tile: `i${key}`, hasFocus: true });
}

export const lastGridAddress = () => places()[0]?.address;

export function comeBack() {
  memory.write(RETURNING, true);
}

export function isComingBack() {
  const isSo = memory.read(RETURNING) === true;
  memory.write(RETURNING, false);
  const [arrival] = performance.getEntriesByType("navigation");
  return isSo || (arrival !== undefined && arrival.type !== "navigate");
}

const loads = new WeakMap();

// Puts the pictures that a "more" link leads to in its place; settled when they are there, or could not come. Whoever
// asks for the same link in the meantime waits for the same answer: htmx would call a second request done at once.
export function loadMore(next, values = {}) {
  if (!loads.has(next)) {
    const how = { source: next, target: next, swap: "outerHTML", values };
    const load = htmx.ajax("GET", next.getAttribute("href"), how);
    loads.set(next, load.catch(() => {}).finally(() => loads.delete(next)));
  }
  return loads.get(next);
}

// Loads further pages until the tile is there; null if it is on none of them, or one of them does not come.
export async function reachTile(id) {
  for (let page = 0; page < MOST_PAGES_BACK; page += 1) {
    const tile = document.getElementById(id);
    const next = document.querySelector("[data-next]");
    if (tile || !next) return tile;
    await loadMore(next, { back: "yes" });
    if (next.isConnected) return null;
  }
  return document.getElementById(id);
}

export async function returnToPlace() {
  const place = grid() && places().find((other) => other.address === here());
  if (place) await showWhole(grid(), () => goTo(place));
}

async function goTo(place) {
  const tile = await reachTile(place.tile);
  if (!tile) return;
  settle();
  tile.classList.remove("is-waiting");
  scrollBy({ top: tile.getBoundingClientRect().top - Math.max(place.top, place.hasFocus ? HEADER : -Infinity), behavior: "instant" });
  if (place.hasFocus) focusTile(tile);
}

export function focusTile(tile) {
  const link = tile.querySelector("a");
  const box = tile.getBoundingClientRect();
  if (box.top < HEADER || box.top > innerHeight - 80) tile.scrollIntoView({ block: "center", behavior: "instant" });
  link.focus({ preventScroll: true });
}
