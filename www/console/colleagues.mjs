// Calling a colleague or any number: as a call of its own, to ask before a caller is handed over, or
// to hand the caller over at once. The colleagues' states are those of the wallboard.
import { onTick } from "./clock.mjs";
import { isReady, onConnection, session } from "./connection.mjs";
import { element, make, onClick, onSubmit, setText, value } from "./dom.mjs";
import { attempt } from "./failures.mjs";
import { onLanguage, t } from "./i18n.mjs";
import { closePanel, isOpen, openPanel } from "./panels.mjs";
import { call, isUp, lines, onPhone, transfer } from "./phone.mjs";
import { center, watchCenter } from "./wallboard.mjs";

const SHOWN = 8;
/** The line to hand over; undefined for a call of its own. */
let line;
/** By agent: the item of the list. */
const items = new Map();

/** The agents whom the text fits, those first who are signed in. */
function found() {
  const sought = value("to").toLowerCase();
  const agents = new Map();
  for (const row of center.rows.values()) {
    const { agent, name = "", extn } = row;
    if (agent === session.agent || !extn || !`${agent} ${name} ${extn}`.toLowerCase().includes(sought)) continue;
    agents.set(agent, row);
  }
  const isOut = ({ status }) => status === "out";
  return [...agents.values()].sort((a, b) => isOut(a) - isOut(b) || (a.agent < b.agent ? -1 : 1)).slice(0, SHOWN);
}

const isHere = ({ agent }) => items.has(agent);

function makeItem({ agent, extn }) {
  const [who, state] = [make("span", {}), make("i", {})];
  const button = make("button", { type: "button", data: { agent } }, who, " ", state);
  button.addEventListener("click", () => {
    element("to").value = extn;
    element(line ? "to-consult" : "to-call").focus();
  });
  items.set(agent, { node: make("li", {}, button), button, who, state });
  return items.get(agent).node;
}

// The list is put together when it is opened or something is typed; after that only the states in it
// change, so that nobody presses a button that has just moved.
function list() {
  items.clear();
  element("colleague-list").replaceChildren(...found().map(makeItem));
  showStates();
}

function showStates() {
  if (!isOpen("colleagues")) return;
  if (items.size === 0 && center.rows.size > 0 && value("to") === "") list();
  for (const row of center.rows.values()) {
    if (!isHere(row)) continue;
    const { button, who, state } = items.get(row.agent);
    button.dataset.status = row.status;
    setText(who, [row.extn, row.name].filter(Boolean).join(" "));
    setText(state, t(row.status === "login" ? "notYetReady" : row.status));
  }
}

function showButtons() {
  setText(element("colleagues-title"), line ? t("transferTitle", { party: line.party }) : t("newCall"));
  element("to-call").hidden = Boolean(line);
  for (const id of ["to-consult", "to-transfer"]) element(id).hidden = !line;
  for (const id of ["to-call", "to-consult", "to-transfer"]) element(id).disabled = !isReady();
}

/** Opens the panel to hand over a line, or without one to call somebody. */
export function openColleagues(about, button) {
  if (isOpen("colleagues") && line === about) return closePanel();
  line = about;
  element("to").value = "";
  showButtons();
  watchCenter();
  openPanel("colleagues", button, element("to"));
  list();
}

/** What it leads to is seen in the lines, and a failure is told beneath them. */
function start(button, failure, run) {
  closePanel();
  return attempt({ button, place: "phone-message", failure }, run);
}

onSubmit("to-form", () => {
  const [number, about] = [value("to"), line];
  start(element(about ? "to-consult" : "to-call"), "failedCall", async () => call(number, about));
});
onClick("to-transfer", () => {
  if (!element("to-form").reportValidity()) return;
  const [number, about] = [value("to"), line];
  start(element("to-transfer"), "failedTransfer", () => transfer(about, number));
});
onClick("new-call", () => openColleagues(undefined, element("new-call")));
element("to").addEventListener("input", list);
onPhone(() => {
  if (isOpen("colleagues") && line && (!lines.has(line.id) || !isUp(line))) closePanel();
});
onConnection(showButtons);
onTick(showStates);
onLanguage(() => {
  showButtons();
  showStates();
});
