// When a call's description is whole: with STUN servers of every kind, with none, and without a
// microphone. Which of our timers have run out says what was waited for, without measuring time.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { inPage, startBrowser } from "./lib/browser.mjs";
import { CallTests, NOTHING } from "./lib/calls.mjs";
import { engine } from "./lib/engines.mjs";
import { FIXTURES, startSim } from "./lib/sim.mjs";

/** Distinct from every other time of ours. */
const ICE_TIMEOUT = 333;

const calls = new CallTests("phone", { prepare });
const { run } = calls;
const skip = calls.skip || (engine !== "chromium" && "Firefox asks no STUN server at a loopback address");

function prepare() {
  return run(async () => {
    const { setTimeout } = window;
    window.ran = [];
    window.setTimeout = (run, ms, ...args) => setTimeout(() => (ran.push(ms), run(...args)), ms);
    window.said = [];
    window.anna = await User.login("1001", { logger: { warn: (text) => said.push(text) } });
    /** How a call goes: what was waited for, its candidates' types, the servers that it asks. */
    window.talk = async (args) => {
      ran.length = said.length = 0;
      const call = anna.call("9196", args);
      await anna.is("requesting", call);
      const waited = ran.filter((ms) => [30, 333, 4000, 5000].includes(ms));
      const sdp = call.peer.localDescription.sdp;
      const types = [...new Set([...sdp.matchAll(/ typ (\w+)/g)].map(([, type]) => type))].sort();
      const servers = call.peer.getConfiguration().iceServers.map(({ urls }) => [urls].flat()[0]);
      await anna.is("active", call);
      await heard(call);
      call.hangup();
      await anna.is("destroy", call);
      return { waited, types, servers, said: [...said], left: left() };
    };
  });
}

// A STUN server at a port of its own. It answers with an address that is none of this machine's, since a
// browser leaves out what it has as a host's; or never.
async function stun(answers, host) {
  const socket = createSocket("udp4");
  socket.asked = 0;
  socket.on("message", (request, { address, port }) => {
    socket.asked++;
    if (!answers) return;
    const reply = Buffer.alloc(32);
    reply.writeUInt16BE(0x0101, 0);
    reply.writeUInt16BE(12, 2);
    request.copy(reply, 4, 4, 20);
    // XOR-MAPPED-ADDRESS (RFC 8489, 14.2) of 198.51.100.7:4000.
    reply.writeUInt16BE(0x0020, 20);
    reply.writeUInt16BE(8, 22);
    reply.writeUInt16BE(1, 24);
    reply.writeUInt16BE(4000 ^ 0x2112, 26);
    [198, 51, 100, 7].forEach((byte, i) => (reply[28 + i] = byte ^ [0x21, 0x12, 0xa4, 0x42][i]));
    socket.send(reply, port, address);
  });
  socket.bind(0, host);
  await once(socket, "listening");
  socket.url = `stun:${host}:${socket.address().port}`;
  return socket;
}

let silent, answering, closed;
before(async () => {
  [silent, answering, closed] = await Promise.all([stun(false, "127.0.0.2"), stun(true, "127.0.0.1"), stun(false, "127.0.0.1")]);
  await new Promise((resolve) => closed.close(resolve));
});
after(() => [silent, answering].forEach((socket) => socket.close()));

const call = (...urls) => run((_, urls, iceTimeout) => talk({ iceServers: urls.map((urls) => ({ urls })), iceTimeout }), urls, ICE_TIMEOUT);

test("without servers: the first usable address and 30 ms", { skip }, async () => {
  const { waited, types, said, left } = await call();
  assert.ok(waited.every((ms) => ms === 30), String(waited));
  assert.deepEqual([types, said, left], [["host"], [], NOTHING]);
});

test("a STUN server that never answers costs iceTimeout, and one that refuses no more", { skip }, async () => {
  const asked = silent.asked;
  for (const { url } of [silent, closed]) {
    const { waited, types, said, left } = await call(url);
    assert.ok(waited.every((ms) => ms === ICE_TIMEOUT), String(waited));
    if (url === silent.url) assert.deepEqual(waited, [ICE_TIMEOUT]);
    assert.deepEqual([types, said, left], [["host"], [], NOTHING]);
  }
  assert.ok(silent.asked > asked, "it was asked");
});

test("a STUN server that answers ends the wait, and its address is sent; beside a silent one it doesn't", { skip }, async () => {
  const one = await call(answering.url);
  assert.deepEqual([one.waited, one.types, one.left], [[], ["host", "srflx"], NOTHING]);
  const two = await call(answering.url, silent.url);
  assert.deepEqual([two.waited, two.types, two.left], [[ICE_TIMEOUT], ["host", "srflx"], NOTHING]);
});

test("Verto.defaultIceServers and turnServer are asked", { skip }, async () => {
  const seen = await run(async (_, url) => {
    Verto.defaultIceServers = [{ urls: url }];
    const turnServer = { urls: "turn:127.0.0.1:9", username: "a", credential: "b" };
    return [await talk({ iceServers: true, turnServer, iceTimeout: 333 }), await talk({ turnServer: url, iceTimeout: 333 })];
  }, answering.url);
  assert.deepEqual(seen.map(({ servers, types }) => [servers, types]), [
    [[answering.url, "turn:127.0.0.1:9"], ["host", "srflx"]],
    [[answering.url], ["host", "srflx"]],
  ]);
});

test("iceServers as a function is asked for each connection, at once or later", { skip }, async () => {
  await run(async (_, url) => {
    window.given = 0;
    window.iceServers = () => Promise.resolve([{ urls: url, username: `user${++given}`, credential: "c" }]);
    window.call = anna.call("9196", { iceServers });
    await anna.is("active", call);
    window.first = call.peer.getConfiguration().iceServers;
    anna.states = new Told();
  }, answering.url);
  await calls.sim.drop({ login: "1001" });
  const seen = await run(async () => {
    await anna.is("active", call);
    const second = call.peer.getConfiguration().iceServers;
    await heard(call);
    call.hangup();
    await anna.is("destroy", call);
    const { servers } = await talk({ iceServers: () => true });
    const none = await talk({ iceServers: () => null });
    return { users: [first, second].map(([{ username }]) => username), servers, none: none.servers, left: left() };
  });
  assert.deepEqual(seen, { users: ["user1", "user2"], servers: ["stun:stun.l.google.com:19302"], none: [], left: NOTHING });
});

test("iceServers that throws, rejects or never answers: the call goes on without, and it is said", { skip }, async () => {
  const seen = await run(async () => {
    const seen = [];
    for (const iceServers of [() => { throw new Error("no token"); }, async () => { throw new Error("no token"); }]) {
      seen.push(await talk({ iceServers }));
    }
    // The five seconds pass at once.
    const { setTimeout } = window;
    let late;
    window.setTimeout = (run, ms, ...args) => setTimeout(run, ms === 5000 ? 0 : ms, ...args);
    seen.push(await talk({ iceServers: () => new Promise((_, reject) => (late = reject)) }));
    // What comes later is nobody's.
    late(new Error("too late"));
    // A call that is given up while its servers are awaited leaves nothing.
    window.setTimeout = setTimeout;
    let give;
    const call = anna.call("9196", { iceServers: () => new Promise((resolve) => (give = resolve)) });
    await until(() => call.localStream);
    call.hangup();
    await anna.is("destroy", call);
    give([]);
    await new Promise((resolve) => setTimeout(resolve));
    return { seen, left: left() };
  });
  for (const { servers, said } of seen.seen) assert.deepEqual([servers, said.length], [[], 1]);
  const words = seen.seen.map(({ said: [text] }) => /iceServers\(\) failed \((.*)\)/.exec(text)?.[1]);
  assert.deepEqual(words, ["no token", "no token", "nothing came within 5000 ms"]);
  assert.deepEqual(seen.left, NOTHING);
});

test("a page that only listens and never asked for the microphone: names alone are sent, and it is warned", { skip: calls.skip }, async () => {
  // This browser has granted nothing.
  const sim = await startSim({ www: join(FIXTURES, "phone") });
  const driver = await startBrowser();
  try {
    await driver.get(sim.url);
    const seen = await inPage(driver, async () => {
      const said = [];
      const anna = await User.login("1001", { logger: { warn: (text) => said.push(text) } });
      const call = anna.call("9664", { useMic: "none" });
      await anna.is("requesting", call);
      const { sdp } = call.peer.localDescription;
      call.hangup();
      await anna.is("destroy", call);
      return { addresses: [...sdp.matchAll(/^a=candidate:\S+ \d \S+ \d+ (\S+)/gm)].map(([, address]) => address), said, left: left() };
    });
    assert.ok(seen.addresses.length > 0);
    for (const address of seen.addresses) assert.match(address, /\.local$/);
    assert.equal(seen.said.length, 1);
    assert.match(seen.said[0], /no address .* INCOMPATIBLE_DESTINATION.* ask for it once/);
    assert.deepEqual(seen.left, NOTHING);
  } finally {
    await driver.quit();
    await sim.stop();
  }
});
