// Arguments that can't be used: a VertoError that names the argument, nothing sent, and the
// instance goes on as if nothing had been.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Scenarios } from "./lib/sdk.mjs";

const page = new Scenarios();
const { run } = page;

// What connect() can't use, as source text since most of it is no JSON: the option that must be
// named, and values for it. The rest of the options is good.
const OPTIONS = {
  socketUrl: [
    "undefined", "null", "''", "' '", "42", "{}", "'not a url'", "'/ws'", "'//host/ws'", "'http://host/ws'",
    "'wss://'", "'ws://host:99999/ws'", "'ws://host/ws#part'", "'javascript:1'", "Symbol('x')", "1n", "new URL('ws://host/ws')",
  ],
  wsFallbackURL: ["''", "42", "{}", "'not a url'", "'https://host/ws'"],
  login: ["undefined", "null", "''", "1001", "{}", "[]", "'@xswitch.cn'", "'1001@'", "() => '1001@xswitch.cn'"],
  passwd: ["undefined", "null", "''", "true", "{}", "[]", "Symbol('x')", "1n", "NaN"],
  loginParams: ["'x'", "42", "true", "[]", "cyclic", "{ a: 1n }"],
  userVariables: ["'x'", "42", "true", "[]", "cyclic", "() => ({})"],
  sessid: ["42", "{}", "true"],
  timeout: ["0", "-1", "NaN", "Infinity", "'10'", "{}", "true"],
  autoReconnect: ["'no'", "0", "{}"],
};

/** What a call is told that it must not have done. */
const UNTOUCHED = { sent: 0, state: "ready" };

describe("connect()", () => {
  for (const [option, values] of Object.entries(OPTIONS)) {
    test(`with an unusable ${option}`, async () => {
      const results = await run(
        async ({ Verto, options, connected, sentTexts, plain }, option, values) => {
          const cyclic = {};
          cyclic.self = cyclic;
          const logger = { errors: [], error: (text) => logger.errors.push(text) };
          const idle = new Verto();
          const ready = await connected();
          const texts = sentTexts();
          const results = [];
          for (const source of values) {
            const value = new Function("cyclic", `return ${source}`)(cyclic);
            for (const verto of [idle, ready]) {
              const before = verto.state;
              const error = await verto.connect(options({ logger, [option]: value }), {}).catch(plain);
              results.push({ source, kept: verto.state === before, error, logged: logger.errors.splice(0) });
            }
          }
          const echo = await ready.sendMethod("echo", { n: 1 });
          await idle.connect(options());
          return { results, echo: echo.n, states: [idle.state, ready.state], sent: texts.length };
        },
        option,
        values,
      );
      assert.equal(results.results.length, 2 * values.length);
      for (const { source, kept, error, logged } of results.results) {
        assert.equal(error?.kind, "invalid-argument", `${option}: ${source}`);
        assert.ok(error.isVertoError);
        assert.ok(error.message.includes(option), `${source}: ${error.message}`);
        // Pages of callbacks see no promise.
        assert.deepEqual(logged, [`verto: connect: ${error.message}`]);
        assert.ok(kept, `${option}: ${source} changed the state`);
      }
      // The echo and the login that were made at the end.
      assert.deepEqual(results, { ...results, echo: 1, states: ["ready", "ready"], sent: 2 });
    });
  }

  test("without options, with wrong ones, and with wrong callbacks", async () => {
    const { errors, state, echo, sent } = await run(async ({ Verto, options, connected, sentTexts, plain }) => {
      const verto = await connected();
      const texts = sentTexts();
      const quiet = options({ logger: {} });
      const errors = [await new Verto().connect().catch(plain), await new Verto(null).connect(null, null).catch(plain)];
      for (const params of [42, "ws://host/ws", true, [], () => {}, {}]) errors.push(await verto.connect(params).catch(plain));
      for (const callbacks of [42, "x", true, () => {}]) errors.push(await verto.connect(quiet, callbacks).catch(plain));
      for (const name of ["onWSLogin", "onWSClose", "onMessage", "onEvent", "onStateChange", "onSubscribeError", "onGap"]) {
        errors.push({ ...(await verto.connect(quiet, { [name]: "x" }).catch(plain)), callback: name });
      }
      const echo = await verto.sendMethod("echo", { n: 1 });
      return { errors, state: verto.state, echo: echo.n, sent: texts.length };
    });
    const names = [
      ...["socketUrl", "socketUrl"],
      ...["params", "params", "params", "socketUrl", "params", "socketUrl"],
      ...["callbacks", "callbacks", "callbacks", "callbacks"],
    ];
    for (const [i, error] of errors.entries()) {
      const name = names[i] ?? error.callback;
      assert.deepEqual([error.isVertoError, error.kind], [true, "invalid-argument"], `${i}: ${name}`);
      assert.ok(error.message.includes(name), error.message);
    }
    assert.deepEqual({ state, echo, sent }, { state: "ready", echo: 1, sent: 1 });
    // Those without a logger went to the console.
    assert.equal((await page.errors()).filter((line) => line.includes("verto: connect:")).length, 8);
  });

  test("an address that the browser refuses", async () => {
    const seen = await run(async ({ Verto, options, plain }) => {
      const seen = [];
      const verto = new Verto();
      const callbacks = { onStateChange: (v, state, { reason }) => seen.push([state, reason ?? ""]), onWSClose: () => seen.push("onWSClose") };
      const { WebSocket } = window;
      // As a page of https is refused ws:.
      window.WebSocket = class {
        constructor() {
          throw new DOMException("An insecure connection may not be made", "SecurityError");
        }
      };
      const error = await verto.connect(options({ logger: {} }), callbacks).catch(plain);
      window.WebSocket = WebSocket;
      seen.push(error.kind, error.message.startsWith("socketUrl"), verto.state);
      await verto.connect(options(), {});
      return [...seen, verto.state];
    });
    assert.deepEqual(seen, [
      ["connecting", ""],
      ["closed", "invalid-argument"],
      "invalid-argument",
      true,
      "closed",
      "ready",
    ]);
  });
});

// Calls with promises: [what is called, as source text; the argument that must be named; the kind].
const CALLS = [
  ...["undefined", "null", "''", "42", "{}", "Symbol('x')"].map((value) => [`verto.sendMethod(${value}, {}`, "method"]),
  ...["'x'", "42", "true", "[]", "() => {}", "cyclic", "{ a: 1n }", "{ get a() { throw new Error('no') } }", "{ toJSON: () => 1 }"].map(
    (value) => [`verto.sendMethod('echo', ${value}`, "params"],
  ),
  ["verto.sendMethod('echo', { huge }", "bytes", "too-large"],
  ...["undefined", "''", "42", "[]"].map((value) => [`verto.broadcast(${value}, {}`, "channel"]),
  ...["'x'", "42", "cyclic"].map((value) => [`verto.broadcast('vcc', ${value}`, "params"]),
  ["verto.broadcast('vcc', { huge }", "bytes", "too-large"],
  ...["undefined", "null", "'x'", "{}", "{ to: 1001, body: 'x' }", "{ to: '', body: 'x' }"].map((value) => [`verto.message(${value}`, "to"]),
  ...["{ to: 'x' }", "{ to: 'x', body: '' }", "{ to: 'x', body: {} }"].map((value) => [`verto.message(${value}`, "body"]),
  ["verto.message({ to: 'x', body: 'x', cyclic }", "message"],
  ...["undefined", "''", "42", "{}"].map((value) => [`verto.fsAPI(${value}, ''`, "cmd"]),
  ...["42", "{}", "true"].map((value) => [`verto.fsAPI('status', ${value}`, "arg"]),
  ...["undefined", "null", "''", "' '", "{}", "[]", "true", "NaN", "() => {}", "Symbol('x')", "1n"].map((value) => [
    `vcc.ccLogin(${value}, '1001', '1001'`,
    "queue",
  ]),
  ["vcc.ccLogin('test', undefined, '1001'", "agent"],
  ["vcc.ccLogin('test', {}, '1001'", "agent"],
  ["vcc.ccLogin('test', '1001', undefined", "extn"],
  ["vcc.ccLogout(undefined, undefined", "queue"],
  ["vcc.ccLogout('test', null", "agent"],
  ["vcc.ccGoReady('', '1001'", "queue"],
  ["vcc.ccGoReady('test', ''", "agent"],
  ["vcc.ccGoBreak(undefined, '1001', 'lunch'", "queue"],
  ["vcc.ccGoBreak('test', undefined, 'lunch'", "agent"],
  ["vcc.ccGoBreak('test', '1001', {}", "reason"],
  ["vcc.ccGoBreak('test', '1001', true", "reason"],
  ["vcc.ccDial(undefined, '1001', '010', '138', false", "agent"],
  ["vcc.ccDial('1001', undefined, '010', '138', false", "extn"],
  ["vcc.ccDial('1001', '1001', undefined, '138', false", "cidNumber"],
  ["vcc.ccDial('1001', '1001', '010', undefined, false", "destNumber"],
  ["vcc.ccDial('1001', '1001', '010', '', false", "destNumber"],
  ["vcc.ccDial('1001', '1001', '010', '138', 'yes'", "earlyMedia"],
  ["vcc.ccDial('1001', '1001', '010', '138', {}", "earlyMedia"],
  ...["undefined", "''", "42"].map((value) => [`vcc.ccCall(${value}, {}`, "func"]),
  ...["'x'", "42", "[]", "cyclic", "{ a: 1n }"].map((value) => [`vcc.ccCall('ccEcho', ${value}`, "data"]),
  ["vcc.ccCall('ccEcho', { huge }", "bytes", "too-large"],
];

test("calls with promises", async () => {
  const rows = await run(
    async ({ VertoCallcenter, connected, sentTexts, plain, until }, calls) => {
      const verto = await connected();
      const vcc = new VertoCallcenter(verto);
      const cyclic = {};
      cyclic.self = cyclic;
      const huge = "\u6587".repeat(340_000);
      const texts = sentTexts();
      const rows = [];
      for (const call of calls) {
        const told = [];
        let returned = false;
        const ok = () => told.push("ok");
        const failed = (error) => told.push([returned, error]);
        const make = new Function("verto", "vcc", "cyclic", "huge", "ok", "failed", `return ${call}, ok, failed)`);
        const promise = make(verto, vcc, cyclic, huge, ok, failed);
        returned = true;
        const error = await promise.catch((error) => error);
        await until("failed_cb", () => told.length);
        rows.push({ call, error: plain(error), same: told.length === 1 && told[0][0] && told[0][1] === error });
      }
      const sent = texts.length;
      const echo = await verto.sendMethod("echo", { n: 1 });
      return { rows, sent, state: verto.state, echo: echo.n };
    },
    CALLS.map(([call]) => call),
  );
  for (const [i, { call, error, same }] of rows.rows.entries()) {
    const [, name, kind = "invalid-argument"] = CALLS[i];
    assert.deepEqual([error.isVertoError, error.kind], [true, kind], call);
    assert.ok(error.message.split(/\W/).includes(name), `${call}: ${error.message}`);
    assert.ok(same, `${call}: failed_cb runs once, later, with the promise's error`);
  }
  assert.deepEqual({ ...UNTOUCHED, echo: 1 }, { sent: rows.sent, state: rows.state, echo: rows.echo });
});

test("callbacks that are no functions", async () => {
  const { errors, sent, state } = await run(async ({ VertoCallcenter, connected, sentTexts, plain }) => {
    const verto = await connected();
    const vcc = new VertoCallcenter(verto);
    const texts = sentTexts();
    const errors = [];
    for (const wrong of [42, "x", true, {}, []]) {
      for (const [ok, failed] of [
        [wrong, () => {}],
        [() => {}, wrong],
        [wrong, wrong],
      ]) {
        for (const promise of [
          verto.sendMethod("echo", {}, ok, failed),
          verto.broadcast("vcc", {}, ok, failed),
          verto.message({ to: "x", body: "x" }, ok, failed),
          verto.fsAPI("status", "", ok, failed),
          vcc.ccLogin("test", "1001", "1001", ok, failed),
          vcc.ccLogout("test", "1001", ok, failed),
          vcc.ccGoReady("test", "1001", ok, failed),
          vcc.ccGoBreak("test", "1001", "lunch", ok, failed),
          vcc.ccDial("1001", "1001", "010", "138", false, ok, failed),
          vcc.ccCall("ccEcho", {}, ok, failed),
        ]) {
          errors.push({ want: ok === wrong ? "success_cb" : "failed_cb", ...(await promise.catch(plain)) });
        }
      }
    }
    return { errors, sent: texts.length, state: verto.state };
  });
  assert.equal(errors.length, 150);
  for (const { want, isVertoError, kind, message } of errors) {
    assert.deepEqual([isVertoError, kind], [true, "invalid-argument"]);
    assert.equal(message, `${want} must be a function`);
  }
  assert.deepEqual({ sent, state }, UNTOUCHED);
});

// Calls that throw: [what is called; the argument that must be named; the kind].
const THROWING = [
  ...["undefined", "null", "''", "42", "{}", "[42]", "['vcc', '']", "['vcc', null]", "Symbol('x')"].map((value) => [
    `verto.subscribe(${value}, { handler() {} })`,
    "channel",
  ]),
  ["verto.subscribe('vcc.' + 'x'.repeat(10_000), {})", "channel", "too-large"],
  ["verto.subscribe('vcc', 42)", "options"],
  ["verto.subscribe('vcc', 'x')", "options"],
  ...["42", "'x'", "{}", "true"].map((value) => [`verto.subscribe('vcc', { handler: ${value} })`, "handler"]),
  ["verto.subscribe('vcc', { readyHandler: 'x' })", "readyHandler"],
  ...["42", "'x'", "[]", "cyclic"].map((value) => [`verto.subscribe('vcc', { subParams: ${value} })`, "subParams"]),
  ["verto.subscribe('vcc', { subParams: { huge } })", "subParams", "too-large"],
  ["verto.unsubscribe(42)", "channel"],
  ["verto.unsubscribe('')", "channel"],
  ["verto.unsubscribe({})", "handle"],
  ["verto.unsubscribe([null])", "handle"],
  ["verto.unsubscribe({ serno: -1, eventChannel: 'vcc' })", "handle"],
  ["verto.unsubscribe({ serno: 'x', eventChannel: 'vcc' })", "handle"],
  ["verto.unsubscribe({ serno: 1 })", "channel"],
  ["verto.loginData(42)", "params"],
  ["new VertoCallcenter()", "verto"],
  ["new VertoCallcenter(null)", "verto"],
  ["new VertoCallcenter({})", "verto"],
  ["new VertoCallcenter(Verto)", "verto"],
  ...["undefined", "''", "42", "{}"].map((value) => [`vcc.setGroup(${value})`, "group"]),
  ["vcc.channel('')", "agent"],
  ["vcc.channel({})", "agent"],
  ["vcc.subscribeAgent(undefined, () => {})", "agent"],
  ["vcc.subscribeAgent('', () => {})", "agent"],
  ["vcc.subscribeAgent('1001', 'x')", "handler"],
  ["vcc.subscribeGroup(42)", "handler"],
  ["new Verto(42)", "options"],
  ["new Verto('ws://host/ws')", "options"],
  ["new Verto({}, 42)", "callbacks"],
  ["Verto.refreshDevices(42)", "callback"],
  ["Verto.init({}, 'x')", "callback"],
  ["verto.newCall()", "destination_number"],
  ["verto.newCall({ destination_number: {} })", "destination_number"],
  ["verto.newCall({ destination_number: '9196', callID: 7 })", "callID"],
  ["verto.newCall({ destination_number: '9196' }, null, 42)", "onSuccess"],
];

test("calls that throw", async () => {
  const { rows, sent, state, channels, seen } = await run(
    async ({ Verto, VertoCallcenter, connected, subscribed, sim, sentTexts, plain, until }, calls) => {
      const verto = await connected();
      const vcc = new VertoCallcenter(verto);
      const cyclic = {};
      cyclic.self = cyclic;
      const huge = "x".repeat(10_001);
      const texts = sentTexts();
      const rows = calls.map((call) => {
        try {
          new Function("Verto", "VertoCallcenter", "verto", "vcc", "cyclic", "huge", call)(Verto, VertoCallcenter, verto, vcc, cyclic, huge);
          return { call, error: {} };
        } catch (error) {
          return { call, error: plain(error) };
        }
      });
      const sent = texts.length;
      const { channels } = await sim.connection(verto);
      let seen = 0;
      await subscribed(verto, "vcc", { handler: () => seen++ });
      await sim.event("vcc");
      await until("the event", () => seen);
      return { rows, sent, state: verto.state, channels, seen };
    },
    THROWING.map(([call]) => call),
  );
  for (const [i, { call, error }] of rows.entries()) {
    const [, name, kind = "invalid-argument"] = THROWING[i];
    assert.deepEqual([error.isVertoError, error.kind], [true, kind], `${call}: ${error.message}`);
    assert.ok(error.message.split(/\W/).includes(name), `${call}: ${error.message}`);
  }
  assert.deepEqual({ sent, state }, UNTOUCHED);
  assert.deepEqual(channels, []);
  assert.equal(seen, 1);
});

test("calls before connect and after the end: closed", async () => {
  const { rows, sent } = await run(async ({ Verto, VertoCallcenter, connected, options, sentTexts, plain, until }) => {
    const loggedOut = await connected();
    loggedOut.logout();
    const refused = new Verto();
    await refused.connect(options({ passwd: "wrong" })).catch(() => {});
    const sessid = "33333333-3333-4333-8333-333333333333";
    const takenOver = await connected({ sessid });
    await connected({ sessid });
    await until("it is taken over", () => takenOver.state === "closed");
    const texts = sentTexts();
    const rows = [];
    for (const [when, verto] of Object.entries({ idle: new Verto(), loggedOut, refused, takenOver })) {
      const vcc = new VertoCallcenter(verto);
      for (const make of [
        (ok, failed) => verto.sendMethod("echo", {}, ok, failed),
        (ok, failed) => verto.call("echo", {}, ok, failed),
        (ok, failed) => verto.broadcast("vcc", {}, ok, failed),
        (ok, failed) => verto.message({ to: "x", body: "x" }, ok, failed),
        (ok, failed) => verto.fsAPI("status", "", ok, failed),
        (ok, failed) => verto.fsStatus(ok, failed),
        (ok, failed) => verto.showFSAPI("calls", ok, failed),
        (ok, failed) => vcc.ccLogin("test", "1001", "1001", ok, failed),
        (ok, failed) => vcc.ccLogout("test", "1001", ok, failed),
        (ok, failed) => vcc.ccGoReady("test", "1001", ok, failed),
        (ok, failed) => vcc.ccGoBreak("test", "1001", "lunch", ok, failed),
        (ok, failed) => vcc.ccDial("1001", "1001", "010", "138", false, ok, failed),
        (ok, failed) => vcc.ccCall("ccEcho", {}, ok, failed),
      ]) {
        const told = [];
        const error = await make(
          () => told.push("ok"),
          (error) => told.push(error),
        ).catch((error) => error);
        await until("failed_cb", () => told.length);
        const { kind, code, sent, isVertoError } = plain(error);
        rows.push([when, isVertoError, kind, code, sent, told.length === 1 && told[0] === error]);
      }
    }
    return { rows, sent: texts.length };
  });
  assert.equal(rows.length, 4 * 13);
  for (const row of rows) assert.deepEqual(row.slice(1), [true, "closed", -3, false, true], row[0]);
  assert.equal(sent, 0);
});

test("subscriptions made before connect or after logout wait for the next connect", async () => {
  const seen = await run(async ({ Verto, options, sim, until }) => {
    const seen = [];
    const verto = new Verto();
    verto.subscribe("vcc", { handler: () => seen.push("idle") });
    await verto.connect(options());
    await verto.sendMethod("echo");
    await sim.event("vcc");
    await until("the event", () => seen.length === 1);
    verto.logout();
    verto.subscribe("vcc", { handler: () => seen.push("closed") });
    await verto.connect();
    await verto.sendMethod("echo");
    await sim.event("vcc");
    await until("the event", () => seen.length === 2);
    verto.unsubscribe("vcc.unknown");
    verto.unsubscribe([]);
    return [...seen, verto.subscribe([]).length];
  });
  assert.deepEqual(seen, ["idle", "closed", 0]);
});

test("a failure that nobody looks at is no unhandledrejection", async () => {
  const { shouted, settled } = await run(async ({ Verto, VertoCallcenter, connected, options, sim, until }) => {
    const shouted = [];
    window.addEventListener("unhandledrejection", ({ reason }) => shouted.push(String(reason)));
    let settled = 0;
    const count = () => settled++;
    const verto = await connected();
    const vcc = new VertoCallcenter(verto);
    new Verto().connect({ logger: {} });
    new Verto().sendMethod("echo");
    new VertoCallcenter(new Verto()).ccGoReady("test", "1001");
    new Verto(options({ passwd: "wrong" }), { onWSLogin: count });
    verto.sendMethod("nosuch");
    verto.sendMethod("nosuch", {}, null, count);
    verto.sendMethod(42);
    verto.sendMethod("echo", {}, 42);
    vcc.ccLogin();
    vcc.ccGoReady("test", "nosuch", null, count);
    const ended = new Verto();
    ended.connect(options());
    ended.logout();
    const asking = new Verto();
    const rejects = () => Promise.reject(new Error("the page's own"));
    asking.connect(options({ passwd: rejects, loginParams: rejects }));
    await until("the answers", () => settled === 3);
    await until("it tries again", () => asking.state === "reconnecting");
    asking.logout();
    vcc.ccCall("ccSleep", { ms: 5000 });
    vcc.ccCall("ccSleep", { ms: 5000 }, null, count);
    await sim.drop(verto);
    await until("the connection's loss", () => settled === 4);
    verto.logout();
    // The browser tells of rejections after the task in which nobody took them.
    await new Promise((resolve) => setTimeout(resolve));
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    return { shouted, settled };
  });
  assert.deepEqual(shouted, []);
  assert.equal(settled, 4);
  // What the page's own function failed with is reported as what a callback throws is.
  for (const line of await page.errors()) assert.ok(line.includes("Uncaught Error: the page's own"), line);
});

test("a VertoError says in JSON what it says in fields", async () => {
  const { errors, checks } = await run(async ({ Verto, VertoError, VertoCallcenter, connected, options }) => {
    const verto = await connected();
    const vcc = new VertoCallcenter(verto);
    const error = (promise) => promise.catch((error) => error);
    const errors = [
      await error(vcc.ccCall("ccFail")),
      await error(verto.sendMethod("nosuch")),
      await error(new Verto().sendMethod("echo")),
      await error(new Verto().connect(options({ passwd: "wrong" }))),
      await error(vcc.ccLogin("test")),
    ];
    const checks = errors.map((error) => [
      error instanceof Error,
      error instanceof VertoError,
      error.name,
      String(error) === `VertoError: ${error.message}`,
      // V8 begins with the message, the others with `function@file`.
      error.stack.includes(error.message) || error.stack.includes("@"),
      JSON.stringify(error) === JSON.stringify(error.toJSON()),
    ]);
    // Through JSON, which drops what is undefined.
    return { errors: JSON.parse(JSON.stringify(errors)), checks };
  });
  for (const check of checks) assert.deepEqual(check, [true, true, "VertoError", true, true, true]);
  const name = "VertoError";
  const [failed, nosuch, closed, auth, invalid] = errors;
  const { sessid, ...refusal } = failed.data;
  assert.deepEqual(refusal, { code: 400, message: "agent not found" });
  assert.ok(failed.message.includes("agent not found"));
  assert.deepEqual(failed, { ...failed, name, kind: "rejected", code: 400, reason: "agent not found", method: "jsapi" });
  assert.deepEqual(nosuch, { ...nosuch, name, kind: "rejected", code: -32601, method: "nosuch" });
  assert.deepEqual(nosuch.data, { code: -32601, message: nosuch.reason });
  assert.deepEqual(closed, { name, kind: "closed", code: -3, message: closed.message, method: "echo", sent: false });
  assert.deepEqual(auth, { ...auth, name, kind: "auth", code: -32001, reason: "Authentication Failure", method: "login" });
  assert.deepEqual(invalid, { name, kind: "invalid-argument", code: -5, message: "agent is missing" });
});

test("no password and no token is in any error, log line or thrown message", async () => {
  const SECRETS = ["pass-s3cret", "token-s3cret", "xcc-s3cret", "thrown-s3cret", "variable-s3cret"];
  const { collected, lines } = await run(
    async ({ Verto, VertoError, VertoCallcenter, options, sim, until }, [password, token, xcc, thrown, variable]) => {
      const collected = [];
      let lines = 0;
      const describe = (value) =>
        value instanceof Error ? `${value} ${value.stack} ${JSON.stringify(value)}` : typeof value === "string" ? value : JSON.stringify(value);
      const collect = (...values) => collected.push(...values.map(describe));
      const logger = Object.fromEntries(
        ["debug", "info", "log", "warn", "error"].map((level) => [level, (...values) => (lines++, collect(...values))]),
      );
      for (const level of Object.keys(logger)) console[level] = logger[level];
      window.addEventListener("unhandledrejection", ({ reason }) => collect(reason));
      const callbacks = {
        onWSLogin: (v, success, error) => collect(success, error ?? ""),
        onStateChange: (v, state, info) => collect(info, info.error ?? ""),
        onSubscribeError: (v, channel, error) => collect(error),
      };
      const debug = (more) => options({ debug: true, logger, userVariables: { variable }, ...more });
      const secret = { xui_sessid: token, xcc_token: xcc };
      const attempt = async (more) => {
        const verto = new Verto();
        const promise = verto.connect(debug(more), callbacks);
        promise.catch(collect);
        await until("an end", () => ["ready", "closed", "reconnecting", "idle"].includes(verto.state));
        return verto;
      };
      // Refused by the server.
      await attempt({ passwd: password });
      await attempt({ loginParams: secret, passwd: password });
      await attempt({ loginParams: secret, passwd: undefined });
      await attempt({ passwd: () => password, loginParams: async () => secret });
      // Refused by the SDK.
      await attempt({ passwd: { password } });
      await attempt({ passwd: [password] });
      await attempt({ passwd: password, loginParams: token });
      await attempt({ passwd: password, loginParams: [token] });
      await attempt({ passwd: password, login: token });
      await attempt({ passwd: password, socketUrl: `http://host/?token=${token}` });
      await attempt({ passwd: password, loginParams: { ...secret, n: 1n } });
      await attempt({ passwd: "1234", loginParams: { ...secret, huge: "x".repeat(1_000_001) } });
      // The page's functions fail.
      for (const fail of [
        () => {
          throw thrown;
        },
        () => {
          throw new Error(thrown);
        },
        () => Promise.reject(new Error(thrown)),
        async () => ({ [thrown]: thrown }),
        () => 1n,
      ]) {
        (await attempt({ passwd: fail })).logout();
        (await attempt({ passwd: password, loginParams: fail })).logout();
      }
      // Connected: what fails, and what the server sends, which is logged.
      const verto = new Verto();
      await verto.connect(debug({ loginParams: { note: "x" } }), callbacks);
      verto.subscribe("secret");
      for (const frame of ["not JSON", "[1]", { jsonrpc: "2.0", id: 1e6, result: {} }, { jsonrpc: "2.0", method: "nosuch" }]) {
        await sim.send(verto, frame);
      }
      const vcc = new VertoCallcenter(verto);
      await verto.sendMethod("login", { login: "1001@xswitch.cn", passwd: password, loginParams: secret }).catch(collect);
      await verto.sendMethod("nosuch", { passwd: password, ...secret }).catch(collect);
      await verto.sendMethod("echo", [password, token]).catch(collect);
      await vcc.ccLogin({ password, token }).catch(collect);
      try {
        verto.subscribe({ token }, {});
      } catch (error) {
        collect(error);
      }
      const { subscribe } = verto;
      try {
        subscribe(password);
      } catch (error) {
        collect(error instanceof VertoError ? error : "another");
      }
      await sim.drop(verto);
      await until("the loss", () => verto.state === "reconnecting");
      verto.logout();
      await new Promise((resolve) => setTimeout(resolve));
      return { collected, lines };
    },
    SECRETS,
  );
  assert.ok(lines > 10, `the log was collected: ${lines} lines`);
  assert.ok(collected.length > 60, `errors were collected: ${collected.length}`);
  for (const text of collected) {
    for (const secret of SECRETS) assert.ok(!text.includes(secret), text);
  }
  // What the page itself throws reaches its error event, and only that does.
  for (const line of await page.errors()) {
    assert.match(line, /Uncaught/);
    for (const secret of SECRETS) assert.ok(secret === "thrown-s3cret" || !line.includes(secret), line);
  }
});
