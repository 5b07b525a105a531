// The class `Verto`. types/index.d.ts says what each of its methods is for.
import { callBack, log } from "../host/page-code.js";
import { Caller } from "./caller.js";
import * as check from "./check.js";
import { enums } from "./enums.js";
import { badArgument } from "./error.js";
import { LOOP, events } from "./events.js";
import { checkCallbacks, config, copyOptions, login } from "./options.js";
import { self } from "./private.js";
import { uuid } from "./random.js";
import { callCore, request } from "./requests.js";
import { isAborted, onAbort } from "./signal.js";
import { addState, coreOf, stateIfAny, stateOf } from "./state.js";
import { unload } from "./unload.js";

// Why connect() fails at once: the page made a mistake, or this platform cannot run us.
const FAILS_AT_ONCE = ["invalid-argument", "unsupported", "wasm-unavailable"];

// The largest speed test, in bytes (ours: what a slow line still carries in a minute).
const MOST_BYTES = 16_777_216;

function isActive({ state }) {
  return state !== "idle" && state !== "closed";
}

// Such a login is sent as it is: not every server of this family has domains.
function warnOfLogin({ options }) {
  const user = check.member(options, "login");
  if (typeof user === "string" && !user.includes("@")) {
    log(options, "warn", "login has no @domain, which XSwitch and FreeSWITCH refuse");
  }
}

// What the constructor does before anything is compiled.
function initialize(verto, options, callbacks) {
  addState(verto);
  verto.options = copyOptions("options", options);
  checkCallbacks(callbacks);
  verto.callbacks = callbacks ?? {};
  verto.dialogs = {};
  return verto;
}

/** The ready-made instance. Unlike other instances it compiles nothing until it is used. */
export function idleVerto() {
  return initialize(Object.create(Verto.prototype));
}

export class Verto extends Caller {
  constructor(options, callbacks) {
    super();
    initialize(this, options, callbacks);
    coreOf(this);
    // Pages ask in it which pictures a camera has.
    const deviceParams = check.member(this.options, "deviceParams");
    if (check.isObject(deviceParams)) this.deviceParams(deviceParams);
    if (check.member(this.options, "socketUrl")) this.connect();
  }

  get state() {
    return stateIfAny(this)?.core?.state ?? "idle";
  }

  get sessid() {
    return stateIfAny(this)?.core?.sessid || this.options?.sessid || "";
  }

  get rpcClient() {
    return this;
  }

  get last_response() {
    return stateIfAny(this)?.lastResponse;
  }

  // These three are read-only. A page that assigns to them all the same, by Object.assign for one,
  // gets no error.
  set state(_) {}
  set sessid(_) {}
  set rpcClient(_) {}

  // Error reporters and loggers write down what they are given. An instance's options hold the
  // password and tokens, so that only its state is shown.
  toJSON() {
    return { state: this.state };
  }

  // Node.js looks for this method when console.log() shows an object.
  [Symbol.for("nodejs.util.inspect.custom")]() {
    return `Verto { state: '${this.state}' }`;
  }

  connect(params, callbacks) {
    const options = check.isMissing(params) ? this.options : params;
    const promise = callCore(this, null, null, null, (core, id) => {
      checkCallbacks(callbacks);
      const wanted = callbacks ?? this.callbacks ?? {};
      let checked;
      let former;
      try {
        checked = config(options);
      } finally {
        // A getter of the page's may have connected meanwhile, which this connect() overtakes.
        former = this.callbacks ?? {};
        // They stay where the rest is refused: a page may connect again without giving them again.
        this.callbacks = wanted;
      }
      this.options = copyOptions("params", options);
      warnOfLogin(this);
      // What is still to be told of the connection so far is told to whom it belonged.
      stateOf(this).former.push(former);
      core.connect(id, checked);
    });
    promise.catch((error) => {
      // Pages that use callbacks don't look at the promise, and no callback tells them of this.
      if (FAILS_AT_ONCE.includes(error.kind)) log(options, "error", `connect: ${error.message}`);
    });
    return promise;
  }

  login() {
    // Beside a connection that is there or is being made, this makes no other.
    if (!isActive(this)) return this.connect();
    return callCore(this, null, null, null, (core, id) => core.login(id));
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
    const given = copyOptions("params", params);
    const options = { ...this.options };
    for (const name of ["login", "passwd", "loginParams", "userVariables"]) {
      if (given[name] !== undefined) options[name] = given[name];
    }
    // Without a connection they may still be incomplete: the next connect() checks them.
    if (isActive(this)) coreOf(this).fresh_credentials(login(options));
    this.options = options;
    warnOfLogin(this);
  }

  socketReady() {
    return isActive(this) && this.state !== "reconnecting";
  }

  purge() {
    stateOf(this).core?.unsubscribe_all();
    this.hangup();
    this.dialogs = {};
  }

  subscribe(channel, options) {
    const { registrations } = stateOf(this);
    const core = coreOf(this);
    const given = check.object("options", options);
    const get = (name) => check.member(given, name);
    const handler = get("handler");
    const userData = get("userData");
    const readyHandler = get("readyHandler");
    const subParams = get("subParams");
    const local = !!get("local");
    const signal = get("signal");
    check.callback("handler", handler);
    check.callback("readyHandler", readyHandler);
    if (isAborted(signal)) return [];
    const channels = check.list("channel", channel).map(check.channel);
    const params = check.subParams(subParams);
    // The page's signal may refuse the listener, so this comes before anything is subscribed. One
    // listener serves all channels, until the last of these registrations has ended or is renewed.
    let sernos = [];
    let open = channels.length;
    let stop;
    if (signal && open) {
      const stopListening = onAbort(signal, () => {
        const isIts = (_, index) => registrations.get(sernos[index])?.stop === stop;
        core.unsubscribe(channels.filter(isIts), channels.map((_, index) => sernos[index]).filter(isIts));
      });
      stop = () => --open || stopListening();
    }
    const listener = registrations.listener(handler ?? null, userData, !!get("fromServer"));
    try {
      // How it is made, as the core's `Origin`.
      const origin = signal ? 2 : get(LOOP) ? 1 : 0;
      sernos = core.subscribe(channels, listener.number, listener.twin.number, origin, params, local);
      return channels.map((eventChannel, index) => {
        const serno = sernos[index];
        registrations.add(serno, listener, readyHandler, stop);
        return { serno, eventChannel };
      });
    } finally {
      registrations.forgetUnused(listener);
    }
  }

  events(channel, options) {
    return events(self(this), channel, options);
  }

  unsubscribe(handle) {
    const core = coreOf(this);
    if (check.isMissing(handle)) {
      core.unsubscribe_all();
      return;
    }
    const targets = check.list("handle", handle).map((one) => {
      if (typeof one !== "object") return [check.channel(one), 0];
      const serno = check.member(one, "serno");
      if (!(Number.isFinite(serno) && serno > 0)) throw badArgument("handle", "must be what subscribe() returned");
      return [check.channel(check.member(one, "eventChannel")), serno];
    });
    core.unsubscribe(targets.map(([name]) => name), targets.map(([, serno]) => serno));
  }

  // These are not inherited from EventTarget, whose own methods don't work through a framework's
  // proxy.
  addEventListener(type, listener, options) {
    // As elsewhere, `signal: null` is no signal; the browser would throw a TypeError.
    const given = options?.signal === null ? { ...options, signal: undefined } : options;
    const state = stateOf(this);
    state.heard.add(type);
    state.target.addEventListener(type, listener, given);
  }

  removeEventListener(type, listener) {
    stateOf(this).target.removeEventListener(type, listener);
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

  speedTest(bytes, ok, failed, options) {
    const told = (figures) => callBack(ok, figures.event, figures);
    return callCore(this, told, failed, options, (core, id, timeout) => {
      check.callback("callback", ok);
      const size = Math.ceil(bytes);
      if (!(size >= 1 && size <= MOST_BYTES)) throw badArgument("bytes", `must be a number from 1 to ${MOST_BYTES}`);
      return core.request(id, `#SPU ${size}`, "speedTest", false, timeout);
    });
  }

  broadcast(channel, params, ok, failed, options) {
    const broadcast = () => {
      check.json("params", params);
      const localBroadcast = check.member(params, "localBroadcast");
      const request = { eventChannel: check.text("channel", channel), data: params ?? {} };
      return typeof localBroadcast === "boolean" ? { ...request, localBroadcast } : request;
    };
    // The server refuses it by a result with a code (FreeSWITCH, transcript s05).
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

  videoParams(params) {
    this.options.videoParams = params;
  }

  iceServers(servers) {
    this.options.iceServers = servers;
  }

  // The minifier would shorten the class's own name.
  static get name() {
    return "Verto";
  }
  static enum = enums;

  static genUUID() {
    return uuid();
  }

  static get unloadJobs() {
    return unload().jobs;
  }

  static get haltClosure() {
    return unload().halt;
  }

  static set haltClosure(closure) {
    unload().halt = closure;
  }
}

// A frozen instance works too, as stores of state make them.
for (const name of ["options", "callbacks", "dialogs"]) {
  Object.defineProperty(Verto.prototype, name, {
    __proto__: null,
    get() {
      return stateIfAny(this)?.fields[name];
    },
    set(value) {
      stateOf(this).fields[name] = value;
    },
    configurable: true,
  });
}

// `using verto = new Verto()`, where the platform has it.
if (Symbol.dispose) {
  Verto.prototype[Symbol.dispose] = function () {
    this.destroy();
  };
}
