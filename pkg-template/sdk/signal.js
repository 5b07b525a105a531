// A page's AbortSignal. It may be a stand-in of the page's own, so whatever it does may throw.
import { safely } from "../host/page-code.js";
import { isMissing, reading } from "./check.js";
import { badArgument } from "./error.js";

/** Whether a signal, which may be left out, is aborted. */
export function isAborted(signal) {
  if (isMissing(signal)) return false;
  const [listen, aborted] = reading("signal", () => [signal.addEventListener, signal.aborted]);
  if (typeof listen !== "function") throw badArgument("signal", "must be an AbortSignal");
  return aborted;
}

/** Runs `act` when the signal is aborted; returns a function that ends the listening. */
export function onAbort(signal, act) {
  const listener = () => act(signal.reason);
  reading("signal", () => signal.addEventListener("abort", listener, { once: true }));
  return () => safely(() => signal.removeEventListener("abort", listener));
}
