// One picture, on its page or in the layer: zoom, the scrubber through its formation, the panel beside it, its keys.

import { onKey } from "./keys.js";
import { lastGridAddress, moveRememberedPlace } from "./place.js";
import { memory, tell } from "./tell.js";

const PANEL = "gallery-panel-hidden";
const stage = () => document.querySelector("[data-stage]");
let zoom = null;

export const isZoomed = () => zoom !== null;

async function openZoom(times = 1) {
  const link = stage()?.querySelector("[data-zoom]");
  if (!link) return;
  if (zoom) {
    zoomBy(times);
    return;
  }
  const picture = link.querySelector("img");
  const width = Number(link.dataset.width) || picture.naturalWidth;
  const height = Number(link.dataset.height) || picture.naturalHeight;
  let PhotoSwipe;
  try {
    [{ default: PhotoSwipe }] = await Promise.all([
      import("../vendor/photoswipe/photoswipe.esm.min.js"),
      loadStyle(link.dataset.zoomStyle),
    ]);
  } catch {
    location.href = link.href;
    return;
  }
  // While it was on its way it may have been asked for again, or the reader have gone on.
  if (zoom) {
    zoomBy(times);
    return;
  }
  if (stage()?.querySelector("[data-zoom]") !== link) return;
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const fill = (levels) => Math.min(levels.panAreaSize.x / width, levels.panAreaSize.y / height);
  zoom = new PhotoSwipe({
    dataSource: [{ src: picture.src, width, height, alt: picture.alt }],
    index: 0,
    appendToEl: document.querySelector("dialog[data-layer][open]") || document.body,
    escKey: false,
    bgOpacity: 0.94,
    showHideAnimationType: "none",
    zoomAnimationDuration: isStill ? 0 : 140,
    wheelToZoom: true,
    pinchToClose: false,
    closeTitle: "Close (Esc)",
    zoomTitle: "Zoom (z)",
    initialZoomLevel: (levels) => (Math.max(width, height) <= 96 ? fill(levels) * 0.6 : levels.fit),
    secondaryZoomLevel: (levels) => Math.max(1, levels.fit * 2),
    maxZoomLevel: (levels) => Math.max(4, fill(levels)),
  });
  zoom.on("destroy", () => {
    zoom = null;
    link.focus({ preventScroll: true });
  });
  zoom.init();
  if (times > 1) zoomBy(times);
}

function zoomBy(times) {
  const slide = zoom?.currSlide;
  if (!slide) return;
  const level = Math.max(slide.zoomLevels.min, Math.min(slide.currZoomLevel * times, slide.zoomLevels.max));
  slide.zoomTo(level, zoom.getViewportCenterPoint(), 100);
}

function loadStyle(address) {
  if (document.head.querySelector("link[data-zoom-style]")) return null;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address;
  link.dataset.zoomStyle = "";
  return new Promise((resolve, reject) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", reject);
    document.head.append(link);
  });
}

// The steps a browser may draw; the slider shows one after the other on the stage.
function steps() {
  return [...document.querySelectorAll("[data-formation] a[data-full]")];
}

// Also called for a picture that was put into the layer.
export function dressPicture() {
  if (!stage()) return;
  const isOnPage = !stage().closest("dialog");
  const back = document.querySelector("[data-back-to-grid]");
  const address = lastGridAddress();
  if (isOnPage && back && address && sameQuery(address, back.getAttribute("href"))) {
    moveRememberedPlace(address, stage().dataset.stage);
    back.href = address;
  }
  document.querySelector("[data-picture]")?.classList.toggle("is-alone", memory.read(PANEL) === true);
  const scrubber = document.querySelector("[data-scrubber]");
  if (!scrubber || scrubber.dataset.dressed) return;
  scrubber.dataset.dressed = "yes";
  const all = steps();
  if (all.length < 2 || !stage().querySelector("[data-zoom]")) return;
  const slider = scrubber.querySelector("input");
  slider.max = String(all.length - 1);
  slider.value = String(Math.max(0, all.findIndex((step) => step.hasAttribute("aria-current"))));
  name(slider, all);
  scrubber.hidden = false;
}

// Deeper pages of one list have a place in their address; the list is the same.
function sameQuery(first, second) {
  const [one, other] = [first, second].map((address) => new URL(address, location.href));
  one.searchParams.delete("before");
  return one.pathname === other.pathname && one.search === other.search;
}

// Leaves nothing of a picture behind when another takes its place.
export function leavePicture() {
  zoom?.destroy();
}

function name(slider, all) {
  const step = all[Number(slider.value)];
  slider.setAttribute("aria-valuetext", step.textContent.trim());
  return step;
}

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-scrubber] input")) return;
  const step = name(event.target, steps());
  const link = stage().querySelector("[data-zoom]");
  link.querySelector("img").src = step.dataset.full;
  link.href = step.dataset.full;
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-zoom]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  openZoom();
});

function step(direction) {
  const link = document.querySelector(`[data-steps] a[rel="${direction}"]`);
  if (link) link.click();
  else tell(direction === "next" ? "This is the last picture of the list." : "This is the first picture of the list.");
}

function press(selector) {
  const button = document.querySelector(selector);
  button?.click();
  return Boolean(button);
}

onKey(["Escape"], () => {
  const wasZoomed = isZoomed();
  zoom?.close();
  return wasZoomed;
}, { where: "picture", shown: ["Esc"], words: "close what is open" });
onKey(["ArrowLeft", "ArrowRight"], (key) => {
  if (zoom || !document.querySelector("[data-steps]")) return false;
  step(key === "ArrowLeft" ? "prev" : "next");
  return true;
}, { where: "picture", shown: ["←", "→"], words: "on a picture: the one before, the one after" });
onKey(["+", "=", "-"], (key) => {
  const times = key === "-" ? 1 / 1.5 : 1.5;
  if (zoom) zoomBy(times);
  else if (times > 1) openZoom(times);
  return true;
}, { where: "picture", shown: ["+", "-"], words: "zoom in, zoom out" });
onKey(["i"], () => {
  const isAlone = memory.read(PANEL) !== true;
  memory.write(PANEL, isAlone);
  document.querySelector("[data-picture]").classList.toggle("is-alone", isAlone);
  tell(isAlone ? "The facts are hidden." : "The facts are shown.");
  return true;
}, { where: "picture", words: "show or hide the facts beside the picture" });
onKey(["c"], () => press("[data-copy='#prompt']"), { where: "picture", words: "copy the prompt" });
onKey(["s"], () => press("[data-download]"), { where: "picture", words: "download the picture" });

document.addEventListener("htmx:historyRestore", () => {
  document.querySelectorAll("[data-scrubber]").forEach((scrubber) => delete scrubber.dataset.dressed);
  dressPicture();
});
document.addEventListener("htmx:load", dressPicture);
// A page that is left takes its zoom layer with it.
document.addEventListener("htmx:beforeHistorySave", leavePicture);
dressPicture();
