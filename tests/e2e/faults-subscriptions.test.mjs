// Subscriptions across lost connections, and events that are lost, repeated or too many.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FaultScenarios } from "./fixtures/faults/scenarios.mjs";

const { run } = new FaultScenarios();

test("a page that subscribes inside onWSLogin has one handler after 50 reconnects", async () => {
  const { events, old, others, subscribes, rows, ready } = await run(async ({ Subject, post, sim, until, simState }) => {
    const subject = new Subject();
    const { verto } = subject;
    let logins = 0;
    let old = 0;
    let ready = 0;
    const events = [];
    const others = [];
    verto.subscribe("vcc.default.c", { handler: () => others.push("c") });
    subject.connect();
    verto.callbacks.onWSLogin = () => {
      // As pages do: new functions each time, on channels that are partly known already.
      const run = ++logins;
      const heard = (list, text) => () => (run === logins ? list.push(text) : old++);
      verto.subscribe("vcc.default.a", { handler: heard(events, "a"), readyHandler: () => ready++ });
      verto.subscribe(["vcc.default.b", "vcc.default.c"], { handler: heard(events, "b or c") });
    };
    await until("the first login", () => logins === 1 && ready === 1);
    for (let n = 1; n <= 50; n++) {
      await post("drop", n % 3 ? {} : { code: 1001 });
      await until(`loss ${n}`, () => verto.state === "reconnecting");
      window.dispatchEvent(new Event("online"));
      await until(`login ${n}`, () => logins === n + 1 && ready === n + 1);
    }
    await verto.sendMethod("echo");
    for (const channel of ["a", "b", "c"]) await sim.event(`vcc.default.${channel}`, {});
    await verto.sendMethod("echo");
    const subscribes = (await sim.requests(verto)).filter(({ method }) => method === "verto.subscribe");
    const rows = (await simState()).connections.map(({ channels }) => channels);
    verto.logout();
    return { events, old, others, ready, subscribes: subscribes.slice(-3).map(({ params }) => params.eventChannel), rows };
  });
  assert.deepEqual(events, ["a", "b or c", "b or c"]);
  assert.deepEqual([old, others], [0, ["c"]]);
  assert.deepEqual(rows, [["vcc.default.a", "vcc.default.b", "vcc.default.c"]]);
  // One request a login: what onWSLogin subscribes again has been asked for already.
  assert.deepEqual(subscribes, Array(3).fill(["vcc.default.a", "vcc.default.b", "vcc.default.c"]));
  assert.equal(ready, 51);
});

test("what is subscribed and unsubscribed while offline is what the server then holds", async () => {
  const { channels, seen, requests } = await run(async ({ Subject, fault, post, sim }) => {
    const subject = new Subject();
    const { verto } = subject;
    const seen = [];
    const subscribe = (name) => verto.subscribe(name, { handler: () => seen.push(name) });
    const handles = ["vcc.a", "vcc.b", "vcc.c", "vcc.d"].map(subscribe);
    const second = verto.subscribe("vcc.d", { handler: () => seen.push("vcc.d, second") });
    subject.connect();
    await subject.until("clientReady");
    await verto.sendMethod("echo");
    await fault("refuse");
    await post("drop");
    await subject.until("reconnecting 1 connection-lost");
    verto.unsubscribe(handles[0]);
    verto.unsubscribe("vcc.b");
    // One of two handlers: the other one stays.
    verto.unsubscribe(second);
    subscribe("vcc.e");
    subscribe("vcc.f");
    verto.unsubscribe("vcc.f");
    // And again after the next attempt.
    window.dispatchEvent(new Event("online"));
    await subject.until("reconnecting 2 connection-lost");
    subscribe("vcc.b");
    verto.unsubscribe("vcc.c");
    await fault("clear");
    const before = (await sim.requests(verto)).length;
    await subject.recover("ready", 2);
    await verto.sendMethod("echo");
    const { channels } = await sim.connection(verto);
    for (const name of ["a", "b", "c", "d", "e", "f"]) await sim.event(`vcc.${name}`, {});
    await verto.sendMethod("echo");
    const requests = (await sim.requests(verto)).slice(before).map(({ method, params }) => [method, params.eventChannel ?? null]);
    verto.logout();
    return { channels, seen, requests };
  });
  assert.deepEqual(channels, ["vcc.b", "vcc.d", "vcc.e"]);
  assert.deepEqual(seen, ["vcc.b", "vcc.d", "vcc.e"]);
  assert.deepEqual(requests, [
    ["login", null],
    ["verto.subscribe", ["vcc.b", "vcc.d", "vcc.e"]],
    ["echo", null],
    ["echo", null],
  ]);
});

test("a channel refused after a reconnect is told, stays wanted and is asked for at the next login", async () => {
  const { first, second, channels, events } = await run(async ({ Subject, fault, post, sim }) => {
    const subject = new Subject();
    const { verto } = subject;
    subject.subscribe();
    subject.connect();
    await subject.settle();
    const errors = [];
    verto.callbacks.onSubscribeError = (v, channel, error) => {
      subject.log.push(`refused ${channel}`);
      errors.push([error.kind, error.method, error instanceof VertoError]);
    };
    const again = async (line) => {
      subject.log.length = 0;
      await post("drop");
      await subject.until("reconnecting 1 connection-lost");
      await subject.recover("ready", 1);
      await subject.until(line);
      return subject.log.slice(-3);
    };
    await fault("channels", { channels: ["vcc.default.b"] });
    const first = [...(await again("refused vcc.default.b")), ...errors];
    await fault("clear");
    const second = await again("ready vcc.default.b");
    const { channels } = await sim.connection(verto);
    await sim.event("vcc.default.b", {});
    await verto.sendMethod("echo");
    const { events } = subject;
    verto.logout();
    return { first, second, channels, events };
  });
  const told = (last) => ["clientReady", "ready vcc.default.a", last];
  assert.deepEqual(first, [...told("refused vcc.default.b"), ["rejected", "verto.subscribe", true]]);
  assert.deepEqual(second, told("ready vcc.default.b"));
  assert.deepEqual(channels, ["vcc.default.a", "vcc.default.b"]);
  assert.deepEqual(events, { "vcc.default.a": 0, "vcc.default.b": 1 });
});

test("gaps are told once each, repeated events do nothing, and a new connection counts anew", async () => {
  const { gaps, numbers, afterwards } = await run(async ({ Subject, fault, post, sim, until }) => {
    const subject = new Subject();
    const { verto } = subject;
    const numbers = [];
    verto.subscribe("vcc.a", { handler: (v, { data }) => numbers.push(data.n), readyHandler: () => subject.log.push("ready vcc.a") });
    subject.connect();
    await subject.until("ready vcc.a");
    const event = (n) => sim.event("vcc.a", { n });
    const gap = (count) => fault("gap", { eventChannel: "vcc.a", count });
    await event(1);
    await gap(3);
    await event(2);
    await event(3);
    await fault("duplicate");
    await fault("duplicate");
    await gap(1);
    await event(4);
    await until("four events", () => numbers.length === 4);
    await verto.sendMethod("echo");
    const gaps = subject.log.filter((line) => line.startsWith("gap"));
    subject.log.length = 0;
    await post("drop");
    await subject.recover("ready", 1);
    await subject.until("ready vcc.a");
    for (const n of [5, 6]) await event(n);
    await fault("duplicate");
    await event(7);
    await until("seven events", () => numbers.length === 7);
    await verto.sendMethod("echo");
    const afterwards = subject.log.filter((line) => line.startsWith("gap"));
    verto.logout();
    return { gaps, numbers, afterwards };
  });
  assert.deepEqual(gaps, ["gap vcc.a 1 4", "gap vcc.a 6 7"]);
  assert.deepEqual(numbers, [1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(afterwards, []);
});

test("a flood of events arrives whole and in order, with requests in between", async () => {
  const { inOrder, count, echoes, gaps } = await run(async ({ Subject, fault, until }) => {
    const subject = new Subject();
    const { verto } = subject;
    let count = 0;
    let inOrder = true;
    let echoes = 0;
    verto.subscribe("vcc.a", {
      handler(v, { data }) {
        inOrder &&= data.n === count;
        if (count++ % 1000 === 0) verto.sendMethod("echo").then(() => echoes++);
      },
      readyHandler: () => subject.log.push("ready vcc.a"),
    });
    subject.connect();
    await subject.until("ready vcc.a");
    await fault("flood", { eventChannel: "vcc.a", count: 10_000, bytes: 100 });
    await until("all events", () => count === 10_000 && echoes === 10);
    verto.logout();
    return { inOrder, count, echoes, gaps: subject.log.filter((line) => line.startsWith("gap")) };
  });
  assert.deepEqual({ inOrder, count, echoes, gaps }, { inOrder: true, count: 10_000, echoes: 10, gaps: [] });
});

test("events that come before the answer to the subscription, and those of an old socket", async () => {
  const seen = await run(async ({ Subject, post }) => {
    const subject = new Subject();
    const { verto } = subject;
    const seen = [];
    subject.connect();
    await subject.until("clientReady");
    verto.subscribe("vcc.a", { handler: (v, { data }) => seen.push(data) });
    const { socket } = subject;
    const event = (data) => {
      const frame = { jsonrpc: "2.0", method: "verto.event", params: { eventChannel: "vcc.a", data } };
      return new MessageEvent("message", { data: JSON.stringify(frame) });
    };
    socket.dispatchEvent(event("early"));
    await verto.sendMethod("echo");
    await post("drop");
    await subject.until("reconnecting 1 connection-lost");
    socket.dispatchEvent(event("offline"));
    await subject.recover("ready", 1);
    socket.dispatchEvent(event("from the old socket"));
    await verto.sendMethod("echo");
    subject.socket.dispatchEvent(event("new"));
    verto.logout();
    subject.socket.dispatchEvent(event("after logout"));
    return seen;
  });
  assert.deepEqual(seen, ["early", "new"]);
});
