// What the agent has done today, counted from the events that this browser has seen.
import { session } from "./connection.mjs";
import { duration } from "./clock.mjs";
import { element, setText } from "./dom.mjs";
import { onMe } from "./me.mjs";
import { recall, remember } from "./storage.mjs";

/** How many calls are remembered. Two tabs of one agent thereby count each call once. */
const REMEMBERED_CALLS = 50;

const day = () => new Date().toLocaleDateString("sv");
const key = () => `today.${session.agent}`;

function counts() {
  const kept = recall(key());
  return kept?.day === day() ? kept : { day: day(), answered: 0, missed: 0, dialled: 0, talked: 0, talkMs: 0, calls: [] };
}

function count({ call, direction, durationMs = 0 }) {
  const today = counts();
  if (today.calls.includes(call)) return;
  if (direction === "outbound") today.dialled += 1;
  else if (durationMs > 0) today.answered += 1;
  else today.missed += 1;
  if (durationMs > 0) today.talked += 1;
  today.talkMs += durationMs;
  today.calls = [...today.calls, call].slice(-REMEMBERED_CALLS);
  remember(key(), today);
}

function show() {
  const { answered, missed, dialled, talked, talkMs } = counts();
  const figures = { answered, missed, dialled, talk: duration(talkMs), mean: duration(talked ? talkMs / talked : 0) };
  for (const [name, figure] of Object.entries(figures)) setText(element(`today-${name}`), String(figure));
}

onMe((event) => {
  if (event?.eventType === "callEnded") count(event.data);
  show();
});
