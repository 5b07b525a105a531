// The send() of a page's own WebSocket class makes requests. However many it makes, they are written
// in their order and settled once, and no memory is lost.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import "../e2e/fixtures/sdk/core-memory.js";
import { PKG } from "../e2e/lib/sim.mjs";
import { standIn, turn } from "./sockets.mjs";

const { Verto, VertoError } = await import(pathToFileURL(join(PKG, "index.mjs")));

/** An instance that is ready. From then on `talk` runs inside each send(). */
async function connected(talk) {
  let ready = false;
  const Silent = standIn();
  class Talkative extends Silent {
    send(text) {
      super.send(text);
      if (ready) talk(verto, JSON.parse(text));
    }
  }
  const verto = new Verto();
  const options = { login: "1001@xswitch.cn", passwd: "1234", socketUrl: "wss://pbx.example/ws" };
  await verto.connect({ ...options, keepAlive: false, logger: {}, WebSocket: Talkative });
  ready = true;
  const [{ sent }] = Silent.sockets;
  return { verto, sent };
}

/** Numbered requests, and what the callbacks and the promise of each said. */
class Requests {
  #said = [];

  make(verto, params) {
    const said = [];
    const n = this.#said.push(said) - 1;
    const promise = verto.sendMethod("echo", { n, ...params }, () => said.push("ok"), () => said.push("failed"));
    promise.then(() => said.push("resolved"), () => said.push("rejected"));
  }

  get count() {
    return this.#said.length;
  }

  /** How many succeeded: the callback was told so once, and the promise too. */
  get settled() {
    return this.#said.filter((said) => said.join() === "ok,resolved").length;
  }
}

for (const [how, perSend] of [["one inside each", 1], ["all inside the first", Infinity]]) {
  test(`5,000 requests, ${how}: all are written in their order and settled once`, async () => {
    const most = 5000;
    const requests = new Requests();
    let thrown = null;
    const { verto, sent } = await connected((verto) => {
      try {
        for (let n = 0; n < perSend && requests.count < most; n++) requests.make(verto);
      } catch (error) {
        thrown ??= error;
      }
    });
    requests.make(verto);
    while (sent.length < most + 1 && !thrown) await new Promise((resolve) => setTimeout(resolve));
    await turn();
    assert.equal(thrown, null);
    assert.equal(requests.settled, most);
    const numbers = sent.slice(1).map((text) => JSON.parse(text).params.n);
    assert.ok(numbers.every((n, index) => n === index));
    assert.deepEqual(await verto.sendMethod("echo"), { method: "echo" });
    verto.logout();
  });
}

test("repeating it takes no more memory, and the requests' texts are let go", async () => {
  const text = "x".repeat(100_000);
  const requests = new Requests();
  const rounds = 10;
  let left = 0;
  const { verto, sent } = await connected((verto) => left-- > 0 && requests.make(verto, { text }));
  const sizes = [];
  for (let round = 0; round < rounds; round++) {
    left = 200;
    requests.make(verto, { text });
    await turn();
    sizes.push(coreMemory());
    sent.length = 0;
  }
  assert.equal(requests.settled, rounds * 201);
  assert.equal(sizes.at(-1), sizes[0]);
  verto.logout();
});

test("what a class without end sends leaves the page its turns", async () => {
  let endless = true;
  let sends = 0;
  const { verto, sent } = await connected((verto) => {
    sends++;
    if (endless) verto.sendMethod("echo");
  });
  verto.sendMethod("echo");
  assert.ok(sends > 1000, `${sends}`);
  const before = sends;
  while (sends === before) await new Promise((resolve) => setTimeout(resolve));
  endless = false;
  assert.deepEqual(await verto.sendMethod("echo"), { method: "echo" });
  assert.equal(sent.length, sends + 1);
  verto.logout();
  assert.equal(verto.state, "closed");
  await assert.rejects(verto.sendMethod("echo"), VertoError);
});
