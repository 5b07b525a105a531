import { has, member } from "../sdk/check.js";
import { enums } from "../sdk/enums.js";
import { CODES, VertoError } from "../sdk/error.js";
import { askCredentials, masked } from "./credentials.js";
import { callBack, eventOf, log, report, safely } from "./page-code.js";
import { Sockets } from "./sockets.js";

/**
 * What the core calls; src/browser/host.rs says what each method is for. WebAssembly keeps this
 * object alive, and so this object refers weakly to the page's `Verto` and to its state (see
 * sdk/state.js), except while the core says that they are in use.
 */
export class Host extends Sockets {
  #verto;
  #state;
  // The same two, while the core holds them.
  #heldVerto = null;
  #heldState = null;

  // The password and the tokens of the newest login.
  #secrets = [];

  constructor(verto, state) {
    super();
    this.#verto = new WeakRef(verto);
    this.#state = new WeakRef(state);
  }

  get core() {
    return this.#state.deref()?.core;
  }

  get WebSocket() {
    return member(this.options(), "WebSocket") ?? globalThis.WebSocket;
  }

  verto() {
    return this.#verto.deref();
  }

  /** The calls that have not ended, by the core's numbers. */
  dialogs() {
    return this.#state.deref()?.dialogs;
  }

  /** Tells the listeners; `false` if one of them called preventDefault(). */
  dispatch(type, args) {
    return safely(() => this.#state.deref()?.dispatch(type, args));
  }

  hold(strongly) {
    if (!strongly) this.forget();
    this.#heldVerto = strongly ? this.#verto.deref() : null;
    this.#heldState = strongly ? this.#state.deref() : null;
  }

  options() {
    return safely(() => this.#verto.deref()?.options);
  }

  credentials() {
    return askCredentials(this.options(), report, (secrets) => (this.#secrets = secrets));
  }

  settle(id, ok, value) {
    const state = this.#heldState;
    if (!state) return;
    if (ok || value.kind === "auth" || value.kind === "rejected") state.lastResponse = ok ? value : value.data;
    state.calls.settle(id, ok, value);
  }

  state(state, attempt, delayMs, reason, error) {
    // A first `connecting` means that a new connect() has begun: from now on its callbacks are
    // called, and not those of the connection before.
    if (state === "connecting" && !attempt) this.#heldState?.former.shift();
    this.#tell("onStateChange", state, { attempt, delayMs, reason, error });
  }

  login(success, error) {
    this.#tell("onWSLogin", success, error);
    // With this code it is no server that refused: the page's own functions gave no credentials.
    if (error?.code !== CODES.auth) return;
    log(this.options(), "error", `login: ${error.message}`);
  }

  closed(asked) {
    this.#tell("onWSClose", asked);
  }

  message(name, data) {
    this.#tell("onMessage", null, enums.message[name], data);
  }

  registration(serno) {
    // While the core has events to tell it holds the state.
    return this.#heldState?.registrations.get(serno);
  }

  hear({ handler, userData, fromServer }, params) {
    // mod_verto adds the sender to what a client broadcasts (FreeSWITCH, transcript s05).
    if (fromServer && has(params, "userid")) return;
    if (!handler) {
      this.#tell("onEvent", params, userData);
      return;
    }
    try {
      handler(this.#heldVerto, params, userData);
    } catch (error) {
      report(error);
    }
  }

  ready(serno, channel) {
    const registration = this.#state.deref()?.registrations.get(serno);
    callBack(registration?.readyHandler, this.#verto.deref(), channel);
  }

  refused(channel, error) {
    if (this.#tell("onSubscribeError", channel, error)) return;
    log(this.options(), "warn", `no subscription to ${channel}: ${error.message}`);
  }

  gap(eventChannel, expected, received) {
    this.#tell("onGap", { eventChannel, expected, received });
  }

  release(serno) {
    this.forget();
    this.#state.deref()?.registrations.release(serno);
  }

  tell_soon() {
    queueMicrotask(() => this.core?.tell());
  }

  log(text) {
    const options = this.options();
    if (safely(() => options?.debug || options?.logger)) log(options, "debug", text);
  }

  error(kind, code, message, reason, data, method, sent) {
    const details = { reason, data, method, sent };
    if (kind === "aborted") details.cause = data;
    // What a server refuses it may echo, with all that it was given.
    if (kind === "auth" || kind === "rejected") {
      const mask = (said) => masked(said, this.#secrets);
      message = mask(message);
      details.reason = mask(reason);
      details.data = mask(data);
    }
    return new VertoError(kind, code, message, details);
  }

  // Calls the listeners and the callback; returns whether the page took it upon itself: it has such
  // a callback, or a listener of it called preventDefault().
  #tell(name, ...args) {
    return safely(() => {
      const type = eventOf(name);
      const state = this.#state.deref();
      const goesOn = state?.dispatch(type, args);
      const verto = this.#verto.deref();
      const callbacks = state?.former[0] ?? verto?.callbacks;
      if (typeof callbacks?.[name] !== "function") return goesOn === false;
      safely(() => callbacks[name](verto, ...args));
      return true;
    });
  }
}
