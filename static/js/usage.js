// The chart of the usage page: pictures by day, stacked by image model. The table below it says the same, so that the
// chart is for the eye alone. It is drawn anew whenever its colours or its room change.

const HEIGHT = 240;
const GAP = 0.25;

let shown = null; // the chart's place, its plot and who watches its size

const place = () => document.querySelector("[data-usage-chart]");
const numbers = (text) => text.split(",").map(Number);
const colourOf = (element) => getComputedStyle(element).color;

// From the bottom up: each series with those below it.
function stacked(series) {
  const sums = [];
  for (const counts of series) {
    const below = sums[sums.length - 1];
    sums.push(below ? counts.map((count, index) => count + below[index]) : counts);
  }
  return sums;
}

function readOut(chart, index) {
  const line = document.querySelector("[data-chart-readout]");
  if (!line) return;
  if (index === null || index === undefined) {
    line.textContent = "\u00a0";
    return;
  }
  const parts = chart.series
    .map((counts, number) => [chart.names[number], counts[index]])
    .filter(([, count]) => count)
    .map(([name, count]) => `${name} ${count.toLocaleString("en").replaceAll(",", "\u202f")}`);
  line.textContent = `${chart.steps[index]}: ${parts.join(", ") || "no pictures"}`;
}

function read(box) {
  const legend = [...box.parentElement.querySelectorAll("[data-series]")];
  return {
    steps: box.dataset.steps.split(","),
    series: legend.map((item) => numbers(item.dataset.series)),
    names: legend.map((item) => item.querySelector("bdi").textContent),
    colours: legend.map((item) => colourOf(item.querySelector(".swatch"))),
  };
}

function options(uPlot, box, chart) {
  const soft = colourOf(box);
  const line = getComputedStyle(box).borderTopColor;
  const axis = { stroke: soft, grid: { stroke: line, width: 1 }, ticks: { show: false }, font: "12px system-ui" };
  // What reaches highest is drawn first, so that those below lie before it.
  const bars = chart.colours.map((colour) => ({
    fill: colour,
    stroke: colour,
    width: 0,
    points: { show: false },
    paths: uPlot.paths.bars({ size: [1 - GAP, 60], align: 0 }),
  }));
  return {
    width: box.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { points: { show: false }, drag: { x: false, y: false }, y: false },
    scales: {
      x: { time: false, range: () => [-0.5, chart.steps.length - 0.5] },
      y: { range: (_, __, most) => [0, Math.max(most * 1.05, 1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        incrs: [1, 2, 5, 7, 14, 30, 60, 90],
        space: 64,
        values: (_, at) => at.map((index) => (chart.steps[index] ?? "").replace(/^\d{4}-(?=\d\d-)/, "")),
      },
      {
        ...axis,
        size: 56,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6],
        values: (_, at) => at.map((count) => (count >= 1e4 ? `${count / 1e3} k` : String(count))),
      },
    ],
    series: [{}, ...bars.reverse()],
    hooks: { setCursor: [(plot) => readOut(chart, plot.cursor.idx)] },
  };
}

function remove() {
  shown?.watching?.disconnect();
  shown?.plot?.destroy();
  shown = null;
}

async function draw() {
  const box = place();
  if (!box || box.clientWidth === 0) return;
  let uPlot;
  try {
    if (!document.querySelector("link[data-chart-style]")) {
      const style = document.createElement("link");
      style.rel = "stylesheet";
      style.href = box.dataset.style;
      style.dataset.chartStyle = "";
      document.head.append(style);
      await new Promise((resolve) => {
        style.addEventListener("load", resolve);
        style.addEventListener("error", resolve);
      });
    }
    ({ default: uPlot } = await import("../vendor/uplot/uPlot.esm.js"));
  } catch {
    return; // the table is there
  }
  if (box !== place()) return;
  remove();
  const chart = read(box);
  const steps = chart.steps.map((_, index) => index);
  box.replaceChildren();
  const plot = new uPlot(options(uPlot, box, chart), [steps, ...stacked(chart.series).reverse()], box);
  const watching = new ResizeObserver(() => {
    if (box.clientWidth && box.clientWidth !== plot.width) plot.setSize({ width: box.clientWidth, height: HEIGHT });
  });
  watching.observe(box);
  shown = { box, plot, watching };
}

function dress() {
  if (place() && place() !== shown?.box) draw();
  else if (!place()) remove();
}

// Colours are the theme's: they are read anew when it changes.
new MutationObserver(() => shown && draw()).observe(document.documentElement, {
  attributes: true,
  attributeFilter: ["data-theme"],
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => shown && draw());

// A snapshot would bring the drawing back as an empty canvas, and its styles as text that the policy refuses.
document.addEventListener("htmx:beforeHistorySave", () => {
  const box = place();
  remove();
  box?.replaceChildren();
});
document.addEventListener("htmx:load", dress);
document.addEventListener("htmx:historyRestore", dress);
dress();
