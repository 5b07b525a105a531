import { VertoError, badArgument } from "./error.js";
import { enums } from "./enums.js";
import { Hidden, self } from "./hidden.js";
import { Host, State, call, safely } from "./host.js";
import { Client } from "./wasm.js";

const states = new Hidden();

function stateOf(verto) {
  const state = states.get(verto);
  if (!state) throw badArgument("verto", "must be an instance of Verto");
  return state;
}

/** The core behind `verto`, made when it is first needed. */
export function coreOf(verto) {
  const state = stateOf(verto);
  state.core ??= new Client(new Host(self(verto), state));
  return state.core;
}

function isMissing(value) {
  return value === undefined || value === null;
}

function callback(name, value) {
  if (!isMissing(value) && typeof value !== "function") throw badArgument(name, "must be a function");
  return value;
}

/** Makes a call of the core's, with the page's callbacks; never throws. */
export function callCore(verto, ok, failed, start) {
  const state = stateOf(verto);
  let core, refused;
  try {
    core = coreOf(verto);
  } catch (error) {
    // No WebAssembly, no core: the call fails all the same, afterwards and once.
    const promise = Promise.reject(error);
    promise.catch(() => call(failed, error));
    return promise;
  }
  for (const [name, value] of [["success_cb", ok], ["failed_cb", failed]]) {
    if (!isMissing(value) && typeof value !== "function") refused ??= name;
  }
  return state.call(ok, failed, (id) => {
    try {
      if (refused) core.refuse_argument(id, refused, "must be a function");
      else start(core, id);
    } catch {
      // A getter of the page's, or a Proxy.
      core.refuse_argument(id, "an argument", "cannot be read: it throws");
    }
  });
}

function begin(verto, options, callbacks) {
  states.set(verto, new State());
  verto.options = copy("options", options);
  const unusable = unusableCallback(callbacks);
  if (unusable) throw badArgument(...unusable);
  verto.callbacks = callbacks ?? {};
  verto.dialogs = {};
  return verto;
}

/** The ready-made instance: unlike others it compiles nothing until it is used. */
export function idleVerto() {
  return begin(Object.create(Verto.prototype));
}

export class Verto {
  constructor(options, callbacks) {
    begin(this, options, callbacks);
    coreOf(this);
    if (this.options.socketUrl) this.connect();
  }

  get state() {
    return states.get(this)?.core?.state ?? "idle";
  }

  get sessid() {
    return states.get(this)?.core?.sessid || this.options?.sessid || "";
  }

  get rpcClient() {
    return this;
  }

  // Read-only, but a page that assigns them (by Object.assign, say) is not stopped by it.
  set state(_) {}
  set sessid(_) {}
  set rpcClient(_) {}

  connect(params, callbacks) {
    const options = isMissing(params) ? this.options : params;
    const promise = callCore(this, null, null, (core, id) => {
      const unusable = unusableCallback(callbacks);
      if (unusable) core.refuse_argument(id, ...unusable);
      else if (core.connect(id, options)) {
        this.options = copy("params", options);
        this.callbacks = callbacks ?? this.callbacks;
      }
    });
    promise.catch((error) => {
      // Pages of callbacks don't look at the promise, and no callback is for this.
      if (error.kind !== "invalid-argument" && error.kind !== "wasm-unavailable") return;
      safely(() => {
        const logger = options?.logger ?? globalThis.console;
        logger?.error?.(`verto: connect: ${error.message}`);
      });
    });
    return promise;
  }

  login() {
    return this.connect();
  }

  logout() {
    // An instance that was never used has nothing to end.
    states.get(this)?.core?.logout();
  }

  closeSocket() {
    this.logout();
  }

  destroy() {
    this.logout();
    this.dialogs = {};
  }

  loginData(params) {
    const { login, passwd, loginParams, userVariables } = copy("params", params);
    const options = { ...this.options };
    for (const [name, value] of Object.entries({ login, passwd, loginParams, userVariables })) {
      if (value !== undefined) options[name] = value;
    }
    // Without a connection the next connect() checks them, when they are complete.
    if (this.state !== "idle" && this.state !== "closed") coreOf(this).login_data(options);
    this.options = options;
  }

  socketReady() {
    const { state } = this;
    return state === "ready" || state === "authenticating";
  }

  purge() {
    this.dialogs = {};
    states.get(this)?.core?.unsubscribe_all();
  }

  subscribe(channel, options) {
    const state = stateOf(this);
    const core = coreOf(this);
    const { handler, userData, readyHandler, subParams, local } = objectOr({}, "options", options);
    callback("handler", handler);
    callback("readyHandler", readyHandler);
    const channels = Array.isArray(channel) ? channel : [channel];
    const listener = state.listener(handler ?? null, userData);
    try {
      const sernos = core.subscribe(channels, listener.number, subParams, !!local);
      return Array.from(sernos, (serno, index) => {
        state.register(serno, listener, readyHandler);
        return { serno, eventChannel: channels[index] };
      });
    } finally {
      state.forgetUnused(listener);
    }
  }

  unsubscribe(handle) {
    const core = coreOf(this);
    if (isMissing(handle)) {
      core.unsubscribe_all();
      return;
    }
    const handles = Array.isArray(handle) ? handle : [handle];
    const targets = handles.map((one) => {
      if (typeof one !== "object") return [one, 0];
      if (!(one?.serno > 0)) throw badArgument("handle", "must be what subscribe() returned");
      return [one.eventChannel, one.serno];
    });
    core.unsubscribe(targets.map(([name]) => name), targets.map(([, serno]) => serno));
  }

  sendMethod(method, params, ok, failed, options) {
    return callCore(this, ok, failed, (core, id) => core.request(id, method, params, options));
  }

  call(method, params, ok, failed, options) {
    return this.sendMethod(method, params, ok, failed, options);
  }

  notify(method, params) {
    this.sendMethod(method, params);
  }

  stopRetrying() {
    if (this.state === "reconnecting") this.logout();
  }

  speedTest() {
    throw new VertoError("unsupported", -8, "this version has no speed test");
  }

  broadcast(channel, params, ok, failed) {
    return callCore(this, ok, failed, (core, id) => core.broadcast(id, channel, params));
  }

  message(message, ok, failed) {
    return callCore(this, ok, failed, (core, id) => core.message(id, message));
  }

  fsAPI(cmd, arg, ok, failed) {
    return callCore(this, ok, failed, (core, id) => core.fsapi(id, cmd, arg));
  }

  fsStatus(ok, failed) {
    return this.fsAPI("status", "", ok, failed);
  }

  showFSAPI(what, ok, failed) {
    return this.fsAPI("show", typeof what === "string" ? `${what} as json` : what, ok, failed);
  }

  // Calls come with a later version; their settings are kept for it.
  videoParams(params) {
    this.options.videoParams = params;
  }

  iceServers(servers) {
    this.options.iceServers = servers;
  }

  deviceParams(params) {
    this.options.deviceParams = params;
  }

  newCall() {
    throw new VertoError("unsupported", -8, "this version makes no WebRTC calls; use ccDial");
  }

  hangup() {}

  static enum = enums;
  static videoDevices = [];
  static audioInDevices = [];
  static audioOutDevices = [];

  static genUUID() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  // No devices without calls. Pages that never call ask for them all the same.
  static init(options, done) {
    Verto.refreshDevices(done);
  }

  static refreshDevices(done) {
    callback("callback", done);
    if (done) queueMicrotask(() => done(false));
  }
}

const CALLBACKS =
  "onWSLogin onWSClose onMessage onEvent onStateChange onSubscribeError onGap".split(" ");

// The name of what is no callback among `callbacks`, and what it must be.
function unusableCallback(callbacks) {
  if (isMissing(callbacks)) return null;
  if (typeof callbacks !== "object") return ["callbacks", "must be an object"];
  const usable = (name) => isMissing(callbacks[name]) || typeof callbacks[name] === "function";
  const name = CALLBACKS.find((one) => !usable(one));
  return name ? [name, "must be a function"] : null;
}

function objectOr(otherwise, name, object) {
  if (isMissing(object)) return otherwise;
  if (typeof object !== "object") throw badArgument(name, "must be an object");
  return object;
}

const OPTIONS =
  "login passwd socketUrl wsFallbackURL loginParams userVariables sessid autoReconnect keepAlive timeout debug logger".split(
    " ",
  );

// What is inherited (an instance of a page's class, Object.create) counts too.
function copy(name, object) {
  const given = objectOr({}, name, object);
  const copied = { ...given };
  for (const option of OPTIONS) if (given[option] !== undefined) copied[option] = given[option];
  return copied;
}
