// Small plots: a line of numbers over time, on its own scale.
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 200;
const HEIGHT = 30;

function svg(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

/** An empty plot; `drawPlot` fills it. Its texts stand beside it, so that it is nothing to a screen reader. */
export function makePlot() {
  const node = svg("svg", { viewBox: `0 -1 ${WIDTH} ${HEIGHT + 2}`, preserveAspectRatio: "none", "aria-hidden": "true", class: "plot" });
  node.append(svg("path", {}));
  return node;
}

/** Draws these numbers, oldest first, from 0 to `top`; where one is undefined the line is broken. */
export function drawPlot(plot, numbers, top) {
  const step = WIDTH / Math.max(1, numbers.length - 1);
  let broken = true;
  const points = numbers.map((number, index) => {
    if (number === undefined) {
      broken = true;
      return "";
    }
    const y = HEIGHT * (1 - Math.min(1, number / top));
    const point = `${broken ? "M" : "L"}${(index * step).toFixed(1)},${y.toFixed(1)}`;
    broken = false;
    return point;
  });
  plot.firstChild.setAttribute("d", points.join(""));
}
