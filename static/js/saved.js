// The menu of saved searches beside the box: filled when it is opened, for the query that the box then holds.

import { tell } from "./tell.js";

// `toggle` does not bubble, but can be caught on its way down.
document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.open || !menu.matches?.("[data-saved]")) return;
  const address = menu.dataset.saved;
  const values = [...new FormData(document.querySelector("[data-search]"))].filter(([, value]) => value);
  htmx.ajax("GET", values.length ? `${address}?${new URLSearchParams(values)}` : address, {
    source: menu,
    target: "#saved-searches",
    swap: "outerHTML",
  });
}, { capture: true });

document.addEventListener("htmx:afterSwap", (event) => {
  const menu = document.getElementById("saved-searches");
  if (event.detail.target?.id !== "saved-searches" || !menu) return;
  const news = menu.querySelector("[data-said], [role=alert]");
  if (news) tell(news.textContent);
});
