// Runs code of the page's: a callback, a logger, a getter. What that throws is the page's own
// error. It stops nothing of ours, and goes where the browser reports the page's errors.
import { member } from "../sdk/check.js";

export function report(error) {
  try {
    if (typeof reportError === "function") reportError(error);
    else globalThis.setTimeout(() => { throw error; });
  } catch {
    // The page replaced these functions by ones that throw: nobody is left to be told.
  }
}

export function safely(run) {
  try {
    return run();
  } catch (error) {
    report(error);
  }
}

/** Writes a line to the page's logger, at one of its levels: `error`, `warn`, `debug`. */
export function log(options, level, text) {
  safely(() => (member(options, "logger") ?? globalThis.console)?.[level]?.(`verto: ${text}`));
}

/** Calls a callback, if it is one. */
export function callBack(callback, ...args) {
  if (typeof callback === "function") safely(() => callback(...args));
}

/** The type of the event that tells the same as a callback: `dialogstate` of `onDialogState`. */
export const eventOf = (name) => name.slice("on".length).toLowerCase();
