// When a lost connection is tried again, what finds out that it is lost, and what becomes of
// requests meanwhile. The page's time passes only when a test says so.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FaultScenarios } from "./fixtures/faults/scenarios.mjs";

const { run } = new FaultScenarios();

const LEFT = { sockets: 0, timers: 0, listeners: 0 };

test("attempts come after random delays up to a bound that doubles to 30 s, and a login resets that", async () => {
  const { delays, early, late, first } = await run(async ({ Subject, fault, post, until, world }) => {
    const subject = new Subject();
    const { verto } = subject;
    subject.connect();
    const told = [];
    verto.callbacks.onStateChange = (v, state, { attempt, delayMs }) => {
      if (state === "reconnecting") told.push([attempt, delayMs]);
    };
    await subject.until("clientReady");
    await fault("refuse");
    await post("drop");
    let early = 0;
    let late = 0;
    const attempts = 10;
    for (let n = 1; n <= attempts; n++) {
      await until(`failure ${n}`, () => told.length === n);
      if (n === attempts) await fault("clear");
      await world.pass(told[n - 1][1] - 1);
      // A delay of nothing has no time before it.
      early += told[n - 1][1] > 0 && verto.state !== "reconnecting" ? 1 : 0;
      await world.pass(1);
      late += verto.state === "reconnecting" ? 1 : 0;
    }
    await until("ready", () => verto.state === "ready");
    await post("drop");
    await until("another loss", () => told.length > attempts);
    verto.logout();
    return { delays: told.slice(0, attempts), early, late, first: told.at(-1) };
  });
  assert.deepEqual(
    delays.map(([attempt]) => attempt),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
  for (const [attempt, delay] of delays) {
    const bound = Math.min(1000 * 2 ** (attempt - 1), 30_000);
    assert.ok(Number.isInteger(delay) && delay >= 0 && delay <= bound, `attempt ${attempt}: ${delay} ms`);
  }
  // Random: ten times close to nothing is no full jitter.
  assert.ok(delays.some(([, delay]) => delay > 1000));
  assert.deepEqual([early, late], [0, 0]);
  assert.ok(first[0] === 1 && first[1] <= 1000, `${first}`);
});

const WAKE_UPS = { online: "window", pageshow: "window", visibilitychange: "document", resume: "document" };

/** The states that it has, and how many sockets there were, while `event` is dispatched. */
async function wakeUp({ Subject, post, world }, event, target) {
  const subject = new Subject();
  const { verto } = subject;
  const before = world.sockets.length;
  const opened = () => world.sockets.length - before;
  const dispatch = () => ({ window, document })[target].dispatchEvent(new Event(event));
  subject.connect();
  await subject.until("clientReady");
  // It is ready, and stays so.
  dispatch();
  const states = [verto.state];
  await post("drop");
  await subject.until("reconnecting 1 connection-lost");
  Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
  if (target === "document") dispatch();
  delete document.hidden;
  states.push(verto.state);
  dispatch();
  states.push(verto.state, opened());
  // An attempt that is under way isn't disturbed.
  dispatch();
  states.push(opened());
  await subject.recover("ready", 1);
  verto.logout();
  dispatch();
  await world.pass(100_000);
  return [...states, verto.state, opened()];
}

test("online, pageshow, visibilitychange and resume reconnect at once", async () => {
  for (const [event, target] of Object.entries(WAKE_UPS)) {
    const states = await run(wakeUp, event, target);
    assert.deepEqual(states, ["ready", "reconnecting", "connecting", 2, 2, "closed", 2], event);
  }
});

test("after a sleep one ping decides within 5 s, and an answer ends the question", async () => {
  const { lively, frozen } = await run(async ({ Subject, fault, online, until, world }) => {
    const subject = new Subject();
    const { verto } = subject;
    subject.subscribe();
    subject.connect();
    await subject.settle();
    const pings = () => subject.socket.sent.filter((text) => text.includes('"verto.ping"')).length;
    const pongs = () => subject.socket.received.filter((text) => text.includes("PONG")).length;
    const lively = [pings()];
    world.jump(8 * 3_600_000);
    document.dispatchEvent(new Event("visibilitychange"));
    online();
    lively.push(pings());
    await until("the answer", () => pongs() === 2);
    await world.pass(5_000);
    lively.push(verto.state);

    await fault("freeze");
    world.jump(8 * 3_600_000);
    const before = pings();
    online();
    const frozen = [pings() - before];
    await world.pass(4_999);
    frozen.push(verto.state);
    await world.pass(1);
    frozen.push(verto.state, subject.log.at(-2), subject.log.at(-1));
    await subject.recover("ready", 1);
    verto.logout();
    return { lively, frozen };
  });
  assert.deepEqual(lively, [1, 2, "ready"]);
  assert.deepEqual(frozen, [1, "ready", "reconnecting", "reconnecting 1 connection-lost", "onWSClose false"]);
});

test("after a sleep a request has only what is left of its time", async () => {
  const ends = await run(async ({ Subject, fault, online, until, world }) => {
    const subject = new Subject();
    // Without pings, so that nothing else sets a timer.
    subject.connect({ keepAlive: false });
    await subject.until("clientReady");
    await fault("freeze");
    let end;
    subject.verto.sendMethod("echo", {}, null, ({ kind }) => (end = kind), { timeout: 60_000 });
    const before = world.timers();
    world.jump(50_000);
    online();
    const ends = [before, world.timers()];
    await world.pass(9_999);
    ends.push(end);
    await world.pass(1);
    await until("its end", () => end);
    subject.verto.logout();
    return [...ends, end];
  });
  assert.deepEqual(ends, [[60_000], [10_000], null, "timeout"]);
});

/** Connects where pings get `answer`, freezes the server, and passes time in steps of a second. */
const silentFor = (keepAlive, answer, seconds) =>
  run(
    async ({ Subject, fault, until, world }, keepAlive, answer, seconds) => {
      await fault("ping", { answer });
      const subject = new Subject();
      subject.subscribe();
      subject.connect({ keepAlive: keepAlive ?? undefined });
      await subject.until("ready vcc.default.b");
      if (keepAlive !== false && answer !== "none") {
        await until("an answer", () => subject.socket.received.some((text) => /PONG|-32601/.test(text)));
      }
      await fault("freeze");
      let dead = 0;
      const { socket } = subject;
      for (let second = 1; second <= seconds && !dead; second++) {
        await world.pass(1000);
        if (subject.verto.state !== "ready") dead = second;
      }
      subject.verto.logout();
      return { dead, pings: socket.sent.filter((text) => text.includes('"verto.ping"')).length };
    },
    keepAlive,
    answer,
    seconds,
  );

test("silence of three intervals is the end of a connection", async () => {
  assert.deepEqual(await silentFor(null, "normal", 100), { dead: 30, pings: 3 });
  assert.deepEqual(await silentFor({ interval: 2000, maxFailed: 4 }, "normal", 100), { dead: 10, pings: 5 });
});

test("a server that has no ping but says so is judged by it, one that never answers isn't", async () => {
  assert.deepEqual(await silentFor(null, "error", 100), { dead: 30, pings: 3 });
  assert.deepEqual(await silentFor(null, "none", 100), { dead: 0, pings: 11 });
});

test("without keepAlive nothing is asked and nothing judged", async () => {
  assert.deepEqual(await silentFor(false, "normal", 1000), { dead: 0, pings: 0 });
});

test("requests that wait keep their order and their deadlines, and only so many wait", async () => {
  const { early, ends, order, overflow } = await run(async ({ Subject, fault, post, until, world }) => {
    const subject = new Subject();
    const { verto } = subject;
    subject.connect();
    await subject.until("clientReady");
    await fault("refuse");
    await post("drop");
    await subject.until("reconnecting 1 connection-lost");
    const ends = [];
    const make = (n, timeout) =>
      verto.sendMethod("echo", { n }, () => ends.push([n, "ok"]), ({ kind, sent }) => ends.push([n, kind, sent]), { timeout });
    make(0);
    make(1, 3000);
    make(2, 60_000);
    await world.pass(2999);
    const early = ends.slice();
    await world.pass(7001);
    await until("two timeouts", () => ends.length >= 2);
    for (let n = 3; n < 1002; n++) make(n, 60_000);
    const overflow = [];
    await verto.sendMethod("echo", { n: 1002 }).catch(({ kind, sent }) => overflow.push(kind, sent));
    await fault("clear");
    await subject.recover("ready", 1);
    await until("all", () => ends.length === 1002);
    const frames = subject.socket.sent.map((text) => JSON.parse(text)).filter(({ method }) => method === "echo");
    verto.logout();
    return { early, ends: ends.slice(0, 3), order: frames.map(({ params }) => params.n), overflow };
  });
  assert.deepEqual(early, []);
  assert.deepEqual(ends, [[1, "timeout", false], [0, "timeout", false], [2, "ok"]]);
  assert.deepEqual(order, Array.from({ length: 1000 }, (_, i) => i + 2));
  assert.deepEqual(overflow, ["overflow", false]);
});

test("an answer that is late, or comes twice, or from an old socket, settles nothing again", async () => {
  const ends = await run(async ({ Subject, fault, until, world }) => {
    const subject = new Subject();
    const { verto } = subject;
    subject.connect();
    await subject.until("clientReady");
    const ends = [];
    const make = (name, timeout) =>
      verto.sendMethod("echo", { name }, (result) => ends.push([name, result.name]), ({ kind }) => ends.push([name, kind]), { timeout });
    await fault("delay", { ms: 3_600_000 });
    make("late", 1000);
    const { socket } = subject;
    await world.pass(1000);
    make("twice", 60_000);
    const { id } = JSON.parse(socket.sent.at(-1));
    const answer = (name) => new MessageEvent("message", { data: JSON.stringify({ jsonrpc: "2.0", id, result: { name } }) });
    socket.dispatchEvent(answer("first"));
    socket.dispatchEvent(answer("second"));
    // Of the server's own answers both come after the others.
    await fault("clear");
    make("last");
    await until("the last", () => ends.length === 3);
    socket.close();
    await subject.recover("ready", 1);
    const next = verto.sendMethod("echo", { name: "next" });
    socket.dispatchEvent(answer("old socket"));
    socket.dispatchEvent(new CloseEvent("close", { code: 1006 }));
    ends.push(["next", (await next).name], verto.state);
    verto.logout();
    return ends;
  });
  assert.deepEqual(ends, [["late", "timeout"], ["twice", "first"], ["last", "last"], ["next", "next"], "ready"]);
});

test("without autoReconnect a lost connection is the end", async () => {
  const results = await run(async ({ Subject, fault, post, world }) => {
    const results = [];
    for (const first of [true, false]) {
      await fault("clear");
      const subject = new Subject();
      if (first) await fault("refuse");
      subject.connect({ autoReconnect: false });
      if (!first) {
        await subject.until("clientReady");
        subject.log.length = 0;
        await post("drop");
      }
      await subject.until("onWSClose false");
      const { log, connected, verto } = subject;
      results.push({ log, connected, state: verto.state, left: world.left() });
    }
    return results;
  });
  const end = ["closed 0 connection-lost", "onWSClose false"];
  const state = { state: "closed", left: LEFT };
  assert.deepEqual(results, [
    { log: ["connecting 0", ...end], connected: { settled: 1, end: "connection-lost" }, ...state },
    { log: end, connected: { settled: 1, end: "ok" }, ...state },
  ]);
});

test("a restart that takes a while: it comes back by itself", async () => {
  const { log, attempts } = await run(async ({ Subject, fault, world, until }) => {
    const subject = new Subject();
    subject.subscribe();
    subject.connect();
    await subject.settle();
    subject.log.length = 0;
    await fault("restart", { downMs: 300 });
    await subject.until("reconnecting 1 connection-lost");
    // Nobody helps: its own timers alone.
    await until("it is back", async () => {
      await world.pass(100);
      return subject.verto.state === "ready";
    });
    await subject.settle();
    const log = subject.log.slice();
    const attempts = log.filter((line) => line.startsWith("connecting")).length;
    subject.verto.logout();
    return { log, attempts };
  });
  assert.deepEqual(log.slice(0, 2), ["reconnecting 1 connection-lost", "onWSClose false"]);
  assert.equal(log.filter((line) => line === "onWSClose false").length, 1);
  assert.deepEqual(log.slice(-5), ["ready 0", "onWSLogin true", "clientReady", "ready vcc.default.a", "ready vcc.default.b"]);
  assert.ok(attempts >= 1);
});
