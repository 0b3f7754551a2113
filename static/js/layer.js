// A picture over the grid: a dialog with an address of its own. The grid beneath is not touched, so closing it leaves
// the reader where they were. Its entries in the history are ours, not htmx's: we answer for them before htmx does.

import { onKey } from "./keys.js";
import { dressPicture, isZoomed, leavePicture } from "./picture.js";
import { focusTile, grid, here, loadMore, moveRememberedPlace, reachTile, rememberPlace, tileOf } from "./place.js";
import { tell } from "./tell.js";

const MOST_FETCHED = 12;
const DWELL_MS = 90;

const layer = () => document.querySelector("dialog[data-layer]");
const fetched = new Map();
let gridAddress = grid() ? here() : null;
let shownAddress = here();
let gridTitle = document.title;
let opened = null; // the key of the picture that the layer shows

export const isLayerOpen = () => opened !== null;
export const openedKey = () => opened;
export const addressOfGrid = () => (isLayerOpen() ? gridAddress : here());

// The fragment of a picture's address, asked for once; failures are not kept.
function fragment(address) {
  if (!fetched.has(address)) {
    const answer = fetch(address, { headers: { "HX-Request": "true" } }).then(async (response) => {
      if (!response.ok || response.redirected) throw new Error(`${response.status}`);
      const template = document.createElement("template");
      template.innerHTML = await response.text();
      return template;
    });
    answer.catch(() => fetched.delete(address));
    fetched.set(address, answer);
    if (fetched.size > MOST_FETCHED) fetched.delete(fetched.keys().next().value);
  }
  return fetched.get(address);
}

async function prefetch(address) {
  try {
    const picture = (await fragment(address)).content.querySelector("[data-stage] img");
    if (picture) new Image().src = picture.getAttribute("src");
  } catch {
    // it will be asked for again when it is wanted
  }
}

// The page of a tile's picture, as the layer would show it. Throws where it cannot be had.
export async function pictureOf(tile) {
  return (await fragment(withQuery(tile.querySelector("a").getAttribute("href")))).content;
}

// What people add changes the fragment: what was fetched before is then out of date.
export function forgetFetched() {
  fetched.clear();
}

// The query travels along, so that the server knows what stands before and after. Long ones are not in the tiles.
function withQuery(address) {
  if (address.includes("?")) return address;
  const query = new URLSearchParams(isLayerOpen() ? new URL(shownAddress, location.href).search : location.search);
  query.delete("before");
  return query.size ? `${address}?${query}` : address;
}

const keyOf = (address) => new URL(address, location.href).pathname.split("/").at(-1);

// What the grid knows of the picture already, shown until the rest is here.
function preview(key) {
  const tile = tileOf(key);
  const page = Object.assign(document.createElement("div"), { className: "image-page" });
  page.dataset.picture = key;
  const stage = page.appendChild(Object.assign(document.createElement("div"), { className: "stage is-coming" }));
  stage.dataset.stage = key;
  const thumbs = tile?.querySelectorAll(".box > img") ?? [];
  if (thumbs.length) stage.append(thumbs[thumbs.length - 1].cloneNode());
  return page;
}

async function show(address) {
  shownAddress = address;
  opened = keyOf(address);
  leavePicture();
  const dialog = layer();
  const place = dialog.querySelector("[data-layer-content]");
  if (!dialog.open) {
    place.replaceChildren(preview(opened));
    dialog.showModal();
    dialog.focus();
  }
  moveRememberedPlace(gridAddress, opened);
  let template;
  try {
    template = await fragment(address);
  } catch {
    location.href = address;
    return;
  }
  if (shownAddress !== address) return; // the reader was quicker
  fetched.delete(address); // next time it may have changed
  const content = template.content.cloneNode(true);
  const picture = content.querySelector("[data-picture]");
  place.replaceChildren(content);
  htmx.process(place);
  if (!dialog.contains(document.activeElement)) dialog.focus();
  dialog.scrollTop = 0;
  document.title = picture.dataset.title;
  tell(picture.dataset.title);
  dressPicture();
  for (const link of dialog.querySelectorAll("[data-steps] a[rel]")) prefetch(link.getAttribute("href"));
  nearTheEnd();
}

// To the picture beside the one that is shown: as the grid has them, or else as the server says.
function step(direction) {
  const tiles = [...document.querySelectorAll("[data-grid] .tile")];
  const at = tiles.indexOf(tileOf(opened));
  const beside = at < 0 ? null : tiles[at + (direction === "next" ? 1 : -1)];
  // The server knows the orders that a query can have; where people gave the order, the grid alone knows it.
  const further = grid()?.hasAttribute("data-in-order") ? null : layer().querySelector(`[data-steps] a[rel="${direction}"]`);
  const link = beside?.querySelector("a") || further;
  if (link) open(withQuery(link.getAttribute("href")), { isStep: true });
  else tell(direction === "next" ? "This is the last picture of the list." : "This is the first picture of the list.");
}

onKey(["ArrowLeft", "ArrowRight"], (key) => {
  if (!isLayerOpen() || isZoomed()) return false;
  step(key === "ArrowLeft" ? "prev" : "next");
  return true;
});
onKey(["Escape"], () => {
  if (!isLayerOpen() || isZoomed()) return false;
  closeLayer();
  return true;
});

// Stepping on must not outrun the grid beneath.
function nearTheEnd() {
  const tiles = [...document.querySelectorAll("[data-grid] .tile")];
  const next = document.querySelector("[data-next]");
  if (next && !next.dataset.failed && tiles.indexOf(tileOf(opened)) > tiles.length - 12) loadMore(next);
}

function open(address, { isStep = false } = {}) {
  const depth = history.state?.layer ? history.state.depth : 0;
  if (!isLayerOpen()) {
    gridAddress = here();
    gridTitle = document.title;
    rememberPlace(gridAddress);
  }
  const state = { layer: true, over: gridAddress, depth: isStep ? depth : depth + 1 };
  if (isStep) history.replaceState(state, "", address);
  else history.pushState(state, "", address);
  show(address);
}

async function hide() {
  const key = opened;
  opened = null;
  shownAddress = gridAddress;
  leavePicture();
  document.title = gridTitle;
  const dialog = layer();
  dialog.close();
  dialog.querySelector("[data-layer-content]").replaceChildren();
  const tile = tileOf(key) || (await reachTile(`i${key}`));
  if (!tile || isLayerOpen()) return;
  tile.classList.remove("is-waiting");
  focusTile(tile);
}

export function closeLayer() {
  const { depth } = history.state ?? {};
  hide();
  if (depth) history.go(-depth);
}

addEventListener("popstate", (event) => {
  const address = here();
  if (address === shownAddress) {
    // A place within the page, or the layer that we have just closed.
    if (!event.state?.htmx || address === gridAddress) event.stopImmediatePropagation();
    return;
  }
  if (grid() && gridAddress === address) {
    event.stopImmediatePropagation();
    hide();
  } else if (grid() && event.state?.layer && event.state.over === gridAddress) {
    event.stopImmediatePropagation();
    show(address);
  } else if (!event.state?.htmx) {
    // An entry of a document that is gone.
    event.stopImmediatePropagation();
    location.reload();
  }
}, { capture: true });

function isPlainClick(event) {
  return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey && !event.defaultPrevented;
}

document.addEventListener("click", (event) => {
  if (!isPlainClick(event) || !layer()) return;
  const link = event.target.closest("a[href]");
  if (!link) return;
  if (link.matches("[data-grid] .tile a")) {
    event.preventDefault();
    open(withQuery(link.getAttribute("href")));
  } else if (isLayerOpen() && link.closest("[data-layer]")) {
    if (link.matches("[data-back-to-grid]")) {
      event.preventDefault();
      closeLayer();
    } else if (link.rel && link.closest("[data-steps]")) {
      event.preventDefault();
      step(link.rel);
    } else if (link.getAttribute("href").startsWith("/images/")) {
      event.preventDefault();
      open(withQuery(link.getAttribute("href")));
    }
  }
});

// A tile that the reader dwells on is likely to be opened.
let dwelling = 0;
function dwell(event) {
  const link = event.target.closest?.("[data-grid] .tile a");
  clearTimeout(dwelling);
  if (link && layer() && !isLayerOpen()) dwelling = setTimeout(() => prefetch(withQuery(link.getAttribute("href"))), DWELL_MS);
}
document.addEventListener("pointerover", dwell);
document.addEventListener("focusin", dwell);

// Swiping sideways steps, where the finger is not on something that scrolls or zooms itself.
let touch = null;
document.addEventListener("touchstart", (event) => {
  const isOurs = isLayerOpen() && event.touches.length === 1 && event.target.closest("[data-stage]");
  touch = isOurs ? { x: event.touches[0].clientX, y: event.touches[0].clientY } : null;
}, { passive: true });
document.addEventListener("touchend", (event) => {
  if (!touch) return;
  const [end] = event.changedTouches;
  const [across, down] = [end.clientX - touch.x, end.clientY - touch.y];
  touch = null;
  if (Math.abs(across) < 60 || Math.abs(across) < 2 * Math.abs(down)) return;
  step(across < 0 ? "next" : "prev");
}, { passive: true });

// A dialog can be closed by the browser itself. The event comes late: the layer may be open again by then.
document.addEventListener("close", (event) => {
  if (event.target === layer() && !event.target.open && isLayerOpen()) closeLayer();
}, { capture: true });
document.addEventListener("cancel", (event) => {
  if (event.target !== layer()) return;
  event.preventDefault();
  closeLayer();
}, { capture: true });

// Whatever htmx puts into the address belongs to the page that is shown.
for (const moved of ["htmx:pushedIntoHistory", "htmx:replacedInHistory", "htmx:historyRestore"]) {
  document.addEventListener(moved, () => {
    shownAddress = here();
    gridAddress = grid() ? here() : null;
    opened = null;
  });
}
