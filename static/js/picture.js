// The page of one picture: zoom, the scrubber through its formation, the way back to the grid.

import { placeOf } from "./grid.js";
import { tell } from "./tell.js";

const stage = () => document.querySelector("[data-stage]");
let zoom = null;

export const isZoomed = () => zoom !== null;

export async function openZoom(times = 1) {
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
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const fill = (levels) => Math.min(levels.panAreaSize.x / width, levels.panAreaSize.y / height);
  zoom = new PhotoSwipe({
    dataSource: [{ src: picture.src, width, height, alt: picture.alt }],
    index: 0,
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

export function zoomBy(times) {
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

function dress() {
  if (!stage()) return;
  const image = stage().dataset.stage;
  const back = document.querySelector("[data-back-to-grid]");
  const place = placeOf(image);
  if (back && place) back.href = place.address;
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

export function followPicture(direction) {
  const link = document.querySelector(`[data-steps] a[rel="${direction}"]`);
  if (link) link.click();
  else tell(direction === "next" ? "This is the oldest picture." : "This is the newest picture.");
}

document.addEventListener("htmx:load", dress);
document.addEventListener("htmx:historyRestore", () => {
  document.querySelectorAll("[data-scrubber]").forEach((scrubber) => delete scrubber.dataset.dressed);
  dress();
});
// A page that is left takes its zoom layer with it.
document.addEventListener("htmx:beforeHistorySave", () => zoom?.destroy());
dress();
