// The scale of dates beside the grid: where in time the reader is, and a way to another month. Without script, and on
// narrow screens, the page of dates has the same months as links.

import { firstInSight } from "./bands.js";
import { tell } from "./tell.js";

const WIDE = matchMedia("(min-width: 1001px)");
const LABEL_ROOM = 18;

const track = () => document.querySelector("[data-dates-track]");
const marks = (scale) => [...scale.querySelectorAll("li")];
const secondOf = (tile) => Number(BigInt(tile.id.slice(1)) >> 31n);

let chosen = null; // the mark that the reader is about to go to; null while none

// Where a second stands: the mark it belongs to, and how far into it.
function placeOf(scale, second) {
  const ends = [...marks(scale).map((mark) => Number(mark.dataset.second)), Number(scale.dataset.last)];
  const isDescending = ends[0] > ends[ends.length - 1];
  let index = ends.length - 2;
  while (index > 0 && (isDescending ? second >= ends[index] : second < ends[index])) index -= 1;
  const within = (second - ends[index]) / (ends[index + 1] - ends[index]);
  return { index, share: (index + Math.min(Math.max(within, 0), 1)) / (ends.length - 1) };
}

function follow() {
  const scale = track();
  const tile = scale && WIDE.matches ? firstInSight() : null;
  if (!tile) return;
  const { index, share } = placeOf(scale, secondOf(tile));
  put(scale, ".dates-here", share);
  scale.dataset.here = index;
  if (chosen === null) name(scale, index);
}

// What is moved so is not laid out anew.
function put(scale, selector, share) {
  scale.querySelector(selector).style.transform = `translateY(${share * scale.clientHeight}px) translateY(-50%)`;
}

function name(scale, index) {
  scale.setAttribute("aria-valuenow", index + 1);
  scale.setAttribute("aria-valuetext", marks(scale)[index].dataset.words);
}

function choose(scale, index) {
  const all = marks(scale);
  chosen = Math.min(Math.max(index, 0), all.length - 1);
  const words = scale.querySelector(".dates-words");
  words.textContent = all[chosen].dataset.words;
  put(scale, ".dates-words", (chosen + .5) / all.length);
  words.hidden = false;
  name(scale, chosen);
}

function chooseNone() {
  const scale = track();
  chosen = null;
  if (!scale) return;
  scale.querySelector(".dates-words").hidden = true;
  follow();
}

function go(scale) {
  const { before, words } = marks(scale)[chosen].dataset;
  const address = new URL(scale.dataset.list, location.href);
  if (before) address.searchParams.set("before", before);
  const href = address.pathname + address.search;
  chooseNone();
  htmx.ajax("GET", href, {
    target: "#region",
    select: "#region",
    swap: "outerHTML show:window:top",
    headers: { "HX-Boosted": "true" },
    push: href,
  }).then(() => tell(`From ${words}`));
}

// `within` is what htmx has taken up: only there it hears. Years are written where there is room for them.
function dress(within = document) {
  const scale = track();
  const host = document.querySelector("[data-dates]");
  if (host && within.contains(host) && !host.firstElementChild && WIDE.matches && !host.dataset.asked) {
    host.dataset.asked = "yes";
    htmx.trigger(host, "dates");
  }
  if (!scale || scale.dataset.dressed) return;
  scale.dataset.dressed = "yes";
  const all = marks(scale);
  let last = -Infinity;
  all.forEach((mark, index) => {
    const top = (index / all.length) * scale.clientHeight;
    mark.style.top = `${(index / all.length) * 100}%`;
    mark.classList.toggle("is-silent", top - last < LABEL_ROOM);
    if (mark.textContent && top - last >= LABEL_ROOM) last = top;
  });
  follow();
}

const under = (scale, event) => {
  const box = scale.getBoundingClientRect();
  return Math.floor(((event.clientY - box.top) / box.height) * marks(scale).length);
};
const scaleOf = (event) => event.target.closest?.("[data-dates-track]");

document.addEventListener("pointermove", (event) => {
  const scale = scaleOf(event);
  if (scale) choose(scale, under(scale, event));
  else if (chosen !== null && !document.activeElement?.matches("[data-dates-track]")) chooseNone();
});
document.addEventListener("pointerdown", (event) => {
  const scale = scaleOf(event);
  if (!scale || event.button) return;
  scale.setPointerCapture(event.pointerId);
  choose(scale, under(scale, event));
});
document.addEventListener("pointerup", (event) => {
  const scale = scaleOf(event);
  if (!scale || event.button || !scale.hasPointerCapture(event.pointerId)) return;
  choose(scale, under(scale, event));
  go(scale);
});
document.addEventListener("pointercancel", chooseNone);
document.addEventListener("focusout", (event) => {
  if (scaleOf(event)) chooseNone();
});

const STEPS = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1, PageUp: -12, PageDown: 12, Home: -Infinity, End: Infinity };

// Before the keys of the grid, which the arrows would move otherwise.
document.addEventListener("keydown", (event) => {
  const scale = scaleOf(event);
  if (!scale || event.ctrlKey || event.altKey || event.metaKey) return;
  const step = STEPS[event.key];
  if (step) choose(scale, (chosen ?? Number(scale.dataset.here ?? 0)) + step);
  else if (event.key === "Enter" && chosen !== null) go(scale);
  else if (event.key === "Escape" && chosen !== null) chooseNone();
  else return;
  event.preventDefault();
}, { capture: true });

let isPlanned = false;
addEventListener("scroll", () => {
  if (isPlanned || !track()) return;
  isPlanned = true;
  requestAnimationFrame(() => {
    isPlanned = false;
    follow();
  });
}, { passive: true });
addEventListener("resize", () => {
  const scale = track();
  if (scale) delete scale.dataset.dressed;
  dress();
});
document.addEventListener("htmx:load", (event) => dress(event.target));
document.addEventListener("htmx:historyRestore", () => dress());
// Styles in the markup of a snapshot would be inline styles: the scale is asked for again.
document.addEventListener("htmx:beforeHistorySave", () => {
  const host = document.querySelector("[data-dates]");
  host?.replaceChildren();
  delete host?.dataset.asked;
});
