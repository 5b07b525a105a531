// The agent's state: ready or on a break, since when and why, in each of the agent's queues.
import { connection, isReady, onConnection, session, vcc } from "./connection.mjs";
import { elapsed, onTick } from "./clock.mjs";
import { announce, element, keepFocus, make, onClick, onSubmit, press, setText, value } from "./dom.mjs";
import { attempt, say } from "./failures.mjs";
import { onLanguage, t, word } from "./i18n.mjs";
import { onLeftOut } from "./incoming.mjs";
import { changed, isOnCall, me, myRow, onMe, setReply } from "./me.mjs";
import { signInTo } from "./signin.mjs";

const REASONS = [...document.querySelectorAll("#reasons button")];
let addingQueue = false;

function stateText(row) {
  if (!row) return t(me.known ? "stateLOGOUT" : "stateUnknown");
  if (row.state === "UNREADY" && row.reason) return t("breakWith", { reason: word("reason", row.reason) });
  return t(`state${row.state}`);
}

function note(row) {
  if (connection.state !== "ready") return me.known ? t("staleNote") : "";
  if (!row) return me.known ? t("logoutNote") : "";
  if (me.breakAfterCall) return t("breakAfterCall");
  if (row.callstate === "WRAPUP") return t("wrapUpNote");
  if (isOnCall(row)) return t("onCallNote");
  return t({ READY: "readyNote", UNREADY: "breakNote", LOGIN: "loginNote" }[row.state]);
}

function showQueues() {
  const queues = [...me.rows.keys()];
  const list = element("my-queues");
  if (queues.join() !== [...list.children].map((each) => each.dataset.queue).join()) {
    list.replaceChildren(...queues.map((queue) => make("button", { type: "button", textContent: queue, data: { queue } })));
  }
  press([...list.children], [...list.children].find((each) => each.dataset.queue === me.queue));
}

let announced;

function show() {
  const row = myRow();
  const card = element("agent-state");
  card.dataset.state = row?.state ?? (me.known ? "LOGOUT" : "");
  card.dataset.callstate = row?.callstate ?? "IDLE";
  card.dataset.reason = row?.reason ?? "";
  const text = stateText(row);
  setText(element("agent-state-text"), text);
  element("agent-state-text").title = text;
  setText(element("agent-note"), note(row));
  for (const id of ["cc-ready", "cc-break"]) {
    element(id).setAttribute("aria-pressed", String(element(id).dataset.state === row?.state));
  }
  press(REASONS, row?.state === "UNREADY" && REASONS.find((each) => each.dataset.reason === row.reason));
  element("switch").hidden = !row;
  element("post-form").hidden = Boolean(row) && !addingQueue;
  element("add-queue").hidden = !row;
  element("add-queue").setAttribute("aria-expanded", String(addingQueue));
  element("cc-logout").classList.toggle("absent", !row);
  setText(element("who"), session.agent);
  setText(element("where"), t("where", { extn: row?.extn ?? session.extn }));
  showQueues();
  showTimer();
  if (me.known && text !== announced) announce(t("saidState", { state: text }));
  announced = text;
}

// The timer counts how long the state has been what it is.
function showTimer() {
  const row = myRow();
  setText(element("agent-timer"), row ? elapsed(row.since) : "");
}

/** Gives a command for the agent in the queue that is shown. During an outage it waits for the connection. */
function command(button, failure, start) {
  const wait = isReady() ? undefined : () => t("waitsForConnection");
  return attempt({ button, place: "agent-message", failure, wait }, () => start(me.queue, session.agent)).then((result) => {
    if (!result) return;
    setReply(result);
    return result;
  });
}

export function goReady(button) {
  return command(button, "failedReady", (queue, agent) => vcc.ccGoReady(queue, agent)).then((result) => {
    if (!result) return;
    me.breakAfterCall = false;
    changed();
  });
}

async function goBreak(button, reason) {
  const result = await command(button, "failedBreak", (queue, agent) => vcc.ccGoBreak(queue, agent, reason));
  // During a call the back end only notes the wish, and the state stays what it was.
  if (!result || result.data?.state === "UNREADY") return;
  me.breakAfterCall = true;
  changed();
}

onClick("cc-ready", () => goReady(element("cc-ready")));
onClick("cc-break", () => goBreak(element("cc-break")));
for (const button of REASONS) button.addEventListener("click", () => goBreak(button, button.dataset.reason));
onSubmit("reason-form", async () => {
  const button = element("reason-form").querySelector("button");
  await goBreak(button, value("reason") || undefined);
  element("reason").value = "";
});

onClick("add-queue", () => {
  addingQueue = !addingQueue;
  show();
  if (addingQueue) element("post-queue").focus();
});
onSubmit("post-form", async () => {
  const result = await signInTo(value("post-queue"), value("post-extn"), element("cc-login"), "agent-message");
  if (result) addingQueue = false;
  show();
  keepFocus("cc-ready", "cc-login");
});
element("my-queues").addEventListener("click", ({ target }) => {
  if (!target.dataset.queue) return;
  me.queue = target.dataset.queue;
  changed();
});
onClick("cc-logout", async () => {
  const told = { button: element("cc-logout"), place: "identity-message", failure: "failedSignOut" };
  setReply(await attempt(told, () => vcc.ccLogout(me.queue, session.agent)));
  keepFocus("cc-ready", "cc-login");
});

onConnection(() => {
  setText(element("who"), session.agent);
  setText(element("agent-note"), note(myRow()));
  if (connection.state !== "authenticating") return;
  addingQueue = false;
  element("post-queue").value ||= value("queue");
  element("post-extn").value ||= session.extn;
  say("agent-message");
});
onLeftOut((what) => say("agent-message", () => t("leftOut", { what }), "note"));
onMe(show);
onTick(showTimer);
onLanguage(show);
