// When something has arrived in the page. htmx tells of every element by itself, so of each tile of a page of them; what
// looks at the page as a whole is asked once for all that came together.

const acts = [];
let isDue = false;

export function onArrival(act) {
  acts.push(act);
}

document.addEventListener("htmx:load", () => {
  if (isDue) return;
  isDue = true;
  queueMicrotask(() => {
    isDue = false;
    for (const act of acts) act();
  });
});
