// Pictures beside each other are zoomed and moved as one. The place is kept in parts of a picture, so that pictures of
// any number of pixels follow.

import { onKey } from "./keys.js";
import { tell } from "./tell.js";

const MOST_TIMES = 16;
const STEP = 1.5;
const SETTLED_MS = 250;
const SLIDES = { ArrowLeft: -2, ArrowDown: -2, ArrowRight: 2, ArrowUp: 2, PageDown: -10, PageUp: 10, Home: -100, End: 100 };
const MOVES = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

const panes = () => [...document.querySelectorAll("[data-compare] [data-pane]")];
const slide = () => document.querySelector("[data-compare] [data-slide]");
// How many times the size that fits, and by which part of a pane the middle has moved.
let view = { times: 1, x: 0, y: 0 };
let isWaiting = false;

function set({ times, x, y }) {
  const within = Math.max(1, Math.min(times, MOST_TIMES));
  const most = (within - 1) / 2;
  const clamp = (value) => Math.max(-most, Math.min(value, most));
  view = { times: within < 1.01 ? 1 : within, x: clamp(x), y: clamp(y) };
  if (isWaiting) return;
  isWaiting = true;
  requestAnimationFrame(show);
}

function show() {
  isWaiting = false;
  const { times, x, y } = view;
  for (const pane of panes()) {
    pane.classList.toggle("is-zoomed", times > 1);
    for (const picture of pane.querySelectorAll("img")) {
      picture.style.transform = times > 1 ? `translate(${100 * x}%, ${100 * y}%) scale(${times})` : "";
    }
  }
  // On a picture that is zoomed a drag moves it; only the handle then moves the slider.
  if (slide()) slide().handle = times > 1;
  const level = document.querySelector("[data-zoom-level]");
  if (level) level.textContent = `${Math.round(100 * times)} %`;
}

// Zooms so that what is at `at` (in parts of a pane, from its middle) stays there.
function zoomTo(times, at = { x: 0, y: 0 }) {
  const grown = Math.max(1, Math.min(times, MOST_TIMES)) / view.times;
  set({ times, x: at.x - (at.x - view.x) * grown, y: at.y - (at.y - view.y) * grown });
}

function zoomAndTell(times) {
  zoomTo(times);
  tell(`Zoom ${Math.round(100 * view.times)} %`);
}

function placeIn(pane, { clientX, clientY }) {
  const { left, top, width, height } = pane.getBoundingClientRect();
  return { x: (clientX - left) / width - 0.5, y: (clientY - top) / height - 0.5 };
}

const paneOf = (event) => event.target.closest?.("[data-compare] [data-pane]");

// A page that is being scrolled goes on scrolling when a picture comes under the pointer.
let scrolledAt = 0;
addEventListener("scroll", () => { scrolledAt = performance.now(); }, { passive: true });
document.addEventListener("wheel", (event) => {
  const pane = paneOf(event);
  if (!pane || (!event.ctrlKey && performance.now() - scrolledAt < SETTLED_MS)) return;
  if (view.times === 1 && event.deltaY >= 0 && !event.ctrlKey) return;
  event.preventDefault();
  const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
  zoomTo(view.times * Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.002)), placeIn(pane, event));
}, { passive: false });

// One finger or the mouse moves, two fingers zoom.
const fingers = new Map();
const middle = () => {
  const all = [...fingers.values()];
  const clientX = all.reduce((sum, finger) => sum + finger.clientX, 0) / all.length;
  const clientY = all.reduce((sum, finger) => sum + finger.clientY, 0) / all.length;
  const apart = all.length > 1 ? Math.hypot(all[0].clientX - all[1].clientX, all[0].clientY - all[1].clientY) : 0;
  return { clientX, clientY, apart };
};
const finger = ({ clientX, clientY }) => ({ clientX, clientY });

document.addEventListener("pointerdown", (event) => {
  const pane = paneOf(event);
  if (!pane || event.button) return;
  const isOnHandle = event.composedPath().some((element) => element.id === "handle");
  if (isOnHandle || (event.pointerType === "mouse" && view.times === 1)) return;
  fingers.set(event.pointerId, finger(event));
  if (event.pointerType === "mouse") pane.setPointerCapture(event.pointerId);
  pane.classList.add("is-moving");
});
document.addEventListener("pointermove", (event) => {
  if (!fingers.has(event.pointerId)) return;
  const before = middle();
  fingers.set(event.pointerId, finger(event));
  const pane = document.querySelector("[data-pane].is-moving");
  if (!pane || fingers.size > 2) return;
  const after = middle();
  const { width, height } = pane.getBoundingClientRect();
  if (before.apart && after.apart) zoomTo((view.times * after.apart) / before.apart, placeIn(pane, after));
  if (view.times > 1) {
    set({ ...view, x: view.x + (after.clientX - before.clientX) / width, y: view.y + (after.clientY - before.clientY) / height });
  }
});
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, (event) => {
    fingers.delete(event.pointerId);
    if (fingers.size) return;
    for (const pane of panes()) pane.classList.remove("is-moving");
  });
}

document.addEventListener("dblclick", (event) => {
  const pane = paneOf(event);
  if (pane) zoomTo(view.times > 1 ? 1 : 2.5, placeIn(pane, event));
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-zoom-by]");
  if (!button) return;
  const by = { in: STEP, out: 1 / STEP }[button.dataset.zoomBy];
  zoomAndTell(by ? view.times * by : 1);
});

onKey(["+", "=", "-", "0"], (key) => {
  if (!panes().length) return false;
  const times = { "-": view.times / STEP, 0: 1 }[key] ?? view.times * STEP;
  zoomAndTell(times);
  return true;
}, { where: "page", shown: ["+", "-", "0"], words: "when comparing: zoom all pictures, fit them" });
onKey(Object.keys(MOVES), (key) => {
  if (!panes().length || view.times === 1) return false;
  const [x, y] = MOVES[key];
  set({ ...view, x: view.x + x / 8, y: view.y + y / 8 });
  return true;
}, { where: "page" });

function nameSlide() {
  const shown = Math.round(slide().value);
  slide().setAttribute("aria-valuenow", shown);
  slide().setAttribute("aria-valuetext", `${shown} % of the first picture`);
}

document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("[data-slide]") || !(event.key in SLIDES)) return;
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  event.target.value = Math.max(0, Math.min(100, event.target.value + SLIDES[event.key]));
  nameSlide();
}, { capture: true });

// htmx tells of a page that it has read some time after the page can be used: what is dressed stays as it is.
let dressed = null;
async function dress() {
  const place = document.querySelector("[data-compare]");
  if (!place || place === dressed) return;
  dressed = place;
  set({ times: 1, x: 0, y: 0 });
  if (!slide()) return;
  slide().addEventListener("slide", nameSlide);
  try {
    await import("../vendor/img-comparison-slider/img-comparison-slider.js");
  } catch {
    // both pictures then stand beside each other
  }
}
// Styles that a snapshot kept would come back as text, which the content security policy refuses.
document.addEventListener("htmx:beforeHistorySave", () => {
  for (const picture of document.querySelectorAll("[data-compare] [data-pane] img")) picture.removeAttribute("style");
});
document.addEventListener("htmx:load", dress);
document.addEventListener("htmx:historyRestore", dress);
dress();
