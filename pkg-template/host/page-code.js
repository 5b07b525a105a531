// Runs code of the page's: a callback, a logger, a getter. What that throws is the page's own
// error. It stops nothing of ours, and goes where the browser reports the page's errors.

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

/** Calls a callback, if it is one. */
export function callBack(callback, ...args) {
  if (typeof callback === "function") safely(() => callback(...args));
}
