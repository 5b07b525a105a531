// What pages written for `@xswitch/rtc` and its ancestors do, and must find working.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Scenarios } from "./lib/sdk.mjs";

const { run } = new Scenarios();

test("purge() inside onWSClose, then a reconnect: one handler a channel", async () => {
  const { seen, channels, closes } = await run(async ({ Verto, options, sim, until }) => {
    const seen = [];
    const closes = [];
    let granted = 0;
    const verto = new Verto();
    verto.connect(options(), {
      onWSLogin(v) {
        for (const channel of ["vcc.default.1001", "vcc.default.1002"]) {
          // A new function each time, as pages have it.
          v.subscribe(channel, { handler: (v, event) => seen.push(event.data.n), readyHandler: () => granted++ });
        }
      },
      onWSClose(v, success) {
        closes.push(success);
        v.purge();
      },
    });
    for (let n = 0; n < 3; n++) {
      await until("both granted", () => granted === 2 * (n + 1));
      await sim.event("vcc.default.1001", { n });
      await until("the event", () => seen.includes(n));
      await verto.sendMethod("echo");
      if (n < 2) await sim.drop(verto);
    }
    return { seen, channels: (await sim.connection(verto)).channels, closes };
  });
  assert.deepEqual(seen, [0, 1, 2]);
  assert.deepEqual(channels, ["vcc.default.1001", "vcc.default.1002"]);
  assert.deepEqual(closes, [false, false]);
});

test("purge() inside onWSClose after which the page subscribes no more: nothing comes back", async () => {
  const { seen, channels } = await run(async ({ Verto, options, subscribed, sim, until }) => {
    let logins = 0;
    let seen = 0;
    const verto = new Verto();
    verto.connect(options(), { onWSLogin: () => logins++, onWSClose: (v) => v.purge() });
    await subscribed(verto, "vcc.default.1001", { handler: () => seen++ });
    await sim.drop(verto);
    await until("it is back", () => logins === 2);
    const { delivered } = await sim.event("vcc.default.1001");
    await verto.sendMethod("echo");
    return { seen: seen + delivered, channels: (await sim.connection(verto)).channels };
  });
  assert.equal(seen, 0);
  assert.deepEqual(channels, []);
});

test("empty tokens beside a password are not sent", async () => {
  const { login, state } = await run(async ({ connected, sentTexts }) => {
    const texts = sentTexts();
    const verto = await connected({ loginParams: { xui_sessid: "", xcc_token: "", note: "" } });
    return { login: JSON.parse(texts[0]).params, state: verto.state };
  });
  assert.equal(state, "ready");
  assert.equal(login.passwd, "1234");
  assert.deepEqual(login.loginParams, { note: "" });
});

test("a token without a password sends the word `password`", async () => {
  const { login, state } = await run(async ({ connected, sentTexts }) => {
    const body = JSON.stringify({ login: "1001@xswitch.cn", password: "1234" });
    const headers = { "content-type": "application/json" };
    const { token } = await fetch("/api/sessions", { method: "POST", headers, body }).then((reply) => reply.json());
    const texts = sentTexts();
    const verto = await connected({ passwd: undefined, loginParams: { xui_sessid: token } });
    const { passwd, loginParams } = JSON.parse(texts[0]).params;
    return { login: { passwd, isToken: loginParams.xui_sessid === token }, state: verto.state };
  });
  assert.deepEqual(login, { passwd: "password", isToken: true });
  assert.equal(state, "ready");
});

test("loginData() and login() on a live connection: its socket, its subscriptions, and a refusal changes nothing", async () => {
  const { told, kind, state, methods, events } = await run(async ({ Verto, options, subscribed, sim, until }) => {
    const told = [];
    const events = [];
    const verto = new Verto();
    await verto.connect(options(), {
      onWSLogin: (v, success, error) => told.push([v === verto, success, error?.reason ?? null]),
      onWSClose: () => told.push("onWSClose"),
    });
    await subscribed(verto, "vcc.default.1001", { handler: (v, event) => events.push(event.data.n) });
    verto.loginData({ login: "1002@xswitch.cn", passwd: "1234" });
    await verto.login();
    verto.loginData({ passwd: "no" });
    const { kind } = await verto.login().catch((error) => error);
    await sim.event("vcc.default.1001", { n: 1 });
    await until("the event", () => events.length === 1);
    const methods = (await sim.requests(verto)).map(({ method }) => method).filter((method) => method !== "verto.ping");
    return { told, kind, state: verto.state, methods, events };
  });
  assert.deepEqual(told, [[true, true, null], [true, true, null], [true, false, "Authentication Failure"]]);
  assert.equal(kind, "auth");
  assert.equal(state, "ready");
  assert.deepEqual(methods, ["login", "verto.subscribe", "login", "login"]);
  assert.deepEqual(events, [1]);
});

test("speedTest(bytes, cb) measures, and what came meanwhile comes after it", async () => {
  const { figures, promised, events } = await run(async ({ connected, subscribed, sim, until }) => {
    const events = [];
    const verto = await connected();
    await subscribed(verto, "vcc.default.1001", { handler: () => events.push("event") });
    let figures;
    const { event, ...promised } = await verto.speedTest(256 * 1024, (event, said) => {
      figures = [event instanceof MessageEvent, said.upKPS, said.downKPS];
    });
    await sim.event("vcc.default.1001");
    await until("the event", () => events.length === 1);
    await verto.sendMethod("echo");
    return { figures, promised, events };
  });
  const { upDur, downDur, upKPS, downKPS } = promised;
  assert.deepEqual(figures, [true, upKPS, downKPS]);
  // The same bytes in no time at all would be two million kbit/s.
  for (const kps of [upKPS, downKPS]) assert.ok(Number.isInteger(kps) && kps > 0 && kps <= 21e6, `${kps}`);
  assert.ok(upDur >= 0 && downDur >= 0);
  assert.deepEqual(events, ["event"]);
});

test("closeSocket(1000) is logout()", async () => {
  const { seen, state, ready } = await run(async ({ Verto, options, sim, until }) => {
    const seen = [];
    const verto = new Verto();
    await verto.connect(options(), {
      onWSClose: (v, success) => seen.push(["onWSClose", v === verto, success]),
      onStateChange: (v, state, { reason }) => state === "closed" && seen.push([state, reason]),
    });
    const ready = [verto.socketReady()];
    verto.rpcClient.closeSocket(1000);
    ready.push(verto.socketReady());
    const before = seen.length;
    await until("onWSClose", () => seen.length === 2);
    await until("no connection", async () => !(await sim.connection(verto)));
    return { seen: [before, ...seen], state: verto.state, ready };
  });
  assert.deepEqual(seen, [0, ["closed", "logout"], ["onWSClose", true, true]]);
  assert.equal(state, "closed");
  assert.deepEqual(ready, [true, false]);
});

test("subscribing inside onWSLogin gives each event once, whatever the number of reconnects", async () => {
  const { seen, granted, frames } = await run(async ({ Verto, options, sim, until }) => {
    const seen = [];
    let granted = 0;
    const verto = new Verto();
    verto.connect(options(), {
      onWSLogin(v) {
        v.subscribe("vcc.default.1001", {
          handler: (v, event, userData) => seen.push([event.data.n, userData.n]),
          userData: { n: granted },
          readyHandler: () => granted++,
        });
      },
    });
    const reconnects = 3;
    for (let n = 0; n <= reconnects; n++) {
      await until("it is granted", () => granted === n + 1);
      await sim.event("vcc.default.1001", { n });
      await until("the event", () => seen.some(([number]) => number === n));
      await verto.sendMethod("echo");
      if (n < reconnects) await sim.drop(verto);
    }
    const requests = await sim.requests(verto);
    return {
      seen,
      granted,
      frames: requests.filter(({ method }) => method === "verto.subscribe").length,
    };
  });
  // The newest registration has replaced those before it.
  assert.deepEqual(seen, [0, 1, 2, 3].map((n) => [n, n]));
  assert.equal(granted, 4);
  assert.equal(frames, 4, "one wire subscription a connection");
});

test("subscribing outside of onWSLogin survives reconnects as well", async () => {
  const seen = await run(async ({ connected, sim, until }) => {
    const seen = [];
    let granted = 0;
    const verto = await connected();
    verto.subscribe("vcc", { handler: (v, event) => seen.push(event.data.n), readyHandler: () => granted++ });
    for (let n = 0; n < 3; n++) {
      await until("it is granted", () => granted === n + 1);
      await sim.event("vcc", { n });
      await until("the event", () => seen.includes(n));
      if (n < 2) await sim.drop(verto);
    }
    await verto.sendMethod("echo");
    return seen;
  });
  assert.deepEqual(seen, [0, 1, 2]);
});

test("new Verto(options, callbacks) connects at once", async () => {
  const seen = await run(
    ({ Verto, options }) =>
      new Promise((resolve) => {
        const seen = [];
        const callbacks = {
          onWSLogin(v, success) {
            resolve([...seen, v === verto, this === v.callbacks, success, v.state]);
          },
        };
        const verto = new Verto(options(), callbacks);
        seen.push(verto.state, verto.options.login, verto.callbacks.onWSLogin === callbacks.onWSLogin);
      }),
  );
  assert.deepEqual(seen, ["connecting", "1001@xswitch.cn", true, true, true, true, "ready"]);
});

test("new Verto(null) and new Verto(options without socketUrl) don't connect", async () => {
  const states = await run(({ Verto, options }) =>
    [new Verto(), new Verto(null), new Verto(null, null), new Verto(options({ socketUrl: "" }), {})].map((verto) => verto.state),
  );
  assert.deepEqual(states, ["idle", "idle", "idle", "idle"]);
});

test("verto.rpcClient.call and the other names for methods", async () => {
  const result = await run(async ({ connected }) => {
    const verto = await connected();
    const outcomes = [];
    await verto.rpcClient.call(
      "echo",
      { n: 1 },
      ({ n }) => outcomes.push(["ok", n]),
      () => outcomes.push(["failed"]),
    );
    await verto.call("nosuch", {}, null, ({ code }) => outcomes.push(["failed", code])).catch(() => {});
    await verto.fsAPI("status", "", null, ({ code, method }) => outcomes.push(["fsAPI", method, code])).catch(() => {});
    await verto.fsStatus(null, ({ code }) => outcomes.push(["fsStatus", code])).catch(() => {});
    await verto.showFSAPI("calls", null, ({ code }) => outcomes.push(["showFSAPI", code])).catch(() => {});
    await verto.message({ to: "1001@xswitch.cn", body: "hello" }, ({ message }) => outcomes.push([message]));
    await verto.broadcast("vcc.x", { n: 1 }, () => outcomes.push(["broadcast"]));
    return { same: verto.rpcClient === verto, ready: verto.rpcClient.socketReady(), outcomes };
  });
  assert.deepEqual(result, {
    same: true,
    ready: true,
    outcomes: [
      ["ok", 1],
      ["failed", -32601],
      // The simulator's users may not use it.
      ["fsAPI", "jsapi", -32602],
      ["fsStatus", -32602],
      ["showFSAPI", -32602],
      ["SENT"],
      ["broadcast"],
    ],
  });
});

test("connect() without arguments takes those of before", async () => {
  const { logins, told } = await run(async ({ Verto, options, sim, until }) => {
    const told = [];
    const verto = new Verto(options(), { onWSLogin: (v, success) => told.push(success) });
    await until("the login", () => told.length === 1);
    verto.logout();
    await verto.connect();
    verto.logout();
    await verto.login();
    verto.logout();
    // Set by hand, as `new Verto(params)` of the lineage only stores them.
    const later = new Verto();
    later.options = options();
    later.callbacks = { onWSLogin: (v, success) => told.push(["later", success]) };
    await later.connect();
    await until("onWSLogin", () => told.length === 4);
    return { logins: (await sim.requests(verto)).length, told };
  });
  assert.deepEqual(told, [true, true, true, ["later", true]]);
  assert.equal(logins, 1, "a new sessid for each connect");
});

test("pages that never call use the statics all the same", async () => {
  const seen = await run(async ({ Verto, until }) => {
    const seen = [];
    Verto.init({ skipPermCheck: true }, (granted) => seen.push(["init", granted]));
    Verto.refreshDevices((success) => seen.push(["refreshDevices", typeof success]));
    Verto.init({ skipPermCheck: true, skipDeviceCheck: true });
    Verto.init({ skipPermCheck: true }, null);
    Verto.refreshDevices();
    const { length } = seen;
    await until("both", () => seen.length === 2);
    const uuids = Array.from({ length: 100 }, () => Verto.genUUID());
    return {
      length,
      seen: seen.sort(),
      devices: [Verto.videoDevices, Verto.audioInDevices, Verto.audioOutDevices].map(Array.isArray),
      uuids: new Set(uuids).size,
      wellFormed: uuids.every((uuid) => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(uuid)),
      states: Object.entries(Verto.enum.state).map(([key, { name, val }]) => key === name && [name, val]),
      messages: Object.keys(Verto.enum.message),
      directions: Object.keys(Verto.enum.direction),
      next: Verto.enum.states.new.requesting,
      frozen: Object.isFrozen(Verto.enum) && Object.values(Verto.enum.state).every(Object.isFrozen),
    };
  });
  const states = "new requesting trying recovering ringing answering early active held hangup destroy purge".split(" ");
  assert.deepEqual(seen, {
    length: 0,
    seen: [
      ["init", null],
      ["refreshDevices", "boolean"],
    ],
    devices: [true, true, true],
    uuids: 100,
    wellFormed: true,
    states: states.map((name, val) => [name, val]),
    messages: ["display", "info", "pvtEvent", "clientReady"],
    directions: ["inbound", "outbound"],
    next: 1,
    frozen: true,
  });
});

test("a message compares with Verto.enum by identity", async () => {
  const seen = await run(
    ({ Verto, options }) =>
      new Promise((resolve) => {
        const verto = new Verto(options(), {
          onMessage(v, dialog, msg, data) {
            switch (msg) {
              case Verto.enum.message.clientReady:
                resolve([dialog, msg.name, msg.val, data.reattached_sessions]);
            }
          },
        });
      }),
  );
  assert.deepEqual(seen, [null, "clientReady", 3, []]);
});

for (const keyword of ["var", "let", "const"]) {
  test(`a page's own \`${keyword} verto\` replaces the global`, async () => {
    const seen = await run(async ({ Verto, singleton, options }, keyword) => {
      const script = document.createElement("script");
      script.textContent = `${keyword} verto = new Verto(); window.found = () => verto;`;
      document.head.append(script);
      const verto = window.found?.();
      await verto.connect(options());
      return [verto instanceof Verto, verto !== singleton, verto.state, singleton.state];
    }, keyword);
    assert.deepEqual(seen, [true, true, "ready", "idle"]);
  });
}

test("the global instance works without anything being made", async () => {
  const seen = await run(async ({ singleton, options, subscribed, sim, until }) => {
    const seen = [window.verto === singleton, verto.state, verto.sessid];
    verto.logout();
    await verto.connect(options());
    await subscribed(verto, "vcc", { handler: (v, { eventChannel }) => seen.push(v === verto, eventChannel) });
    await sim.event("vcc.default");
    await until("the event", () => seen.length === 5);
    return seen;
  });
  assert.deepEqual(seen, [true, "idle", "", true, "vcc.default"]);
});

test("logout takes a message, in any state", async () => {
  const seen = await run(async ({ Verto, connected, options, until }) => {
    const seen = [];
    const verto = await connected({}, { onWSClose: (v, success) => seen.push(success) });
    const returned = [verto.logout({ cause: "shift ended" }), verto.logout("again"), verto.logout()];
    await until("onWSClose", () => seen.length);
    const connecting = new Verto(options(), { onWSClose: (v, success) => seen.push(success) });
    connecting.logout({ cause: "no" });
    await until("onWSClose", () => seen.length === 2);
    new Verto().logout({ cause: "idle" });
    return { seen, returned, state: [verto.state, connecting.state] };
  });
  assert.deepEqual(seen, { seen: [true, true], returned: [null, null, null], state: ["closed", "closed"] });
});

test("loginData counts from the next login on", async () => {
  const logins = await run(async ({ connected, sim, until, sentTexts }) => {
    const texts = sentTexts();
    const logins = () => texts.map((text) => JSON.parse(text)).filter(({ method }) => method === "login");
    let told = 0;
    const verto = await connected({}, { onWSLogin: () => told++ });
    verto.loginData({ login: "1002@xswitch.cn", userVariables: { shift: "late" } });
    const before = logins().length;
    await sim.drop(verto);
    await until("it is back", () => told === 2);
    const { login } = await sim.connection(verto);
    return [before, login, ...logins().map(({ params }) => [params.login, params.passwd, params.userVariables])];
  });
  assert.deepEqual(logins, [
    1,
    "1002@xswitch.cn",
    ["1001@xswitch.cn", "1234", {}],
    ["1002@xswitch.cn", "1234", { shift: "late" }],
  ]);
});

test("a page's own fields on an instance break nothing", async () => {
  const seen = await run(async ({ connected, subscribed, sim, until }) => {
    const seen = [];
    const verto = await connected();
    const own = { name: "agent", core: 1, calls: [], handlers: null, socket: {}, listeners: 0, ptr: 7, __wbg_ptr: 7, id: 0 };
    Object.assign(verto, own, { dialogs: { a: 1 } });
    for (const key of Object.keys(own)) if (verto[key] !== own[key]) seen.push(key);
    await subscribed(verto, "vcc", { handler: (v) => seen.push(v === verto, v.name) });
    await sim.event("vcc");
    await until("the event", () => seen.length === 2);
    // What a page removes isn't there; it isn't needed either.
    verto.callbacks = null;
    verto.options = undefined;
    await sim.event("vcc");
    await until("the event", () => seen.length === 4);
    verto.unsubscribe();
    verto.logout();
    return [...seen, verto.state];
  });
  assert.deepEqual(seen, [true, "agent", true, "agent", "closed"]);
});

test("a page may assign what is read-only, and copy an instance's fields onto another", async () => {
  const seen = await run(async ({ Verto, connected }) => {
    const verto = await connected();
    const { sessid } = verto;
    Object.assign(verto, { state: "busy", sessid: "mine", rpcClient: null });
    const copied = Object.assign(new Verto(), verto);
    const result = await verto.sendMethod("echo", { n: 1 });
    return [verto.state, verto.sessid === sessid, verto.rpcClient === verto, result.n, copied.state];
  });
  assert.deepEqual(seen, ["ready", true, true, 1, "idle"]);
});

test("an instance works through a framework's proxy", async () => {
  const seen = await run(async ({ Verto, VertoCallcenter, options, until, sim }) => {
    const seen = [];
    // As reactive data: what is read through it is wrapped as well.
    const wrap = (object) =>
      new Proxy(object, {
        get(target, key, receiver) {
          const value = Reflect.get(target, key, receiver);
          return typeof value === "object" && value !== null ? wrap(value) : value;
        },
      });
    const data = wrap({ verto: new Verto(), vcc: null });
    await data.verto.connect(options(), { onWSLogin: (v, success) => seen.push(v instanceof Verto, success) });
    data.verto.subscribe("vcc", { handler: (v, { eventChannel }) => seen.push(eventChannel), readyHandler: () => seen.push("granted") });
    await until("the subscription", () => seen.length === 3);
    await sim.event("vcc");
    await until("the event", () => seen.length === 4);
    data.vcc = new VertoCallcenter(data.verto);
    seen.push((await data.vcc.ccCall("ccEcho", { n: 1 })).data.n, data.verto.state);
    data.verto.logout();
    return [...seen, data.verto.state];
  });
  assert.deepEqual(seen, [true, true, "granted", "vcc", 1, "ready", "closed"]);
});

test("optional arguments are left out in any of the ways that pages do", async () => {
  const frames = await run(async ({ VertoCallcenter, connected, sim }) => {
    const verto = await connected();
    const vcc = new VertoCallcenter(verto);
    let settled = 0;
    const done = () => settled++;
    const calls = [
      vcc.ccGoBreak("test", "1001", done, done),
      vcc.ccGoBreak("test", "1001", undefined, done, done),
      vcc.ccGoBreak("test", "1001", null, done, done),
      vcc.ccGoBreak("test", "1001", "", done, done),
      vcc.ccGoBreak("test", "1001"),
      vcc.ccGoBreak("test", 1001, "BRB", done, done),
      vcc.ccDial(1001, 1001, 4001001, 13800000000, done, done),
      vcc.ccDial("1001", "1001", "4001001", "13800000000", undefined, done, done),
      vcc.ccDial("1001", "1001", "4001001", "13800000000", true, done, done),
    ];
    await Promise.allSettled(calls);
    const requests = (await sim.requests(verto)).filter(({ method }) => method === "jsapi");
    return { settled, data: requests.map(({ params }) => params.data.data) };
  });
  const agent = { queue: "test", agent: "1001" };
  const dial = { agent: "1001", extn: "1001", cidNumber: "4001001", destNumber: "13800000000", earlyMedia: false };
  assert.deepEqual(frames, {
    settled: 8,
    data: [agent, agent, agent, agent, agent, { ...agent, reason: "BRB" }, dial, dial, { ...dial, earlyMedia: true }],
  });
});
