// The drawer's calls: their states as a line of time, how long each step took, the statistics as small
// plots, and the addresses that are used.
import { log } from "./call-log.mjs";
import { element, make, setText } from "./dom.mjs";
import { t } from "./i18n.mjs";
import { drawPlot, makePlot } from "./plot.mjs";

const percent = (value) => `${(value * 100).toFixed(1)} %`;
const ms = (value) => `${Math.round(value)} ms`;
/** `[name, the top of its plot, how its newest number is written]`. */
const PLOTS = [
  ["mos", 4.4, (value) => value.toFixed(2)],
  ["loss", 0.2, percent],
  ["concealment", 0.2, percent],
  ["jitter", 100, ms],
  ["roundTrip", 500, ms],
  ["levelIn", 0.5, (value) => value.toFixed(3)],
  ["levelOut", 0.5, (value) => value.toFixed(3)],
];

/** By the call's id, its elements. */
const cards = new Map();

function makeCard({ dialog }) {
  const title = make("h3", { textContent: `${dialog.direction.name === "inbound" ? "↓" : "↑"} ${dialog.params.remote_caller_id_number}` });
  const heading = (key) => make("h4", { data: { t: key }, textContent: t(key) });
  const states = make("ol", { className: "timeline" });
  const timings = make("table", { className: "timings" });
  const addresses = make("p", { className: "addresses" });
  const plots = PLOTS.map(([name]) => {
    const [label, figure, plot] = [make("span", {}), make("b", {}), makePlot()];
    return { name, label, figure, plot, node: make("div", { className: "plot-row", data: { plot: name } }, label, plot, figure) };
  });
  const statistics = make("div", {}, ...plots.map(({ node }) => node));
  const node = make(
    "section",
    { data: { call: dialog.callID } },
    title,
    heading("callStates"),
    states,
    heading("callTimings"),
    timings,
    heading("callStatistics"),
    statistics,
    heading("callCandidates"),
    addresses,
  );
  return { node, states, timings, addresses, plots };
}

/** Each state as a stretch of the line; short ones can still be seen, so that it is not to scale. */
function drawStates(list, states, ended) {
  const last = ended ? states.at(-1).at : Date.now();
  states.forEach(({ name, at }, index) => {
    const until = states[index + 1]?.at ?? last;
    const item = list.children[index] ?? list.appendChild(make("li", { data: { state: name } }));
    item.style.flexGrow = Math.sqrt(until - at) + 8;
    setText(item, `${name} ${((at - states[0].at) / 1000).toFixed(1)} s`);
  });
}

function drawTimings(table, timings) {
  const rows = Object.entries(timings).sort(([, one], [, other]) => one - other);
  if (rows.length === table.rows.length) return;
  const [[, first]] = rows;
  table.replaceChildren(
    ...rows.map(([name, at], index) =>
      make(
        "tr",
        {},
        make("th", { scope: "row", textContent: name }),
        make("td", { className: "number", textContent: `${at - first} ms` }),
        make("td", { className: "number", textContent: index ? `+${at - rows[index - 1][1]}` : "" }),
      ),
    ),
  );
}

const address = ({ type, protocol, address: ip } = {}) => [type, protocol, ip].filter(Boolean).join(" ");

function draw(record) {
  const { dialog, states, samples } = record;
  const card = cards.get(dialog.callID);
  const ended = ["destroy", "purge"].includes(dialog.state.name);
  drawStates(card.states, states, ended);
  if (dialog.timings) drawTimings(card.timings, dialog.timings);
  PLOTS.forEach(([name, top, write], index) => {
    const { label, figure, plot } = card.plots[index];
    const numbers = samples.map((sample) => sample[name]);
    const newest = numbers.at(-1);
    setText(label, t(`figure:${name}`));
    setText(figure, newest === undefined ? "–" : write(newest));
    drawPlot(plot, numbers, top);
  });
  const pair = samples.findLast((sample) => sample.pair)?.pair;
  setText(card.addresses, pair ? `${address(pair.local)} ↔ ${address(pair.remote)}` : t("noCandidates"));
}

/** Draws the calls that are kept, the newest first. */
export function drawCalls() {
  element("no-calls").hidden = log.length > 0;
  for (const [id, { node }] of cards) {
    if (log.some(({ dialog }) => dialog.callID === id)) continue;
    node.remove();
    cards.delete(id);
  }
  for (const record of log.toReversed()) {
    const id = record.dialog.callID;
    if (!cards.has(id)) {
      cards.set(id, makeCard(record));
      element("call-records").prepend(cards.get(id).node);
    }
    draw(record);
  }
  for (const heading of element("call-records").querySelectorAll("h4")) setText(heading, t(heading.dataset.t));
}
