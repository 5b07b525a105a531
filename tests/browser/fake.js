// What the shell's tests run against instead of a network, a clock and a page.
//
// A World replaces the browser's WebSocket, timers and wall clock. There is one World at a time.
// A Page stands for a page's Verto object with its client: it notes everything that the client
// tells it, and can call the client from inside each of those calls. Between the two the
// package's own files do the work: sockets, frames, waking up, credentials and options.

// These are loaded one at a time, each after what it imports: of requests that come at once the
// server of wasm-bindgen-test may leave one unanswered (the pool of threads of tiny_http 0.12), and
// then no test ever begins.
const { VertoError, badArgument } = await import("../../pkg-template/sdk/error.js");
const check = await import("../../pkg-template/sdk/check.js");
const { config } = await import("../../pkg-template/sdk/options.js");
await import("../../pkg-template/sdk/enums.js");
await import("../../pkg-template/host/page-code.js");
await import("../../pkg-template/host/credentials.js");
await import("../../pkg-template/host/sockets.js");
const { Host } = await import("../../pkg-template/host/host.js");

const { addEventListener, removeEventListener } = EventTarget.prototype;
const real = {
  WebSocket: globalThis.WebSocket,
  setTimeout: globalThis.setTimeout.bind(globalThis),
  clearTimeout: globalThis.clearTimeout.bind(globalThis),
  now: Date.now.bind(Date),
  reportError: globalThis.reportError.bind(globalThis),
};

const WAKING = ["beforeunload", "online", "pageshow", "visibilitychange", "resume"];

let world = null;

/** Resolves when every microtask that is due has run. */
export function turn() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}

export class World {
  /**
   * How long the machine was awake, in ms from some beginning, and how long it slept. A browser's
   * timers count only the first, and its wall clock shows the sum.
   */
  #awake = 1_700_000_000_000;
  #slept = 0;
  sockets = [];
  /** What happened and must never happen, in words. */
  wrongs = [];
  /** What `new WebSocket` throws, if anything. */
  refusal = null;
  answersInSend = false;
  closesInClose = false;
  /** Stands for `reportError`, by which the package reports what the page's functions threw. */
  report = real.reportError;
  #timers = new Map();
  #lastTimer = 0;
  #realTime = false;
  /** The listeners for the events by which a page wakes up. */
  #listeners = [];
  #ended = new AbortController();

  constructor() {
    world?.end();
    world = this;
    globalThis.WebSocket = FakeSocket;
    globalThis.setTimeout = (callback, delay) => this.#setTimeout(callback, delay);
    globalThis.clearTimeout = (id) => this.#clearTimeout(id);
    Date.now = () => (this.#realTime ? real.now() : this.#awake + this.#slept);
    globalThis.reportError = (thrown) => this.report(thrown);
    const { signal } = this.#ended;
    const failed = (event) => this.wrong("an error event", event.error);
    globalThis.addEventListener("error", failed, { signal });
    const unhandled = (event) => this.wrong("an unhandled rejection", event.reason);
    globalThis.addEventListener("unhandledrejection", unhandled, { signal });
    const listeners = this.#listeners;
    EventTarget.prototype.addEventListener = function (type, listener, options) {
      if (WAKING.includes(type)) listeners.push({ target: this ?? globalThis, type, listener });
      return addEventListener.call(this, type, listener, options);
    };
    EventTarget.prototype.removeEventListener = function (type, listener, options) {
      const same = (one) => one.type === type && one.listener === listener;
      const index = listeners.findIndex(same);
      if (index >= 0) listeners.splice(index, 1);
      return removeEventListener.call(this, type, listener, options);
    };
  }

  end() {
    globalThis.WebSocket = real.WebSocket;
    globalThis.setTimeout = real.setTimeout;
    globalThis.clearTimeout = real.clearTimeout;
    Date.now = real.now;
    globalThis.reportError = real.reportError;
    Object.assign(EventTarget.prototype, { addEventListener, removeEventListener });
    // A client that one test has left connected must not wake up in the next test.
    for (const { target, type, listener } of this.#listeners) {
      target.removeEventListener(type, listener);
    }
    this.#ended.abort();
    world = null;
  }

  /** From now on the browser's own timers and clock count. Call it before any timer is set. */
  useRealTime() {
    this.#realTime = true;
  }

  wrong(what, thrown) {
    this.wrongs.push(thrown === undefined ? what : `${what}: ${thrown}`);
  }

  /** Runs what the browser would run. Nothing may be thrown out of it. */
  guard(what, run) {
    try {
      return run();
    } catch (thrown) {
      this.wrong(`thrown out of ${what}`, thrown);
    }
  }

  #setTimeout(callback, delay) {
    const id = ++this.#lastTimer;
    const timer = { at: this.#awake + (delay || 0), callback };
    if (this.#realTime) {
      timer.real = real.setTimeout(() => {
        this.#timers.delete(id);
        callback();
      }, delay);
    }
    this.#timers.set(id, timer);
    return id;
  }

  #clearTimeout(id) {
    real.clearTimeout(this.#timers.get(id)?.real);
    this.#timers.delete(id);
  }

  /** An event happens, on the document or on the window. */
  happen(type) {
    const target = ["visibilitychange", "resume"].includes(type) ? document : globalThis;
    target.dispatchEvent(new Event(type));
  }

  get wakeUps() {
    return this.#listeners.length;
  }

  get timers() {
    return this.#timers.size;
  }

  /** All timers run now. In a browser, too, a timer may run a fraction of a ms too early. */
  fire() {
    for (const [id, { callback }] of [...this.#timers]) {
      this.#timers.delete(id);
      this.guard("a timer", callback);
    }
  }

  /** The machine sleeps: the wall clock goes on, and the timers stand still. */
  sleep(ms) {
    this.#slept += ms;
  }

  advance(ms) {
    const end = this.#awake + ms;
    for (let runs = 0; ; runs++) {
      const due = [...this.#timers].filter(([, timer]) => timer.at <= end);
      if (!due.length) break;
      if (runs > 10_000) return this.wrong("timers without end");
      const [id, timer] = due.reduce((one, other) => (other[1].at < one[1].at ? other : one));
      this.#timers.delete(id);
      this.#awake = Math.max(this.#awake, timer.at);
      this.guard("a timer", timer.callback);
    }
    this.#awake = end;
  }

  socket(index) {
    return this.sockets.at(index);
  }

  get live() {
    return this.sockets.filter((socket) => socket.live).length;
  }

  get listening() {
    return this.sockets.filter((socket) => socket.listening).length;
  }

  /** Opens sockets and answers requests. Returns whether there was anything to do. */
  serve() {
    const open = this.sockets.filter((socket) => socket.readyState < 2);
    let served = false;
    for (const socket of open) {
      if (socket.readyState === 0) {
        socket.open();
        served = true;
      }
      served = socket.answer() || served;
    }
    return served;
  }
}

class FakeSocket {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;

  readyState = 0;
  binaryType = "blob";
  onopen = null;
  onmessage = null;
  onclose = null;
  onerror = null;
  sent = [];
  closes = [];
  #world = world;
  #answered = 0;
  #loggedIn = false;

  constructor(url) {
    if (world.refusal) throw world.refusal;
    this.url = url;
    world.sockets.push(this);
  }

  send(text) {
    if (this.readyState === 0) throw new DOMException("still connecting", "InvalidStateError");
    const { method } = JSON.parse(text);
    if (!this.#loggedIn && method !== "login") this.#world.wrong(`sent before the login: ${text}`);
    if (this.readyState > 1) return;
    this.sent.push(text);
    if (this.#world.answersInSend) this.answer();
  }

  close(code) {
    this.closes.push(code);
    if (this.readyState > 1) return;
    this.readyState = 2;
    if (this.#world.closesInClose) this.closed(code);
  }

  /** Whether neither side has closed it. */
  get live() {
    return this.readyState < 2;
  }

  get listening() {
    // A browser takes undefined for null here; `onerror` stays, and does nothing (host/sockets.js).
    return [this.onopen, this.onmessage, this.onclose].some((one) => one != null);
  }

  open() {
    this.readyState = 1;
    this.#world.guard("onopen", () => this.onopen?.(new Event("open")));
  }

  /** A frame from the server. A string makes a text frame, bytes make a binary one. */
  deliver(data) {
    const bytes = data instanceof Uint8Array && data.slice();
    const binary = bytes && (this.binaryType === "blob" ? new Blob([bytes]) : bytes.buffer);
    const frame = binary || data;
    const event = new MessageEvent("message", { data: frame });
    this.#world.guard("onmessage", () => this.onmessage?.(event));
  }

  closed(code) {
    this.readyState = 3;
    this.#world.guard("onclose", () => this.onclose?.(new CloseEvent("close", { code })));
  }

  answer() {
    let served = false;
    while (this.readyState === 1 && this.#answered < this.sent.length) {
      const request = JSON.parse(this.sent[this.#answered++]);
      if (request.id === undefined || !request.method) continue;
      served = true;
      if (request.method === "login") this.#loggedIn = true;
      this.deliver(JSON.stringify({ jsonrpc: "2.0", id: request.id, ...answerTo(request) }));
    }
    return served;
  }

  /** Leaves the next answer to the test. Returns the id of the request. */
  skip() {
    const request = JSON.parse(this.sent[this.#answered++]);
    if (request.method === "login") this.#loggedIn = true;
    return request.id;
  }
}

function answerTo({ method, params }) {
  switch (method) {
    case "login":
      return { result: { message: "logged in", sessid: params.sessid } };
    case "verto.subscribe": {
      const asked = [params.eventChannel].flat();
      const allowed = (channel) => !channel.startsWith("secret");
      const subscribedChannels = asked.filter(allowed);
      const unauthorizedChannels = asked.filter((channel) => !allowed(channel));
      if (!subscribedChannels.length) return { error: { unauthorizedChannels } };
      return { result: { subscribedChannels, unauthorizedChannels } };
    }
    case "verto.unsubscribe":
      return { result: { unsubscribedChannels: [params.eventChannel].flat() } };
    case "jsapi":
      return { result: { code: 200, message: "OK" } };
    default:
      return { result: { method } };
  }
}

/** A page with its Verto object, as the shell sees it. */
export class Page {
  /** The callbacks that ran since `told()` was called last, one line each. */
  #told = [];
  logs = [];
  /** Everything that the client ever logged or told, to be searched for secrets. */
  everything = [];
  holds = [];
  released = new Set();
  errors = new Map();
  client = null;
  /** As sdk/state.js has it: no connect() of a test ends a connection whose end is still to be told. */
  former = [];
  options = {
    socketUrl: "wss://pbx.example/ws",
    login: "1001@xswitch.cn",
    passwd: "1234",
    keepAlive: false,
  };
  /** What the page's functions threw, as it was reported. */
  reports = [];
  #settled = new Map();
  #lastCall = 0;
  #running = 0;
  #hooks = new Map();

  constructor() {
    world.report = (thrown) => {
      this.reports.push(thrown);
      this.entered("report");
    };
  }

  get host() {
    return new PageHost(this);
  }

  // The package knows the client by this name.
  get core() {
    return this.client;
  }

  told() {
    return this.#told.splice(0);
  }

  /** The number for a new call. */
  newCall() {
    this.#settled.set(++this.#lastCall, 0);
    return this.#lastCall;
  }

  /** Runs a method of the client. No callback may run before it has returned. */
  run(method) {
    this.#running++;
    try {
      return world.guard("a method", method);
    } finally {
      this.#running--;
    }
  }

  /** Runs the method of this name in `methods`. */
  call(name) {
    return this.run(() => methods[name](this));
  }

  /** Runs `start`, which makes the call `call`. If it refuses its arguments, the call has failed. */
  make(start, call = this.newCall()) {
    try {
      start(call);
    } catch (error) {
      const refusal = error instanceof VertoError ? error : badArgument("an argument", error);
      queueMicrotask(() => this.settle(call, false, refusal));
    }
    return call;
  }

  connect(options) {
    return this.run(() =>
      this.make((call) => {
        const checked = config(options);
        this.options = options;
        this.client.connect(call, checked);
      }),
    );
  }

  request(method, params, options) {
    return this.run(() =>
      this.make((call) => {
        const timeout = check.milliseconds("timeout", options?.timeout, 0);
        this.client.request(call, check.json("params", params), method, false, timeout);
      }),
    );
  }

  subscribe(channel, listener) {
    return this.run(() => this.client.subscribe([channel], listener, listener, 0, undefined, false)[0]);
  }

  unsubscribe(channel, serno) {
    this.run(() => this.client.unsubscribe([channel], [serno]));
  }

  logout() {
    this.run(() => this.client.logout());
  }

  /** Runs a method that may throw. Returns what it threw, or undefined. */
  thrown(method) {
    let thrown;
    this.run(() => {
      try {
        method(this.client);
      } catch (error) {
        thrown = error;
      }
    });
    return thrown;
  }

  free() {
    this.client.free();
    this.client = null;
  }

  note(line) {
    this.#told.push(line);
  }

  /** Notes when the next task begins. What was told before that was told in a microtask. */
  async task() {
    await turn();
    this.note("next task");
  }

  /** Runs `action` inside the callback `kind`, the first `times` times. */
  inside(kind, action, times) {
    this.#hooks.set(kind, { action, left: times });
  }

  /** How many times the action inside the callback `kind` has run. */
  hooked(kind) {
    return this.#hooks.get(kind)?.ran ?? 0;
  }

  entered(kind) {
    const hook = this.#hooks.get(kind);
    if (!hook || hook.left <= 0) return;
    hook.left--;
    hook.ran = (hook.ran ?? 0) + 1;
    world.guard(`the hook inside ${kind}`, () => hook.action(this));
  }

  tell(kind, ...words) {
    const line = [kind, ...words].join(" ");
    if (this.#running > 0) world.wrong(`told before the method returned: ${line}`);
    this.#told.push(line);
    this.everything.push(line);
    this.entered(kind);
  }

  settle(call, ok, value) {
    if (!this.#settled.has(call)) world.wrong(`settled call ${call}, which was never made`);
    const times = (this.#settled.get(call) ?? 0) + 1;
    this.#settled.set(call, times);
    if (times > 1) world.wrong(`settled call ${call} ${times} times`);
    if (!ok) this.errors.set(call, value);
    this.tell("settle", call, ok ? json(value) : `failed: ${said(value)}`);
  }

  get unsettled() {
    return [...this.#settled.values()].filter((times) => times === 0).length;
  }

  error(call) {
    return this.errors.get(call);
  }
}

function json(value) {
  try {
    return JSON.stringify(value);
  } catch {
    return "(not writable as JSON)";
  }
}

function said(error) {
  const sent = error.sent === undefined ? "" : error.sent ? " (sent)" : " (not sent)";
  return `${error.kind}${sent}`;
}

/** The package's Host, except that it tells the Page what it would tell the callbacks. */
class PageHost extends Host {
  #page;

  constructor(page) {
    super(page, page);
    this.#page = page;
  }

  hold(strongly) {
    if (this.#page.holds.at(-1) === strongly) world.wrong(`hold(${strongly}) twice in a row`);
    this.#page.holds.push(strongly);
    this.#page.entered("hold");
  }

  options() {
    this.#page.entered("options");
    return super.options();
  }

  settle(call, ok, value) {
    this.#page.settle(call, ok, value);
  }

  state(state, attempt, delay, reason, error) {
    const words = [state];
    if (attempt) words.push(`attempt ${attempt}`);
    if (reason) words.push(`(${reason})`);
    if (error) this.#page.everything.push(json(error));
    this.#page.tell("state", ...words);
  }

  login(success, error) {
    this.#page.tell("login", success, ...(error ? [error.kind] : []));
  }

  closed(asked) {
    this.#page.tell("closed", asked);
  }

  message(name, data) {
    this.#page.tell("message", name, json(data));
  }

  registration(serno) {
    const { released } = this.#page;
    // As in host.js: a released handler isn't called.
    return { get listener() { return released.has(serno) ? null : { serno }; } };
  }

  hear({ serno }, params) {
    this.#page.tell("event", serno, json(params));
  }

  ready(serno, channel) {
    this.#page.tell("ready", serno, channel);
  }

  refused(channel, error) {
    this.#page.tell("refused", channel, said(error));
  }

  gap(channel, expected, received) {
    this.#page.tell("gap", channel, expected, received);
  }

  release(serno) {
    this.forget();
    this.#page.released.add(serno);
    this.#page.entered("release");
  }

  log(text) {
    this.#page.logs.push(text);
    this.#page.everything.push(text);
    this.#page.entered("log");
  }

  error(kind, code, message, reason, data, method, sent) {
    this.#page.everything.push(message);
    this.#page.entered("error");
    return { kind, code, message, reason, data, method, sent };
  }
}

/** Every method of the client, as a page might call it from anywhere. */
const methods = {
  connect: (page) => page.connect(page.options),
  connectWrongly: (page) => page.connect({ socketUrl: "nowhere" }),
  freshCredentials: (page) => page.client.fresh_credentials(true),
  logout: (page) => page.client.logout(),
  subscribe: (page) => page.client.subscribe(["vcc", "secret.b"], 9, 9, 0, '{"a":1}', false),
  subscribeLocally: (page) => page.client.subscribe(["vcc.local"], 9, 9, 0, undefined, true),
  unsubscribe: (page) => page.client.unsubscribe(["vcc", "vcc.default"], [1, 0]),
  unsubscribeAll: (page) => page.client.unsubscribe_all(),
  request: (page) => page.request("echo", { a: 1 }),
  requestWrongly: (page) => page.request("echo", 1),
  command: (page) => page.client.command(page.newCall(), "ccGoReady", "default", ["q1", "1001"], 0),
  commandWrongly: (page) => page.client.command(page.newCall(), "ccGoReady", "default", [], 0),
  ccCall: (page) => page.client.cc_call(page.newCall(), '{"a":1}', "ccFly", 0),
  broadcast: (page) =>
    page.client.request(page.newCall(), '{"eventChannel":"vcc"}', "verto.broadcast", true, 0),
  abort: (page) => {
    const call = page.request("echo", { a: 1 });
    page.client.abort(call, true, "why");
    page.client.abort(page.newCall(), false, "why");
  },
  look: (page) => [page.client.state, page.client.sessid],
};

export function methodNames() {
  return Object.keys(methods);
}
