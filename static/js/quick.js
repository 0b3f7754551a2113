// Quick actions on the tile under the pointer, or with the focus: favourite, copy the prompt, download. One bar serves
// all tiles.

import { copyText } from "./frame.js";
import { toggleFavourite } from "./curate.js";
import { onKey } from "./keys.js";
import { pictureOf } from "./layer.js";
import { tell } from "./tell.js";

const focusedTile = () => document.activeElement?.closest?.("[data-grid] .tile");
let bar = null;

function showOn(tile) {
  if (!bar?.isConnected) {
    const template = document.querySelector("[data-quick-template]");
    if (!template) return;
    bar = document.querySelector("[data-quick]") ?? template.content.firstElementChild.cloneNode(true);
  }
  if (bar.parentElement !== tile && !bar.contains(document.activeElement)) tile.append(bar);
}

async function copyPrompt(tile) {
  try {
    const prompt = (await pictureOf(tile)).querySelector("#prompt");
    if (!prompt) {
      tell("The transcript holds no prompt for this picture.");
      return;
    }
    await copyText(prompt.textContent);
    tell("The prompt is copied");
  } catch {
    tell("That could not be copied.");
  }
}

async function download(tile) {
  try {
    const link = (await pictureOf(tile)).querySelector("[data-download]");
    if (link) document.importNode(link, true).click();
    else tell("There is no file of this picture to download.");
  } catch {
    tell("That could not be downloaded. Try again.");
  }
}

document.addEventListener("pointerover", (event) => {
  const tile = event.pointerType === "mouse" ? event.target.closest?.("[data-grid] .tile") : null;
  if (tile) showOn(tile);
});
document.addEventListener("focusin", (event) => {
  const tile = event.target.closest?.("[data-grid] .tile");
  if (tile && event.target.matches("a")) showOn(tile);
});
document.addEventListener("click", (event) => {
  const tile = event.target.closest("[data-quick]")?.closest(".tile");
  if (!tile) return;
  if (event.target.closest("[data-quick-favourite]")) toggleFavourite(tile);
  else if (event.target.closest("[data-quick-copy]")) copyPrompt(tile);
  else if (event.target.closest("[data-quick-download]")) download(tile);
});
// A snapshot of the page is kept without it.
document.addEventListener("htmx:beforeHistorySave", () => bar?.remove());

for (const [key, act] of [["c", copyPrompt], ["s", download]]) {
  onKey([key], () => {
    const tile = focusedTile();
    if (tile) act(tile);
    return Boolean(tile);
  }, { where: "page" });
}
