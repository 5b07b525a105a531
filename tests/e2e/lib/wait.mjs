import { setTimeout as pause } from "node:timers/promises";

const TIMEOUT_MS = 10_000;
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
