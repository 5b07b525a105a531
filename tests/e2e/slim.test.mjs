// slim.mjs: the wasm module comes from its own file, by `await init()`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lacking } from "./lib/browser.mjs";
import { Scenarios } from "./lib/sdk.mjs";

const scenarios = new Scenarios();
const { run } = scenarios;

// A query of its own makes each import a module of its own.
test("before init() it says so; after it everything works", { skip: lacking("slim") }, async () => {
  const { before, failed, after, streamed } = await run(async ({ options, until, sim }) => {
    const { default: init, verto, Verto, VertoCallcenter, VertoError } = await import("/pkg/slim.mjs?works");
    const plain = (error) => ({ is: error instanceof VertoError, kind: error.kind, message: error.message });
    const thrown = (run) => {
      try {
        run();
      } catch (error) {
        return plain(error);
      }
    };
    const before = [thrown(() => new Verto()), await verto.connect(options()).catch(plain)];
    const failed = await new Promise((resolve) => verto.sendMethod("echo", {}, null, (error) => resolve(plain(error))));
    const streaming = WebAssembly.instantiateStreaming;
    let streamed = 0;
    WebAssembly.instantiateStreaming = function (...args) {
      streamed++;
      return streaming.apply(this, args);
    };
    await Promise.all([init(), init(), init("/nowhere.wasm")]);
    await init();
    WebAssembly.instantiateStreaming = streaming;
    const seen = [];
    const own = new Verto();
    await own.connect(options());
    own.subscribe("vcc.default.1001", { handler: (v, event) => seen.push(event.data.n) });
    const vcc = new VertoCallcenter(own);
    const { code } = await vcc.ccLogin("test", "1001", "1001");
    await until("the subscription", async () => (await sim.connection(own)).channels.length);
    await sim.event("vcc.default.1001", { n: 7 });
    await until("the event", () => seen.includes(7));
    own.logout();
    return { before, failed, after: { code, state: own.state }, streamed };
  });
  for (const error of [...before, failed]) {
    assert.deepEqual([error.is, error.kind], [true, "wasm-unavailable"]);
    assert.match(error.message, /await init\(\)/);
  }
  assert.deepEqual(after, { code: 200, state: "closed" });
  assert.equal(streamed, 1);
  // What connect() before init() wrote into the console.
  const lines = await scenarios.errors();
  assert.ok(lines.length === 1 && lines[0].includes("await init()"), lines.join("\n"));
});

test("init() takes an address, a request, a response, bytes, a module, or a promise of one", { skip: lacking("slim") }, async () => {
  const states = await run(async () => {
    const address = "/pkg/verto_bg.wasm";
    const bytes = await (await fetch(address)).arrayBuffer();
    const typed = (type) => new Response(bytes, { headers: { "content-type": type } });
    const sources = {
      text: address,
      url: new URL(address, location),
      request: new Request(address),
      response: fetch(address),
      "of a wrong type": typed("text/plain"),
      "of a type with a parameter": typed("application/wasm; charset=utf-8"),
      buffer: bytes,
      bytes: new Uint8Array(bytes),
      module: await WebAssembly.compile(bytes),
    };
    const states = {};
    for (const [name, source] of Object.entries(sources)) {
      const { default: init, Verto } = await import(`/pkg/slim.mjs?${encodeURIComponent(name)}`);
      await init(source);
      states[name] = new Verto().state;
    }
    return states;
  });
  assert.equal(Object.keys(states).length, 9);
  for (const [name, state] of Object.entries(states)) assert.equal(state, "idle", name);
});

test("an init() that fails says why, and the next may succeed", { skip: lacking("slim") }, async () => {
  const { errors, state } = await run(async ({ until }) => {
    const { default: init, Verto, VertoError } = await import("/pkg/slim.mjs?fails");
    const errors = [];
    for (const source of [
      "/pkg/nowhere.wasm",
      "/sdk/index.html",
      new Uint8Array([0, 97, 115, 109, 9, 9, 9, 9]),
      () => Promise.reject(new Error("no network")),
      42,
    ]) {
      const error = await init(typeof source === "function" ? source() : source).catch((error) => error);
      errors.push({ is: error instanceof VertoError, kind: error.kind, message: error.message });
    }
    await init();
    return { errors, state: new Verto().state };
  });
  for (const { is, kind } of errors) assert.deepEqual([is, kind], [true, "wasm-unavailable"]);
  const messages = errors.map(({ message }) => message);
  assert.match(messages[0], /nowhere\.wasm cannot be loaded: HTTP 404/);
  assert.match(messages[1], /index\.html holds no WebAssembly/);
  assert.match(messages[3], /no network/);
  assert.equal(state, "idle");
  // The browser's own line about the 404; only Chromium's is seen.
  const lines = await scenarios.errors();
  assert.ok(lines.length <= 1 && lines.every((line) => line.includes("404")), lines.join("\n"));
});
