// The loop behind `for await (const event of verto.events(channel))`.
import * as check from "./check.js";
import { badArgument, failure } from "./error.js";
import { stateOf } from "./state.js";

/** How many events may wait to be read, unless the page says otherwise. */
const BUFFER = 1000;

/** The option by which subscribe() knows that a loop subscribes. */
export const LOOP = Symbol("events");

/** See `Verto.events` in types/index.d.ts. */
export function events(verto, channel, options) {
  let leave;
  const loop = readEvents(verto, channel, options, (end) => (leave = end));
  // A generator's own return() and throw() wait until the step before them has ended, which may be
  // waiting for an event. Ending the subscription first wakes that step.
  for (const name of ["return", "throw"]) {
    const finish = loop[name];
    loop[name] = (value) => {
      leave?.();
      return finish.call(loop, value);
    };
  }
  return loop;
}

// `started` gets the function that ends the loop's subscription.
async function* readEvents(verto, channel, options, started) {
  const { buffer, ...given } = check.copy("options", options);
  const most = buffer ?? BUFFER;
  if (!(typeof most === "number" && most >= 1)) throw badArgument("buffer", "must be a number, 1 or more");
  const waiting = [];
  let overflow, wake;
  given.handler = (_, event) => {
    if (waiting.length < most) waiting.push(event);
    else {
      overflow = failure("overflow", `more than ${most} events wait to be read from events()`);
      verto.unsubscribe(handles);
    }
    wake?.();
  };
  given[LOOP] = true;
  const handles = verto.subscribe(channel, given);
  started(() => verto.unsubscribe(handles));
  const { registrations } = stateOf(verto);
  for (const { serno } of handles) registrations.whenReleased(serno, () => wake?.());
  const isOpen = () => handles.some(({ serno }) => registrations.get(serno));
  try {
    while (!given.signal?.aborted) {
      if (waiting.length) yield waiting.shift();
      else if (overflow) throw overflow;
      else if (!isOpen()) return;
      else await new Promise((resolve) => (wake = resolve));
    }
  } finally {
    verto.unsubscribe(handles);
  }
}
