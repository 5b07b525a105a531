// The whole client under arbitrary frames: it throws nothing, and the session works afterwards.
// A failure names its seed: VERTO_SEED=<seed> plays it again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FaultScenarios } from "./fixtures/faults/scenarios.mjs";

const page = new FaultScenarios();
const { run } = page;

const FRAMES = 25_000;
const RUNS = 4;
const seed = Number(process.env.VERTO_SEED ?? Math.floor(Math.random() * 2 ** 32));

/** Feeds so many frames to the client, with calls of its methods in between and inside callbacks. */
async function feed({ Subject, until, sim, world, online }, seed, count) {
  // mulberry32
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(random() * n);
  const pick = (list) => list[below(list.length)];

  const subject = new Subject();
  const { verto } = subject;
  const thrown = [];
  window.addEventListener("error", ({ message }) => thrown.push(message));
  window.addEventListener("unhandledrejection", ({ reason }) => thrown.push(String(reason)));
  const counts = { frames: 0, events: 0, messages: 0, settled: 0, made: 0, refused: 0, gaps: 0 };

  const text = () => {
    const length = below(20);
    let made = "";
    for (let i = 0; i < length; i++) made += pick(["a", ".", '"', "\\", "{", "\u0000", "\ud800", "\u6587", "__proto__", "vcc"]);
    return made;
  };
  const number = () => pick([0, 1, -1, 1.5, below(100), 2 ** 31, 2 ** 32, 2 ** 53, 1e300, -1e300]);
  const channel = () => pick(["vcc", "vcc.fuzz", "vcc.fuzz.a", "vcc.fuzz.b", "other", verto.sessid, text()]);
  const value = (depth = 0) => {
    const kind = below(depth > 4 ? 5 : 8);
    if (kind === 0) return null;
    if (kind === 1) return random() < 0.5;
    if (kind === 2) return number();
    if (kind === 3) return text();
    if (kind === 4) return channel();
    if (kind === 5) return Array.from({ length: below(4) }, () => value(depth + 1));
    return Object.fromEntries(Array.from({ length: below(5) }, () => [pick(NAMES), value(depth + 1)]));
  };
  const NAMES = "jsonrpc id method params result error code message data eventChannel eventSerno subscribedChannel \
    subscribedChannels unauthorizedChannels alreadySubscribedChannels sessid msg toString constructor length then"
    .split(/\s+/);
  // A whole `verto.punt` would end the session, rightly.
  const METHODS = ["verto.event", "verto.event", "verto.event", "verto.clientReady", "verto.info", "verto.ping", "verto.invite", "nosuch"];
  const maybe = (made) => (random() < 0.8 ? made() : value());
  const event = () => ({
    eventChannel: maybe(channel),
    subscribedChannel: random() < 0.5 ? undefined : maybe(channel),
    eventSerno: random() < 0.3 ? undefined : maybe(number),
    data: value(),
    sessid: random() < 0.2 ? verto.sessid : undefined,
  });
  const lastId = () => JSON.parse(subject.socket.sent.at(-1) ?? "{}").id ?? 1;
  // Of the requests in flight, among others.
  const id = () => (random() < 0.5 ? lastId() - below(5) : value());
  const frame = () => {
    const kind = below(10);
    if (kind < 4) return { jsonrpc: "2.0", id: value(), method: pick(METHODS), params: maybe(event) };
    if (kind === 4) return { jsonrpc: "2.0", id: id(), result: value() };
    if (kind === 5) return { jsonrpc: "2.0", id: id(), error: value() };
    if (kind === 6) return { ...value(), method: pick(METHODS) };
    if (kind === 7) return Array.from({ length: below(4) }, frame);
    return value();
  };
  const spoiled = (made) => {
    const at = below(made.length + 1);
    const kind = below(3);
    if (kind === 0) return made.slice(0, at);
    if (kind === 1) return made.slice(0, at) + text() + made.slice(at);
    return made.slice(0, at) + made.slice(at + 1 + below(5));
  };
  const bytes = () => Uint8Array.from({ length: below(60) }, () => below(256)).buffer;
  const data = () => {
    const kind = below(10);
    if (kind === 0) return bytes();
    if (kind === 1) return text();
    if (kind === 2) return new TextEncoder().encode(JSON.stringify(frame())).buffer;
    const made = JSON.stringify(frame());
    return kind < 5 ? spoiled(made) : made;
  };

  const call = () => {
    counts.made++;
    const settled = () => void counts.settled++;
    verto.sendMethod("echo", { n: counts.made }).then(settled, settled);
  };
  const handler = () => {
    if (counts.events++ % 100 === 0) act();
  };
  const act = () => {
    const kind = below(6);
    if (kind < 2) call();
    else if (kind === 2) verto.subscribe(channel() || "vcc", { handler });
    else if (kind === 3) verto.subscribe(["vcc.fuzz", "vcc.fuzz.a"], { handler, userData: below(5), readyHandler: handler });
    else if (kind === 4) verto.unsubscribe(pick(["vcc.fuzz.a", "vcc.fuzz.b", "nosuch"]));
    else verto.subscribe("vcc.fuzz.b", { handler, local: true });
  };
  subject.held = true;
  subject.connect();
  Object.assign(verto.callbacks, {
    onMessage: () => counts.messages++ % 100 === 0 && act(),
    onGap: () => counts.gaps++ % 100 === 0 && act(),
    onSubscribeError: () => counts.refused++,
  });
  verto.subscribe("vcc", { handler });
  await subject.asking();
  // Before the login: nothing of this counts as its answer, and nothing is sent.
  for (let n = 0; n < 1000; n++) subject.socket.dispatchEvent(new MessageEvent("message", { data: data() }));
  act();
  const { length: early } = subject.socket.sent;
  subject.answer();
  await until("ready", () => verto.state === "ready");
  await verto.sendMethod("echo");

  while (counts.frames < count) {
    const { socket } = subject;
    for (let n = 0; n < 1000 && counts.frames < count; n++) {
      counts.frames++;
      socket.dispatchEvent(new MessageEvent("message", { data: data() }));
      if (below(200) === 0) act();
    }
    if (verto.state !== "ready") throw new Error(`${verto.state} after ${counts.frames} frames: ${subject.log}`);
    // The server's own frames get their turn, and so does a lost connection, now and then.
    await new Promise((resolve) => world.real.setTimeout(resolve));
    if (below(10) === 0) {
      socket.close();
      await until("the loss", () => verto.state === "reconnecting");
      // Nobody reads an old socket.
      socket.dispatchEvent(new MessageEvent("message", { data: data() }));
      online();
      await until("ready again", () => verto.state === "ready");
      await verto.sendMethod("echo");
    }
  }

  await until("every call settled", () => counts.settled === counts.made);
  let seen = 0;
  let ready = 0;
  verto.subscribe("vcc.afterwards", { handler: () => seen++, readyHandler: () => ready++ });
  await until("a subscription", () => ready);
  await sim.event("vcc.afterwards", {});
  const { n } = await verto.sendMethod("echo", { n: "afterwards" });
  const problems = subject.problems.slice();
  const { length } = thrown;
  verto.logout();
  await until("the end", () => subject.log.includes("onWSClose true"));
  return { counts, early, thrown: thrown.slice(0, 5), length, seen, n, problems, left: world.left(), polluted: {}.data ?? null };
}

for (let n = 0; n < RUNS; n++) {
  const start = (seed + n) >>> 0;
  test(`${FRAMES} arbitrary frames, VERTO_SEED=${start}`, async () => {
    const { counts, left, ...rest } = await run(feed, start, FRAMES);
    assert.deepEqual(rest, { early: 0, thrown: [], length: 0, seen: 1, n: "afterwards", problems: [], polluted: null });
    assert.deepEqual(left, { sockets: 0, timers: 0, listeners: 0 });
    assert.equal(counts.frames, FRAMES);
    // The frames reach what they are meant for.
    for (const [name, least] of Object.entries({ events: 1000, messages: 1000, made: 20, gaps: 5 })) {
      assert.ok(counts[name] >= least, `${name}: ${JSON.stringify(counts)}`);
    }
  });
}
