import { askCredentials } from "./credentials.js";
import { VertoError } from "../sdk/error.js";
import { enums } from "../sdk/enums.js";
import { reading } from "../sdk/options.js";
import { Sockets } from "./sockets.js";

const nothing = () => {};

/**
 * What an instance holds on the JavaScript side: the page's handlers and the calls that
 * are not settled. It is reachable only from the page's `Verto` (by a WeakMap), so that
 * the two are collected together.
 */
export class State {
  core = null;
  calls = new Map();
  handlers = new Map();
  /** Made for the first addEventListener(). */
  target = null;
  #lastCall = 0;
  #listeners = new Map();
  #lastListener = 0;

  /**
   * A promise of what `start` begins, which also runs the page's callbacks. Ignoring its
   * failure is no `unhandledrejection`: pages of callbacks know no promises.
   */
  call(ok, failed, start) {
    const id = (this.#lastCall = (this.#lastCall + 1) >>> 0);
    const call = { ok, failed };
    call.promise = new Promise((resolve, reject) => {
      call.resolve = resolve;
      call.reject = reject;
    });
    this.calls.set(id, call);
    start(id);
    return call.promise;
  }

  /** Settles a call's promise and runs its callback. */
  settle(id, ok, value) {
    const settled = this.calls.get(id);
    if (!settled) return;
    this.calls.delete(id);
    settled.stop?.();
    if (ok) settled.resolve(value);
    else {
      // Not for each call at its beginning: that would be a second promise for each.
      settled.promise.catch(nothing);
      settled.reject(value);
    }
    call(ok ? settled.ok : settled.failed, value);
  }

  /** The number of a handler with its userData: the same pair has the same number. */
  listener(handler, userData) {
    const known = this.#listeners.get(handler) ?? [];
    let found = known.find((one) => Object.is(one.userData, userData));
    if (!found) {
      found = { handler, userData, number: ++this.#lastListener, uses: 0 };
      this.#listeners.set(handler, [...known, found]);
    }
    return found;
  }

  /** `stop` is to be called when the registration ends, or is made anew. */
  register(serno, listener, readyHandler, stop) {
    const known = this.handlers.get(serno);
    if (!known) {
      listener.uses++;
      this.handlers.set(serno, { listener, readyHandler, stop });
      return;
    }
    known.stop?.();
    known.readyHandler = readyHandler ?? known.readyHandler;
    known.stop = stop;
  }

  release(serno) {
    const registration = this.handlers.get(serno);
    if (!registration) return;
    const { listener, stop, ended } = registration;
    this.handlers.delete(serno);
    registration.listener = null;
    listener.uses--;
    this.forgetUnused(listener);
    stop?.();
    ended?.();
  }

  forgetUnused(listener) {
    const known = this.#listeners.get(listener.handler);
    if (listener.uses > 0 || !known) return;
    const left = known.filter((one) => one !== listener);
    if (left.length) this.#listeners.set(listener.handler, left);
    else this.#listeners.delete(listener.handler);
  }
}

/** Runs `act` if the signal is aborted; returns what ends listening. */
export function onAbort(signal, act) {
  const listener = () => act(signal.reason);
  reading("signal", () => signal.addEventListener("abort", listener, { once: true }));
  return () => safely(() => signal.removeEventListener("abort", listener));
}

// What code of the page's threw is the page's own error: it goes where the browser reports those.
// That may be the page's code too, whose errors then stop nothing either.
function report(error) {
  try {
    if (typeof reportError === "function") reportError(error);
    else setTimeout(() => { throw error; });
  } catch {
    // There is nobody left to be told.
  }
}

// Runs code of the page's: a callback, a logger, a getter. What it throws stops nothing else.
export function safely(run) {
  try {
    return run();
  } catch (error) {
    report(error);
  }
}

export function call(callback, ...args) {
  if (typeof callback === "function") safely(() => callback(...args));
}

/**
 * What the core calls. The core is a root of the garbage collector, so this holds the
 * page's object weakly, except while the core says that it is in use.
 */
export class Host extends Sockets {
  #ref;
  #state;
  // The page's object, and its handlers and calls, while they are held.
  #held = null;
  #kept = null;

  constructor(verto, state) {
    super();
    this.#ref = new WeakRef(verto);
    this.#state = new WeakRef(state);
  }

  get core() {
    return this.#state.deref()?.core;
  }

  get WebSocket() {
    return this.options()?.WebSocket ?? globalThis.WebSocket;
  }

  hold(strongly) {
    if (!strongly) this.forget();
    this.#held = strongly ? this.#ref.deref() : null;
    this.#kept = strongly ? this.#state.deref() : null;
  }

  options() {
    return safely(() => this.#ref.deref()?.options);
  }

  credentials(socket) {
    const { core } = this.#state.deref();
    // Without a code it is no memory that was left: the next attempt may find some.
    const failed = ({ code, message }) => safely(() => core.no_credentials(socket, code ?? -10, message));
    try {
      const text = askCredentials(this.options(), report);
      if (typeof text === "string") core.credentials(socket, text);
      else text.then((text) => core.credentials(socket, text)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  settle(id, ok, value) {
    this.#kept?.settle(id, ok, value);
  }

  state(state, attempt, delayMs, reason, error) {
    this.#tell("onStateChange", state, { attempt, delayMs, reason, error });
  }

  login(success, error) {
    this.#tell("onWSLogin", success, error);
  }

  closed(asked) {
    this.#tell("onWSClose", asked);
  }

  message(name, data) {
    this.#tell("onMessage", null, enums.message[name], data);
  }

  registration(serno) {
    // The core holds us while it has events to tell.
    return this.#kept?.handlers.get(serno);
  }

  hear({ handler, userData }, params) {
    if (!handler) {
      this.#tell("onEvent", params, userData);
      return;
    }
    try {
      handler(this.#held, params, userData);
    } catch (error) {
      report(error);
    }
  }

  ready(serno, channel) {
    const ready = this.#state.deref()?.handlers.get(serno)?.readyHandler;
    call(ready, this.#ref.deref(), channel);
  }

  refused(channel, error) {
    if (this.#tell("onSubscribeError", channel, error)) return;
    safely(() => this.#logger()?.warn?.(`verto: no subscription to ${channel}: ${error.message}`));
  }

  gap(eventChannel, expected, received) {
    this.#tell("onGap", { eventChannel, expected, received });
  }

  release(serno) {
    this.forget();
    this.#state.deref()?.release(serno);
  }

  tell_soon() {
    queueMicrotask(() => this.core?.tell());
  }

  log(text) {
    safely(() => {
      const options = this.options();
      if (options?.debug || options?.logger) this.#logger()?.debug?.(`verto: ${text}`);
    });
  }

  error(kind, code, message, reason, data, method, sent) {
    const details = { reason, data, method, sent };
    if (kind === "aborted") details.cause = data;
    return new VertoError(kind, code, message, details);
  }

  #logger() {
    return this.options()?.logger ?? globalThis.console;
  }

  // Whether the page took it: by such a callback, or by a listener's preventDefault().
  #tell(name, ...args) {
    return safely(() => {
      const verto = this.#ref.deref();
      const type = name.slice(2).toLowerCase();
      const init = { detail: args, cancelable: true };
      const left = this.#state.deref()?.target?.dispatchEvent(new CustomEvent(type, init));
      const callbacks = verto?.callbacks;
      if (typeof callbacks?.[name] !== "function") return left === false;
      safely(() => callbacks[name](verto, ...args));
      return true;
    });
  }
}
