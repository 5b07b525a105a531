// How every method with callbacks makes its call.
import * as check from "./check.js";
import { VertoError, failure, foreign } from "./error.js";
import { isAborted, onAbort } from "./signal.js";
import { coreOf, stateOf } from "./state.js";

/**
 * Makes a call of the core, with the page's callbacks and options. It never throws: a failure
 * settles the call. `start` gets the core, the call's number and its timeout in ms (0 stands for
 * the usual one), and returns `false` where there is no memory for the call.
 */
export function callCore(verto, ok, failed, options, start) {
  const { calls } = stateOf(verto);
  return calls.make(ok, failed, (id) => {
    try {
      const core = coreOf(verto);
      const signal = check.member(options, "signal");
      check.callback("success_cb", ok);
      check.callback("failed_cb", failed);
      if (isAborted(signal)) return core.abort(id, false, check.member(signal, "reason", "signal"));
      // This comes before anything is sent, because the page's signal may refuse the listener.
      if (signal) calls.whenSettled(id, onAbort(signal, (why) => core.abort(id, true, why)));
      const timeout = check.milliseconds("timeout", check.member(options, "timeout"), 0);
      if (start(core, id, timeout) === false) throw new RangeError();
    } catch (thrown) {
      const error = thrown instanceof VertoError ? thrown : foreign(thrown);
      // The core cannot do this: it may be what is missing.
      queueMicrotask(() => calls.settle(id, false, error));
    }
  });
}

// What of a login a server may crash on (a real mod_verto did).
const NAMED_VALUES = ["loginParams", "userVariables"];

/**
 * Makes any request. `params` is a function that returns the parameters, so that what it throws
 * settles the call too. With `mayRefuse` a result with a `code` other than 200 is a failure.
 */
export function request(verto, method, params, ok, failed, options, mayRefuse = false) {
  return callCore(verto, ok, failed, options, (core, id, timeout) => {
    const name = check.text("method", method);
    const given = params();
    if (name === "login") for (const part of NAMED_VALUES) check.plain(part, check.member(given, part));
    return core.request(id, paramsText(given), name, mayRefuse, timeout);
  });
}

/**
 * The JSON text of a request's parameters, without a `sessid` of the page's: the core writes that of
 * the session. Servers read names in any case, and take the first of two (cJSON).
 */
export function paramsText(params) {
  const text = check.json("params", params);
  if (!/"sessid"/i.test(text)) return text;
  const given = JSON.parse(text);
  for (const name of Object.keys(given)) if (/^sessid$/i.test(name)) delete given[name];
  return JSON.stringify(given);
}
