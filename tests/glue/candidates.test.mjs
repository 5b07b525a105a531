// When a description is whole, by candidates that come one at a time: browsers on one machine are done
// so soon that some of the rules make no difference there (e2e/call-candidates has the others).
//
// Planted, each red: without servers `iceTimeout` counts; with servers 30 ms do; a server that answers
// ends nothing, or one of two does; a name of `.local`, TCP or the second component is taken for usable;
// the wait has no end; what was waited for is heard still.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gathered } from "../../pkg-template/media/candidates.js";

const STUN = "stun:stun.example:3478";
const TURN = "turn:turn.example:3478?transport=udp";
const ICE_TIMEOUT = 1_000;

/** What a browser's connection has of this. */
class Connection extends EventTarget {
  iceGatheringState = "gathering";
  listeners = 0;
  #urls;

  constructor(urls) {
    super();
    this.#urls = urls;
  }

  getConfiguration() {
    return { iceServers: this.#urls.map((urls) => ({ urls })) };
  }

  addEventListener(...args) {
    this.listeners++;
    super.addEventListener(...args);
  }

  removeEventListener(...args) {
    this.listeners--;
    super.removeEventListener(...args);
  }

  found(address, { url, component = 1, protocol = "udp" } = {}) {
    const candidate = { candidate: `candidate:1 ${component} ${protocol} 1 ${address} 9 typ host`, url };
    this.dispatchEvent(Object.assign(new Event("icecandidate"), { candidate }));
  }

  complete() {
    this.iceGatheringState = "complete";
    this.dispatchEvent(new Event("icegatheringstatechange"));
  }
}

/** Gathers; gives the connection, and what lets time pass and says whether the wait is over. */
function gathering(t, urls = []) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const connection = new Connection(urls);
  let over = false;
  gathered(connection, ICE_TIMEOUT).then(() => (over = true));
  const after = async (ms) => {
    if (ms) t.mock.timers.tick(ms);
    await null;
    await null;
    if (over) assert.equal(connection.listeners, 0);
    return over;
  };
  return { connection, after };
}

test("without servers: 30 ms after the first usable one", async (t) => {
  const { connection, after } = gathering(t);
  assert.equal(await after(100), false);
  connection.found("192.0.2.1");
  connection.found("192.0.2.2");
  assert.equal(await after(29), false);
  assert.equal(await after(1), true);
});

test("with servers: when each has given a usable one", async (t) => {
  const { connection, after } = gathering(t, [STUN, TURN]);
  connection.found("192.0.2.1");
  connection.found("198.51.100.1", { url: STUN });
  assert.equal(await after(ICE_TIMEOUT - 1), false);
  connection.found("198.51.100.2", { url: TURN });
  assert.equal(await after(0), true);
});

test("with servers that are silent: iceTimeout after the first usable one", async (t) => {
  const { connection, after } = gathering(t, [STUN]);
  assert.equal(await after(2_000), false);
  connection.found("192.0.2.1");
  assert.equal(await after(ICE_TIMEOUT - 1), false);
  assert.equal(await after(1), true);
});

test("what the server cannot use doesn't count: 4 s is the end", async (t) => {
  const { connection, after } = gathering(t);
  connection.found("2f0e7a0e-8d0f-4d38-9a0b-6f9f0d0d5a11.local");
  connection.found("192.0.2.1", { protocol: "tcp" });
  connection.found("192.0.2.1", { component: 2 });
  assert.equal(await after(3_999), false);
  assert.equal(await after(1), true);
});

test("all are there: at once, whether that is told or was so before", async (t) => {
  const { connection, after } = gathering(t, [STUN]);
  assert.equal(await after(0), false);
  connection.complete();
  assert.equal(await after(0), true);
  let over = false;
  gathered(connection, ICE_TIMEOUT).then(() => (over = true));
  await null;
  await null;
  assert.equal(over, true);
});
