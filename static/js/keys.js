// Keys, as the list under `?` tells them. Never while typing, and never with Ctrl, Alt or Meta: those are the browser's.

import { isInGrid, move } from "./grid.js";
import { followPicture, isZoomed, openZoom, zoomBy } from "./picture.js";

const MOVES = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"]);

function isTyping(element) {
  return Boolean(element?.closest?.("input, textarea, select, [contenteditable]:not([contenteditable=false])"));
}

function showKeys() {
  const list = document.getElementById("keys");
  if (list && !list.open) list.showModal();
}

function act(event) {
  const { key } = event;
  if (isZoomed()) {
    if (key === "+" || key === "=") zoomBy(1.5);
    else if (key === "-") zoomBy(1 / 1.5);
    else return false;
    return true;
  }
  const isOnPicture = document.querySelector("[data-stage]") !== null;
  if (document.querySelector("[data-grid]") && MOVES.has(key)) {
    const isSideways = key === "ArrowLeft" || key === "ArrowRight";
    return (isInGrid(document.activeElement) || isSideways) && move(key);
  }
  if (isOnPicture && (key === "ArrowLeft" || key === "ArrowRight")) {
    followPicture(key === "ArrowLeft" ? "prev" : "next");
    return true;
  }
  if (isOnPicture && (key === "+" || key === "=")) {
    openZoom(1.5);
    return true;
  }
  const press = { c: "[data-copy='#prompt']", s: "[data-download]", u: ".places a[href$='/upload']" }[key];
  if (press) {
    document.querySelector(press)?.click();
    return true;
  }
  if (key === "?") {
    showKeys();
    return true;
  }
  return false;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (act(event)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-show-keys]")) showKeys();
  if (event.target.matches("dialog[open]")) event.target.close();
});
