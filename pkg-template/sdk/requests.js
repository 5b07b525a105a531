// How every method with callbacks makes its call.
import * as check from "./check.js";
import { VertoError, failure } from "./error.js";
import { isAborted, onAbort } from "./signal.js";
import { coreOf, stateOf } from "./state.js";

const noMemory = () => failure("overflow", "no memory is left for this call");

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
      if (start(core, id, timeout) === false) throw noMemory();
    } catch (error) {
      // Anything else was thrown because WebAssembly has no memory left, not even for the
      // arguments of the core's method.
      if (!(error instanceof VertoError)) error = noMemory();
      // The core cannot do this: it may be what is missing.
      queueMicrotask(() => calls.settle(id, false, error));
    }
  });
}

/**
 * Makes any request. `params` is a function that returns the parameters, so that what it throws
 * settles the call too. With `mayRefuse` a result with a `code` other than 200 is a failure.
 */
export function request(verto, method, params, ok, failed, options, mayRefuse = false) {
  return callCore(verto, ok, failed, options, (core, id, timeout) => {
    const name = check.text("method", method);
    return core.request(id, check.json("params", params()), name, mayRefuse, timeout);
  });
}
