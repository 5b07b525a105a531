// The developer's drawer: the frames with the calls that made them, the telephone calls, and the
// simulator's faults.
import { drawCalls } from "./call-panel.mjs";
import { onTick } from "./clock.mjs";
import { codeOf, titleOf } from "./code.mjs";
import { element, make, onClick, press, setText } from "./dom.mjs";
import { frames, parsed, partner } from "./frames.mjs";
import { onLanguage, t } from "./i18n.mjs";
import { fold, showSdp } from "./sdp.mjs";
import { showSimulator } from "./simulator.mjs";
import { verto } from "./connection.mjs";

const REDRAW_MS = 250;
const TABS = ["frames", "calls", "faults", "pages"];
let tab = TABS[0];
let language = "es5";
let paused = false;
let chosen;
// The items of the list, by the number of their frame; null for a frame that is not shown.
const items = new Map();

const isPing = (json) => json?.method === "verto.ping" || json?.result?.message === "PONG";

function isShown(frame) {
  const json = parsed(frame);
  if (element("hide-pings").checked && (isPing(json) || isPing(parsedPartner(frame)))) return false;
  return !(element("hide-events").checked && json?.method === "verto.event");
}

/** The frame that `partner` finds, parsed. */
function parsedPartner(frame) {
  const other = partner(frame);
  return other && parsed(other);
}

function title(frame) {
  const json = parsed(frame);
  return json ? titleOf(json, parsedPartner(frame)) : frame.text.slice(0, 60);
}

/** For a reply, how long it took; else "". */
function latency(frame) {
  const request = frame.direction === "in" && partner(frame);
  return request ? `${Math.round(frame.at - request.at)} ms` : "";
}

function item(frame) {
  const button = make(
    "button",
    { type: "button", data: { direction: frame.direction }, title: frame.text.slice(0, 500) },
    make("time", { textContent: new Date(frame.time).toTimeString().slice(0, 8) }),
    make("i", { textContent: frame.direction === "out" ? "↑" : "↓", ariaLabel: frame.direction }),
    make("span", { textContent: title(frame) }),
    make("small", { textContent: latency(frame) || `${frame.bytes} B` }),
  );
  button.addEventListener("click", () => choose(frame));
  button.setAttribute("aria-pressed", String(chosen === frame));
  return make("li", { data: { number: frame.number } }, button);
}

/** The newest frame is the last; the list follows it unless somebody has scrolled up. */
function draw() {
  const list = element("frames");
  const follows = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  const kept = new Set(frames.map(({ number }) => number));
  for (const [number, node] of items) {
    if (kept.has(number)) continue;
    node?.remove();
    items.delete(number);
  }
  for (const frame of frames) {
    if (items.has(frame.number)) continue;
    const node = isShown(frame) ? item(frame) : null;
    items.set(frame.number, node);
    if (node) list.append(node);
  }
  if (follows) list.scrollTop = list.scrollHeight;
}

function redrawAll() {
  items.clear();
  element("frames").replaceChildren();
  draw();
  element("frames").scrollTop = element("frames").scrollHeight;
}

function choose(frame) {
  chosen = frame;
  for (const [number, node] of items) node?.firstChild.setAttribute("aria-pressed", String(number === frame.number));
  element("frame-hint").hidden = true;
  element("frame-detail").hidden = false;
  const { text, sdps } = folded(frame.text);
  setText(element("frame-text"), text);
  showSdp(sdps);
  showCode();
}

function folded(text) {
  try {
    return fold(JSON.parse(text));
  } catch {
    // It is no JSON, or nested too deeply.
    return { text, sdps: [] };
  }
}

function showCode() {
  press([element("code-es5"), element("code-es6")], element(`code-${language}`));
  if (!chosen) return;
  const json = parsed(chosen);
  const request = json?.method ? json : parsedPartner(chosen);
  setText(element("frame-code"), request?.method ? codeOf(request, verto.options.socketUrl)[language] : "–");
}

const isOpen = () => !element("drawer").hidden;
let timer;

function toggle(open) {
  element("drawer").hidden = !open;
  document.body.classList.toggle("drawer-open", open);
  element("developer").setAttribute("aria-expanded", String(open));
  clearInterval(timer);
  if (!open) return;
  redrawAll();
  showSimulator();
  // On a narrow page the drawer is below everything else.
  element("drawer").scrollIntoView({ block: "nearest" });
  // Frames are drawn only while the drawer is open.
  timer = setInterval(() => paused || (tab === "calls" ? drawCalls() : draw()), REDRAW_MS);
}

onClick("developer", () => {
  toggle(!isOpen());
  if (isOpen()) element(`tab-${TABS[0]}`).focus();
});
document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape" || !isOpen()) return;
  const focused = element("drawer").contains(document.activeElement);
  toggle(false);
  if (focused) element("developer").focus();
});
for (const name of TABS) {
  onClick(`tab-${name}`, () => {
    tab = name;
    if (tab === "calls") drawCalls();
    for (const each of TABS) element(`${each}-panel`).hidden = each !== name;
    press(TABS.map((each) => element(`tab-${each}`)), element(`tab-${name}`));
  });
}
for (const id of ["hide-pings", "hide-events"]) element(id).addEventListener("change", redrawAll);
onClick("pause-frames", () => {
  paused = !paused;
  element("pause-frames").setAttribute("aria-pressed", String(paused));
});
onClick("clear-frames", () => {
  frames.length = 0;
  redrawAll();
});
for (const name of ["es5", "es6"]) {
  onClick(`code-${name}`, () => {
    language = name;
    showCode();
  });
}
onClick("copy-code", async () => {
  try {
    await navigator.clipboard.writeText(element("frame-code").textContent);
    setText(element("copy-code"), t("copied"));
  } catch {
    // Without HTTPS or the user's permission there is no clipboard. Selected, the code is one
    // key away from being copied.
    getSelection().selectAllChildren(element("frame-code"));
  }
});
onTick(() => setText(element("copy-code"), t("copy")));
onLanguage(() => isOpen() && showSimulator());
