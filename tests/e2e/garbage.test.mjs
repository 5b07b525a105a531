// What is dropped is collected, what is connected lives on, and what has ended is freed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { collectGarbage } from "./lib/browser.mjs";
import { Scenarios } from "./lib/sdk.mjs";
import { until } from "./lib/wait.mjs";

const page = new Scenarios();
const { run } = page;

/** How many of the objects in `window.refs` are alive after a collection. */
async function alive() {
  await collectGarbage(page.driver);
  return run(() => window.refs.filter((ref) => ref.deref()).length);
}

// A busy machine may take its time.
const allCollected = () => until("all are collected", async () => (await alive()) === 0, 30_000);

test("10,000 instances made and dropped are collected, and their wasm memory is used again", async () => {
  const round = () =>
    run(async ({ Verto, VertoCallcenter }) => {
      window.refs ??= [];
      for (let i = 0; i < 10_000; i++) {
        const callbacks = { onWSLogin: () => verto, onEvent: () => verto, onStateChange: () => verto };
        const verto = new Verto({ login: "1001@xswitch.cn", passwd: () => verto }, callbacks);
        const vcc = new VertoCallcenter(verto);
        verto.own = vcc;
        verto.subscribe(["vcc.a", "vcc.b"], { handler: () => vcc, readyHandler: () => verto, userData: { verto } });
        verto.unsubscribe(vcc.subscribeAgent("1001", () => verto));
        vcc.ccGoReady("test", "1001", () => verto, () => vcc);
        window.refs.push(new WeakRef(verto), new WeakRef(vcc), new WeakRef(callbacks));
        // The failures are told.
        if (i % 1000 === 0) await new Promise((resolve) => setTimeout(resolve));
      }
      return window.coreMemory();
    });
  // How much it takes at most depends on when the browser collects, and it grows in large steps:
  // what is used again is seen when it has stopped growing.
  const bytes = [];
  const grows = () => bytes.length < 3 || bytes.at(-1) > bytes.at(-3);
  while (grows() && bytes.length < 8) {
    bytes.push(await round());
    await allCollected();
    await run(() => (window.refs.length = 0));
  }
  assert.ok(bytes[0] > 0);
  assert.ok(!grows(), `wasm memory after each round: ${bytes.join(", ")} bytes`);
});

/** Connects an instance that nothing but the SDK refers to. Handlers count in `window.seen`. */
const connectUnreferenced = (options) =>
  run(async ({ Verto, options, until }, more) => {
    const seen = (window.seen = { logins: 0, closes: 0, events: 0, ready: 0, state: "" });
    const verto = new Verto(options(more), {
      onWSLogin: () => seen.logins++,
      onWSClose: () => seen.closes++,
      onStateChange: (v, state) => (seen.state = state),
    });
    verto.subscribe("vcc", {
      handler(v, { data }) {
        seen.events++;
        if (data.logout) v.logout();
      },
      readyHandler: () => seen.ready++,
    });
    window.refs = [new WeakRef(verto)];
  }, options ?? {});

const seen = (what, probe) => until(what, async () => probe(await run(() => window.seen)));

test("a connected instance without a reference goes on calling its handlers, and is freed after logout", async () => {
  await connectUnreferenced();
  assert.equal(await alive(), 1, "while it connects");
  await seen("the subscription", ({ ready }) => ready === 1);
  for (let n = 1; n <= 3; n++) {
    assert.equal(await alive(), 1, "connected");
    await page.sim.event({ eventChannel: "vcc", eventType: "test", data: {} });
    await seen("the event", ({ events }) => events === n);
  }
  await page.sim.drop();
  await seen("the loss", ({ closes }) => closes === 1);
  assert.equal(await alive(), 1, "while it reconnects");
  await seen("it is back", ({ ready }) => ready === 2);
  assert.equal(await alive(), 1, "reconnected");
  await page.sim.event({ eventChannel: "vcc", eventType: "test", data: { logout: true } });
  await seen("onWSClose", ({ closes, events, state }) => closes === 2 && events === 4 && state === "closed");
  await allCollected();
  await page.sim.noConnection();
});

test("an instance that the server ends is freed", async () => {
  await connectUnreferenced({ passwd: "wrong" });
  await seen("the refusal", ({ state }) => state === "closed");
  await allCollected();
  const sessid = "44444444-4444-4444-8444-444444444444";
  await connectUnreferenced({ sessid });
  await seen("the subscription", ({ ready }) => ready === 1);
  await run(async ({ connected }, sessid) => (await connected({ sessid })).logout(), sessid);
  await seen("it is taken over", ({ state }) => state === "closed");
  await allCollected();
  await connectUnreferenced({ autoReconnect: false });
  await seen("the subscription", ({ ready }) => ready === 1);
  await page.sim.drop();
  await seen("the loss", ({ state }) => state === "closed");
  await allCollected();
});

test("100 instances that connected and logged out are collected, with what still waited", async () => {
  await run(async ({ Verto, options }) => {
    window.refs = [];
    let told = 0;
    for (let i = 0; i < 100; i++) {
      const verto = new Verto();
      const handler = () => verto;
      verto.subscribe("vcc", { handler });
      const connecting = verto.connect(options(), { onWSClose: () => told++ });
      // Every third one is ended while it still connects.
      if (i % 3) await connecting;
      void verto.sendMethod("echo", {}, handler, handler);
      if (i % 2) verto.logout();
      else verto.connect(options()).then(() => verto.logout());
      window.refs.push(new WeakRef(verto), new WeakRef(handler));
    }
  });
  await allCollected();
  await page.sim.noConnection();
});

test("an instance that is kept keeps no handler and no callback that has ended", async () => {
  await run(async ({ Verto, options, connected, subscribed, until }) => {
    window.kept = await connected();
    const { kept } = window;
    window.refs = [];
    const temporary = () => {
      const callback = () => callback;
      window.refs.push(new WeakRef(callback));
      return callback;
    };
    const [handle] = await subscribed(kept, "vcc.a", { handler: temporary(), userData: temporary() });
    kept.unsubscribe(handle);
    kept.unsubscribe(kept.subscribe("vcc.b", { handler: temporary(), readyHandler: temporary() }));
    kept.subscribe("vcc.c", { handler: temporary() });
    kept.unsubscribe("vcc.c");
    // One handler on two channels.
    const twice = temporary();
    kept.unsubscribe(kept.subscribe(["vcc.d", "vcc.e"], { handler: twice }));
    try {
      kept.subscribe(["vcc.f", 42], { handler: temporary() });
    } catch {
      // Meant so.
    }
    await kept.sendMethod("echo", {}, temporary(), temporary());
    await kept.sendMethod("nosuch", {}, temporary(), temporary()).catch(() => {});
    await kept.sendMethod("", {}, temporary(), temporary()).catch(() => {});
    kept.subscribe("vcc.g", { handler: temporary(), readyHandler: temporary(), userData: temporary() });
    kept.sendMethod("echo", {}, temporary(), temporary());
    kept.logout();
    kept.subscribe("vcc.h", { handler: temporary() });
    kept.purge();
    await until("the end", () => kept.state === "closed");
    await kept.connect(options(), { onWSLogin: temporary() });
    await kept.connect(options(), {});
  });
  await allCollected();
  assert.equal(await run(() => window.kept.state), "ready");
});
