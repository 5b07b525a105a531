// Pages as they are found in the field: classes where the examples have plain objects, strict
// policies, old encodings, loggers that throw. Each of these once failed.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { LIBRARIES, PAGE_LIBRARIES } from "../node/lib/libraries.mjs";
import { inPage, lacking } from "./lib/browser.mjs";
import { Scenarios } from "./lib/sdk.mjs";
import { FIXTURES } from "./lib/sim.mjs";
import { until } from "./lib/wait.mjs";

const scenarios = new Scenarios();
const { run } = scenarios;

/** Opens a page of `fixtures/field`. */
const open = (name) => scenarios.driver.get(`${scenarios.sim.url}field/${name}`);

test("callbacks may be methods of a page's class, and `this` is the page's object", async () => {
  const { seen, kept } = await run(async ({ Verto, options, sim, until }) => {
    class Base {
      seen = [];

      onWSLogin(v, success) {
        this.seen.push(["onWSLogin", v === this.verto, success]);
      }
    }
    class Agent extends Base {
      onWSClose(v, asked) {
        this.seen.push(["onWSClose", v === this.verto, asked]);
      }

      onEvent(v, event) {
        this.seen.push(["onEvent", v === this.verto, event.data.n]);
      }
    }
    const agents = [new Agent(), new Agent()];
    // Given to connect(), and to the constructor.
    agents[0].verto = new Verto();
    agents[0].verto.connect(options(), agents[0]);
    agents[1].verto = new Verto(options(), agents[1]);
    for (const [index, agent] of agents.entries()) {
      await until("the login", () => agent.seen.length === 1);
      let granted = false;
      agent.verto.subscribe("vcc.default.1001", { readyHandler: () => (granted = true) });
      await until("the grant", () => granted);
      await sim.event("vcc.default.1001", { n: index });
      await until("the event", () => agent.seen.length === 2);
      agent.verto.logout();
      await until("the end", () => agent.seen.length === 3);
    }
    return {
      seen: agents.map(({ seen }) => seen),
      kept: agents.map((agent) => agent.verto.callbacks === agent),
    };
  });
  const expected = (n) => [["onWSLogin", true, true], ["onEvent", true, n], ["onWSClose", true, true]];
  assert.deepEqual(seen, [expected(0), expected(1)]);
  assert.deepEqual(kept, [true, true]);
});

test("callbacks that the page adds after connect() run", async () => {
  const { seen, isThis } = await run(async ({ Verto, options, until }) => {
    const seen = [];
    const callbacks = {};
    let isThis = true;
    const verto = new Verto();
    const connecting = verto.connect(options(), callbacks);
    callbacks.onWSLogin = function (v, success) {
      isThis &&= this === callbacks;
      seen.push(["onWSLogin", success]);
    };
    await connecting;
    callbacks.onWSClose = function (v, asked) {
      isThis &&= this === callbacks;
      seen.push(["onWSClose", asked]);
    };
    verto.logout();
    await until("the end", () => seen.length === 2);
    return { seen, isThis };
  });
  assert.deepEqual(seen, [["onWSLogin", true], ["onWSClose", true]]);
  assert.equal(isThis, true);
});

test("options may be getters of a page's class, or inherited", async () => {
  const { states, logins } = await run(async ({ Verto, options, sim, socketUrl }) => {
    class Options {
      get login() {
        return "1002@xswitch.cn";
      }

      get passwd() {
        return "1234";
      }

      get socketUrl() {
        return socketUrl;
      }

      get userVariables() {
        return { n: 1 };
      }
    }
    class Sub extends Options {}
    const states = [];
    const logins = [];
    const all = [new Options(), new Sub(), Object.create(options({ login: "1003@xswitch.cn", userVariables: { n: 2 } }))];
    for (const given of all) {
      const verto = new Verto();
      await verto.connect(given);
      // What the next login is made from is there too.
      await sim.drop(verto);
      await new Promise((resolve) => (verto.callbacks = { onWSLogin: resolve }));
      states.push(verto.state);
      const requests = (await sim.requests(verto)).filter(({ method }) => method === "login");
      logins.push(requests.map(({ params }) => [params.login, params.userVariables.n]));
      verto.logout();
    }
    return { states, logins };
  });
  assert.deepEqual(states, ["ready", "ready", "ready"]);
  const twice = (login, n) => [[login, n], [login, n]];
  const [first, second] = [twice("1002@xswitch.cn", 1), twice("1003@xswitch.cn", 2)];
  assert.deepEqual(logins, [first, first, second]);
});

test("a credential that became unusable ends the session instead of being tried for ever", async () => {
  const { states, closed, logins } = await run(async ({ connected, sim, until }) => {
    const states = [];
    let closed = null;
    const verto = await connected({}, {
      onStateChange(v, state, info) {
        states.push(state);
        if (state === "closed") closed = { reason: info.reason, kind: info.error?.kind, message: info.error?.message };
      },
    });
    const { sessid } = verto;
    states.length = 0;
    verto.options.login = 42;
    await sim.drop(verto);
    await until("the end", () => closed);
    await until("no connection", async () => !(await sim.connection(verto)));
    const logins = (await sim.requests({ sessid })).filter(({ method }) => method === "login").length;
    return { states, closed, logins };
  });
  assert.equal(states.filter((state) => state === "reconnecting").length, 1, states.join());
  assert.equal(states.at(-1), "closed");
  assert.equal(closed.kind, "invalid-argument");
  assert.equal(closed.reason, "invalid-argument");
  assert.match(closed.message, /login/);
  assert.equal(logins, 1);
});

test("subscribe() takes its handlers from a page's class", async () => {
  const { seen, granted } = await run(async ({ connected, sim, until }) => {
    const seen = [];
    const granted = [];
    class Panel {
      handler(v, event, userData) {
        seen.push([event.data.n, userData]);
      }

      readyHandler(v, channel) {
        granted.push(channel);
      }

      get userData() {
        return "panel";
      }
    }
    const verto = await connected();
    verto.subscribe("vcc.default.1001", new Panel());
    await until("the grant", () => granted.length);
    await sim.event("vcc.default.1001", { n: 7 });
    await until("the event", () => seen.length);
    return { seen, granted };
  });
  assert.deepEqual(seen, [[7, "panel"]]);
  assert.deepEqual(granted, ["vcc.default.1001"]);
});

test("a logger that throws is the page's error, not an unhandledrejection", async () => {
  const { errors, rejections, kinds } = await run(async ({ Verto, until }) => {
    const errors = [];
    const rejections = [];
    window.addEventListener("error", ({ message }) => errors.push(message));
    window.addEventListener("unhandledrejection", ({ reason }) => rejections.push(String(reason)));
    const loggers = [
      {
        logger: {
          error() {
            throw new Error("thrown by error()");
          },
        },
      },
      {
        get logger() {
          throw new Error("thrown by the getter");
        },
      },
    ];
    for (const params of loggers) new Verto().connect(params);
    const kinds = [];
    for (const params of loggers) await new Verto().connect(params).catch(({ kind }) => kinds.push(kind));
    await until("the errors", () => errors.length >= 4);
    // Rejections are told of after the tasks that are due.
    await new Promise((resolve) => setTimeout(() => setTimeout(resolve)));
    return { errors: errors.sort(), rejections, kinds };
  });
  assert.equal(errors.length, 4, errors.join());
  // The words of the getter are not repeated: they may hold a secret.
  const [own, ours] = ["thrown by error()", "logger cannot be read: a getter or a proxy throws"];
  for (const [index, text] of [own, own, ours, ours].entries()) {
    assert.ok(errors[index].endsWith(text), errors[index]);
  }
  assert.deepEqual(rejections, []);
  assert.deepEqual(kinds, ["invalid-argument", "invalid-argument"]);
  assert.equal((await scenarios.errors()).length, 4);
});

test("arguments that throw when they are read are refused, with nothing sent", async () => {
  const { errors, thrown, texts, usable } = await run(async ({ Verto, connected, options, plain, sentTexts }) => {
    const verto = await connected();
    const texts = sentTexts();
    const throws = () => {
      throw new Error("the page's own");
    };
    const calls = [
      () => verto.showFSAPI(Symbol("what")),
      () => verto.showFSAPI({ toString: throws }),
      () => new Verto().connect(options(), Object.defineProperty({}, "onWSLogin", { get: throws })),
      () => verto.connect(null, Object.defineProperty({}, "onGap", { get: throws })),
    ];
    const thrown = [];
    const errors = [];
    for (const call of calls) {
      try {
        errors.push(await call().then(String, plain));
      } catch (error) {
        thrown.push(String(error));
      }
    }
    const sent = [...texts];
    const { n } = await verto.sendMethod("echo", { n: 5 });
    return { errors, thrown, texts: sent, usable: [verto.state, n] };
  });
  assert.deepEqual(thrown, []);
  assert.deepEqual(errors.map(({ isVertoError, kind }) => [isVertoError, kind]), Array(4).fill([true, "invalid-argument"]));
  assert.deepEqual(texts, []);
  assert.deepEqual(usable, ["ready", 5]);
  await scenarios.errors();
});

test("data that is refused for its size leaves the memory as it was", async () => {
  const { before, after, kinds, texts } = await run(async ({ Verto, options, sentTexts }) => {
    const verto = new Verto();
    await verto.connect(options());
    const texts = sentTexts();
    const before = coreMemory();
    const kinds = [];
    const large = "x".repeat(50e6);
    await verto.sendMethod("echo", { d: large }).catch(({ kind }) => kinds.push(kind));
    await verto.sendMethod("echo", { d: "\u6587".repeat(2e6) }).catch(({ kind }) => kinds.push(kind));
    await verto.sendMethod(large).catch(({ kind }) => kinds.push(kind));
    await verto.broadcast("vcc.default", { d: large }).catch(({ kind }) => kinds.push(kind));
    try {
      verto.subscribe(large);
    } catch ({ kind }) {
      kinds.push(kind);
    }
    return { before, after: coreMemory(), kinds, texts: [...texts] };
  });
  assert.ok(before > 0);
  assert.equal(after, before);
  assert.deepEqual(kinds, Array(5).fill("too-large"));
  assert.deepEqual(texts, []);
});

test("an event that comes late is delivered, and one that comes again is not", async () => {
  const { seen, gaps } = await run(async ({ connected, subscribed, sim, until }) => {
    const seen = [];
    const gaps = [];
    const verto = await connected({}, { onGap: (v, gap) => gaps.push(gap) });
    const eventChannel = "vcc.default.1001";
    await subscribed(verto, eventChannel, { handler: (v, event) => seen.push(event.data.n) });
    for (const n of [0, 1, 3, 2, 4, 2, 3, 5]) {
      const params = { eventChannel, subscribedChannel: eventChannel, eventSerno: n, data: { n } };
      await sim.send(verto, { jsonrpc: "2.0", method: "verto.event", params });
    }
    await until("the last", () => seen.includes(5));
    return { seen, gaps };
  });
  assert.deepEqual(seen, [0, 1, 3, 2, 4, 5]);
  assert.deepEqual(gaps, [{ eventChannel: "vcc.default.1001", expected: 2, received: 3 }]);
});

test("the page's `timeout` is for call-centre commands too", async () => {
  const { error, elapsed, state } = await run(async ({ VertoCallcenter, connected, plain }) => {
    const verto = await connected({ timeout: 500 });
    const begun = performance.now();
    const error = await new VertoCallcenter(verto).ccCall("ccSleep", { ms: 60_000 }).then(String, plain);
    return { error, elapsed: performance.now() - begun, state: verto.state };
  });
  assert.equal(error.kind, "timeout");
  assert.ok(elapsed >= 490 && elapsed < 3000, `${elapsed} ms`);
  assert.equal(state, "ready");
});

test("loginData() refuses what no login can be made from", async () => {
  const { errors, same, login, echoed } = await run(async ({ connected, options, plain, sim }) => {
    const verto = await connected();
    const cyclic = {};
    cyclic.self = cyclic;
    const wrong = [{ login: 42 }, { login: "nodomain@" }, { passwd: {} }, { loginParams: "token" }, { userVariables: cyclic }];
    const errors = wrong.map((params) => {
      try {
        return verto.loginData(params) ?? "accepted";
      } catch (error) {
        return { given: Object.keys(params)[0], ...plain(error) };
      }
    });
    const { login, passwd } = verto.options;
    const same = login === options().login && passwd === options().passwd;
    // The next login is the one of before.
    await sim.drop(verto);
    await new Promise((resolve) => (verto.callbacks = { onWSLogin: resolve }));
    const { login: row } = await sim.connection(verto);
    const { n } = await verto.sendMethod("echo", { n: 3 });
    return { errors, same, login: row, echoed: n };
  });
  for (const error of errors) {
    assert.deepEqual([error.isVertoError, error.kind], [true, "invalid-argument"], JSON.stringify(error));
    assert.ok(error.message.startsWith(error.given), error.message);
  }
  assert.equal(same, true);
  assert.equal(login, "1001@xswitch.cn");
  assert.equal(echoed, 3);
});

test("a passwd function given by loginData() is asked at the next login, and once more if that is refused", async () => {
  const { asked, logins, state } = await run(async ({ connected, sim, until }) => {
    const logins = [];
    const verto = await connected({}, { onWSLogin: (v, success) => logins.push(success) });
    const asked = [];
    verto.loginData({
      passwd() {
        asked.push(verto.state);
        return asked.length === 1 ? "expired" : "1234";
      },
    });
    const before = asked.length;
    await sim.drop(verto);
    await until("the login", () => logins.length >= 2);
    return { asked: [before, ...asked], logins, state: verto.state };
  });
  assert.equal(asked[0], 0);
  assert.equal(asked.length, 3, asked.join());
  assert.deepEqual(logins, [true, true]);
  assert.equal(state, "ready");
});

test("notify(), stopRetrying() and speedTest() exist, on rpcClient as well", async () => {
  const { notified, untouched, speed, closes, stopped, sockets } = await run(
    async ({ connected, sentTexts, sim, until }) => {
      const closes = [];
      const stopped = [];
      const verto = await connected({}, {
        onWSClose: (v, asked) => closes.push(asked),
        onStateChange(v, state, { reason }) {
          stopped.push([state, reason]);
          if (state === "reconnecting") verto.rpcClient.stopRetrying();
        },
      });
      stopped.length = 0;
      const texts = sentTexts();
      const nothing = verto.rpcClient.notify("echo", { n: 1 });
      const notified = { nothing: nothing === undefined, methods: texts.map((text) => JSON.parse(text).method) };
      verto.stopRetrying();
      const untouched = verto.state;
      const speed = [];
      for (const one of [verto, verto.rpcClient]) speed.push(typeof (await one.speedTest(1024)).upKPS);
      let sockets = 0;
      const Socket = WebSocket;
      window.WebSocket = function (...args) {
        sockets++;
        return new Socket(...args);
      };
      await sim.drop(verto);
      await until("the end", () => verto.state === "closed");
      await until("no connection", async () => !(await sim.connection(verto)));
      return { notified, untouched, speed, closes, stopped, sockets };
    },
  );
  assert.deepEqual(notified, { nothing: true, methods: ["echo"] });
  assert.equal(untouched, "ready");
  assert.deepEqual(speed, ["number", "number"]);
  assert.deepEqual(stopped, [["reconnecting", "connection-lost"], ["closed", "logout"]]);
  assert.deepEqual(closes, [false, true]);
  assert.equal(sockets, 0);
});

test("subscribing again without a readyHandler keeps the first", async () => {
  const { granted, seen } = await run(async ({ connected, sim, until }) => {
    const granted = [];
    const seen = [];
    const handler = (v, event) => seen.push(event.data.n);
    const verto = await connected();
    const channel = "vcc.default.1001";
    verto.subscribe(channel, { handler, readyHandler: (v, name) => granted.push(name) });
    verto.subscribe(channel, { handler });
    await until("the grant", () => granted.length === 1);
    await sim.event(channel, { n: 1 });
    await until("the event", () => seen.length);
    await sim.drop(verto);
    await until("the second grant", () => granted.length === 2);
    return { granted, seen };
  });
  assert.deepEqual(granted, ["vcc.default.1001", "vcc.default.1001"]);
  assert.deepEqual(seen, [1]);
});

test("a handler subscribed inside onWSLogin and outside as well outlives reconnects", async () => {
  const { outside, inside } = await run(async ({ Verto, options, subscribed, sim, until }) => {
    const outside = [];
    const inside = [];
    const handler = (v, event) => outside.push(event.data.n);
    const channel = "vcc.default.1001";
    let granted = 0;
    let logins = 0;
    const verto = new Verto();
    await verto.connect(options(), {
      onWSLogin(v) {
        const other = (v, event) => inside.push(event.data.n);
        v.subscribe(channel, { handler: logins++ ? other : handler, readyHandler: () => granted++ });
      },
    });
    await until("the grant", () => granted === 1);
    verto.subscribe(channel, { handler });
    await sim.event(channel, { n: 1 });
    await until("the first event", () => outside.length);
    await sim.drop(verto);
    await until("the login", () => logins === 2);
    await subscribed(verto, "vcc.default.1002");
    await sim.event(channel, { n: 2 });
    await until("the second event", () => inside.length);
    await verto.sendMethod("echo");
    return { outside, inside };
  });
  assert.deepEqual(outside, [1, 2]);
  assert.deepEqual(inside, [2]);
});

test("a policy without 'wasm-unsafe-eval': a VertoError that names it, and the page goes on", { skip: lacking("wasm") }, async () => {
  await open("csp.html");
  const { constructed, state, calls, called, ended } = await inPage(scenarios.driver, () => window.csp.play());
  const modules = await inPage(scenarios.driver, () => window.csp.playModules());
  for (const [name, error] of Object.entries({ constructed, called, ...calls, ...modules })) {
    assert.equal(error.isVertoError, true, name);
    assert.equal(error.kind, "wasm-unavailable", name);
    assert.match(error.message, /Content-Security-Policy.*'wasm-unsafe-eval'.*script-src/, name);
  }
  assert.equal(state, "idle");
  assert.equal(ended, null);
  const seen = await inPage(scenarios.driver, () => window.seen);
  assert.deepEqual(seen, { errors: [], rejections: [] });
  // The browser's own lines about the policy, and the SDK's about connect().
  const lines = await scenarios.errors();
  assert.ok(lines.some((line) => line.includes("verto: connect: WebAssembly could not be started")), lines.join("\n"));
});

test("without WebAssembly too, what a failed_cb throws is the page's error", { skip: lacking("wasm") }, async () => {
  await open("csp.html");
  const { errors, rejections } = await inPage(scenarios.driver, () => window.csp.playThrowing());
  // Chromium puts `Uncaught` before it.
  assert.deepEqual(errors.map((line) => line.replace("Uncaught ", "")), ["Error: thrown by failed_cb"]);
  assert.deepEqual(rejections, []);
  await scenarios.errors();
});

test("a policy with 'wasm-unsafe-eval' is enough", async () => {
  await open("csp-wasm.html");
  const { constructed, state, calls, called, ended } = await inPage(scenarios.driver, () => window.csp.play());
  assert.deepEqual([constructed, ended], [null, null]);
  assert.equal(state, "ready");
  assert.equal(calls.sendMethod.value.n, 1);
  assert.equal(called.n, 1);
  const modules = await inPage(scenarios.driver, () => window.csp.playModules());
  assert.deepEqual(modules, { "index.mjs": { state: "idle" }, "slim.mjs": { state: "idle" } });
});

test("an ES5 page in GBK logs in, subscribes and gets events of a Chinese channel", async () => {
  const bytes = await readFile(join(FIXTURES, "field", "gbk.html"));
  assert.throws(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes), "saved as UTF-8");
  await open("gbk.html");
  const page = () => scenarios.driver.executeScript("return { ...page, charset: document.characterSet }");
  await until("the grant", async () => (await page()).granted.length);
  const eventChannel = "vcc.default.客服一组";
  const { delivered } = await scenarios.sim.event({ eventChannel, eventType: "test", data: { caller: "李四" } });
  assert.equal(delivered, 1);
  await until("the event", async () => (await page()).events.length);
  assert.deepEqual(await page(), {
    title: "呼叫中心坐席",
    charset: "GBK",
    logins: 1,
    granted: [eventChannel],
    events: [{ channel: eventChannel, same: true, data: { caller: "李四" } }],
    closed: 0,
  });
  const [login] = await scenarios.sim.requests("login");
  assert.deepEqual(login.params.userVariables, { name: "张三" });
});

// Firefox closes a page's sockets before the page ends.
test("a page that is left is told of no outage", async () => {
  await open("bare.html");
  const ready = await inPage(
    scenarios.driver,
    async (_, socketUrl) => {
      localStorage.setItem("told", "nothing");
      await new Promise((onload) => {
        document.head.append(Object.assign(document.createElement("script"), { src: "/pkg/verto-min.js", onload }));
      });
      const onWSClose = (v, asked) => localStorage.setItem("told", `onWSClose(v, ${asked})`);
      await verto.connect({ socketUrl, login: "1001@xswitch.cn", passwd: "1234" }, { onWSClose });
      return verto.state;
    },
    scenarios.sim.socketUrl,
  );
  assert.equal(ready, "ready");
  await scenarios.driver.navigate().refresh();
  await scenarios.sim.noConnection();
  assert.equal(await scenarios.driver.executeScript("return localStorage.getItem('told')"), "nothing");
});

// tests/node/built-ins.test.mjs has more of these, in Node.js.
for (const [name, library] of [...LIBRARIES, ...PAGE_LIBRARIES]) {
  for (const first of [true, false]) {
    const skip = library === null && "its Debian package isn't installed";
    test(`a page with ${name} ${first ? "before" : "after"} our script`, { skip }, async () => {
      await open("bare.html");
      const seen = await inPage(
        scenarios.driver,
        async (_, library, first, socketUrl) => {
          const seen = [];
          const add = (properties) =>
            new Promise((onload, onerror) => {
              document.head.appendChild(Object.assign(document.createElement("script"), properties, { onload, onerror }));
              if (properties.textContent) onload();
            });
          if (first) await add({ textContent: library });
          await add({ src: "/pkg/verto-min.js" });
          if (!first) await add({ textContent: library });
          const verto = new Verto();
          await new Promise((onWSLogin) => {
            verto.connect({ socketUrl, login: "1001@xswitch.cn", passwd: "1234" }, { onWSLogin });
          });
          seen.push(verto.state);
          await new Promise((readyHandler) => verto.subscribe("vcc.default.1001", { readyHandler }));
          const vcc = new VertoCallcenter(verto);
          await new Promise((done) => {
            vcc.ccLogin("test", "1001", "1001", ({ code }) => done(seen.push(code)), ({ message }) => done(seen.push(message)));
          });
          verto.logout();
          seen.push(verto.state);
          return seen;
        },
        library,
        first,
        scenarios.sim.socketUrl,
      );
      assert.deepEqual(seen, ["ready", 200, "closed"]);
    });
  }
}
