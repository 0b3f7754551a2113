// The grid: moving between tiles, and older pictures before they are reached.

import { onArrival } from "./arrival.js";
import { fillRows, firstInSight, takeIn } from "./bands.js";
import { onKey } from "./keys.js";
import { comeBack, grid, isComingBack, loadMore, rememberPlace, returnToPlace } from "./place.js";
import { tell } from "./tell.js";

const AHEAD = "2400px";
const MOVES = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];

const links = () => [...document.querySelectorAll("[data-grid] .tile a")];
const reachable = () => links().filter((link) => !link.closest(".tile").classList.contains("is-waiting"));
const isInGrid = (element) => Boolean(element?.closest?.("[data-grid] .tile"));

// One tile takes part in the tab order: the one last focused.
function makeCurrent(link) {
  for (const other of document.querySelectorAll('[data-grid] .tile a[tabindex="0"]')) other.tabIndex = -1;
  link.tabIndex = 0;
}

function dress() {
  if (!grid()) return;
  history.scrollRestoration = "manual";
  takeIn();
  for (const link of document.querySelectorAll("[data-grid] .tile a:not([tabindex])")) link.tabIndex = -1;
  if (!document.querySelector('[data-grid] .tile a[tabindex="0"]')) links()[0]?.setAttribute("tabindex", "0");
  widths.observe(grid());
  const next = document.querySelector("[data-next]");
  if (!next || next.dataset.watched) return;
  next.dataset.watched = "yes";
  watcher.observe(next);
}

// Where rows break depends on the width alone. A snapshot of the page keeps for which one they were filled.
const widths = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    if (target.dataset.width === `${contentRect.width}`) continue;
    target.dataset.width = contentRect.width;
    fillRows();
  }
});

for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    if (!event.target.matches?.("[data-next]")) return;
    event.target.dataset.failed = "yes";
    fillRows();
  });
}

// Rows are complete before they come into view: what is below the window is loaded ahead of the reader.
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    watcher.unobserve(entry.target);
    loadMore(entry.target);
  }
}, { rootMargin: `0px 0px ${AHEAD} 0px` });

function move(key) {
  const all = reachable();
  if (!all.length) return false;
  const current = document.activeElement?.closest?.("[data-grid] .tile a");
  const to = current ? beside(all, current, key) : firstInSight()?.querySelector("a");
  if (!to) return Boolean(current);
  makeCurrent(to);
  to.focus({ preventScroll: true });
  to.closest(".tile").scrollIntoView({ block: "nearest" });
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
    if (!best || distance < best.distance) best = { link: all[index], top: box.top, distance };
  }
  return best?.link;
}

onKey(MOVES, (key) => {
  if (!grid()) return false;
  const isSideways = key === "ArrowLeft" || key === "ArrowRight";
  return (isInGrid(document.activeElement) || isSideways) && move(key);
}, { where: "page", shown: ["←", "→", "↑", "↓", "Home", "End"], words: "move between pictures" });
onKey(["Enter"], () => false, { where: "page", words: "open the picture" });

document.addEventListener("focusin", (event) => {
  const link = event.target.closest?.("[data-grid] .tile a");
  if (link) makeCurrent(link);
});

// From a page of its own a picture leads back to the grid it was found in, at its place.
document.addEventListener("click", (event) => {
  const back = event.target.closest("[data-back-to-grid]");
  if (back && !back.closest("dialog")) comeBack();
}, { capture: true });

onArrival(dress);
document.addEventListener("htmx:beforeHistorySave", () => rememberPlace());
addEventListener("pagehide", () => {
  if (!document.querySelector("dialog[data-layer][open]")) rememberPlace();
});
document.addEventListener("htmx:historyRestore", () => {
  // Watched links of a snapshot are new elements.
  document.querySelectorAll("[data-watched]").forEach((link) => delete link.dataset.watched);
  dress();
  returnToPlace();
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.requestConfig?.elt?.matches?.("[data-next]")) tell("More pictures");
});

dress();
if (grid() && isComingBack()) returnToPlace();
