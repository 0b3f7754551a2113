// What every page has: the theme, menus, copy buttons, focus after a page was swapped in.

import { tell } from "./tell.js";

const THEMES = ["system", "light", "dark"];

function theme() {
  return document.documentElement.dataset.theme || "system";
}

function switchTheme() {
  const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length];
  if (next === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    if (next === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", next);
  } catch {
    // Storage can be forbidden; the theme then lasts as long as the page.
  }
  nameTheme();
  tell(`Theme: ${next}`);
}

function nameTheme() {
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    button.setAttribute("aria-label", `Theme: ${theme()}. Switch`);
    button.title = `Theme: ${theme()}`;
  }
}

export async function copy(button) {
  let text;
  if (button.dataset.copyFrom) {
    const answer = await fetch(button.dataset.copyFrom);
    if (!answer.ok) throw new Error(`${answer.status}`);
    text = await answer.text();
  } else {
    text = document.querySelector(button.dataset.copy).textContent;
  }
  await copyText(text);
}

export const copyText = (text) => navigator.clipboard.writeText(text);

async function copyAndSay(button) {
  const words = button.lastChild;
  const before = words.textContent;
  try {
    await copy(button);
    words.textContent = "Copied";
    tell(button.dataset.copied || "Copied");
  } catch {
    words.textContent = "Not copied";
    tell("The browser did not allow copying.");
  }
  setTimeout(() => { words.textContent = before; }, 1600);
}

document.addEventListener("click", (event) => {
  const copies = event.target.closest("[data-copy], [data-copy-from]");
  if (copies && !copies.dataset.busy) {
    copies.dataset.busy = "yes";
    copyAndSay(copies).finally(() => setTimeout(() => delete copies.dataset.busy, 1700));
  }
  if (event.target.closest("[data-theme-switch]")) switchTheme();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Snapshots of pages must not outlive the session.
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-signs-out]")) sessionStorage.clear();
});

let hasMoved = false;
document.addEventListener("htmx:pushedIntoHistory", () => { hasMoved = true; });
document.addEventListener("htmx:afterSettle", () => {
  if (!hasMoved) return;
  hasMoved = false;
  nameTheme();
  // Whoever searches goes on typing.
  if (!document.activeElement?.closest?.("[data-search]")) document.getElementById("main")?.focus({ preventScroll: true });
  tell(() => document.title);
});
document.addEventListener("htmx:historyRestore", nameTheme);

for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    const link = event.target.closest?.("a[href]");
    // A link that could not be followed quietly is followed the plain way, which shows the server's own words.
    if (link && event.detail.boosted) location.href = link.href;
    else tell("That could not be loaded. The link is still there to try again.");
  });
}

nameTheme();
