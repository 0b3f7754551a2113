// Announces politely what changed; a reader who sees the page sees it beside the thing that changed.

let waiting = 0;

export function tell(sentence) {
  clearTimeout(waiting);
  // A live region that was itself just swapped in stays silent for a moment.
  waiting = setTimeout(() => {
    // What lies outside of an open dialog is silent.
    const status = document.querySelector("dialog[open] [role=status]") || document.getElementById("status");
    if (status) status.textContent = typeof sentence === "function" ? sentence() : sentence;
  }, 120);
}

// Storage can be forbidden or full: then the page works without a memory.
export const memory = {
  read(name) {
    try {
      return JSON.parse(sessionStorage.getItem(name));
    } catch {
      return null;
    }
  },
  write(name, value) {
    try {
      sessionStorage.setItem(name, JSON.stringify(value));
    } catch {
      // see above
    }
  },
};
