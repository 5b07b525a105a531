// The time: one interval for all that counts seconds, and durations as people read them.

const TICK_MS = 1000;
const listeners = new Set();
// How far the server's clock is ahead of the browser's. `since` in events is by the server's.
let aheadMs = 0;

/** The server's time in Unix milliseconds. */
export const serverNow = () => Date.now() + aheadMs;

/** Learns the server's time from the `Date` header of a reply, which is exact to a second. */
export function setServerDate(date) {
  const difference = Date.parse(date) - Date.now();
  // A smaller difference comes from that second and from the time that the reply took.
  aheadMs = Math.abs(difference) > 2000 ? difference : 0;
}

/** Runs every second. */
export function onTick(run) {
  listeners.add(run);
}

setInterval(() => {
  for (const run of listeners) run();
}, TICK_MS);

const two = (number) => String(number).padStart(2, "0");

/** A duration as `05:07` or `1:05:07`. */
export function duration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return seconds < 3600 ? rest : `${Math.floor(seconds / 3600)}:${rest}`;
}

/** How long something has been so, by the server's clock; "" where its beginning isn't known. */
export const elapsed = (since) => (since === undefined ? "" : duration(serverNow() - since));
