// Keys, and the list of them under `?`. Never while typing, and never with Ctrl, Alt or Meta: those are the browser's.

const registry = [];

// `act(key)` gives false where it has nothing to do with the key. `where` is "page" (nothing lies over it), "picture"
// (a picture's page or layer) or "any". Keys that were given first are asked first.
export function onKey(keys, act, { where = "any", words = "", shown = keys } = {}) {
  registry.push({ keys: new Set(keys), act, where, words, shown });
}

function isTyping(element) {
  return Boolean(element?.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]:not([contenteditable=false])"));
}

const openDialog = () => [...document.querySelectorAll("dialog[open]")].at(-1);

function applies(where) {
  const dialog = openDialog();
  if (dialog && !dialog.matches("[data-layer]")) return false;
  if (where === "page") return !dialog;
  return where === "any" || document.querySelector("[data-stage]") !== null;
}

function showKeys() {
  const sheet = document.getElementById("keys");
  if (!sheet || sheet.open) return;
  const list = sheet.querySelector("[data-keys]");
  list.replaceChildren();
  for (const entry of registry.filter(({ words }) => words)) {
    const term = list.appendChild(document.createElement("dt"));
    for (const key of entry.shown) {
      term.append(Object.assign(document.createElement("kbd"), { textContent: key }), " ");
    }
    list.appendChild(document.createElement("dd")).textContent = entry.words;
  }
  sheet.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || isTyping(event.target)) return;
  for (const { keys, act, where } of registry) {
    if (!keys.has(event.key) || !applies(where) || !act(event.key, event)) continue;
    event.preventDefault();
    return;
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-show-keys]")) showKeys();
  if (event.target.matches("dialog[open]:not([data-layer])")) event.target.close();
});

onKey(["u"], () => {
  const link = document.querySelector(".places a[href$='/upload']");
  link?.click();
  return Boolean(link);
}, { words: "upload" });
onKey(["?"], () => {
  showKeys();
  return true;
}, { words: "this list" });
