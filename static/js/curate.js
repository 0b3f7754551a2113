// One key from grid and from layer: favourite, rating, tags. The grid stays where it is; its tile shows what was done.

import { onKey } from "./keys.js";
import { forgetFetched, isLayerOpen } from "./layer.js";
import { tileOf } from "./place.js";
import { tell } from "./tell.js";

const panel = () => document.querySelector("[data-curation]");
const focusedTile = () => document.activeElement?.closest?.("[data-grid] .tile");

function press(selector) {
  const button = panel()?.querySelector(selector);
  button?.click();
  return Boolean(button);
}

// What one's role does not allow, in the server's words.
class Refused extends Error {
  constructor(fragment) {
    const template = document.createElement("template");
    template.innerHTML = fragment;
    super(template.content.querySelector("[role=alert]")?.textContent.trim() || fragment.slice(0, 300));
  }
}

export const saying = (error, otherwise) => (error instanceof Refused ? error.message : otherwise);

// The answer to a form of the panel, or of a tile's key: the panel as it is now. Throws where nothing was kept.
export async function post(address, values, selector = "[data-curation]") {
  const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers"));
  const answer = await fetch(address, {
    method: "POST",
    headers: { "HX-Request": "true", "X-CSRFToken": token },
    body: new URLSearchParams(values),
  });
  if (answer.status === 403) throw new Refused(await answer.text());
  if (answer.redirected || (!answer.ok && ![409, 422].includes(answer.status))) throw new Error(`${answer.status}`);
  forgetFetched();
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  return template.content.querySelector(selector);
}

// One after the other, so that the last one said is the last one kept.
let queue = Promise.resolve();

function send(tile, what, values) {
  const sent = queue.then(async () => {
    try {
      await post(`${new URL(tile.querySelector("a").href).pathname}/${what}`, values);
      return true;
    } catch (error) {
      tell(saying(error, "That could not be kept. Try again."));
      return false;
    }
  });
  queue = sent;
  return sent;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.closest("[data-curation]")) return;
  event.preventDefault();
  const values = new FormData(form, event.submitter);
  queue = queue.then(() => change(form.getAttribute("action"), values, form.matches("[data-tag-form]")));
});

async function change(address, values, isOfTags) {
  let fresh;
  try {
    fresh = await post(address, values);
  } catch (error) {
    tell(saying(error, "That could not be kept. Try again."));
    return;
  }
  const old = panel();
  if (old?.dataset.curation !== fresh.dataset.curation) return; // the reader has gone on
  const focusedId = old.contains(document.activeElement) ? document.activeElement.id : "";
  const typed = old.querySelector("[data-tag-add]")?.value;
  const field = fresh.querySelector("[data-tag-add]");
  if (!isOfTags && field && typed) field.value = typed;
  old.replaceWith(fresh);
  if (focusedId) (document.getElementById(focusedId) || fresh.querySelector("button")).focus({ preventScroll: true });
  const problem = fresh.querySelector("[role=alert]");
  if (problem) tell(problem.textContent);
  showOnTile(fresh);
}

// What was done in the layer shows on the tile beneath.
function showOnTile(fresh) {
  const tile = isLayerOpen() ? tileOf(fresh.dataset.curation) : null;
  if (!tile) return;
  tile.classList.toggle("is-favourite", fresh.querySelector("[data-favourite]").getAttribute("aria-pressed") === "true");
  showRating(tile, fresh.querySelectorAll(".is-lit").length);
}

export function showRating(tile, rating) {
  tile.classList.toggle("is-rated", rating > 0);
  tile.querySelector(".rated")?.remove();
  if (!rating) return;
  const stars = Object.assign(document.createElement("span"), { className: "rated", textContent: "★".repeat(rating) });
  stars.setAttribute("aria-label", `you rated it ${rating} of 5`);
  tile.querySelector(".box").after(stars);
}

export function toggleFavourite(tile) {
  const isFavourite = tile.classList.toggle("is-favourite");
  send(tile, "favourite", { favourite: isFavourite ? "on" : "off" }).then((isKept) => {
    if (isKept) tell(isFavourite ? "Favourite" : "No favourite any longer");
    else tile.classList.toggle("is-favourite", !isFavourite);
  });
}

onKey(["f"], () => {
  if (panel()) return press("[data-favourite]");
  const tile = focusedTile();
  if (tile) toggleFavourite(tile);
  return Boolean(tile);
}, { words: "favourite, or no longer" });

onKey(["0", "1", "2", "3", "4", "5"], (key) => {
  if (panel()) return press(`[data-rate="${key}"]`);
  const tile = focusedTile();
  if (!tile) return false;
  send(tile, "rating", { rating: key }).then((isKept) => {
    if (!isKept) return;
    showRating(tile, Number(key));
    tell(key === "0" ? "The rating is taken back" : `Rated ${key} of 5`);
  });
  return true;
}, { shown: ["1", "…", "5", "0"], words: "rate, take the rating back" });

onKey(["t"], () => {
  const input = panel()?.querySelector("[data-tag-add]");
  input?.focus();
  return Boolean(input);
}, { where: "picture", words: "tag the picture" });
