// How the call is heard: one sign, which names what is wrong or else how good it is, and the figures
// from which that comes.
import { recordOf } from "./call-log.mjs";
import { onTick } from "./clock.mjs";
import { element, make, onClick, setText } from "./dom.mjs";
import { onLanguage, t } from "./i18n.mjs";
import { closePanel, isOpen, openPanel } from "./panels.mjs";
import { currentLine, onPhone } from "./phone.mjs";

/** From which estimated MOS on a call is good, and from which it is fair (ITU-T G.107, annex B). */
const GOOD = 4.03;
const FAIR = 3.6;
/** What is worse comes first. */
const WARNINGS = ["no-packets", "silence-in", "silence-out", "loss", "jitter", "round-trip"];

const share = (value) => value !== undefined && `${(value * 100).toFixed(1)} %`;
const ms = (value) => value !== undefined && `${Math.round(value)} ms`;
const FIGURES = {
  mos: ({ mos }) => mos?.toFixed(1),
  loss: ({ loss }) => share(loss),
  concealment: ({ concealment }) => share(concealment),
  jitter: ({ jitter }) => ms(jitter),
  roundTrip: ({ roundTrip }) => ms(roundTrip),
  codec: ({ codec }) => codec,
};
const places = Object.keys(FIGURES).map((name) => {
  const [label, figure] = [make("dt", {}), make("dd", { data: { figure: name } })];
  element("quality-figures").append(make("div", {}, label, figure));
  return { name, label, figure };
});

/** `{grade, text}`: the worst of what is wrong, or else how good it is. */
function judge({ samples, warnings }) {
  const wrong = WARNINGS.find((kind) => warnings.has(kind));
  if (wrong) return { grade: "poor", text: t(`quality:${wrong}`) };
  // The median of three: one sample with a gap, as after a hold, is no bad call.
  const newest = samples.slice(-3).map(({ mos }) => mos).filter(Number.isFinite);
  const mos = newest.sort((a, b) => a - b)[newest.length >> 1];
  const grade = mos === undefined ? "unknown" : mos >= GOOD ? "good" : mos >= FAIR ? "fair" : "poor";
  return { grade, text: t(`quality:${grade}`) };
}

function show() {
  const line = currentLine();
  const record = line?.state === "active" && recordOf(line.id);
  const { grade, text } = record ? judge(record) : { grade: "unknown", text: t("quality:unknown") };
  const sign = element("quality");
  sign.dataset.grade = grade;
  setText(element("quality-text"), text);
  const stats = (record && record.samples.at(-1)) || {};
  for (const { name, figure } of places) setText(figure, FIGURES[name](stats) || "–");
}

onClick("quality", () => {
  if (isOpen("quality-panel")) return closePanel();
  openPanel("quality-panel", element("quality"));
});
onTick(show);
onPhone(() => {
  show();
  if (!currentLine() && isOpen("quality-panel")) closePanel();
});
onLanguage(() => {
  for (const { name, label } of places) setText(label, t(`figure:${name}`));
  show();
});
