// The chart of the last 30 minutes: three small lines, each on its own scale.
import { element, make, setText } from "./dom.mjs";
import { onLanguage, t } from "./i18n.mjs";

const SPAN_MS = 30 * 60_000;
const SAMPLE_MS = 2000;
/** If two samples are further apart, nothing is known of the time between them, and the line is broken. */
const GAP_MS = 3 * SAMPLE_MS;
/** The chart covers at least this much, so that the first minute of a new board can be seen. */
const SHORTEST_MS = 60_000;
const WIDTH = 600;
const HEIGHT = 40;

const LINES = ["waiting", "onCall", "ready"];
/** `{at, waiting, onCall, ready}`, oldest first. */
const samples = [];

const charts = LINES.map((name) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 -1 ${WIDTH} ${HEIGHT + 2}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svg.namespaceURI, "path");
  svg.append(path);
  const top = make("small", {});
  const label = make("span", { data: { t: name } });
  element("chart").append(make("div", { className: "line", data: { line: name } }, make("p", {}, label, top), svg));
  return { name, path, top, label };
});

function draw(at) {
  const from = Math.max(at - SPAN_MS, Math.min(samples[0].at, at - SHORTEST_MS));
  const scale = WIDTH / (at - from);
  for (const { name, path, top } of charts) {
    const highest = Math.max(0, ...samples.map((sample) => sample[name]));
    const points = samples.map((sample, index) => {
      const x = Math.round((sample.at - from) * scale);
      const begins = index === 0 || sample.at - samples[index - 1].at > GAP_MS;
      return `${begins ? "M" : "L"}${x},${Math.round(HEIGHT * (1 - sample[name] / (highest || 1)))}`;
    });
    path.setAttribute("d", points.length > 1 ? points.join("") : "");
    setText(top, t("chartTop", { top: highest }));
  }
  setText(element("chart-from"), t("minutesAgo", { minutes: Math.max(1, Math.round((at - from) / 60_000)) }));
}

/** Takes a sample if it is time for one, and draws the lines if they can be seen. */
export function showHistory(center, visible) {
  const at = Date.now();
  if (samples.length > 0 && at - samples.at(-1).at < SAMPLE_MS - 100) return;
  const counts = center.counts();
  let waiting = 0;
  for (const queue of center.queues.values()) waiting += queue.waiting;
  samples.push({ at, waiting, onCall: counts.talking + counts.dialing, ready: counts.ready });
  while (samples[0].at < at - SPAN_MS) samples.shift();
  if (visible) draw(at);
}

onLanguage(() => {
  for (const { label } of charts) setText(label, t(label.dataset.t));
  if (samples.length > 0) draw(Date.now());
});
