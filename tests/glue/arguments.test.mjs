// What the page gives to the methods. An error names what cannot be used, nothing is sent, and the
// instance works on. Here are the odd values, such as objects that throw when they are read or
// written; e2e/bad-input tries the plain ones in a real browser.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { PKG } from "../e2e/lib/sim.mjs";
import { connectOptions, turn } from "./sockets.mjs";

const { Verto, VertoCallcenter, VertoError } = await import(pathToFileURL(join(PKG, "index.mjs")));

// These are source texts, because the values that they make can't always be printed.
const CYCLIC = "(() => { const a = {}; a.a = { b: [a] }; return a; })()";
const REVOKED = "(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()";

/** Objects that cannot be written as JSON. */
const UNWRITABLE = [
  CYCLIC,
  REVOKED,
  "{ a: 1n }",
  "{ a: { toJSON() { throw new Error('no JSON'); } } }",
  "{ toJSON() { throw 1; } }",
  "{ toJSON() { throw { get message() { throw 2; } }; } }",
  "{ get a() { throw new Error('no a'); } }",
  "new Proxy({}, { ownKeys() { throw new Error('no keys'); } })",
  "new Proxy({}, { get() { throw new Error('no get'); } })",
];

/** Values that are no objects, or that JSON writes as something else. */
const NO_OBJECTS = [
  "5",
  "'text'",
  "'{}'",
  "true",
  "1n",
  "Symbol('s')",
  "() => {}",
  "class {}",
  "[]",
  "[{}]",
  "new Date()",
  "{ toJSON: () => 'text' }",
];

/** An instance that is ready, with its call centre, its sockets and what was `sent` to the first. */
async function connected() {
  const given = connectOptions();
  const verto = new Verto();
  await verto.connect(given);
  const { sockets } = given.WebSocket;
  return { verto, vcc: new VertoCallcenter(verto), sockets, sent: sockets[0].sent };
}

/** Runs the source text of a call, in which CB stands for the two callbacks. */
function run(source, { verto, vcc }, ok, failed) {
  const call = source.replace("CB", "ok, failed");
  return new Function("verto", "vcc", "Verto", "VertoCallcenter", "ok", "failed", `return ${call};`)(
    verto, vcc, Verto, VertoCallcenter, ok, failed,
  );
}

/** The error of a call, which must fail once, after the method has returned, with nothing sent. */
async function refusal(page, source) {
  const before = page.sent.length;
  const told = [];
  let returned = false;
  const ok = () => told.push("ok");
  const failed = (error) => told.push([returned, error]);
  const promise = run(source, page, ok, failed);
  returned = true;
  const error = await promise.then(() => assert.fail(`${source} was taken`), (error) => error);
  await turn();
  if (source.includes("CB")) assert.deepEqual(told, [[true, error]], `${source}: failed_cb`);
  assert.equal(page.sent.length, before, `${source} was sent`);
  assert.ok(error instanceof VertoError, source);
  return error;
}

async function assertNamed(page, source, name) {
  const { kind, code, message } = await refusal(page, source);
  assert.deepEqual([kind, code], ["invalid-argument", -5], source);
  assert.ok(message.startsWith(`${name} `), `${source}: ${message}`);
}

/** Requests and events still work on the instance, and so does its logout. */
async function assertUsable({ verto, vcc, sent, sockets }) {
  assert.equal(verto.state, "ready");
  const before = sent.length;
  const events = [];
  verto.subscribe("vcc.usable", { handler: (v, event) => events.push(event.data) });
  assert.deepEqual(await verto.sendMethod("echo", {}), { method: "echo" });
  assert.equal((await vcc.ccGoReady("q", "a")).code, 200);
  const params = { eventChannel: "vcc.usable", data: 1 };
  sockets.at(-1).onmessage({ data: JSON.stringify({ method: "verto.event", params }) });
  assert.deepEqual(events, [1]);
  assert.equal(sent.length, before + 3);
  verto.logout();
  assert.equal(verto.state, "closed");
}

test("data that JSON cannot say is refused by every call", async () => {
  const page = await connected();
  for (const data of [...UNWRITABLE, ...NO_OBJECTS]) {
    await assertNamed(page, `verto.sendMethod("echo", ${data}, CB)`, "params");
    await assertNamed(page, `verto.call("echo", ${data}, CB)`, "params");
    await assertNamed(page, `verto.broadcast("vcc", ${data}, CB)`, "params");
    await assertNamed(page, `vcc.ccCall("ccFly", ${data}, CB)`, "data");
  }
  for (const data of UNWRITABLE) {
    await assertNamed(page, `verto.message({ to: "1002", body: "b", more: ${data} }, CB)`, "message");
  }
  await assertUsable(page);
});

// Each is [the call, how the error's message begins].
const WRONG = [
  ["verto.sendMethod(undefined, undefined, CB)", "method is missing"],
  ["verto.sendMethod('', {}, CB)", "method must be"],
  ["verto.sendMethod(5, {}, CB)", "method must be"],
  ["verto.sendMethod({ toString: () => 'echo' }, {}, CB)", "method must be"],
  [`verto.sendMethod(${REVOKED}, {}, CB)`, "method must be"],
  ["verto.sendMethod('echo', {}, CB, { timeout: 0 })", "timeout must be"],
  ["verto.sendMethod('echo', {}, CB, { timeout: NaN })", "timeout must be"],
  ["verto.sendMethod('echo', {}, CB, { timeout: -1 })", "timeout must be"],
  ["verto.sendMethod('echo', {}, CB, { timeout: '5' })", "timeout must be"],
  ["verto.sendMethod('echo', {}, CB, { timeout: 5n })", "timeout must be"],
  ["verto.sendMethod('echo', {}, CB, { timeout: Symbol() })", "timeout must be"],
  ["verto.sendMethod('echo', {}, CB, { get timeout() { throw 1; } })", "timeout cannot be read: a getter or a proxy throws"],
  ["verto.sendMethod('echo', {}, CB, { get signal() { throw 'no'; } })", "signal cannot be read: a getter or a proxy throws"],
  [`verto.sendMethod('echo', {}, CB, ${REVOKED})`, "signal cannot be read"],
  [`verto.sendMethod('echo', {}, CB, { signal: ${REVOKED} })`, "signal cannot be read"],
  [
    "verto.sendMethod('echo', {}, CB, { signal: { addEventListener() { throw new Error('no'); } } })",
    "signal cannot be read: a getter or a proxy throws",
  ],
  [
    "verto.sendMethod('echo', {}, CB, { signal: { addEventListener() {}, get aborted() { throw 1; } } })",
    "signal cannot be read: a getter or a proxy throws",
  ],
  ["verto.events('vcc', { get buffer() { throw new Error('no'); } }).next()", "options cannot be read: a getter or a proxy throws"],
  ["verto.events('vcc', { buffer: Symbol() }).next()", "buffer must be"],
  ["vcc.ccGoReady()", "queue is missing"],
  ["vcc.ccGoReady('q', undefined, CB)", "agent is missing"],
  ["vcc.ccLogin('q', 'a', null, CB)", "extn is missing"],
  ["vcc.ccLogin('q', NaN, 'e', CB)", "agent must be"],
  ["vcc.ccLogin('q', {}, 'e', CB)", "agent must be"],
  [`vcc.ccLogin('q', ${REVOKED}, 'e', CB)`, "agent must be"],
  ["vcc.ccLogin(1n, 'a', 'e', CB)", "queue must be"],
  ["vcc.ccLogin(Symbol(), 'a', 'e', CB)", "queue must be"],
  ["vcc.ccGoBreak('q', 'a', {}, CB)", "reason must be"],
  ["vcc.ccDial('a', 'e', undefined, undefined, undefined, CB)", "cidNumber is missing"],
  ["vcc.ccDial('a', 'e', 'c', '', undefined, CB)", "destNumber"],
  ["vcc.ccDial('a', 'e', 'c', 'd', 1, CB)", "earlyMedia must be"],
  ["vcc.ccCall(undefined, {}, CB)", "func is missing"],
  ["vcc.ccCall({}, {}, CB)", "func must be"],
  ["verto.broadcast(undefined, {}, CB)", "channel is missing"],
  ["verto.broadcast(['vcc'], {}, CB)", "channel must be"],
  ["verto.message(undefined, CB)", "to is missing"],
  ["verto.message('hello', CB)", "to is missing"],
  ["verto.message({ to: 1002, body: 'b' }, CB)", "to must be"],
  ["verto.message({ to: '1002' }, CB)", "body is missing"],
  ["verto.message({ get to() { throw new Error('no to'); } }, CB)", "to cannot be read: a getter or a proxy throws"],
  ["verto.message({ to: '1', get body() { throw 1; } }, CB)", "body cannot be read: a getter or a proxy throws"],
  [`verto.message(${REVOKED}, CB)`, "to cannot be read"],
  ["verto.fsAPI(undefined, undefined, CB)", "cmd is missing"],
  ["verto.fsAPI('status', 5, CB)", "arg must be"],
  ["verto.showFSAPI({}, CB)", "arg must be"],
  ["verto.sendMethod('echo', {}, 5, failed)", "success_cb must be"],
  ["verto.sendMethod('echo', {}, ok, 5)", "failed_cb must be"],
];

test("every other wrong argument of a call is named too", async () => {
  const page = await connected();
  for (const [source, begins] of WRONG) {
    const { kind, message } = await refusal(page, source);
    assert.equal(kind, "invalid-argument", source);
    assert.ok(message.startsWith(begins), `${source}: ${message}`);
  }
  await assertUsable(page);
});

const TOO_LONG = "'x'.repeat(10001)";

// Each is [a call of a method that throws, how the error's message begins].
const THROWING = [
  ["verto.subscribe()", "channel is missing"],
  ["verto.subscribe([undefined], {})", "channel is missing"],
  ["verto.subscribe(['vcc', 5], {})", "channel must be"],
  ["verto.subscribe([''], {})", "channel must be"],
  ["verto.subscribe([{}], {})", "channel must be"],
  ["verto.subscribe([Symbol()], {})", "channel must be"],
  [`verto.subscribe(${REVOKED}, {})`, "channel cannot be read"],
  ["verto.subscribe(Object.defineProperty(['vcc'], 0, { get() { throw 1; } }), {})", "channel cannot be read"],
  [`verto.subscribe([${TOO_LONG}], {})`, "channel is larger than 10,000 bytes"],
  ["verto.subscribe('\u4f60'.repeat(3334), {})", "channel is larger than 10,000 bytes"],
  ["verto.subscribe('\u00e9'.repeat(5001), {})", "channel is larger than 10,000 bytes"],
  ["verto.subscribe('\ud83d\ude00'.repeat(2501), {})", "channel is larger than 10,000 bytes"],
  ["verto.subscribe('vcc', { get handler() { throw new Error('no'); } })", "handler cannot be read: a getter or a proxy throws"],
  [`verto.subscribe('vcc', ${REVOKED})`, "handler cannot be read"],
  [`verto.subscribe('vcc', { subParams: { a: ${TOO_LONG} } })`, "subParams is larger than 10,000 bytes"],
  ...UNWRITABLE.map((data) => [`verto.subscribe('vcc', { subParams: ${data} })`, "subParams cannot be written as JSON"]),
  ...NO_OBJECTS.map((data) => [`verto.subscribe('vcc', { subParams: ${data} })`, "subParams "]),
  ["verto.unsubscribe([5])", "channel must be"],
  [`verto.unsubscribe(${REVOKED})`, "handle cannot be read"],
  ["verto.unsubscribe([null])", "handle must be"],
  ["verto.unsubscribe({ serno: Symbol(), eventChannel: 'vcc' })", "handle must be"],
  ["verto.unsubscribe({ serno: 1n, eventChannel: 'vcc' })", "handle must be"],
  ["verto.unsubscribe({ get serno() { throw 1; } })", "serno cannot be read"],
  ["new Verto({ get login() { throw new Error('no'); } })", "options cannot be read: a getter or a proxy throws"],
  [`new Verto(${REVOKED})`, "options cannot be read"],
  [`new Verto({}, ${REVOKED})`, "onWSLogin cannot be read"],
  ["verto.loginData({ get login() { throw new Error('no'); } })", "params cannot be read: a getter or a proxy throws"],
  ["verto.subscribe('vcc', { signal: { addEventListener() { throw new Error('no'); } } })", "signal cannot be read: a getter or a proxy throws"],
  ["verto.subscribe('vcc', { signal: { addEventListener() {}, get aborted() { throw 1; } } })", "signal cannot be read"],
  ["vcc.subscribeAgent('a', () => {}, { get local() { throw new Error('no'); } })", "options cannot be read: a getter or a proxy throws"],
  [`vcc.subscribeGroup(() => {}, ${REVOKED})`, "options cannot be read"],
  ["vcc.subscribeAgent('a', () => {}, 42)", "options must be"],
  ["vcc.subscribeGroup(() => {}, 42)", "options must be"],
  ["vcc.channel({})", "agent must be"],
  ["vcc.channel('')", "agent must be"],
];

test("methods without an outcome throw", async () => {
  const page = await connected();
  const before = page.sent.length;
  for (const [source, begins] of THROWING) {
    const told = [];
    const is = (error) => {
      assert.ok(error instanceof VertoError, `${source}: ${error}`);
      assert.ok(error.message.startsWith(begins), `${source}: ${error.message}`);
      return true;
    };
    assert.throws(() => run(source, page, () => told.push(1), () => told.push(1)), is, source);
    await turn();
    assert.deepEqual(told, [], source);
  }
  assert.equal(page.sent.length, before);
  await assertUsable(page);
});

test("a signal that refuses the listener leaves no subscription", async () => {
  const page = await connected();
  const signal = { addEventListener() { throw 1; } };
  const heard = [];
  const handler = () => heard.push(1);
  assert.throws(() => page.verto.subscribe(["vcc.a", "vcc.b"], { handler, signal }), VertoError);
  const params = { eventChannel: "vcc.a", data: 1 };
  page.sockets[0].onmessage({ data: JSON.stringify({ method: "verto.event", params }) });
  assert.deepEqual(heard, []);
  await assertUsable(page);
});

test("a signal that keeps its listener stops nothing: that it throws is the page's error", async () => {
  const page = await connected();
  const reported = [];
  globalThis.reportError = (error) => reported.push(error);
  const signal = { addEventListener() {}, removeEventListener() { throw "kept"; } };
  assert.deepEqual(await page.verto.sendMethod("echo", {}, null, null, { signal }), { method: "echo" });
  const handles = page.verto.subscribe(["vcc.a", "vcc.b"], { handler() {}, signal });
  page.verto.unsubscribe(handles);
  delete globalThis.reportError;
  assert.deepEqual(reported, ["kept", "kept"]);
  await assertUsable(page);
});

test("unsubscribing what is not there sends nothing", async () => {
  const page = await connected();
  page.verto.subscribe("vcc", { handler() {} });
  await turn();
  const before = page.sent.length;
  for (const handle of [
    [],
    "other",
    { serno: 99, eventChannel: "vcc" },
    { serno: 1, eventChannel: "other" },
    ["__proto__", "constructor"],
  ]) {
    page.verto.unsubscribe(handle);
    await turn();
    assert.equal(page.sent.length, before, JSON.stringify(handle));
  }
  await assertUsable(page);
});

// Each is [the call, the frame's `method` and `params` without the sessid at the end].
const REQUESTS = [
  [
    `verto.sendMethod("echo", { a: '席"', sessid: "other" })`,
    String.raw`"method":"echo","params":{"a":"席\""`,
  ],
  [`verto.sendMethod("echo")`, `"method":"echo","params":{`],
  [`verto.sendMethod("echo", null, null, null, null)`, `"method":"echo","params":{`],
  [
    "vcc.ccLogin(100000, 1001, '1001')",
    `"method":"jsapi","params":{"command":"lua","data":{"method":"ccc","func":"ccLogin","data":{"queue":"100000","agent":"sales.1001","extn":"1001"}}`,
  ],
  [
    "vcc.ccCall('ccFly')",
    `"method":"jsapi","params":{"command":"lua","data":{"method":"ccc","func":"ccFly","data":{}}`,
  ],
  [
    "vcc.ccCall('ccFly', { b: [1, null, { c: 2 }] })",
    `"method":"jsapi","params":{"command":"lua","data":{"method":"ccc","func":"ccFly","data":{"b":[1,null,{"c":2}]}}`,
  ],
  [
    "verto.broadcast('vcc', { localBroadcast: true, x: 1 })",
    `"method":"verto.broadcast","params":{"eventChannel":"vcc","data":{"localBroadcast":true,"x":1},"localBroadcast":true`,
  ],
  ["verto.broadcast('vcc')", `"method":"verto.broadcast","params":{"eventChannel":"vcc","data":{}`],
  [
    "verto.message({ to: '1002', body: 'hi', from: 'me' })",
    `"method":"verto.info","params":{"msg":{"to":"1002","body":"hi","from":"me"}`,
  ],
  ["verto.fsAPI('status')", `"method":"jsapi","params":{"command":"fsapi","data":{"cmd":"status","arg":""}`],
  ["verto.showFSAPI('calls')", `"method":"jsapi","params":{"command":"fsapi","data":{"cmd":"show","arg":"calls as json"}`],
];

test("requests are exactly those of the protocol", async () => {
  const page = await connected();
  page.vcc.setGroup("sales");
  for (const [index, [source, expected]] of REQUESTS.entries()) {
    const answered = run(source, page);
    const comma = expected.endsWith("{") ? "" : ",";
    const tail = `${comma}"sessid":"${page.verto.sessid}"},"id":${index + 2}}`;
    assert.equal(page.sent.at(-1), `{"jsonrpc":"2.0",${expected}${tail}`);
    await answered;
  }
  await assertUsable(page);
});

test("a request that is too large is refused, and the largest is sent", async () => {
  const page = await connected();
  const million = "'x'.repeat(1000000)";
  for (const source of [
    `verto.sendMethod("echo", { a: ${million} }, CB)`,
    // Each character is 3 bytes in UTF-8.
    `verto.sendMethod("echo", { a: "席".repeat(333400) }, CB)`,
    `vcc.ccCall("ccFly", { a: ${million} }, CB)`,
    `verto.broadcast("vcc", { a: "x".repeat(3000000) }, CB)`,
    `verto.message({ to: "1", body: ${million} }, CB)`,
    `verto.fsAPI("status", ${million}, CB)`,
    `vcc.ccGoReady("q", ${million}, CB)`,
    `vcc.ccGoReady("q", "x".repeat(2000000), CB)`,
    `vcc.ccCall(${million}, {}, CB)`,
    `verto.sendMethod(${million}, {}, CB)`,
  ]) {
    assert.equal((await refusal(page, source)).kind, "too-large", source);
  }
  const empty = `{"jsonrpc":"2.0","method":"echo","params":{"a":"","sessid":"${page.verto.sessid}"},"id":4294967295}`;
  const most = 1_000_000 - empty.length;
  const { kind } = await refusal(page, `verto.sendMethod("echo", { a: "x".repeat(${most + 1}) }, CB)`);
  assert.equal(kind, "too-large");
  assert.deepEqual(await page.verto.sendMethod("echo", { a: "x".repeat(most) }), { method: "echo" });
  assert.ok(page.sent.at(-1).length > 999_900);
  await assertUsable(page);
});

// Values that a page's own functions and getters may throw.
const THROWN = ["new Error('not now')", "'not now'", "undefined", "{ get message() { throw 1; } }"];

test("connect(): an option whose getter throws is named, and nothing is opened", async () => {
  const names =
    "socketUrl wsFallbackURL WebSocket login passwd loginParams userVariables sessid timeout credentialsTimeout autoReconnect keepAlive".split(" ");
  for (const name of names) {
    for (const source of THROWN) {
      const verto = new Verto();
      const good = connectOptions();
      const given = Object.defineProperty(connectOptions({ WebSocket: good.WebSocket }), name, {
        enumerable: true,
        get: () => {
          throw new Function(`return ${source}`)();
        },
      });
      const { kind, message } = await verto.connect(given).then(assert.fail, (error) => error);
      assert.equal(kind, "invalid-argument", `${name}, ${source}`);
      assert.ok(message.startsWith(`${name} cannot be read: `), `${name}, ${source}: ${message}`);
      // It may be a secret.
      assert.doesNotMatch(message, /not now/);
      assert.equal(verto.state, "idle");
      const { sockets } = good.WebSocket;
      assert.equal(sockets.length, 0);
      await verto.connect(good);
      await assertUsable({ verto, vcc: new VertoCallcenter(verto), sockets, sent: sockets[0].sent });
    }
  }
});

test("connect(): members of options that throw, and options that do so themselves", async () => {
  for (const [source, begins] of [
    [`{ loginParams: ${CYCLIC} }`, "loginParams cannot be written"],
    ["{ loginParams: { get xui_sessid() { throw 1; } }, passwd: undefined }", "xui_sessid cannot be read"],
    [`{ loginParams: ${REVOKED} }`, "loginParams cannot be written"],
    [`{ userVariables: ${REVOKED} }`, "userVariables cannot be written"],
    ["{ keepAlive: { get interval() { throw 1; } } }", "keepAlive.interval cannot be read"],
    ["{ keepAlive: { get maxFailed() { throw 1; } } }", "keepAlive.maxFailed cannot be read"],
    [`{ keepAlive: ${REVOKED} }`, "keepAlive.interval cannot be read"],
    ["{ keepAlive: { maxFailed: Symbol() } }", "keepAlive.maxFailed must be"],
    [`{ passwd: ${REVOKED} }`, "passwd must be"],
    ["{ sessid: 'x'.repeat(1000001) }", "sessid is larger"],
    ["{ loginParams: { a: 'x'.repeat(1000001) } }", "loginParams is larger"],
  ]) {
    const given = connectOptions(new Function(`return ${source}`)());
    const verto = new Verto();
    const { message } = await verto.connect(given).then(assert.fail, (error) => error);
    assert.ok(message.startsWith(begins), `${source}: ${message}`);
    assert.equal(given.WebSocket.sockets.length, 0, source);
    assert.equal(verto.state, "idle");
  }
  const page = await connected();
  // Reading the option `logger` throws here, and that goes where the browser reports errors.
  const reported = [];
  globalThis.reportError = (error) => reported.push(error);
  for (const source of [REVOKED, "new Proxy({}, { get() { throw 1; } })"]) {
    await assertNamed(page, `verto.connect(${source})`, "socketUrl");
  }
  delete globalThis.reportError;
  assert.equal(reported.length, 2);
  // Every option of these can be read, but the object can't be copied.
  page.verto.given = new Proxy(connectOptions(), {
    ownKeys() {
      throw new Error("no keys");
    },
  });
  await assertNamed(page, "verto.connect(verto.given)", "params");
  for (const source of [REVOKED, "{ get onEvent() { throw 1; } }"]) {
    await assertNamed(page, `verto.connect(verto.options, ${source})`, source === REVOKED ? "onWSLogin" : "onEvent");
  }
  await assertUsable(page);
});

test("a channel's name may have 10,000 bytes, and an agent with a dot has its group already", async () => {
  const { verto, vcc } = await connected();
  for (const name of ["x".repeat(10_000), "\u4f60".repeat(3333), "\u00e9".repeat(5000), "\ud83d\ude00".repeat(2500)]) {
    assert.equal(verto.subscribe(name).length, 1);
  }
  vcc.setGroup("sales");
  assert.equal(vcc.channel(), "vcc.sales");
  assert.equal(vcc.channel(1007), "vcc.sales.1007");
  assert.equal(vcc.channel("sales.1007"), "vcc.sales.1007");
  assert.equal(vcc.channel("support.1007"), "vcc.support.1007");
  verto.logout();
});

test("what a getter or toJSON() of the page's throws is in no error of ours: it may hold a secret", async () => {
  const { verto } = await connected();
  const secret = "hunter2";
  const fail = () => {
    throw new Error(secret);
  };
  const calls = [
    () => verto.sendMethod("echo", { toJSON: fail }),
    () => verto.sendMethod("echo", {}, null, null, Object.defineProperty({}, "timeout", { get: fail })),
    () => verto.subscribe("vcc", Object.defineProperty({}, "handler", { get: fail })),
    () => verto.loginData(Object.defineProperty({}, "passwd", { get: fail, enumerable: true })),
  ];
  for (const call of calls) {
    const error = await Promise.resolve().then(call).then(assert.fail, (error) => error);
    assert.equal(error.kind, "invalid-argument");
    assert.doesNotMatch(`${error.message} ${JSON.stringify(error)} ${error.cause}`, /hunter2/);
  }
  verto.logout();
});
