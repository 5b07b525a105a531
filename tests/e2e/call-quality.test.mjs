// What a call says of itself: when what happened, and how well it is heard. What is made of the counters
// is tested in glue/quality.test.mjs.
//
// Planted, one at a time, each red: the newest moment counts instead of the first; `heard` is another
// event of the track; it is measured while nobody listens, in a hidden tab although the page didn't ask,
// in none although it did, or after the end; a held call, or a muted microphone, is warned of.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallTests, NOTHING } from "./lib/calls.mjs";
import { engine } from "./lib/engines.mjs";

const calls = new CallTests("phone");
const { run, skip } = calls;

test("timings: each moment in its order, the first of each, also over a lost connection", { skip }, async () => {
  const before = Date.now();
  const [out, into] = await run(async () => {
    window.anna = await User.login("1001");
    const bob = await User.login("1002");
    window.call = anna.call("1002");
    const into = await bob.is("ringing");
    into.answer();
    await Promise.all([anna.is("active", call), bob.is("active", into)]);
    await Promise.all([heard(call), heard(into)]);
    const seen = [call, into].map(({ timings }) => ({ ...timings }));
    into.hangup();
    await anna.is("destroy", call);
    seen.forEach((timings, i) => Object.assign(timings, [call, into][i].timings));
    window.call = anna.call("9196");
    await anna.is("active", call);
    await heard(call);
    window.first = { ...call.timings };
    anna.states = new Told();
    return seen;
  });
  const inOrder = (timings, names) => {
    const times = names.map((name) => timings[name]);
    assert.deepEqual(times, [...times].sort((a, b) => a - b), JSON.stringify(timings));
    assert.ok(times[0] >= before && times.at(-1) <= Date.now(), JSON.stringify(timings));
  };
  inOrder(out, ["created", "microphone", "described", "requesting", "trying", "active", "hangup", "destroy"]);
  inOrder(out, ["described", "connected", "heard", "hangup"]);
  inOrder(into, ["created", "ringing", "microphone", "described", "answering", "active", "hangup", "destroy"]);
  inOrder(into, ["ringing", "connected", "heard", "hangup"]);
  assert.equal(Object.keys(out).length, 10);
  assert.equal(Object.keys(into).length, 10);
  await calls.sim.drop({ login: "1001" });
  const [first, now, left] = await run(async () => {
    await anna.is("active", call);
    await heard(call);
    call.hangup();
    await anna.is("destroy", call);
    return [first, { ...call.timings }, window.left()];
  });
  const { recovering, hangup, destroy, ...kept } = now;
  assert.deepEqual(kept, first);
  inOrder(now, ["active", "recovering", "hangup", "destroy"]);
  assert.deepEqual(left, NOTHING);
});

const media = (fault) => calls.sim.request("POST", "sim/fault/media", fault);

// A call to the echo of which onStats and onQuality hear. What the page is told is in `samples` and `changes`.
const watched = (options) =>
  run(async (_, options) => {
    window.samples = new Told();
    window.changes = new Told();
    window.anna = await User.login("1001", { statsInterval: 500, ...options });
    anna.verto.callbacks.onStats = (dialog, stats) => dialog === call && samples.push(stats);
    anna.verto.addEventListener("quality", ({ detail: [dialog, change] }) => dialog === call && changes.push(change));
    window.call = anna.call("9196");
    await anna.is("active", call);
    await heard(call);
    window.told = (kind, over) => changes.first((one) => one.kind === kind && one.over === over);
    // Waits for so many samples more.
    window.more = (count) => {
      const at = samples.all.length + count;
      return samples.first(() => samples.all.length >= at);
    };
  }, options);

const over = () =>
  run(async () => {
    call.hangup();
    await anna.is("destroy", call);
    const kinds = changes.all.map(({ kind, over }) => `${kind} ${over}`);
    return { kinds, left: window.left() };
  });

test("samples: what is heard, by which codec, between which addresses", { skip }, async () => {
  await watched();
  const [stats, once] = await run(async () => {
    await more(3);
    // A busy machine makes the sound up at first, as a bad line does.
    return [await samples.first((one) => one.interval && one.levelIn > 0.01 && one.mos > 3.5), await call.stats()];
  });
  for (const one of [stats, once]) {
    assert.ok(one.received > 0 && one.packetsReceived >= one.received && one.packetsSent > 0, JSON.stringify(one));
    assert.ok(one.bytesReceived > one.packetsReceived && one.bytesSent > one.packetsSent, JSON.stringify(one));
    assert.ok(one.loss === 0 && one.lossTotal === 0 && one.jitter >= 0 && one.jitter < 200 && one.roundTrip < 200, JSON.stringify(one));
    assert.ok(one.mos >= 1 && one.mos < 4.42 && one.concealment >= 0 && one.concealment <= 1, JSON.stringify(one));
    assert.deepEqual([one.codec, one.pair.local.protocol, one.pair.remote.type], ["opus", "udp", "host"]);
    assert.match(one.pair.remote.address, /^[\d.a-f:]+$/);
    // Firefox doesn't know how loud its own microphone is.
    assert.equal(one.levelOut === null, engine === "firefox", JSON.stringify(one));
  }
  assert.ok(stats.interval >= 400, `${stats.interval} ms`);
  assert.deepEqual(await over(), { kinds: [], left: NOTHING });
  const after = await run(async () => {
    const { length } = samples.all;
    // Two intervals: there is nothing to wait for.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    return { more: samples.all.length - length, known: Object.values(await call.stats()).filter((value) => value !== undefined) };
  });
  assert.deepEqual([after.more, after.known.length], [0, 1]);
});

test("nothing is measured while nobody listens, in a hidden tab, and after the call", { skip }, async () => {
  await watched();
  const counts = await run(async () => {
    let measured = 0;
    let ticks = new Told();
    const { getStats } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.getStats = function () {
      measured++;
      return getStats.call(this);
    };
    const { setTimeout } = window;
    window.setTimeout = (run, ms) => setTimeout(() => (run(), ms === 500 && ticks.push(ms)), ms);
    await more(1);
    const twoMore = async () => {
      const at = ticks.all.length + 2;
      measured = 0;
      await ticks.first(() => ticks.all.length >= at);
      return measured;
    };
    let hidden = true;
    Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
    await ticks.first(() => true);
    const counts = { hidden: await twoMore() };
    anna.verto.options.statsWhenHidden = true;
    counts.asked = (await twoMore()) > 0;
    hidden = false;
    return counts;
  });
  assert.deepEqual(counts, { hidden: 0, asked: true });
  await over();
  // A page that listens to nothing, on a connection of its own.
  const quiet = await run(async () => {
    const bob = await User.login("1002", { statsInterval: 500 });
    let measured = 0;
    const ticks = new Told();
    const { setTimeout } = window;
    window.setTimeout = (run, ms) => setTimeout(() => (run(), ms === 500 && ticks.push(ms)), ms);
    const call = bob.call("9196");
    await bob.is("active", call);
    await heard(call);
    call.peer.getStats = () => (measured++, new Promise(() => {}));
    await ticks.first(() => ticks.all.length >= 2);
    call.hangup();
    await bob.is("destroy", call);
    return { measured, left: window.left() };
  });
  assert.deepEqual(quiet, { measured: 0, left: NOTHING });
});

test("loss, sound that comes late, and a long way: a warning comes once, and goes once", { skip }, async () => {
  await watched();
  await media({ out: { lossPercent: 20 } });
  const lost = await run(() => told("loss", true));
  assert.ok(lost.value > 0.03 && lost.value < 0.6, JSON.stringify(lost));
  // The first sample of a bad line may hold more of the good time before it.
  await run(() => samples.first(({ mos }) => mos < 3.9));
  await media({});
  await run(() => told("loss", false));
  await run(() => (samples.all.length = 0));
  await media({ in: { delayMs: 250 }, out: { delayMs: 250 } });
  // What comes too late to be played is made up, and not lost.
  await run(() => samples.first(({ concealment, loss }) => concealment > 0.05 && loss === 0));
  const far = await run(() => told("round-trip", true));
  assert.ok(far.value >= 400 && far.value < 2_000, JSON.stringify(far));
  await media({});
  await run(() => told("round-trip", false));
  const { kinds, left } = await over();
  // The packets' times vary for a moment when the way becomes longer or shorter.
  assert.deepEqual(kinds.filter((kind) => !kind.startsWith("jitter")), ["loss true", "loss false", "round-trip true", "round-trip false"]);
  assert.deepEqual(left, NOTHING);
});

test("no packets: told while the call is talked, not while it is held or its connection is away", { skip }, async () => {
  await watched();
  await media({ out: { stopped: true } });
  await run(() => told("no-packets", true));
  await media({});
  await run(() => told("no-packets", false));
  await run(async () => {
    await call.hold();
    await anna.is("held", call);
    changes.all.length = 0;
    await more(4);
  });
  assert.deepEqual(await run(() => changes.all), []);
  await calls.sim.drop({ login: "1001" });
  const seen = await run(async () => {
    anna.states = new Told();
    await anna.is("held", call);
    await until(() => call.peer.connectionState === "connected");
    while (call.state.name === "held") await call.unhold();
    await heard(call);
    samples.all.length = 0;
    await more(3);
    return samples.all.map(({ received, loss, packetsReceived }) => received > 0 && loss >= 0 && packetsReceived >= received);
  });
  assert.deepEqual(seen, [true, true, true]);
  assert.deepEqual(await over(), { kinds: [], left: NOTHING });
});

test("silence: of the microphone, of the other side, and none while one is muted", { skip }, async () => {
  await watched();
  // What is said comes back: the echo is as silent.
  await run(async () => {
    call.setMute("off");
    await told("silence-in", true);
    call.setMute("on");
    await told("silence-in", false);
    if (changes.all.length !== 2) throw new Error(JSON.stringify(changes.all));
    changes.all.length = 0;
    call.localStream.getAudioTracks()[0].enabled = false;
    await told("silence-in", true);
  });
  // Firefox doesn't know how loud its own microphone is.
  if (engine !== "firefox") await run(() => told("silence-out", true));
  const { kinds, left } = await over();
  const out = engine === "firefox" ? [] : ["silence-out true"];
  assert.deepEqual(kinds.sort(), ["silence-in true", ...out]);
  assert.deepEqual(left, NOTHING);
});
