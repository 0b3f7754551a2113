// The grid's bands. The server sends each page of tiles as a band; the browser lays out and paints the bands near the
// window only, so the grid costs the same however far it goes. A band has to end with a full row for that: the rest of
// its tiles begin the next one, or wait, out of sight, until there is one.

export const HEADER = 72;

const bands = () => [...document.querySelectorAll("[data-grid] > .band")];

function lastRow(band) {
  const tiles = [...band.children];
  const top = tiles.at(-1)?.offsetTop;
  return tiles.slice(tiles.findLastIndex((tile) => tile.offsetTop !== top) + 1);
}

// An element that is moved loses the focus.
function moveToFront(band, tiles) {
  const focused = document.activeElement;
  band.prepend(...tiles);
  if (focused !== document.activeElement && band.contains(focused)) focused.focus({ preventScroll: true });
}

// Every band ends with a full row, from this one on; the last row of all waits while more pictures are to come.
export function fillRows(from = null) {
  const all = bands();
  for (const band of all.slice(Math.max(all.indexOf(from), 0))) {
    const [row, next] = [lastRow(band), band.nextElementSibling];
    for (const tile of band.querySelectorAll(".is-waiting")) tile.classList.remove("is-waiting");
    if (next?.matches(".band")) moveToFront(next, row);
    else if (row[0]?.matches(".tile ~ *, .band ~ .band > *") && isMoreToCome()) for (const tile of row) tile.classList.add("is-waiting");
    if (!band.children.length) band.remove();
  }
}

function isMoreToCome() {
  const next = document.querySelector("[data-next]");
  return Boolean(next) && !next.dataset.failed;
}

// What a link to more pictures was replaced by stands in that link's place: it is made part of the grid.
export function takeIn() {
  for (const place of document.querySelectorAll("[data-grid] > .more:has(> .band)")) {
    const [before, band] = [place.previousElementSibling, place.querySelector(".band")];
    const waiting = before.querySelectorAll(".is-waiting");
    place.replaceWith(...place.childNodes);
    for (const tile of waiting) tile.classList.remove("is-waiting");
    moveToFront(band, waiting);
    unsettled ??= waiting.length ? band : before;
    // To ask where the last row is would have the band laid out here and now.
    requestAnimationFrame(settle);
  }
}

let unsettled = null; // the first band since which others have come

export function settle() {
  if (unsettled) fillRows(unsettled);
  unsettled = null;
}

// Has all bands laid out while something is looked for among them. The browser remembers how high it has shown them.
export async function showWhole(grid, act) {
  grid.classList.add("is-whole");
  try {
    await act();
  } finally {
    requestAnimationFrame(() => requestAnimationFrame(() => grid.classList.remove("is-whole")));
  }
}

export function isInSight(element) {
  const box = element.getBoundingClientRect();
  return box.bottom > HEADER && box.top < innerHeight;
}

// The first tile in sight. Those of bands far away are not asked where they are: they would be laid out for that.
export function firstInSight() {
  for (const band of bands().filter(isInSight)) {
    const tile = [...band.children].find(isInSight);
    if (tile) return tile;
  }
  return null;
}
