// This page's agent, as events tell it: the state in each queue, and the current call.
import { onConnected, session, subscribe, vcc } from "./connection.mjs";
import { agentRows, hasApi } from "./api.mjs";
import { serverNow } from "./clock.mjs";
import { readRows, text } from "./incoming.mjs";

/**
 * `known`: whether the server has said anything of the agent's state.
 * `rows`: by queue, what the server last said of each queue that the agent is signed in to.
 * `queue`: the queue that the page shows.
 * `call`: `{id, direction, party, queue, step, since, talkingSince, cause, talkMs}` or null.
 * `breakAfterCall`: whether the agent has asked for a break that begins when the call ends.
 */
export const me = { known: false, rows: new Map(), queue: "", call: null, breakAfterCall: false };

const listeners = new Set();
/** Runs after each change, with the event that caused it, if it was an event. */
export function onMe(run) {
  listeners.add(run);
}
export function changed(event) {
  for (const run of listeners) run(event);
}

/** The row of the queue that is shown. */
export const myRow = () => me.rows.get(me.queue);

function setRow(row) {
  me.known = true;
  if (row.state === "LOGOUT") me.rows.delete(row.queue_id);
  else me.rows.set(row.queue_id, row);
  if (!me.rows.has(me.queue) && me.rows.size > 0) me.queue = me.rows.keys().next().value;
  if (row.state === "UNREADY") me.breakAfterCall = false;
}

/** Takes the state that a command's reply tells: the event that tells the same may get lost. */
export function setReply(result) {
  if (text(result?.data?.agent_id) !== session.agent) return;
  const [row] = readRows("agentState", [result.data]);
  if (!row?.queue_id) return;
  setRow(row);
  changed();
}

/** By the agent's `callstate`, the step of a call of which nothing else is known. */
const STEP_OF = { RINGING: "ringing", TALKING: "talking", DIALING: "dialing" };
export const isOnCall = (row) => Boolean(STEP_OF[row?.callstate]);

function beginCall(id, call) {
  if (me.call?.id !== id || me.call.step === "ended") me.call = { id, since: Date.now(), talkMs: 0, ...call };
  // The call is known from the list only, and the event tells who is on the other side.
  else if (!me.call.direction) Object.assign(me.call, call);
}

function step(name, more) {
  if (me.call.step === name) return;
  Object.assign(me.call, { step: name, since: Date.now() }, more);
  if (name === "talking") me.call.talkingSince ??= Date.now();
  if (name === "ended") me.breakAfterCall = false;
}

let eventsSeen = 0;

function onEvent(event) {
  const { eventType, data } = event;
  eventsSeen += 1;
  switch (eventType) {
    case "agentState":
      setRow(data);
      break;
    case "callOffered":
      beginCall(data.call, { direction: data.direction, party: data.caller, queue: data.queue, step: "ringing" });
      break;
    case "callAnswered":
      // Of an outbound call, dialProgress tells more.
      if (data.direction === "outbound") return;
      beginCall(data.call, { direction: data.direction, party: data.caller, queue: data.queue });
      step("talking");
      break;
    case "dialProgress":
      if (data.step !== "ended") {
        beginCall(data.call, { direction: "outbound", party: data.destNumber, queue: "" });
        step(data.step);
      } else if (me.call?.id === data.call) {
        me.call.reached = me.call.step;
        step("ended", { cause: data.cause });
      }
      break;
    case "callEnded":
      if (me.call?.id !== data.call) break;
      step("ended", { cause: data.cause });
      me.call.talkMs = data.durationMs ?? 0;
      break;
  }
  changed(event);
}

// Reads what happened while the page was not connected. That is done when the subscription is
// confirmed, so that no change falls between the list and the first event.
async function load() {
  if (!hasApi()) return;
  let rows, before;
  do {
    before = eventsSeen;
    rows = await agentRows().catch(() => []);
    // If an event came meanwhile, the list may be older than it and is read again.
  } while (before !== eventsSeen);
  const mine = rows.filter((row) => row.agent_id === session.agent);
  if (mine.length === 0) return;
  me.rows.clear();
  mine.forEach(setRow);
  const { callstate, agent_uuid: call, since } = mine[0];
  if (me.call && me.call.step !== "ended" && call !== me.call.id) step("ended", { unseen: true });
  const began = STEP_OF[callstate];
  if (call && began) {
    // The row tells the beginning by the server's clock, if at all.
    const at = since === undefined ? Date.now() : Date.now() - (serverNow() - since);
    if (me.call?.id !== call) me.call = { id: call, direction: "", party: "", queue: "", since: at, talkMs: 0 };
    if (began === "talking") me.call.talkingSince ??= at;
    // If dialProgress has told of the outbound call already, it has told more than this row does.
    if (began !== "dialing" || !me.call.step) step(began, { since: at });
  }
  changed();
}

onConnected({
  onLogin() {
    subscribe(vcc.channel(session.agent), onEvent, load);
  },
  onGap: load,
});

/** Forgets what is known of the agent: the next connection may be another agent's. */
export function forget() {
  Object.assign(me, { known: false, queue: "", call: null, breakAfterCall: false });
  me.rows.clear();
  changed();
}
