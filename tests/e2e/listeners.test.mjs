// `addEventListener` beside the callbacks, and `using`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lacking } from "./lib/browser.mjs";
import { Scenarios } from "./lib/sdk.mjs";

const scenarios = new Scenarios();
const { run } = scenarios;

test("listeners hear what the callbacks hear, before them", async () => {
  const heard = await run(async ({ Verto, options, sim, subscribed, until }) => {
    const heard = [];
    const short = (one) => (one && typeof one === "object" ? (one.kind ?? one.name ?? one.eventChannel ?? "{}") : one);
    const verto = new Verto();
    const types = ["wslogin", "wsclose", "message", "event", "statechange", "subscribeerror", "gap"];
    for (const type of types) {
      verto.addEventListener(type, (event) => heard.push([event.type, ...event.detail.map(short)]));
    }
    let callbacks = 0;
    await verto.connect(options(), {
      onWSLogin: () => heard.push(["onWSLogin"]),
      onSubscribeError: () => callbacks++,
      onEvent: () => callbacks++,
    });
    await subscribed(verto, "vcc.a", { userData: 5 });
    verto.subscribe("secret.a");
    await until("the refusal", () => callbacks);
    await sim.event("vcc.a");
    await until("the event", () => callbacks === 2);
    const frame = (eventSerno) => ({
      jsonrpc: "2.0",
      id: 1,
      method: "verto.event",
      params: { eventChannel: "vcc.a", subscribedChannel: "vcc.a", eventSerno, data: {} },
    });
    await sim.send(verto, frame(100));
    await until("the second event", () => callbacks === 3);
    await sim.send(verto, { jsonrpc: "2.0", id: 1, method: "verto.info", params: { msg: "hi" } });
    await until("the message", () => heard.some(([type, , name]) => name === "info"));
    verto.logout();
    await until("the end", () => heard.some(([type]) => type === "wsclose"));
    return heard;
  });
  const states = heard.filter(([type]) => type === "statechange").map(([, state]) => state);
  assert.deepEqual(states, ["connecting", "authenticating", "ready", "closed"]);
  const others = heard.filter(([type]) => type !== "statechange");
  assert.deepEqual(others, [
    ["wslogin", true, null],
    ["onWSLogin"],
    ["message", null, "clientReady", "{}"],
    ["subscribeerror", "secret.a", "rejected"],
    ["event", "vcc.a", 5],
    ["gap", "vcc.a"],
    ["event", "vcc.a", 5],
    ["message", null, "info", "hi"],
    ["wsclose", true],
  ]);
});

test("a listener ends by removal, `once` or its signal, and what it throws is the page's error", async () => {
  const { heard, later } = await run(async ({ Verto, options, until }) => {
    const heard = [];
    const verto = new Verto();
    const controller = new AbortController();
    const removed = () => heard.push("removed");
    verto.removeEventListener("wslogin", removed);
    verto.addEventListener("wslogin", removed);
    verto.removeEventListener("wslogin", removed);
    verto.addEventListener("wslogin", () => heard.push("once"), { once: true });
    verto.addEventListener("wslogin", () => heard.push("signal"), { signal: controller.signal });
    verto.addEventListener("wslogin", () => {
      throw new Error("thrown by a listener");
    }, { once: true });
    verto.addEventListener("wslogin", () => heard.push("always"));
    await verto.connect(options());
    await until("the first login", () => heard.includes("always"));
    const first = heard.splice(0);
    controller.abort();
    await verto.connect();
    await until("the second login", () => heard.includes("always"));
    return { heard: first, later: heard };
  });
  assert.deepEqual(heard, ["once", "signal", "always"]);
  assert.deepEqual(later, ["always"]);
  const errors = await scenarios.errors();
  assert.ok(errors.length === 1 && errors[0].includes("thrown by a listener"), errors.join("\n"));
});

test("a refused channel is warned of in the console, unless the callback or a listener took it", async () => {
  const warnings = await run(async ({ connected, until }) => {
    const warnings = [];
    const warn = (text) => warnings.push(text);
    const verto = await connected({ logger: { warn } });
    const told = [];
    const take = (event) => {
      told.push(event.detail[0]);
      if (event.detail[0] === "secret.taken") event.preventDefault();
    };
    verto.addEventListener("subscribeerror", take);
    const refused = async (channel) => {
      verto.subscribe(channel);
      await until(`the refusal of ${channel}`, () => told.includes(channel));
      await verto.sendMethod("echo");
    };
    await refused("secret.taken");
    await refused("secret.heard");
    verto.callbacks.onSubscribeError = () => {};
    await refused("secret.told");
    return warnings;
  });
  assert.equal(warnings.length, 1, warnings.join("\n"));
  assert.match(warnings[0], /^verto: no subscription to secret\.heard: /);
});

test("listeners work through a framework's proxy", async () => {
  const heard = await run(async ({ Verto, options, until }) => {
    const heard = [];
    const verto = new Proxy(new Verto(), {});
    verto.addEventListener("wslogin", ({ detail: [success] }) => heard.push(success));
    await verto.connect(options());
    await until("the login", () => heard.length);
    return heard;
  });
  assert.deepEqual(heard, [true]);
});

test("`using` ends the connection with its block, by an exception too", { skip: lacking("dispose") }, async () => {
  const states = await run(async ({ connected, scenario, Verto }) => {
    const verto = await connected();
    const block = scenario(`(verto) => { using own = verto; throw new Error("out"); }`);
    try {
      block(verto);
    } catch {
      return [verto.state, typeof Verto.prototype[Symbol.dispose]];
    }
  });
  assert.deepEqual(states, ["closed", "function"]);
});
