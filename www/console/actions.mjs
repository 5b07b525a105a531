// What can be done with a line, in the order of its buttons, and the keys for it.
import { attempt } from "./failures.mjs";
import { answer, complete, currentLine, hangUp, isHeld, isRinging, isUp, reject, ringingLine, toggleHold, toggleMute, waitingFor } from "./phone.mjs";

const isFree = (line) => isUp(line) && !waitingFor(line);

/**
 * Those that a held line has come last, so that they stay where they are when it is held.
 *
 * `{name, key, is, run, panel}`: with Alt the key does the same as the button; `is(line)` says whether
 * it can be done now; `run(line)` does it, or else a panel of this id opens for the line.
 */
export const ACTIONS = [
  { name: "answer", key: "A", is: isRinging, run: answer },
  { name: "reject", key: "R", is: isRinging, run: reject },
  { name: "complete", key: "J", is: (line) => isUp(line) && Boolean(waitingFor(line)), run: complete },
  { name: "keypad", key: "K", is: ({ state }) => state === "active", panel: "pad" },
  { name: "mute", key: "M", is: ({ state }) => state === "active", run: toggleMute },
  { name: "hold", key: "O", is: isUp, run: toggleHold },
  { name: "transfer", key: "X", is: isFree, panel: "colleagues" },
  { name: "hangUp", key: "Q", is: (line) => !isRinging(line), run: hangUp },
];

/** The line that the action's key is about: a call that rings comes first. */
export const lineFor = (action) => [ringingLine(), currentLine()].find((line) => line && action.is(line));

const FAILURES = { hold: "failedHold", complete: "failedTransfer" };

/** Does it; a failure is told beneath the lines. */
export function act({ name, run }, line, button) {
  return attempt({ button, place: "phone-message", failure: FAILURES[name] ?? "failedCall" }, async () => run(line));
}

/** The text of its button, by the line's state. */
export function labelOf({ name }, line) {
  if (name === "mute" && line.muted) return "unmute";
  if (name === "hold" && isHeld(line)) return "resume";
  return name;
}
