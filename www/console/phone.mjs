// The telephone calls of this browser while it is the agent's phone: a line for each of them, and
// what can be done with it. It knows nothing of the page.
import { onConnected, onConnection, session, verto } from "./connection.mjs";
import { text } from "./incoming.mjs";
import { me, onMe } from "./me.mjs";
import { recallInTab, rememberInTab } from "./storage.mjs";

/**
 * By `callID`, in the order in which they began:
 * `{id, dialog, state, inbound, party, queue, since, answeredAt, muted, asksFor,
 * goesTo}`.
 * `state` is the name of the dialog's. `since` is when that began and `answeredAt` when they began
 * to talk, both in Unix ms. `queue` is that from which the call centre gave the caller to the agent.
 * `asksFor` is the line that waits while the agent asks a colleague to take it; `goesTo` is to whom it
 * is being handed over.
 */
export const lines = new Map();

const listeners = new Set();
const endListeners = new Set();

/** Runs after each change of a line. */
export function onPhone(run) {
  listeners.add(run);
}

/** Runs with a line that has ended; its dialog says why. */
export function onLineEnd(run) {
  endListeners.add(run);
}

function changed() {
  for (const run of listeners) run();
}

/** Whether the agent is called by this browser. */
export const isPhone = () => session.here && session.extn === session.login.split("@")[0];

export const isRinging = (line) => line?.state === "ringing";
export const isHeld = (line) => line?.state === "held";
/** Whether they talk, or would if the line were not held. */
export const isUp = (line) => line?.state === "active" || isHeld(line);

const all = () => [...lines.values()];
/** The line that rings, if one does. */
export const ringingLine = () => all().find(isRinging);
/** The line that buttons of a headset and keys are about: the one in which the agent talks, or will. */
export const currentLine = () => all().find(({ state }) => state === "active") ?? all().findLast((line) => !isRinging(line)) ?? ringingLine();

const keptAs = (id) => `call.${id}`;

function begin(dialog) {
  const { callID: id, direction } = dialog;
  const line = { id, dialog, inbound: direction.name === "inbound", since: Date.now(), muted: false, ...recallInTab(keptAs(id)) };
  lines.set(id, line);
  return line;
}

function end(line) {
  if (!lines.delete(line.id)) return;
  rememberInTab(keptAs(line.id));
  for (const run of endListeners) run(line);
}

function follow(line) {
  const { dialog } = line;
  const { remote_caller_id_name: name, remote_caller_id_number: number } = dialog.params;
  // Some servers show a session's id where there is no number; the number that was dialled says more.
  const told = line.inbound || line.displayed ? text(number) : undefined;
  line.party = told || text(dialog.params.destination_number) || "";
  line.name = line.inbound && name !== number ? text(name) : "";
  if (me.call?.party === line.party && me.call.step !== "ended") line.queue ??= me.call.queue;
  line.muted = isUp(line) && !dialog.getMute();
}

function onDialogState(dialog) {
  const { name } = dialog.state;
  if (!lines.has(dialog.callID) && !isPhone()) return;
  const line = lines.get(dialog.callID) ?? begin(dialog);
  // After the connection was lost it may be another object.
  line.dialog = dialog;
  if (name === "destroy" || name === "purge") {
    end(line);
    return changed();
  }
  if (line.state !== name) line.since = Date.now();
  line.state = name;
  line.answeredAt ??= dialog.timings.active;
  follow(line);
  const { answeredAt, queue, asksFor } = line;
  // What the server doesn't tell again after a reload of the page.
  if (answeredAt) rememberInTab(keptAs(line.id), { answeredAt, queue, asksFor });
  changed();
}

onConnected({
  onDialogState,
  onMessage(dialog, message) {
    const line = dialog && lines.get(dialog.callID);
    if (!line || message.name !== "display") return;
    line.displayed = !/^[0-9a-f-]{36}$/.test(dialog.params.remote_caller_id_number);
    follow(line);
    changed();
  },
});
onConnection(() => lines.size > 0 && changed());
onMe(() => {
  for (const line of lines.values()) follow(line);
  changed();
});

/** Answers. What is talked on another line is held first, as `autoHold` has it. */
export function answer(line) {
  line.dialog.answer({ callee_id_name: session.agent, callee_id_number: session.extn });
}

export function reject(line) {
  line.dialog.hangup({ cause: "CALL_REJECTED" });
}

export function hangUp(line) {
  line.dialog.hangup();
}

export const toggleHold = (line) => line.dialog.toggleHold();

export function toggleMute(line) {
  line.dialog.setMute("toggle");
  follow(line);
  changed();
}

export const dtmf = (line, digits) => line.dialog.dtmf(digits);

/** Calls a number; what is talked on another line is held first. `asksFor` is the line to be handed over. */
export function call(number, asksFor) {
  const dialog = verto.newCall({
    destination_number: number,
    caller_id_name: session.agent,
    caller_id_number: session.extn,
  });
  if (!dialog) throw Object.assign(new Error(), { kind: "closed" });
  const line = begin(dialog);
  line.state = dialog.state.name;
  line.asksFor = asksFor?.id;
  follow(line);
  changed();
  return line;
}

// The line says to whom it goes before it ends; if it doesn't go there, it says so no more.
async function handOver(line, to, ask) {
  line.goesTo = to;
  try {
    await ask();
  } catch (error) {
    line.goesTo = undefined;
    throw error;
  }
}

/** Sends the caller to another number, without asking there. */
export const transfer = (line, number) => handOver(line, number, () => line.dialog.transfer(number));

/** The line that waits while the agent asks on this one; undefined if its caller has gone. */
export const waitingFor = (line) => lines.get(line?.asksFor);

/** Lets the caller who waits talk to the colleague who was asked. Both lines end here. */
export function complete(line) {
  const waiting = waitingFor(line);
  return handOver(waiting, line.party, () => waiting.dialog.replace(line.id));
}
