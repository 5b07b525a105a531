// The package in Node.js: importing does nothing, and with a WebSocket class it works in full.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { after, before, beforeEach, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import WebSocket from "ws";
import { startSim } from "../e2e/lib/sim.mjs";
import { until } from "../e2e/lib/wait.mjs";

const pkg = new URL("../../pkg/", import.meta.url);
const file = (name) => fileURLToPath(new URL(name, pkg));
const options = { login: "1001@xswitch.cn", passwd: "1234" };

let sim;
before(async () => (sim = await startSim()));
beforeEach(() => sim.reset());
after(() => sim?.stop());

// In a process of its own: what it prints is the outcome.
function inNode(source, ...flags) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, "--input-type=module", "--eval", source],
    { encoding: "utf8", timeout: 30_000 },
  );
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

test("where nothing of this size compiles synchronously (Chromium before 115), the error names the ways out", () => {
  const { first, again } = inNode(`
    const { Module } = WebAssembly;
    WebAssembly.Module = class { constructor() { throw new RangeError("disallowed on the main thread"); } };
    const { verto, Verto } = await import(${JSON.stringify(pathToFileURL(file("index.mjs")).href)});
    const first = await verto.connect({ socketUrl: "ws://127.0.0.1:1/ws" }).catch(({ kind, message }) => ({ kind, message }));
    WebAssembly.Module = Module;
    const again = new Verto().state;
    console.log(JSON.stringify({ first, again }));
  `);
  assert.equal(first.kind, "wasm-unavailable");
  assert.match(first.message, /slim.*await init\(\).*verto-legacy-min\.js/);
  assert.equal(again, "idle");
});

test("where there is no memory to start with, the error says so in either build, and a later start succeeds", () => {
  // As V8 words it
  const words = "WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory for new instance";
  const breaks = {
    "verto-min.js": `WebAssembly.Instance = class { constructor() { throw new RangeError(${JSON.stringify(words)}); } };`,
    "verto-legacy-min.js": `
      delete globalThis.WebAssembly;
      globalThis.ArrayBuffer = class { constructor() { throw new RangeError("Array buffer allocation failed"); } };`,
  };
  for (const [name, source] of Object.entries(breaks)) {
    const { kind, message, cause, again } = inNode(`
      const { ArrayBuffer, WebAssembly } = globalThis;
      const { Instance } = WebAssembly;
      await import(${JSON.stringify(pathToFileURL(file(name)).href)});
      ${source}
      let error;
      try { new Verto(); } catch (thrown) { error = thrown; }
      Object.assign(globalThis, { ArrayBuffer, WebAssembly });
      WebAssembly.Instance = Instance;
      const { kind, message, cause } = error;
      console.log(JSON.stringify({ kind, message, cause: cause.name, again: new Verto().state }));
    `);
    assert.deepEqual([kind, cause, again], ["wasm-unavailable", "RangeError", "idle"], name);
    assert.match(message, /memory/, name);
    assert.doesNotMatch(message, /legacy|slim|has none/, name);
  }
});

for (const [what, given] of [
  ["none", undefined],
  ["one without getRandomValues", {}],
]) {
  test(`crypto: ${what}`, () => {
    const { uuids, sessids } = inNode(`
      Object.defineProperty(globalThis, "crypto", { value: ${JSON.stringify(given)}, configurable: true });
      const { Verto } = await import(${JSON.stringify(pathToFileURL(file("index.mjs")).href)});
      const uuids = Array.from({ length: 100 }, () => Verto.genUUID());
      class WebSocket {}
      const sessids = uuids.map(() => {
        const verto = new Verto({ socketUrl: "ws://127.0.0.1:9/ws", login: "a@b", passwd: "c", WebSocket });
        const { sessid } = verto;
        verto.logout();
        return sessid;
      });
      console.log(JSON.stringify({ uuids, sessids }));
    `);
    for (const ids of [uuids, sessids]) {
      assert.equal(new Set(ids).size, 100);
      for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
    // No place of theirs is always the same, but for the version.
    const places = Array.from({ length: 36 }, (_, at) => new Set(uuids.map((id) => id[at])).size);
    assert.deepEqual(places.map((size, at) => size === 1 && at).filter(Number), [8, 13, 14, 18, 23]);
  });
}

for (const name of ["index.mjs", "index.cjs", "slim.mjs", "verto-min.js", "verto-legacy-min.js"]) {
  test(`importing ${name} does nothing, and its classes have their names`, () => {
    const { added, started, names } = inNode(`
      const started = [];
      for (const name of ["Module", "Instance", "compile", "instantiate"]) {
        WebAssembly[name] = new Proxy(WebAssembly[name], {
          construct() { started.push(name); return {}; },
          apply() { started.push(name); },
        });
      }
      for (const name of ["setTimeout", "setInterval", "fetch", "queueMicrotask"]) {
        globalThis[name] = () => started.push(name);
      }
      const before = new Set(Reflect.ownKeys(globalThis));
      const module = await import(${JSON.stringify(pathToFileURL(file(name)).href)});
      const { Verto, VertoCallcenter, VertoError } = module.Verto ? module : globalThis;
      const names = [Verto, VertoCallcenter, VertoError].map(({ name }) => name);
      const added = Reflect.ownKeys(globalThis).filter((key) => !before.has(key)).map(String);
      console.log(JSON.stringify({ added: added.sort(), started, names }));
    `);
    const globals = name.endsWith("-min.js") ? ["Verto", "VertoCallcenter", "VertoError", "verto"] : [];
    assert.deepEqual(added, globals);
    assert.deepEqual(started, []);
    assert.deepEqual(names, ["Verto", "VertoCallcenter", "VertoError"]);
  });
}

test("slim's init() takes bytes where there is no Request, Response or URL", () => {
  const state = inNode(`
    import { readFileSync } from "node:fs";
    const { default: init, Verto } = await import(${JSON.stringify(pathToFileURL(file("slim.mjs")).href)});
    const bytes = readFileSync(${JSON.stringify(file("verto_bg.wasm"))});
    for (const name of ["Request", "Response", "URL"]) delete globalThis[name];
    await init(bytes);
    console.log(JSON.stringify(new Verto().state));
  `);
  assert.equal(state, "idle");
});

test("without a global WebSocket connect() names the option, and the process goes on", () => {
  const error = inNode(`
    import { Verto } from ${JSON.stringify(pathToFileURL(file("index.mjs")).href)};
    delete globalThis.WebSocket;
    const silent = { error() {} };
    const verto = new Verto();
    const options = { ...${JSON.stringify(options)}, socketUrl: "ws://127.0.0.1:9/ws", logger: silent };
    const error = await verto.connect(options).catch((error) => error);
    console.log(JSON.stringify({ ...error.toJSON(), state: verto.state }));
  `);
  assert.deepEqual([error.kind, error.code, error.state], ["unsupported", -8, "idle"]);
  assert.match(error.message, /option WebSocket/);
});

for (const [name, load] of [
  ["index.mjs", () => import(pathToFileURL(file("index.mjs")).href)],
  ["index.cjs", async () => createRequire(import.meta.url)(file("index.cjs"))],
  [
    "slim.mjs",
    async () => {
      const slim = await import(pathToFileURL(file("slim.mjs")).href);
      await slim.default();
      return slim;
    },
  ],
]) {
  test(`${name} with the class of npm's ws: login, events, commands, a drop, logout`, async () => {
    const { Verto, VertoCallcenter } = await load();
    const verto = new Verto();
    const states = [];
    const onStateChange = (v, state) => states.push(state);
    await verto.connect({ ...options, socketUrl: sim.socketUrl, WebSocket }, { onStateChange });
    const vcc = new VertoCallcenter(verto);
    const seen = [];
    let granted = 0;
    verto.subscribe("vcc.default.1001", {
      handler: (v, event) => seen.push(event.data.n),
      readyHandler: () => granted++,
    });
    assert.equal((await vcc.ccLogin("test", "1001", "1001")).code, 200);
    await until("the grant", () => granted === 1);
    await sim.event({ eventChannel: "vcc.default.1001", eventType: "test", data: { n: 1 } });
    await until("the event", () => seen.includes(1));
    await sim.drop();
    await until("the second grant", () => granted === 2);
    await sim.event({ eventChannel: "vcc.default.1001", eventType: "test", data: { n: 2 } });
    await until("the second event", () => seen.includes(2));
    verto.logout();
    await sim.noConnection();
    const good = ["connecting", "authenticating", "ready"];
    await until("the end", () => states.at(-1) === "closed");
    assert.deepEqual(states, [...good, "reconnecting", ...good, "closed"]);
  });
}

test("a server that isn't there is an outage, and no uncaught error", async () => {
  const { Verto } = await import(pathToFileURL(file("index.mjs")).href);
  const verto = new Verto();
  const closed = new Promise((resolve) => {
    const onWSClose = (v, success) => resolve(success);
    verto.connect({ ...options, socketUrl: "ws://127.0.0.1:9/ws", WebSocket }, { onWSClose });
  });
  assert.equal(await closed, false);
  assert.equal(verto.state, "reconnecting");
  verto.logout();
  // While it is being opened.
  verto.connect();
  verto.logout();
  assert.equal(verto.state, "closed");
});

test("a WebSocket that is no class is refused", async () => {
  const { Verto } = await import(pathToFileURL(file("index.mjs")).href);
  const logger = { error() {} };
  for (const wrong of [42, "ws", {}]) {
    const error = await new Verto()
      .connect({ ...options, socketUrl: sim.socketUrl, WebSocket: wrong, logger })
      .catch((error) => error);
    assert.deepEqual([error.kind, error.message], ["invalid-argument", "WebSocket must be a class"]);
  }
});
