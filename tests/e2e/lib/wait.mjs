import { setTimeout as pause } from "node:timers/promises";

const TIMEOUT_MS = 10_000;
const INTERVAL_MS = 20;

/** Asks `probe` until what it gives is truthy, and returns that. */
export async function until(what, probe, timeoutMs = TIMEOUT_MS) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not seen within ${timeoutMs} ms: ${what}`);
    await pause(INTERVAL_MS);
  }
}
