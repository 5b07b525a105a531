// `signal`: requests and subscriptions that an AbortController ends.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Scenarios } from "./lib/sdk.mjs";

const { run } = new Scenarios();

test("a request that waits is taken out, and one in flight settles; the late answer is ignored", async () => {
  const { waiting, flying, after, sent, calls } = await run(
    async ({ Verto, options, sentTexts, outcome, until }) => {
      const texts = sentTexts();
      const verto = new Verto();
      const calls = [];
      const connecting = verto.connect(options());
      const first = new AbortController();
      const failed = (error) => calls.push(error.kind);
      const waiting = verto.sendMethod("echo", { n: 1 }, () => calls.push("ok"), failed, { signal: first.signal });
      first.abort("no more");
      const called = calls.length;
      const rejected = await outcome(waiting);
      const { cause } = await waiting.catch((error) => error);
      await connecting;
      const second = new AbortController();
      const flying = verto.sendMethod("echo", { n: 2 }, null, null, { signal: second.signal });
      const method = (text) => JSON.parse(text).params.n;
      await until("it was sent", () => texts.some((text) => method(text) === 2));
      second.abort();
      const flown = await outcome(flying);
      const reason = (await flying.catch((error) => error)).cause;
      const after = await verto.sendMethod("echo", { n: 3 });
      return {
        waiting: { ...rejected, called, cause },
        flying: { ...flown, cause: reason === second.signal.reason, name: reason.name },
        after: after.n,
        sent: texts.map(method).filter(Boolean),
        calls,
      };
    },
  );
  const { value, error, called, cause } = waiting;
  assert.equal(value, undefined);
  assert.deepEqual(
    { kind: error.kind, code: error.code, sent: error.sent, method: error.method, data: error.data, cause },
    { kind: "aborted", code: -12, sent: false, method: "echo", data: "no more", cause: "no more" },
  );
  assert.equal(called, 0, "failed_cb runs after abort() has returned");
  assert.deepEqual(calls, ["aborted"]);
  assert.deepEqual([flying.error.kind, flying.error.sent], ["aborted", true]);
  assert.deepEqual([flying.cause, flying.name], [true, "AbortError"]);
  assert.equal(after, 3);
  assert.deepEqual(sent, [2, 3]);
});

test("every request takes a signal and a timeout; with an aborted signal nothing is sent", async () => {
  const { aborted, timedOut, wrong, sent } = await run(
    async ({ VertoCallcenter, connected, sentTexts, plain, options }) => {
      const verto = await connected();
      const vcc = new VertoCallcenter(verto);
      const texts = sentTexts();
      const all = (options, verto, vcc) => ({
        sendMethod: verto.sendMethod("echo", {}, null, null, options),
        call: verto.call("echo", {}, null, null, options),
        broadcast: verto.broadcast("vcc", {}, null, null, options),
        message: verto.message({ to: "1002", body: "x" }, null, null, options),
        fsAPI: verto.fsAPI("status", "", null, null, options),
        fsStatus: verto.fsStatus(null, null, options),
        showFSAPI: verto.showFSAPI("calls", null, null, options),
        ccLogin: vcc.ccLogin("test", "1001", "1001", null, null, options),
        ccLogout: vcc.ccLogout("test", "1001", null, null, options),
        ccGoReady: vcc.ccGoReady("test", "1001", null, null, options),
        ccGoBreak: vcc.ccGoBreak("test", "1001", "lunch", null, null, options),
        "ccGoBreak without a reason": vcc.ccGoBreak("test", "1001", () => {}, null, options),
        ccDial: vcc.ccDial("1001", "1001", "010", "138", false, null, null, options),
        ccCall: vcc.ccCall("ccEcho", {}, null, null, options),
      });
      const kinds = async (promises) => {
        const rows = Object.entries(promises).map(async ([name, promise]) => {
          const error = plain(await promise.then((value) => ({ kind: "ok", value }), (error) => error));
          return [name, error.kind, error.sent, error.message];
        });
        return Promise.all(rows);
      };
      const aborted = await kinds(all({ signal: AbortSignal.abort() }, verto, vcc));
      const wrong = await kinds(all({ signal: 42 }, verto, vcc));
      const sent = texts.length;
      // Nobody answers here.
      const nobody = new window.sdk.Verto();
      nobody.connect(options({ socketUrl: window.sdk.socketUrl, passwd: () => new Promise(() => {}) }));
      const timedOut = await kinds(all({ timeout: 1 }, nobody, new VertoCallcenter(nobody)));
      nobody.logout();
      return { aborted, timedOut, wrong, sent };
    },
  );
  assert.equal(aborted.length, 14);
  for (const [name, kind] of aborted) assert.equal(kind, "aborted", name);
  for (const [name, kind, , message] of wrong) {
    assert.equal(kind, "invalid-argument", name);
    assert.equal(message, "signal must be an AbortSignal", name);
  }
  for (const [name, kind, wasSent] of timedOut) assert.deepEqual([kind, wasSent], ["timeout", false], name);
  assert.equal(sent, 0);
});

// What listens on a signal, counted.
const counted = `(signal) => {
  const { addEventListener, removeEventListener } = signal;
  signal.listening = 0;
  signal.addEventListener = function (...args) { this.listening++; return addEventListener.apply(this, args); };
  signal.removeEventListener = function (...args) { this.listening--; return removeEventListener.apply(this, args); };
  return signal;
}`;

test("nothing listens on the signal of a call that has settled, or of a registration that has ended", async () => {
  const counts = await run(async ({ connected, subscribed, outcome, scenario }, source) => {
    const count = scenario(source);
    const verto = await connected();
    const signal = count(new AbortController().signal);
    const counts = [];
    const note = () => counts.push(signal.listening);
    await verto.sendMethod("echo", {}, null, null, { signal });
    note();
    await outcome(verto.sendMethod("", {}, null, null, { signal }));
    note();
    await outcome(verto.sendMethod("echo", {}, null, null, { signal, timeout: -1 }));
    note();
    const handles = await subscribed(verto, ["vcc.a", "vcc.b"], { handler() {}, signal });
    note();
    verto.unsubscribe(handles[0]);
    note();
    const handler = () => {};
    verto.subscribe("vcc.c", { handler, signal });
    verto.subscribe("vcc.c", { handler, signal });
    note();
    verto.logout();
    note();
    return counts;
  }, counted);
  assert.deepEqual(counts, [0, 0, 0, 1, 1, 2, 0]);
});

test("an aborted signal ends its registrations, and no other", async () => {
  const { seen, channels, none } = await run(async ({ connected, subscribed, sim, until }) => {
    const verto = await connected();
    const controller = new AbortController();
    const { signal } = controller;
    const seen = [];
    const note = (name) => (v, event) => seen.push(`${name} ${event.data.n}`);
    await subscribed(verto, ["vcc.a", "vcc.b"], { handler: note("one"), signal });
    await subscribed(verto, "vcc.a", { handler: note("two") });
    await sim.event("vcc.a", { n: 1 });
    await until("both heard it", () => seen.length === 2);
    controller.abort();
    const none = verto.subscribe("vcc.d", { handler: note("three"), signal });
    await verto.sendMethod("echo");
    await sim.event("vcc.a", { n: 2 });
    await until("the other heard it", () => seen.length === 3);
    return { seen, none, channels: (await sim.connection(verto)).channels };
  });
  assert.deepEqual(seen, ["one 1", "two 1", "two 2"]);
  assert.deepEqual(channels, ["vcc.a"]);
  assert.deepEqual(none, []);
});

test("the latest signal of a registration counts", async () => {
  const { seen } = await run(async ({ connected, subscribed, sim, until }) => {
    const verto = await connected();
    const [first, second] = [new AbortController(), new AbortController()];
    const seen = [];
    const handler = (v, event) => seen.push(event.data.n);
    await subscribed(verto, "vcc.a", { handler, signal: first.signal });
    await subscribed(verto, "vcc.a", { handler, signal: second.signal });
    first.abort();
    await sim.event("vcc.a", { n: 1 });
    await until("the event", () => seen.length);
    second.abort();
    await verto.sendMethod("echo");
    const { delivered } = await sim.event("vcc.a", { n: 2 });
    return { seen: [...seen, delivered] };
  });
  assert.deepEqual(seen, [1, 0]);
});
