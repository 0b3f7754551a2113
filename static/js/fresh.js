// "3 new": asks now and then whether pictures came that this list would show, and says so over the grid. The list itself
// stays as it is until the reader asks for it.

import { onKey } from "./keys.js";
import { isLayerOpen } from "./layer.js";
import { here, tileOf } from "./place.js";
import { tell } from "./tell.js";

const EVERY_MS = 30_000;
const MOST_MS = 600_000;
const SOON_MS = 400;

const host = () => document.querySelector("[data-fresh]");
const link = () => host()?.querySelector("[data-fresh-link]");

let watched = null; // the host that this is about
let dueAt = 0;
let failures = 0;
let timer = 0;
let isAsking = false;
let isSignedOut = false;

// While nobody looks the time goes on, and nothing is asked.
function plan() {
  clearTimeout(timer);
  if (!host() || document.hidden || isLayerOpen() || isSignedOut) return;
  timer = setTimeout(ask, Math.max(0, dueAt - performance.now()));
}

async function ask() {
  const place = host();
  if (isAsking || !place || document.hidden || isLayerOpen()) return;
  isAsking = true;
  dueAt = Infinity;
  try {
    const answer = await fetch(place.dataset.fresh, { headers: { "HX-Request": "true" }, cache: "no-store" });
    isSignedOut = answer.redirected || answer.status === 401 || answer.headers.has("HX-Redirect");
    if (!answer.ok) throw new Error(`${answer.status}`);
    failures = 0;
    if (!isSignedOut && answer.status !== 204) show(place, await answer.text());
  } catch {
    failures += 1;
  } finally {
    isAsking = false;
    dueAt = Math.min(dueAt, performance.now() + Math.min(EVERY_MS * 2 ** failures, MOST_MS));
    plan();
  }
}

function show(place, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const news = template.content.querySelector("[data-fresh-next]");
  if (!news) return;
  // From now on it asks for what comes after this.
  place.dataset.fresh = news.dataset.freshNext;
  place.dataset.keys = `${news.dataset.keys} ${place.dataset.keys ?? ""}`.trim();
  const fresh = news.querySelector("[data-fresh-link]");
  const shown = place.querySelector("[data-fresh-link]");
  if (fresh?.textContent === shown?.textContent) return;
  const hadFocus = shown !== null && shown === document.activeElement;
  place.replaceChildren(...(fresh ? [fresh, news.querySelector("[data-fresh-elsewhere]")] : []));
  if (!fresh) return;
  // The same list again is no step in the history. Where there is no list yet, the link is followed the plain way.
  const isSame = new URL(fresh.href).href === new URL(here(), location.href).href;
  fresh.setAttribute(isSame ? "hx-replace-url" : "hx-push-url", "true");
  if (document.getElementById("region")) htmx.process(place);
  if (hadFocus) fresh.focus({ preventScroll: true });
  if (!isLayerOpen()) tell(`${fresh.textContent}. Key: full stop.`);
}

// A list that was just read is fresh; one that the browser or the history kept may be old.
function look({ isOld = false } = {}) {
  const place = host();
  if (isOld) dueAt = 0;
  else if (place !== watched) dueAt = performance.now() + EVERY_MS;
  if (place !== watched) failures = 0;
  watched = place;
  plan();
}

onKey(["."], () => {
  link()?.click();
  return Boolean(link());
}, { where: "page", words: "show new pictures" });

document.addEventListener("visibilitychange", () => plan());
document.addEventListener("close", (event) => {
  if (event.target.matches("[data-layer]")) plan();
}, { capture: true });
document.addEventListener("htmx:load", () => look());
document.addEventListener("htmx:historyRestore", () => look({ isOld: true }));
document.body.addEventListener("gallery:uploaded", () => {
  dueAt = Math.min(dueAt, performance.now() + SOON_MS);
  plan();
});
document.addEventListener("htmx:afterSettle", (event) => {
  const followed = event.detail.requestConfig?.elt;
  if (!followed?.matches?.("[data-fresh-link]")) return;
  document.getElementById("main")?.focus({ preventScroll: true });
  // In most orders what came last need not stand first.
  const before = followed.closest("[data-fresh]");
  const isHere = before.dataset.keys.split(" ").some(tileOf);
  if (!isHere) host()?.replaceChildren(before.querySelector("[data-fresh-elsewhere]").content.cloneNode(true));
  tell(isHere ? "This is the list from its beginning." : host()?.textContent);
});

const [arrival] = performance.getEntriesByType("navigation");
look({ isOld: arrival?.type === "back_forward" });
