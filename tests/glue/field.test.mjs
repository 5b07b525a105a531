// What pages in the field do, and what becomes of it: those that were written for the ancestors of
// this package, and those that replaced parts of their realm.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { PKG } from "../e2e/lib/sim.mjs";
import { connectOptions, standIn, turn } from "./sockets.mjs";

const index = pathToFileURL(join(PKG, "index.mjs")).href;
const { Verto, VertoError } = await import(index);

/** A logger that notes what it is told. */
function notes() {
  const said = [];
  return { said, error: (text) => said.push(text), warn: (text) => said.push(text) };
}

/** A stand-in whose server answers those methods otherwise: each returns frames, or functions that make one when its time has come. */
function answering(methods) {
  const Usual = standIn();
  return class extends Usual {
    send(text) {
      const request = text.startsWith("#") ? { method: text.slice(0, 4) } : JSON.parse(text);
      const answer = methods[request.method]?.(request);
      if (!answer) return super.send(text);
      this.sent.push(text);
      for (const frame of answer) {
        queueMicrotask(() => {
          const said = typeof frame === "function" ? frame() : frame;
          this.onmessage?.({ data: typeof said === "string" ? said : JSON.stringify(said) });
        });
      }
    }
  };
}

const refusing = ({ id, params }) =>
  params.passwd === "no" && [{ id, error: { code: -32001, message: "Authentication Failure" } }];
const methodsOf = ({ sent }) => sent.map((text) => JSON.parse(text).method);

/** Puts a value in the place of a global, or of a member of it, until the test ends. */
function replace(t, owner, name, value) {
  const had = Object.getOwnPropertyDescriptor(owner, name);
  t.after(() => (had ? Object.defineProperty(owner, name, had) : delete owner[name]));
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
}

test("the callbacks of a connect() whose parameters are refused stay", async () => {
  const told = [];
  const verto = new Verto();
  const callbacks = { onWSLogin: (v, success) => told.push([v === verto, success]) };
  // So XUI's login page begins, from an empty store.
  await assert.rejects(verto.connect(connectOptions({ passwd: null }), callbacks), { kind: "invalid-argument" });
  await verto.connect(connectOptions());
  assert.deepEqual(told, [[true, true]]);
  verto.logout();
});

test("login() beside a connection that opens makes no second socket", async () => {
  const told = [];
  const options = connectOptions();
  const verto = new Verto(options, { onWSLogin: (_, success) => told.push(success) });
  const logins = [verto.login(), verto.login()];
  await Promise.all(logins);
  await turn();
  assert.equal(options.WebSocket.sockets.length, 1);
  assert.deepEqual(methodsOf(options.WebSocket.sockets[0]), ["login"]);
  assert.deepEqual(told, [true]);
  verto.logout();
});

test("login() beside a connection that is refused fails as that does", async () => {
  const verto = new Verto(connectOptions({ passwd: "no", WebSocket: answering({ login: refusing }) }));
  await assert.rejects(verto.login(), { kind: "auth", reason: "Authentication Failure" });
  assert.equal(verto.state, "closed");
});

test("login() on a live connection logs in on its socket, and the subscriptions stay", async () => {
  const told = [];
  const heard = [];
  const options = connectOptions({ WebSocket: answering({ login: refusing }) });
  const verto = new Verto();
  await verto.connect(options, {
    onWSLogin: (_, success, error) => told.push([success, error?.kind, error?.reason]),
    onWSClose: () => told.push("closed"),
  });
  verto.subscribe("vcc", { handler: (_, event) => heard.push(event.data) });
  await turn();
  verto.loginData({ login: "1002@xswitch.cn", passwd: async () => "5678" });
  await verto.login();
  // A refusal leaves everything as it was.
  verto.loginData({ passwd: "no" });
  await assert.rejects(verto.login(), (error) => error instanceof VertoError && error.kind === "auth");
  assert.deepEqual(told, [
    [true, undefined, undefined],
    [true, undefined, undefined],
    [false, "auth", "Authentication Failure"],
  ]);
  const [socket, ...others] = options.WebSocket.sockets;
  assert.equal(others.length, 0);
  const logins = socket.sent.map((text) => JSON.parse(text)).filter(({ method }) => method === "login");
  assert.deepEqual(
    logins.map(({ params }) => [params.login, params.passwd, params.sessid]),
    [["1001", "1234"], ["1002", "5678"], ["1002", "no"]].map(([user, word]) => [`${user}@xswitch.cn`, word, verto.sessid]),
  );
  assert.equal(verto.state, "ready");
  socket.onmessage({ data: JSON.stringify({ method: "verto.event", params: { eventChannel: "vcc", data: 1 } }) });
  assert.deepEqual(heard, [1]);
  assert.deepEqual(await verto.sendMethod("echo"), { method: "echo" });
  assert.deepEqual(methodsOf(socket), ["login", "verto.subscribe", "login", "login", "echo"]);
  verto.logout();
});

test("login() with a function that fails, and one that ends with the connection, settle", async (t) => {
  const reported = [];
  replace(t, globalThis, "reportError", (error) => reported.push(error.message));
  let answer = () => "1234";
  const verto = new Verto();
  await verto.connect(connectOptions({ passwd: () => answer() }));
  answer = () => Promise.reject(new Error("no network"));
  await assert.rejects(verto.login(), { kind: "auth" });
  assert.deepEqual(reported, ["no network"]);
  assert.equal(verto.state, "ready");
  answer = () => new Promise(() => {});
  const never = verto.login();
  verto.logout();
  await assert.rejects(never, { kind: "closed" });
});

test("login() without a connection connects", async () => {
  const verto = new Verto();
  verto.options = connectOptions();
  await verto.login();
  assert.equal(verto.state, "ready");
  verto.logout();
});

test("wsFallbackURL may be an array, also an empty one", async () => {
  for (const wsFallbackURL of [[], ["wss://b.example/ws"], ["wss://b.example/ws", "wss://c.example/ws"]]) {
    const verto = new Verto();
    await verto.connect(connectOptions({ wsFallbackURL }));
    verto.logout();
  }
  const wrong = new Verto().connect(connectOptions({ wsFallbackURL: ["wss://b.example/ws", "b"] }));
  await assert.rejects(wrong, { message: "wsFallbackURL must be an address like wss://host:port/ws" });
});

/** What a server does with a speed test (FreeSWITCH, transcript s09). */
function measuring(upMs, ends = () => "#SPD 0") {
  let bytes;
  const down = () => Array.from({ length: 10 * (bytes / 1024) }, () => "#SPB".padEnd(1024, "."));
  return {
    "#SPU": () => [],
    "#SPB": () => [],
    "#SPE": () => [`#SPU ${upMs}`, ...down(), ends],
    begin: (size) => (bytes = size),
  };
}

test("speedTest(bytes, cb) tells real figures", async (t) => {
  const begin = Date.now();
  let elapsed = 0;
  replace(t, Date, "now", () => begin + elapsed);
  // What comes down takes 20 ms, though the server says 0.
  const server = measuring(16, () => {
    elapsed = 20;
    return "#SPD 0";
  });
  const options = connectOptions({ WebSocket: answering(server) });
  const verto = new Verto();
  await verto.connect(options);
  server.begin(4096);
  const told = [];
  const figures = await verto.speedTest(4096, (event, said) => told.push([typeof event.data, said]));
  assert.equal(told.length, 1);
  assert.equal(told[0][0], "string");
  assert.equal(told[0][1], figures);
  const { upDur, downDur, upKPS, downKPS } = figures;
  // 32 kbit in 16 ms, 320 kbit in 20 ms.
  assert.deepEqual({ upDur, downDur, upKPS, downKPS }, { upDur: 16, downDur: 20, upKPS: 2000, downKPS: 16000 });
  const sent = options.WebSocket.sockets[0].sent.slice(1);
  assert.deepEqual(sent.map((text) => [text.slice(0, 4), text.length]), [
    ["#SPU", 9], ["#SPB", 1024], ["#SPB", 1024], ["#SPB", 1024], ["#SPB", 1024], ["#SPE", 4],
  ]);
  assert.equal(sent[0], "#SPU 4096");
  verto.logout();
});

test("speedTest() waits for the login, and ends as any request does", async () => {
  const server = measuring(0);
  server.begin(1024);
  const options = connectOptions({ WebSocket: answering(server) });
  const verto = new Verto();
  await assert.rejects(verto.speedTest(1024), { kind: "closed", method: "speedTest" });
  verto.connect(options);
  const figures = await Promise.all([verto.speedTest(1024), verto.speedTest(1)]);
  assert.equal(options.WebSocket.sockets[0].sent.filter((text) => text === "#SPE").length, 2);
  for (const { upKPS, downKPS } of figures) assert.ok(upKPS > 0 && downKPS > 0 && Number.isFinite(upKPS * downKPS));
  for (const bytes of [0, -1, NaN, undefined, "many", 1e9]) {
    await assert.rejects(verto.speedTest(bytes), { message: "bytes must be a number from 1 to 16777216" });
  }
  server["#SPE"] = () => [];
  const unanswered = verto.speedTest(1024);
  verto.logout();
  await assert.rejects(unanswered, { kind: "closed", sent: true });
});

test("unloadJobs run when the page is left, and haltClosure may make the browser ask", async (t) => {
  const page = new EventTarget();
  replace(t, globalThis, "addEventListener", page.addEventListener.bind(page));
  const { Verto } = await import(`${index}?unload`);
  const ran = [];
  const leave = () => {
    const event = new Event("beforeunload");
    // As a browser's own event has it.
    Object.defineProperty(event, "returnValue", { value: "", writable: true });
    page.dispatchEvent(event);
    return event.returnValue;
  };
  Verto.unloadJobs.push(() => ran.push(1));
  Verto.unloadJobs.push(() => ran.push(2));
  assert.equal(leave(), "");
  assert.deepEqual(ran, [1, 2]);
  Verto.haltClosure = () => "A call goes on";
  assert.equal(leave(), "A call goes on");
  assert.equal(typeof Verto.haltClosure, "function");
  Verto.haltClosure = null;
  assert.equal(leave(), "");
  assert.deepEqual(ran, [1, 2, 1, 2, 1, 2]);
});

test("last_response is what the server answered last", async () => {
  const nosuch = ({ id }) => [{ id, error: { code: -32601, message: "Invalid Method" } }];
  const options = connectOptions({ WebSocket: answering({ login: refusing, nosuch }) });
  const verto = new Verto();
  assert.equal(verto.last_response, undefined);
  const seen = [];
  await verto.connect(options, { onWSLogin: (v) => seen.push(v.last_response) });
  await turn();
  await verto.sendMethod("nosuch").catch(() => {});
  seen.push(verto.last_response);
  await verto.sendMethod("echo");
  seen.push(verto.last_response);
  assert.deepEqual(seen, [{ method: "login" }, { code: -32601, message: "Invalid Method" }, { method: "echo" }]);
  verto.logout();
});

test("socketReady() is true from CONNECTING on", async () => {
  const verto = new Verto();
  const seen = [verto.socketReady()];
  const connected = verto.connect(connectOptions({ passwd: async () => "1234" }));
  seen.push(verto.socketReady());
  await connected;
  seen.push(verto.socketReady());
  verto.logout();
  seen.push(verto.socketReady());
  assert.deepEqual(seen, [false, true, true, false]);
});

test("a login without @domain is sent, and a warning says what may become of it", async () => {
  const logger = notes();
  const options = connectOptions({ login: "1001", logger });
  const verto = new Verto();
  await verto.connect(options);
  assert.equal(JSON.parse(options.WebSocket.sockets[0].sent[0]).params.login, "1001");
  assert.deepEqual(logger.said, ["verto: login has no @domain, which XSwitch and FreeSWITCH refuse"]);
  verto.logout();
  const quiet = notes();
  await verto.connect(connectOptions({ logger: quiet }));
  assert.deepEqual(quiet.said, []);
  verto.logout();
});

test("XUI copies sessid in onWSLogin", async () => {
  const seen = [];
  const options = connectOptions();
  const verto = new Verto();
  await verto.connect(options, { onWSLogin: (v) => seen.push(v.sessid) });
  await turn();
  assert.deepEqual(seen, [JSON.parse(options.WebSocket.sockets[0].sent[0]).params.sessid]);
  verto.logout();
});

test("hand-made live arrays get their bootObj, and FreeSWITCH's own channels are channels", async () => {
  const laChannel = "conference-liveArray.3500@xswitch.cn";
  const bootObj = { action: "bootObj", name: "3500", wireSerno: -1, data: [] };
  const heard = [];
  const options = connectOptions({
    WebSocket: answering({
      "verto.broadcast": ({ id }) => [
        { id, result: {} },
        { method: "verto.event", params: { eventChannel: laChannel, data: bootObj } },
      ],
    }),
  });
  const verto = new Verto();
  await verto.connect(options);
  const hear = (_, event) => heard.push([event.eventChannel, event.data]);
  verto.subscribe(laChannel, { subParams: { callID: null }, handler: hear });
  const liveArray = { command: "bootstrap", context: laChannel, name: "3500", obj: {} };
  await verto.broadcast(laChannel, { liveArray });
  const channels = ["FSevent.heartbeat", "FSevent.custom::sofia::register", "FSLog", "presence"];
  for (const name of channels) verto.subscribe(name, { handler: hear });
  await turn();
  const [socket] = options.WebSocket.sockets;
  for (const eventChannel of channels) {
    socket.onmessage({ data: JSON.stringify({ method: "verto.event", params: { eventChannel, data: 1 } }) });
  }
  assert.deepEqual(heard, [[laChannel, bootObj], ...channels.map((name) => [name, 1])]);
  const sent = socket.sent.map((text) => JSON.parse(text));
  const { sessid } = verto;
  assert.deepEqual(sent[1].params, { eventChannel: laChannel, subParams: { callID: null }, sessid });
  assert.deepEqual(sent[2].params, { eventChannel: laChannel, data: { liveArray }, sessid });
  for (const command of ["lua", "cti", "jsjson"]) {
    await verto.sendMethod("jsapi", { command, data: {} });
    assert.deepEqual(JSON.parse(socket.sent.at(-1)).params, { command, data: {}, sessid });
  }
  verto.logout();
});

test("a frozen instance works", async () => {
  const told = [];
  const verto = Object.freeze(new Verto());
  await verto.connect(connectOptions(), { onWSLogin: (v, success) => told.push([v === verto, success]) });
  assert.deepEqual(await verto.sendMethod("echo"), { method: "echo" });
  verto.loginData({ passwd: "5678" });
  verto.purge();
  verto.logout();
  await verto.connect();
  assert.deepEqual(told, [[true, true], [true, true]]);
  verto.destroy();
});

test("what somebody's built-in throws is no lack of memory, and connect() logs it", async (t) => {
  const broken = new TypeError("Date.now is broken");
  const logger = notes();
  const verto = new Verto();
  const now = Date.now;
  replace(t, Date, "now", () => {
    throw broken;
  });
  const said = "something that this page replaced doesn't work: Date.now is broken";
  await assert.rejects(verto.connect(connectOptions({ logger })), { kind: "unsupported", message: said, cause: broken });
  assert.deepEqual(logger.said, [`verto: connect: ${said}`]);
  Date.now = now;
  // The instance works on.
  await verto.connect(connectOptions());
  Date.now = () => {
    throw broken;
  };
  await assert.rejects(verto.sendMethod("echo"), { kind: "unsupported", cause: broken });
  Date.now = now;
  assert.deepEqual(await verto.sendMethod("echo"), { method: "echo" });
  verto.logout();
});

test("without a document that can be listened to it connects all the same", async (t) => {
  const reported = [];
  replace(t, globalThis, "reportError", (error) => reported.push(error.message));
  replace(t, globalThis, "document", {
    addEventListener() {
      throw new Error("clobbered");
    },
    removeEventListener: 5,
  });
  const verto = new Verto();
  await verto.connect(connectOptions());
  verto.logout();
  assert.equal(reported[0], "clobbered");
});

for (const [what, WebSocket, message] of [
  ["no constructor", () => {}, /^the class WebSocket cannot be used: .*is not a constructor$/],
  [
    "a constructor that throws",
    class {
      constructor(url) {
        throw new Error(`no mock for ${url}`);
      }
    },
    /^the class WebSocket cannot be used: no mock for socketUrl$/,
  ],
  [
    "one that refuses the address",
    class {
      constructor() {
        throw new DOMException("wss://secret.example", "SecurityError");
      }
    },
    /^socketUrl cannot be used: the browser refuses it/,
  ],
]) {
  test(`a WebSocket with ${what}: the error blames what is to blame`, async () => {
    await assert.rejects(new Verto().connect(connectOptions({ WebSocket })), { kind: "invalid-argument", message });
  });
}

test("a request has one sessid, that of the session, in whatever case the page writes its own", async () => {
  const options = connectOptions();
  const verto = new Verto();
  await verto.connect(options);
  const deep = { sessid: "kept" };
  await verto.sendMethod("echo", { sessid: "MINE", SessId: "MINE", n: 1, deep });
  await verto.sendMethod("echo", { sessid: "MINE" });
  const { sessid } = verto;
  const params = (text) => text.slice(text.indexOf('"params":'), text.indexOf(',"id"'));
  assert.deepEqual(options.WebSocket.sockets[0].sent.slice(1).map(params), [
    `"params":{"n":1,"deep":{"sessid":"kept"},"sessid":"${sessid}"}`,
    `"params":{"sessid":"${sessid}"}`,
  ]);
  verto.logout();
});

test("while Date stands still, what a timer has brought is time that has passed", async (t) => {
  const begin = Date.now();
  replace(t, Date, "now", () => begin);
  const Silent = answering({ hold: () => [] });
  const verto = new Verto();
  await verto.connect(connectOptions({ WebSocket: Silent }));
  const unanswered = [1, 2].map(() => verto.sendMethod("hold", {}, null, null, { timeout: 20 }));
  for (const one of unanswered) await assert.rejects(one, { kind: "timeout" });
  const later = verto.sendMethod("hold", {}, null, null, { timeout: 20 });
  await assert.rejects(later, { kind: "timeout" });
  const back = new Promise((resolve) => (verto.callbacks = { onWSLogin: resolve }));
  Silent.sockets[0].onclose({ code: 1006 });
  await back;
  assert.equal(Silent.sockets.length, 2);
  verto.logout();
});

for (const name of ["loginParams", "userVariables"]) {
  test(`${name} that are no plain object are refused, and never sent`, async () => {
    const wrong = [[{}, null, false], [], new Map([["a", 1]]), new Date(), "text", 5, true, () => []];
    for (const value of wrong) {
      const options = connectOptions({ [name]: value, autoReconnect: false, passwd: "1234" });
      const connected = new Verto().connect(options);
      await assert.rejects(connected, ({ kind, message }) => kind === "invalid-argument" && message.startsWith(name));
      for (const { sent } of options.WebSocket.sockets) assert.deepEqual(sent, []);
    }
    const verto = new Verto();
    const options = connectOptions();
    await verto.connect(options);
    verto.options[name] = [{}, null, false];
    await assert.rejects(verto.login(), { kind: "invalid-argument", message: `${name} must be an object` });
    await assert.rejects(verto.sendMethod("login", { [name]: [] }), { kind: "invalid-argument" });
    assert.equal(options.WebSocket.sockets[0].sent.length, 1);
    verto.logout();
  });
}

test("userVariables of a call that are no plain object are refused", async () => {
  const verto = new Verto();
  await verto.connect(connectOptions());
  const call = () => verto.newCall({ destination_number: "1002", userVariables: [{}, null, false] });
  assert.throws(call, { kind: "invalid-argument", message: "userVariables must be an object" });
  verto.logout();
});
