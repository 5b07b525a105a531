// Four bugs of the reference client and its heirs that show when a connection fails, and that ours
// must not have: pending calls that never end, subscriptions that are lost, a logout that still
// reconnects, and instances that spoil each other's subscriptions. The numbers are those of the
// list in which they were first written down.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FaultScenarios } from "./fixtures/faults/scenarios.mjs";

const { run } = new FaultScenarios();

const LEFT = { sockets: 0, timers: 0, listeners: 0 };

test("bug 4: pending calls end when the connection drops, and by themselves", async () => {
  const { dropped, silent } = await run(async ({ connected, fault, post, outcome, world }) => {
    const verto = await connected();
    const vcc = new VertoCallcenter(verto);
    await fault("freeze");
    const all = () => [
      verto.sendMethod("echo", {}),
      verto.fsStatus(),
      verto.broadcast("vcc.a", {}),
      verto.message({ to: "1002", body: "hi" }),
      vcc.ccGoReady("test", "1001"),
    ];
    const ends = async (calls) => (await Promise.all(calls.map(outcome))).map(({ error }) => [error.kind, error.sent]);
    let pending = all();
    await post("drop");
    const dropped = await ends(pending);
    window.dispatchEvent(new Event("online"));
    await verto.sendMethod("echo");
    await fault("freeze");
    pending = all();
    // `jsapi` has a minute, all else ten seconds.
    await world.pass(60_000);
    const silent = await ends(pending);
    verto.logout();
    return { dropped, silent };
  });
  assert.deepEqual(dropped, Array(5).fill(["connection-lost", true]));
  assert.deepEqual(silent, Array(5).fill(["timeout", true]));
});

test("bug 5: subscriptions are there again after a drop", async () => {
  const { before, after } = await run(async ({ Subject, post, sim }) => {
    const subject = new Subject();
    const { verto } = subject;
    const seen = [];
    const channels = Array.from({ length: 20 }, (_, n) => `vcc.a${n}`);
    for (const channel of channels) verto.subscribe(channel, { handler: () => seen.push(channel) });
    subject.connect();
    await subject.until("clientReady");
    const publish = async () => {
      await verto.sendMethod("echo");
      for (const channel of channels) await sim.event(channel, {});
      await verto.sendMethod("echo");
      return seen.splice(0);
    };
    const before = await publish();
    await post("drop");
    await subject.recover("ready", 1);
    const after = await publish();
    verto.logout();
    return { before, after };
  });
  assert.equal(before.length, 20);
  assert.deepEqual(after, before);
});

test("bug 8: logout() during the delay before an attempt ends it", async () => {
  const { told, opened, left } = await run(async ({ Subject, fault, post, online, world }) => {
    const subject = new Subject();
    const { verto } = subject;
    subject.connect();
    await subject.until("clientReady");
    await fault("refuse");
    await post("drop");
    await subject.until("reconnecting 1 connection-lost");
    await fault("clear");
    subject.log.length = 0;
    const opened = world.sockets.length;
    verto.logout();
    const left = world.left();
    await subject.until("onWSClose true");
    await world.pass(100_000);
    online();
    return { told: subject.log, opened: world.sockets.length - opened, left };
  });
  assert.deepEqual({ told, opened, left }, { told: ["closed 0 logout", "onWSClose true"], opened: 0, left: LEFT });
});

test("bug 12: every handler of a channel is called, also after a drop", async () => {
  const seen = await run(async ({ Subject, post, sim }) => {
    const subject = new Subject();
    const { verto } = subject;
    const seen = [];
    for (const n of [1, 2, 3]) verto.subscribe("vcc.a", { handler: () => seen.push(n) });
    subject.connect();
    await subject.until("clientReady");
    const publish = async () => {
      await verto.sendMethod("echo");
      await sim.event("vcc.a", {});
      await verto.sendMethod("echo");
      return seen.splice(0);
    };
    const before = await publish();
    await post("drop");
    await subject.recover("ready", 1);
    const after = await publish();
    verto.logout();
    return [before, after];
  });
  assert.deepEqual(seen, [[1, 2, 3], [1, 2, 3]]);
});

test("bug 12: an instance that is dropped, or logs out, leaves another one's subscriptions alone", async () => {
  const { events, connections, other } = await run(async ({ Subject, post, sim, simState }) => {
    const pair = [new Subject(), new Subject()];
    for (const subject of pair) {
      subject.subscribe();
      subject.connect();
      await subject.settle();
    }
    const [a, b] = pair;
    a.log.length = b.log.length = 0;
    await post("drop", { conn: (await sim.connection(a.verto)).id });
    await a.until("reconnecting 1 connection-lost");
    const publish = async (...alive) => {
      await sim.event("vcc.default.a", {});
      for (const { verto } of alive) await verto.sendMethod("echo");
      return pair.map(({ events }) => events["vcc.default.a"]);
    };
    const events = [await publish(b)];
    await a.recover("ready", 1);
    await a.settle();
    events.push(await publish(a, b));
    a.verto.logout();
    events.push(await publish(b));
    const { connections } = await simState();
    const other = b.log.slice();
    b.verto.logout();
    return { events, connections: connections.map(({ channels }) => channels), other };
  });
  assert.deepEqual(events, [[0, 1], [1, 2], [1, 3]]);
  assert.deepEqual(connections, [["vcc.default.a", "vcc.default.b"]]);
  assert.deepEqual(other, []);
});

test("bug 12: calls made before connect() end, and at once", async () => {
  const ends = await run(async ({ outcome }) => {
    const verto = new Verto();
    const vcc = new VertoCallcenter(verto);
    const calls = [verto.sendMethod("echo", {}), vcc.ccLogin("test", "1001", "1001"), verto.fsStatus()];
    return (await Promise.all(calls.map(outcome))).map(({ error }) => [error.kind, error.sent]);
  });
  assert.deepEqual(ends, Array(3).fill(["closed", false]));
});

test("bug 12: a hundred instances leave no listener", async () => {
  const { during, left } = await run(async ({ options, world }) => {
    const all = [];
    for (let n = 0; n < 100; n++) {
      const verto = new Verto();
      all.push(verto);
      if (n % 4 === 0) await verto.connect(options());
      // Every other one is ended while it connects.
      else if (n % 2) void verto.connect(options()).catch(() => {});
    }
    const during = world.left();
    for (const [n, verto] of all.entries()) n % 3 ? verto.logout() : verto.destroy();
    return { during, left: world.left() };
  });
  assert.equal(during.sockets, 75);
  assert.ok(during.listeners > 0);
  assert.deepEqual(left, LEFT);
});
