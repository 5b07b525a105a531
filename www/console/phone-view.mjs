// Shows the lines of this browser with a button for all that can be done with each.
import { ACTIONS, act, labelOf, lineFor } from "./actions.mjs";
import { openBanner } from "./banner.mjs";
import { duration, onTick } from "./clock.mjs";
import { openColleagues } from "./colleagues.mjs";
import { isReady, onConnection, session } from "./connection.mjs";
import { announce, element, keepFocus, make, setText } from "./dom.mjs";
import { say } from "./failures.mjs";
import { onLanguage, t, word } from "./i18n.mjs";
import { openPad } from "./pad.mjs";
import { closePanel } from "./panels.mjs";
import { isHeld, isPhone, isRinging, isUp, lines, onLineEnd, onPhone, ringingLine, waitingFor } from "./phone.mjs";

const OPENERS = { pad: openPad, colleagues: openColleagues };
const PRIMARY = ["answer", "complete"];
const DANGER = ["reject", "hangUp"];

/** By the line's id: `{node, who, about, time, buttons}`. */
const shown = new Map();

/** Does what a button of the line does. */
export function perform(action, line) {
  const button = shown.get(line.id).buttons.get(action.name);
  if (action.panel) return OPENERS[action.panel](line, button);
  return act(action, line, button);
}

function makeLine(line) {
  const buttons = new Map();
  for (const action of ACTIONS) {
    const { name, key, panel } = action;
    const button = make("button", { type: "button", data: { action: name } }, make("span", {}), make("kbd", { textContent: `Alt+${key}` }));
    button.setAttribute("aria-keyshortcuts", `Alt+${key}`);
    if (panel) {
      button.setAttribute("aria-controls", panel);
      button.setAttribute("aria-expanded", "false");
    }
    if (PRIMARY.includes(name)) button.className = "primary";
    if (DANGER.includes(name)) button.className = "danger";
    button.addEventListener("click", () => perform(action, line));
    buttons.set(name, button);
  }
  const [who, about, time] = ["b", "span", "time"].map((tag) => make(tag, {}));
  const node = make(
    "li",
    { data: { line: line.id } },
    time,
    make("p", { className: "who" }, who, " ", about),
    make("p", { className: "buttons" }, ...buttons.values()),
  );
  element("lines").append(node);
  return { node, who, about, time, buttons };
}

function about(line) {
  const waits = waitingFor(line);
  const parts = [
    isHeld(line) && all().some((other) => other.asksFor === line.id) ? t("lineWaits") : t(`line:${line.state}`),
    line.queue && t("ofQueue", { queue: line.queue }),
    waits && t("lineAsks", { party: waits.party }),
    line.muted && t("lineMuted"),
    isUp(line) && !isReady() && t("lineOffline"),
    isHeld(line) && t("heldFor", { duration: duration(Date.now() - line.since) }),
  ];
  return parts.filter(Boolean).join(" · ");
}

const all = () => [...lines.values()];

function showTimes() {
  for (const [id, { time, about: place }] of shown) {
    const line = lines.get(id);
    setText(time, duration(Date.now() - (isUp(line) || line.state === "recovering" ? (line.answeredAt ?? line.since) : line.since)));
    setText(place, about(line));
  }
}

function showLine(line) {
  const place = shown.get(line.id) ?? makeLine(line);
  shown.set(line.id, place);
  const { node, who, buttons } = place;
  Object.assign(node.dataset, { state: line.state, muted: line.muted, queue: line.queue ?? "" });
  setText(who, [line.name, line.party].filter(Boolean).join(" ") || t("callUnknownParty"));
  who.title = who.textContent;
  for (const action of ACTIONS) {
    const button = buttons.get(action.name);
    button.hidden = !action.is(line);
    // Of several lines with the same button, the key is that of one.
    button.lastChild.classList.toggle("absent", lineFor(action) !== line);
    setText(button.firstChild, t(`do:${labelOf(action, line)}`));
    if (action.name === "mute") button.setAttribute("aria-pressed", String(line.muted));
  }
}

let rang;

/** A screen reader is told at once of a call that rings. */
function tellRing() {
  const line = ringingLine();
  const about = line && `${line.id} ${line.queue}`;
  if (about === rang) return;
  rang = about;
  const values = line && { party: line.party || t("callUnknownParty"), queue: line.queue };
  setText(element("ring"), line ? t(line.queue ? "saidRingQueue" : "saidRing", values) : "");
}

function show() {
  const card = element("phone");
  card.hidden = !isPhone();
  const states = all().map(({ state }) => state);
  card.dataset.state = ["ringing", "active", "held"].find((state) => states.includes(state)) ?? states[0] ?? "idle";
  // The focus stays in the line, or goes to the line that is left.
  const focused = document.activeElement?.closest("#lines") && document.activeElement;
  for (const [id, { node }] of shown) {
    if (lines.has(id)) continue;
    node.remove();
    shown.delete(id);
  }
  for (const line of lines.values()) showLine(line);
  if (focused && !focused.checkVisibility()) {
    const [next] = (focused.isConnected ? focused.closest("li") : element("lines")).querySelectorAll("button:not([hidden])");
    if (next) next.focus();
    else keepFocus(element("wrap-up-done").hidden ? "new-call" : "wrap-up-done");
  }
  element("no-line").hidden = lines.size > 0;
  setText(element("phone-note"), t("phoneHereNote", { extn: session.extn }));
  showTimes();
  tellRing();
}

const transferred = new Set();

onLineEnd((line) => {
  if (lines.size === 0 || !isUp(line)) closePanel();
  const { cause, error } = line.dialog;
  if (error) openBanner(error);
  // That the colleague's line has ended too is no news then.
  if (!cause || all().some((other) => other.goesTo) || transferred.has(line.asksFor)) return;
  const { party, goesTo: to } = line;
  if (to) transferred.add(line.id);
  const text = () => (to ? t("lineTransferred", { party, to }) : t("lineEnded", { party, cause: word("cause", cause) }));
  say("phone-message", text, "note");
  announce(text());
});
onPhone(show);
onConnection(show);
onTick(showTimes);
onLanguage(show);
