// The bugs of FreeSWITCH's reference client that ours must not have, one test for each.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Scenarios } from "./lib/sdk.mjs";

const page = new Scenarios();
const { run } = page;

test("requests made before the socket opens leave in their order, each on its own connection", async () => {
  const sent = await run(async ({ Verto, options, sim }) => {
    const pair = [new Verto(), new Verto()];
    const calls = pair.map((verto, i) => verto.connect(options({ login: `100${i + 1}@xswitch.cn` })));
    for (let n = 0; n < 20; n++) {
      for (const [i, verto] of pair.entries()) calls.push(verto.sendMethod("echo", { instance: i, n }));
    }
    await Promise.all(calls);
    const requests = await Promise.all(pair.map((verto) => sim.requests(verto)));
    return requests.map((list) => list.map(({ method, params }) => [method, params.instance, params.n]));
  });
  assert.deepEqual(
    sent,
    [0, 1].map((i) => [["login", undefined, undefined], ...Array.from({ length: 20 }, (_, n) => ["echo", i, n])]).map(
      // What JSON leaves out comes back from the page as null.
      (list) => list.map((row) => row.map((value) => value ?? null)),
    ),
  );
});

test("two instances with equal ids each get their own answers", async () => {
  const { ids, answers } = await run(async ({ connected, sim }) => {
    const pair = await Promise.all([connected(), connected({ login: "1002@xswitch.cn" })]);
    const answers = [];
    const calls = [];
    for (let n = 0; n < 20; n++) {
      for (const [i, verto] of pair.entries()) {
        calls.push(verto.sendMethod("echo", { instance: i, n }, (result) => answers.push([i, n, result.instance, result.n])));
      }
    }
    await Promise.all(calls);
    const requests = await Promise.all(pair.map((verto) => sim.requests(verto)));
    return { ids: requests.map((list) => list.filter(({ method }) => method === "echo").map(({ id }) => id)), answers };
  });
  assert.equal(ids[0].length, 20);
  assert.ok(
    ids[0].filter((id) => ids[1].includes(id)).length >= 19,
    `the test is about ids that are equal: ${JSON.stringify(ids)}`,
  );
  assert.equal(answers.length, 40);
  for (const [i, n, instance, number] of answers) assert.deepEqual([instance, number], [i, n]);
});

test("each instance logs in with its own password, also after a drop", async () => {
  const { logins, told } = await run(async ({ Verto, options, sim, until, sentTexts }) => {
    const texts = sentTexts();
    const told = { a: [], b: [] };
    const a = new Verto();
    const b = new Verto();
    const callbacks = (list) => ({ onWSLogin: (v, success) => list.push(success) });
    a.connect(options(), callbacks(told.a));
    b.connect(options({ login: "1002@xswitch.cn", passwd: "not-b's" }), callbacks(told.b));
    await until("both answered", () => told.a.length && told.b.length);
    await sim.drop(a);
    await until("a is back", () => told.a.length === 2);
    const logins = texts.map((text) => JSON.parse(text)).filter(({ method }) => method === "login");
    return { logins: logins.map(({ params }) => [params.login, params.passwd]).sort(), told };
  });
  assert.deepEqual(logins, [
    ["1001@xswitch.cn", "1234"],
    ["1001@xswitch.cn", "1234"],
    ["1002@xswitch.cn", "not-b's"],
  ]);
  assert.deepEqual(told, { a: [true, true], b: [false] });
});

test("an array of channels is so many channels, and their events arrive", async () => {
  const { frames, channels, seen } = await run(async ({ connected, sim, until }) => {
    const verto = await connected();
    const seen = [];
    const ready = [];
    verto.subscribe(["vcc.default.1001", "vcc.default.1002"], {
      handler: (v, event) => seen.push(event.eventChannel),
      readyHandler: (v, channel) => ready.push(channel),
    });
    await until("both granted", () => ready.length === 2);
    await sim.event("vcc.default.1001");
    await sim.event("vcc.default.1002");
    await until("two events", () => seen.length >= 2);
    const frames = (await sim.requests(verto)).filter(({ method }) => method === "verto.subscribe");
    return { frames: frames.map(({ params }) => params.eventChannel), channels: (await sim.connection(verto)).channels, seen };
  });
  assert.deepEqual(frames, [["vcc.default.1001", "vcc.default.1002"]]);
  assert.deepEqual(channels, ["vcc.default.1001", "vcc.default.1002"]);
  assert.deepEqual(seen, ["vcc.default.1001", "vcc.default.1002"]);
});

test("an event reaches the handlers of every level", async () => {
  const { named, unnamed, frames } = await run(async ({ connected, subscribed, sim, until }) => {
    const verto = await connected();
    let seen = [];
    const levels = ["vcc", "vcc.agent", "vcc.agent.1001", "demo"];
    for (const level of levels) await subscribed(verto, level, { handler: () => seen.push(level) });
    // The simulator sends a frame for each subscribed channel, which names that.
    const { delivered } = await sim.event("vcc.agent.1001");
    await until("three events", () => seen.length >= delivered);
    await verto.sendMethod("echo");
    const named = seen;
    seen = [];
    // A server that doesn't name it sends one frame.
    await sim.send(verto, { jsonrpc: "2.0", method: "verto.event", params: { eventChannel: "vcc.agent.1001", data: {} } });
    await until("three events", () => seen.length >= 3);
    await verto.sendMethod("echo");
    return { named: named.sort(), unnamed: seen.sort(), frames: delivered };
  });
  assert.equal(frames, 3);
  assert.deepEqual(named, ["vcc", "vcc.agent", "vcc.agent.1001"]);
  assert.deepEqual(unnamed, ["vcc", "vcc.agent", "vcc.agent.1001"]);
});

test("what a callback throws reaches the page's error event, and stops nothing", async () => {
  const { thrown, seen } = await run(async ({ Verto, options, subscribed, sim, until }) => {
    const thrown = [];
    window.addEventListener("error", ({ error }) => thrown.push(error?.message));
    const seen = [];
    const throwing = (name) => () => {
      seen.push(name);
      throw new Error(`thrown by ${name}`);
    };
    const verto = new Verto();
    verto.connect(options(), {
      onWSLogin: throwing("onWSLogin"),
      onWSClose: throwing("onWSClose"),
      onMessage: throwing("onMessage"),
      onEvent: throwing("onEvent"),
    });
    await until("clientReady", () => seen.includes("onMessage"));
    verto.subscribe("vcc.a", { handler: throwing("handler"), readyHandler: throwing("readyHandler") });
    verto.subscribe("vcc.a", { handler: () => seen.push("second handler") });
    await subscribed(verto, "vcc.a");
    await sim.event("vcc.a");
    await until("the event", () => seen.includes("onEvent"));
    const settled = [];
    verto.sendMethod("echo", {}, throwing("ok")).then(() => settled.push("ok"));
    verto.sendMethod("nosuch", {}, null, throwing("failed")).catch(() => settled.push("failed"));
    await until("both", () => settled.length === 2);
    await sim.drop(verto);
    await until("it is back", () => seen.filter((name) => name === "onWSLogin").length === 2);
    await verto.sendMethod("echo");
    return { thrown, seen };
  });
  assert.ok(seen.includes("second handler"));
  const names = seen.filter((name) => name !== "second handler");
  for (const name of ["onWSLogin", "onWSClose", "onMessage", "onEvent", "handler", "readyHandler", "ok", "failed"]) {
    assert.ok(names.includes(name), `${name} ran: ${names}`);
  }
  assert.deepEqual(
    thrown,
    names.map((name) => `thrown by ${name}`),
  );
  assert.equal((await page.errors()).length, names.length);
});

test("clientReady needs no onMessage", async () => {
  const result = await run(async ({ connected, subscribed, sim, until }) => {
    const verto = await connected({}, {});
    let seen = 0;
    await subscribed(verto, "vcc.a", { handler: () => seen++ });
    await sim.event("vcc.a");
    await until("the event", () => seen);
    const frames = await fetch("/sim/frames").then((reply) => reply.json());
    return { clientReady: frames.filter(({ text }) => text.includes("verto.clientReady")).length, state: verto.state };
  });
  assert.deepEqual(result, { clientReady: 1, state: "ready" });
});
