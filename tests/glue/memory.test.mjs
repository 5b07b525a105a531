// The core's memory cannot grow any more: a call that needs more is refused, every call is settled
// once, and the instance works on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { lacking } from "../e2e/lib/engines.mjs";
import { PKG } from "../e2e/lib/sim.mjs";
import { standIn, turn } from "./sockets.mjs";

const load = (name, query = "") => import(pathToFileURL(join(PKG, name)).href + query);
const PAGE_BYTES = 65_536;
const MEMORY_SECTION = 5;

/** The same module with a maximum for its memory: it may grow by so many pages. */
function limited(module, pages) {
  const number = (at) => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      value |= (module[at] & 127) << shift;
      if (module[at++] < 128) return { value, at };
    }
  };
  const leb = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...leb(value >> 7)]);
  for (let start = 8; ; ) {
    const { value: size, at } = number(start + 1);
    if (module[start] === MEMORY_SECTION) {
      // It has one memory, without a maximum.
      assert.deepEqual([...module.subarray(at, at + 2)], [1, 0]);
      const least = number(at + 2).value;
      const memory = [1, 1, ...leb(least), ...leb(least + pages)];
      return Uint8Array.of(...module.subarray(0, start + 1), ...leb(memory.length), ...memory, ...module.subarray(at + size));
    }
    start = at + size;
  }
}

let instances = 0;

/** Loads the package with WebAssembly anew; its memory may grow by so many pages. */
async function withPages(pages) {
  const { Module } = WebAssembly;
  const { Verto, VertoError } = await load("index.mjs", `?${instances++}`);
  WebAssembly.Module = new Proxy(Module, {
    construct: (target, [bytes]) => new target(limited(bytes, pages)),
  });
  try {
    return { verto: new Verto(), VertoError };
  } finally {
    WebAssembly.Module = Module;
  }
}

// A server that answers a request of the method `hold` only when the test calls what is in `held`.
function holding() {
  const Silent = standIn();
  const held = [];
  return class extends Silent {
    static held = held;

    send(text) {
      const { id, method } = JSON.parse(text);
      if (method === "hold") held.push(() => this.onmessage({ data: JSON.stringify({ id, result: {} }) }));
      else super.send(text);
    }
  };
}

const options = (WebSocket) => ({
  socketUrl: "wss://pbx.example/ws",
  login: "1001@xswitch.cn",
  passwd: "1234",
  keepAlive: false,
  logger: {},
  WebSocket,
});

/** Makes requests and counts how they end. */
class Calls {
  #said = [];

  make(verto, method, size) {
    const said = [];
    this.#said.push(said);
    const promise = verto.sendMethod(method, { text: "x".repeat(size) }, () => said.push("ok"), ({ kind }) => said.push(kind));
    return promise.then(() => said.push("ok"), ({ kind }) => said.push(kind));
  }

  /** How many ended like this: the callback was told so once, and the promise too. */
  count(end) {
    return this.#said.filter((said) => said.join() === `${end},${end}`).length;
  }

  get unsettled() {
    return this.#said.filter((said) => said.length === 0).length;
  }
}

const skip = lacking("wasm");

test("WebAssembly's memory ends anywhere on the way of a request", { skip }, async () => {
  const ends = new Set();
  for (let pages = 1; pages <= 40; pages++) {
    const { verto } = await withPages(pages);
    const WebSocket = holding();
    await verto.connect(options(WebSocket));
    const calls = new Calls();
    for (const size of [5, 900_000, 5, 400_000, 5]) await calls.make(verto, "echo", size);
    const refused = calls.count("overflow");
    assert.equal(calls.count("ok") + refused, 5, `${pages} pages`);
    assert.ok(calls.count("ok") >= 3, `${pages} pages`);
    ends.add(refused);
    assert.equal(verto.state, "ready");
    verto.logout();
  }
  assert.deepEqual([...ends].sort(), [0, 1, 2]);
});

const ENDS = {
  "are answered": async ({ held }) => {
    for (const answer of held.splice(0)) answer();
    return "ok";
  },
  "lose their connection": async ({ sockets }) => {
    sockets[0].onclose({ code: 1006 });
    return "connection-lost";
  },
  "are ended by logout()": async (_, verto) => {
    verto.logout();
    return "closed";
  },
};

for (const [how, end] of Object.entries(ENDS)) {
  test(`more and more requests in flight end WebAssembly's memory: the rest is refused, and they ${how}`, { skip }, async () => {
    // The core's lists of requests grow by leaps, so it matters where the memory ends.
    for (const pages of [4, 8, 12, 16, 24, 40]) {
      const { verto } = await withPages(pages);
      const WebSocket = holding();
      await verto.connect(options(WebSocket));
      const calls = new Calls();
      const made = pages * 400;
      for (let n = 0; n < made; n++) calls.make(verto, "hold", 10);
      await turn();
      const inFlight = WebSocket.held.length;
      assert.ok(inFlight > 50 && inFlight < made, `${inFlight} in flight, ${pages} pages`);
      assert.equal(calls.unsettled, inFlight);
      const ending = await end(WebSocket, verto);
      await turn();
      assert.equal(calls.count(ending), inFlight, `${pages} pages`);
      assert.equal(calls.count("overflow"), made - inFlight);
      if (verto.state !== "ready") await verto.connect();
      await calls.make(verto, "echo", 5);
      assert.equal(calls.count("ok"), ending === "ok" ? inFlight + 1 : 1);
      verto.logout();
    }
  });
}

test("requests that waited for the login end WebAssembly's memory: those that fit are sent", { skip }, async () => {
  const { verto } = await withPages(90);
  const WebSocket = holding();
  const connected = verto.connect(options(WebSocket));
  const calls = new Calls();
  const made = [1, 2, 3, 4, 5].map(() => calls.make(verto, "echo", 900_000));
  await connected;
  await Promise.all(made);
  assert.ok(calls.count("ok") >= 1, "some were sent");
  assert.ok(calls.count("overflow") >= 1, "some were refused");
  assert.equal(calls.count("ok") + calls.count("overflow"), 5);
  await calls.make(verto, "echo", 900_000);
  assert.equal(calls.count("ok") + calls.count("overflow"), 6);
  assert.equal(verto.state, "ready");
  verto.logout();
});

for (const [when, passwd] of [["at once", "1234"], ["later", async () => "1234"]]) {
  test(`the parameters of a login, given ${when}, end WebAssembly's memory: it fails, and the next login works`, { skip }, async () => {
    const ends = new Set();
    for (let pages = 1; pages <= 60; pages += 3) {
      const { verto } = await withPages(pages);
      const large = { passwd, userVariables: { text: "x".repeat(900_000) }, autoReconnect: false };
      const connected = verto.connect({ ...options(standIn()), ...large });
      ends.add(await connected.then(() => "ready", ({ kind }) => kind));
      await verto.connect(options(standIn()));
      assert.deepEqual(await verto.sendMethod("echo"), { method: "echo" });
      verto.logout();
    }
    assert.deepEqual([...ends].sort(), ["overflow", "ready"]);
  });
}

test("without WebAssembly: the growth fails at any time, and later succeeds", async () => {
  await load("verto-legacy-min.js");
  const { Verto, ArrayBuffer } = globalThis;
  const verto = new Verto();
  await verto.connect(options(standIn()));
  const tried = new Set();
  let size = 1_000;
  for (let failing = 0; failing < 6; failing++) {
    const calls = new Calls();
    let growths = 0;
    globalThis.ArrayBuffer = function (bytes) {
      if (bytes % PAGE_BYTES === 0 && growths++ >= failing) throw new RangeError("Array buffer allocation failed");
      return new ArrayBuffer(bytes);
    };
    // Each is larger than any before, so the memory must grow for it.
    for (let n = 0; n < 4; n++) await calls.make(verto, "echo", (size += 30_000));
    await calls.make(verto, "echo", 5);
    globalThis.ArrayBuffer = ArrayBuffer;
    tried.add(growths > failing);
    assert.equal(calls.count("ok") + calls.count("overflow"), 5, `${failing}`);
    await calls.make(verto, "echo", size);
    await calls.make(verto, "echo", 5);
    assert.ok(calls.count("ok") >= 3, `${failing}`);
    assert.equal(verto.state, "ready");
  }
  assert.ok(tried.has(true));
  verto.logout();
});
