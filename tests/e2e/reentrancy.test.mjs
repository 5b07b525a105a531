// Every method called from inside every kind of callback; see fixtures/sdk/reentrancy.js.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Scenarios } from "./lib/sdk.mjs";

const page = new Scenarios();
const { run } = page;

const KINDS = [
  "onWSLogin(true)",
  "onWSLogin(false)",
  "onWSClose(false)",
  "onWSClose(true)",
  "onMessage",
  "onEvent",
  "onStateChange connecting",
  "onStateChange authenticating",
  "onStateChange ready",
  "onStateChange reconnecting",
  "onStateChange closed",
  "onSubscribeError",
  "onGap",
  "a handler",
  "a readyHandler",
  "success_cb",
  "failed_cb",
  "failed_cb at a drop",
  "failed_cb at logout",
  "failed_cb of a bad argument",
  "a promise's then",
  "a promise's catch",
  "connect()'s then",
  "a passwd function",
  "an async loginParams function",
  "a passwd function that throws",
  "a logger",
  "a toJSON",
  "an option's getter",
];

/** Kinds that run before the onWSClose that belongs to what made them run, and that. */
const CLOSES = {
  "onStateChange reconnecting": false,
  "onStateChange closed": true,
  "failed_cb at a drop": false,
  "failed_cb at logout": true,
};

/** What must come of `action` inside a callback of this kind that found the instance in `state`. */
function expected(kind, action, state) {
  const active = !["idle", "closed"].includes(state);
  // The getter runs before the connect() that reads it has done anything, and is overtaken by it.
  const early = kind === "an option's getter";
  const ready = { logout: false, connect: true }[action] ?? active;
  const closes = kind in CLOSES ? [CLOSES[kind]] : [];
  if (kind === "a passwd function that throws" && !["logout", "connect"].includes(action)) closes.push(false);
  if (action === "logout" && active) closes.push(true);
  return {
    state: ready || early ? "ready" : "closed",
    closes,
    // Of a connection that is ended or replaced nothing is told any more.
    later: action === "connect" && !early ? ["onWSLogin", "onMessage"] : [],
    subscribed: true,
    events: action === "subscribe" ? 1 : 0,
    usable: [1, 2],
    thrown: [],
  };
}

test("the kinds are those of the fixture", async () => {
  assert.deepEqual(await run(({ reentrancy }) => reentrancy.kinds), KINDS);
});

for (const kind of KINDS) {
  test(`inside ${kind}`, async () => {
    const results = await run(
      ({ reentrancy }, kind) =>
        Promise.all(
          reentrancy.actions.map(async (action) => {
            try {
              return [action, await reentrancy.play(kind, action)];
            } catch (error) {
              throw new Error(`${action}: ${error.message}`);
            }
          }),
        ),
      kind,
    );
    assert.deepEqual(
      results.map(([action]) => action),
      ["logout", "connect", "subscribe", "unsubscribe", "cc"],
    );
    if (kind === "a passwd function that throws") {
      for (const line of await page.errors()) assert.ok(line.includes("Uncaught Error: not yet"), line);
    }
    for (const [action, { found, calls, ...result }] of results) {
      assert.deepEqual(result, expected(kind, action, found), `${action}, in ${found}`);
      for (const call of calls) {
        const { name, active, callbacks, promises, end } = call;
        assert.deepEqual({ callbacks, promises }, { callbacks: 1, promises: 1 }, `${action}: ${JSON.stringify(call)}`);
        if (name === "connect") assert.equal(end, kind === "an option's getter" ? "closed" : "ok");
        if (name.startsWith("cc")) assert.equal(end, active ? "ok" : "closed", `${action}: ${JSON.stringify(call)}`);
      }
    }
  });
}

test("a handler that logs out ends what is left of the frame, and of the array of frames", async () => {
  const seen = await run(async ({ connected, subscribed, sim, until }) => {
    const seen = [];
    const verto = await connected({}, { onEvent: () => seen.push("onEvent"), onWSClose: (v, success) => seen.push(success) });
    await subscribed(verto, "vcc", {
      handler(v) {
        seen.push("first");
        v.logout();
        seen.push(v.state);
      },
    });
    await subscribed(verto, "vcc", { handler: () => seen.push("second") });
    await subscribed(verto, "vcc");
    const event = { jsonrpc: "2.0", method: "verto.event", params: { eventChannel: "vcc", data: {} } };
    const ready = { jsonrpc: "2.0", method: "verto.clientReady", params: {} };
    await sim.send(verto, [event, event, ready]);
    await until("onWSClose", () => seen.includes(true));
    return seen;
  });
  assert.deepEqual(seen, ["first", "closed", true]);
});

test("a handler that ends another one's subscription keeps it from being called", async () => {
  const seen = await run(async ({ connected, subscribed, sim, until }) => {
    const seen = [];
    const verto = await connected();
    let second;
    const [first] = await subscribed(verto, "vcc", {
      handler(v) {
        seen.push("first");
        v.unsubscribe([first, second]);
      },
    });
    [second] = await subscribed(verto, "vcc", { handler: () => seen.push("second") });
    await subscribed(verto, "vcc", { handler: () => seen.push("third") });
    await sim.event("vcc");
    await sim.event("vcc");
    await until("the second event", () => seen.filter((name) => name === "third").length === 2);
    return seen;
  });
  assert.deepEqual(seen, ["first", "third", "third"]);
});

test("callbacks that lead to callbacks, 300 deep", async () => {
  const seen = await run(async ({ connected, until }) => {
    const depth = 300;
    const verto = await connected();
    const seen = { ok: 0, failed: 0, ready: 0, closed: 0 };
    const call = () => verto.sendMethod("echo", {}, () => ++seen.ok < depth && call());
    const refused = () => verto.sendMethod("", {}, null, () => ++seen.failed < depth && refused());
    const subscribe = () => verto.subscribe("vcc", { handler() {}, userData: {}, readyHandler: () => ++seen.ready < depth && subscribe() });
    call();
    refused();
    subscribe();
    await until("all", () => seen.ok === depth && seen.failed === depth && seen.ready === depth);
    verto.callbacks.onWSClose = () => ++seen.closed < 10 && verto.connect().then(() => verto.logout());
    verto.logout();
    await until("ten logouts", () => seen.closed === 10);
    return { ...seen, state: verto.state };
  });
  assert.deepEqual(seen, { ok: 300, failed: 300, ready: 300, closed: 10, state: "closed" });
});

test("a WebSocket of the page's whose send() sends again without end breaks no other request", async () => {
  const { deep, after } = await run(async ({ Verto, options, connected }) => {
    let inside = 0;
    let verto;
    class Talkative extends WebSocket {
      send(text) {
        super.send(text);
        if (verto?.talks) {
          inside++;
          verto.sendMethod("echo").catch(() => {});
        }
      }
    }
    verto = await connected({ WebSocket: Talkative });
    verto.talks = true;
    verto.sendMethod("echo").catch(() => {});
    verto.talks = false;
    const other = await connected();
    const echoes = [verto, other].map((one, n) => one.sendMethod("echo", { n }));
    return { deep: inside, after: (await Promise.all(echoes)).map(({ n }) => n) };
  });
  assert.ok(deep > 50, `${deep} calls inside send()`);
  assert.deepEqual(after, [0, 1]);
});
