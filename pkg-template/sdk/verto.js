import { VertoError, badArgument } from "./error.js";
import { enums } from "./enums.js";
import { Private, self } from "./private.js";
import { Host, State, call, onAbort, safely } from "../host/host.js";
import * as check from "./options.js";
import { isMissing } from "./options.js";
import { Client } from "../host/wasm.js";

const states = new Private();

function stateOf(verto) {
  const state = states.get(verto);
  if (!state) throw badArgument("verto", "must be an instance of Verto");
  return state;
}

// Where there is no `crypto`, or an odd one, sessids are still distinct, which is all that they
// must be.
function randomize(numbers) {
  return globalThis.crypto?.getRandomValues?.(numbers) ?? numbers.map(() => Math.random() * 2 ** 32);
}

/** The core behind `verto`, made when it is first needed. */
export function coreOf(verto) {
  const state = stateOf(verto);
  state.core ??= new Client(new Host(self(verto), state), ...randomize(new Uint32Array(2)));
  return state.core;
}

function callback(name, value) {
  if (!isMissing(value) && typeof value !== "function") throw badArgument(name, "must be a function");
  return value;
}

// Whether a signal, which may be left out, is aborted.
function isAborted(signal) {
  if (isMissing(signal)) return false;
  const [listen, aborted] = check.reading("signal", () => [signal.addEventListener, signal.aborted]);
  if (typeof listen !== "function") throw badArgument("signal", "must be an AbortSignal");
  return aborted;
}

const noMemory = () => new VertoError("overflow", -7, "no memory is left for this call");

/**
 * Makes a call of the core's, with the page's callbacks and options; never throws. `start` says
 * `false` where there is no memory for it.
 */
export function callCore(verto, ok, failed, options, start) {
  const state = stateOf(verto);
  return state.call(ok, failed, (id) => {
    try {
      const core = coreOf(verto);
      const signal = check.member(options, "signal");
      callback("success_cb", ok);
      callback("failed_cb", failed);
      if (isAborted(signal)) return core.abort(id, false, check.member(signal, "reason", "signal"));
      // Before anything is sent: the page's signal may refuse the listener.
      if (signal) state.calls.get(id).stop = onAbort(signal, (why) => core.abort(id, true, why));
      const timeout = check.milliseconds("timeout", check.member(options, "timeout"), 0);
      if (start(core, id, timeout) === false) throw noMemory();
    } catch (error) {
      // Where there is none even for the arguments the core cannot be entered.
      if (!(error instanceof VertoError)) error = noMemory();
      // Not by the core, which may be what is missing.
      queueMicrotask(() => state.settle(id, false, error));
    }
  });
}

/** Any request, of which `params` gives the parameters; see {@link callCore}. */
export function request(verto, method, params, ok, failed, options, mayRefuse = false) {
  return callCore(verto, ok, failed, options, (core, id, timeout) => {
    const name = check.text("method", method);
    return core.request(id, check.json("params", params()), name, mayRefuse, timeout);
  });
}

function begin(verto, options, callbacks) {
  states.set(verto, new State());
  verto.options = copy("options", options);
  checkCallbacks(callbacks);
  verto.callbacks = callbacks ?? {};
  verto.dialogs = {};
  return verto;
}

/** The ready-made instance: unlike others it compiles nothing until it is used. */
export function idleVerto() {
  return begin(Object.create(Verto.prototype));
}

// The loop behind events(); `started` gets what ends its subscription.
async function* readEvents(verto, channel, options, started) {
  const { buffer, ...given } = check.copy("options", options);
  const most = buffer ?? 1000;
  if (!(typeof most === "number" && most >= 1)) throw badArgument("buffer", "must be a number, 1 or more");
  const { handlers } = stateOf(verto);
  const waiting = [];
  let overflow, wake;
  given.handler = (_, event) => {
    if (waiting.length < most) waiting.push(event);
    else {
      const message = `more than ${most} events wait to be read from events()`;
      overflow = new VertoError("overflow", -7, message);
      verto.unsubscribe(handles);
    }
    wake?.();
  };
  const handles = verto.subscribe(channel, given);
  started(() => verto.unsubscribe(handles));
  const open = new Set(handles.map(({ serno }) => serno));
  for (const serno of open) {
    handlers.get(serno).ended = () => {
      open.delete(serno);
      wake?.();
    };
  }
  try {
    while (!given.signal?.aborted) {
      if (waiting.length) yield waiting.shift();
      else if (overflow) throw overflow;
      else if (!open.size) return;
      else await new Promise((resolve) => (wake = resolve));
    }
  } finally {
    verto.unsubscribe(handles);
  }
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
    const promise = callCore(this, null, null, null, (core, id) => {
      checkCallbacks(callbacks);
      const config = check.config(options);
      this.options = copy("params", options);
      this.callbacks = callbacks ?? this.callbacks;
      core.connect(id, ...config);
    });
    promise.catch((error) => {
      // Pages of callbacks don't look at the promise, and no callback is for this.
      if (!/invalid|unsupported|wasm/.test(error.kind)) return;
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
    stateOf(this).core?.logout();
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
    if (this.state !== "idle" && this.state !== "closed") {
      coreOf(this).fresh_credentials(check.login(options));
    }
    this.options = options;
  }

  socketReady() {
    const { state } = this;
    return state === "ready" || state === "authenticating";
  }

  purge() {
    stateOf(this).core?.unsubscribe_all();
    this.dialogs = {};
  }

  subscribe(channel, options) {
    const state = stateOf(this);
    const core = coreOf(this);
    const given = check.object("options", options);
    const names = ["handler", "userData", "readyHandler", "subParams", "local", "signal"];
    const [handler, userData, readyHandler, subParams, local, signal] = names.map((name) =>
      check.member(given, name),
    );
    callback("handler", handler);
    callback("readyHandler", readyHandler);
    if (isAborted(signal)) return [];
    const channels = list("channel", channel).map(check.channel);
    const params = check.subParams(subParams);
    // Before anything is subscribed: the page's signal may refuse the listener.
    let sernos;
    const end = (name, index) => sernos && core.unsubscribe([name], [sernos[index]]);
    const stops = channels.map((name, index) => signal && onAbort(signal, () => end(name, index)));
    const listener = state.listener(handler ?? null, userData);
    try {
      sernos = core.subscribe(channels, listener.number, params, !!local);
      return Array.from(sernos, (serno, index) => {
        state.register(serno, listener, readyHandler, stops[index]);
        return { serno, eventChannel: channels[index] };
      });
    } finally {
      state.forgetUnused(listener);
    }
  }

  events(channel, options) {
    let leave;
    const loop = readEvents(self(this), channel, options, (end) => (leave = end));
    // A generator's own return() waits behind a next() that waits for an event: that is woken first.
    const finish = loop.return;
    loop.return = (value) => {
      leave?.();
      return finish.call(loop, value);
    };
    return loop;
  }

  unsubscribe(handle) {
    const core = coreOf(this);
    if (isMissing(handle)) {
      core.unsubscribe_all();
      return;
    }
    const targets = list("handle", handle).map((one) => {
      if (typeof one !== "object") return [check.channel(one), 0];
      const serno = check.member(one, "serno");
      if (!(Number.isFinite(serno) && serno > 0)) throw badArgument("handle", "must be what subscribe() returned");
      return [check.channel(check.member(one, "eventChannel")), serno];
    });
    core.unsubscribe(targets.map(([name]) => name), targets.map(([, serno]) => serno));
  }

  // Not inherited: an EventTarget's own methods don't work through a framework's proxy.
  addEventListener(type, listener, options) {
    const state = stateOf(this);
    state.target ??= new EventTarget();
    state.target.addEventListener(type, listener, options);
  }

  removeEventListener(type, listener) {
    stateOf(this).target?.removeEventListener(type, listener);
  }

  sendMethod(method, params, ok, failed, options) {
    return request(this, method, () => params, ok, failed, options);
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

  broadcast(channel, params, ok, failed, options) {
    const broadcast = () => {
      check.json("params", params);
      const localBroadcast = check.member(params, "localBroadcast");
      const request = { eventChannel: check.text("channel", channel), data: params ?? {} };
      return typeof localBroadcast === "boolean" ? { ...request, localBroadcast } : request;
    };
    // A refusal is a result with a code (FreeSWITCH, transcript s05).
    return request(this, "verto.broadcast", broadcast, ok, failed, options, true);
  }

  message(message, ok, failed, options) {
    const info = () => {
      for (const name of ["to", "body"]) check.text(name, check.member(message, name));
      check.json("message", message);
      return { msg: message };
    };
    return request(this, "verto.info", info, ok, failed, options);
  }

  fsAPI(cmd, arg, ok, failed, options) {
    const fsapi = () => {
      if (typeof (arg ?? "") !== "string") throw badArgument("arg", "must be a string");
      return { command: "fsapi", data: { cmd: check.text("cmd", cmd), arg: arg ?? "" } };
    };
    return request(this, "jsapi", fsapi, ok, failed, options);
  }

  fsStatus(ok, failed, options) {
    return this.fsAPI("status", "", ok, failed, options);
  }

  showFSAPI(what, ok, failed, options) {
    const arg = typeof what === "string" ? `${what} as json` : what;
    return this.fsAPI("show", arg, ok, failed, options);
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

  // The minifier shortens the class's own.
  static name = "Verto";
  static enum = enums;
  static videoDevices = [];
  static audioInDevices = [];
  static audioOutDevices = [];

  static genUUID() {
    const bytes = randomize(new Uint8Array(16));
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

// `using verto = new Verto()`, where the platform has it.
if (Symbol.dispose) {
  Verto.prototype[Symbol.dispose] = function () {
    this.destroy();
  };
}

const CALLBACKS =
  "onWSLogin onWSClose onMessage onEvent onStateChange onSubscribeError onGap".split(" ");

function checkCallbacks(callbacks) {
  if (isMissing(callbacks)) return;
  if (typeof callbacks !== "object") throw badArgument("callbacks", "must be an object");
  for (const name of CALLBACKS) callback(name, check.member(callbacks, name));
}

// What may be given alone or as an array.
function list(name, value) {
  return check.reading(name, () => [value].flat());
}

const OPTIONS =
  "login passwd socketUrl wsFallbackURL WebSocket loginParams userVariables sessid autoReconnect keepAlive timeout debug logger".split(
    " ",
  );

// What is inherited (an instance of a page's class, Object.create) counts too.
function copy(name, object) {
  const given = check.object(name, object);
  return check.reading(name, () => {
    const copied = { ...given };
    for (const option of OPTIONS) if (given[option] !== undefined) copied[option] = given[option];
    return copied;
  });
}
