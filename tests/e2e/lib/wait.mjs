import { setTimeout as pause } from "node:timers/promises";

// Long enough for a machine that has other work: nothing waits so long but for what never comes.
const TIMEOUT_MS = 20_000;
const INTERVAL_MS = 20;

/** Asks `probe` until what it gives is truthy, and returns that. `what` is a text or makes one. */
export async function until(what, probe, timeoutMs = TIMEOUT_MS) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > end) {
      const missing = typeof what === "function" ? what() : what;
      throw new Error(`not seen within ${timeoutMs} ms: ${missing}`);
    }
    await pause(INTERVAL_MS);
  }
}
