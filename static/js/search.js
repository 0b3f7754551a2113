// The search box: live results without losing the caret, `/` to reach it; and the filters beside the grid.

import { onKey } from "./keys.js";

const box = () => document.getElementById("q");
const isOurs = (element) => Boolean(element?.closest?.("[data-search]"));

// Addresses hold only what differs from the usual.
document.addEventListener("htmx:configRequest", (event) => {
  if (!isOurs(event.detail.elt)) return;
  const { parameters } = event.detail;
  for (const name of [...parameters.keys()]) if (parameters.get(name) === "") parameters.delete(name);
});

// Chips, orders and facets are plain links to another view of the list: the box follows them.
document.addEventListener("htmx:afterSwap", (event) => {
  const input = box();
  if (event.detail.target?.id !== "region" || !input || document.activeElement === input) return;
  const query = new URLSearchParams(location.search);
  input.value = query.get("q") ?? "";
});

onKey(["/"], () => {
  const input = box();
  input?.focus();
  input?.select();
  return Boolean(input);
}, { where: "page", words: "search" });

// Out of the box, so that the keys of the page work: with the query as it stands, which the browser would empty.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.target !== box() || event.isComposing) return;
  event.preventDefault();
  event.target.blur();
});

// On narrow screens the filters are a drawer.
const closeDrawer = () => document.body.classList.remove("shows-facets");
onKey(["Escape"], () => {
  const isOpen = document.body.classList.contains("shows-facets");
  closeDrawer();
  if (isOpen) document.querySelector("[data-show-facets]")?.focus();
  return isOpen;
}, { where: "page" });
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-facets], [data-show-facets]")) closeDrawer();
}, { capture: true });
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-show-facets]");
  if (!opener || event.ctrlKey || event.metaKey || event.button) return;
  const facets = document.querySelector("[data-facets]");
  if (!facets) return;
  event.preventDefault();
  const isOpen = document.body.classList.toggle("shows-facets");
  if (isOpen) facets.querySelector("a")?.focus();
});
