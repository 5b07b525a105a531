// The devices of a call: chosen anew, unplugged, plugged in again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallTests, NOTHING } from "./lib/calls.mjs";
import { engine } from "./lib/engines.mjs";

const calls = new CallTests("phone", { prepare });
const { run } = calls;
const skip = calls.skip || (engine !== "chromium" && "only Chromium's fake devices are several, and have ids");

// What each test begins with: Anna, who hears herself, and the ids of two microphones and two speakers.
function prepare() {
  return run(async () => {
    await (await navigator.mediaDevices.getUserMedia({ audio: true })).getTracks()[0].stop();
    const ids = async (kind) => (await idsOf(kind)).filter((id) => id !== "default");
    window.mics = await ids("audioinput");
    window.outs = await ids("audiooutput");
    window.outcome = (promise) => promise.then(() => "done", (error) => [error instanceof VertoError, error.kind, error.message]);
    window.sent = (call) => call.peer.getSenders()[0].track;
    window.idOf = (track) => track?.getSettings().deviceId ?? null;
    window.live = () => used.tracks.filter(({ readyState }) => readyState === "live").map(idOf);
    window.changes = new Told();
    window.troubles = new Told();
    window.anna = await User.login("1001", { tag: "audio" });
    anna.verto.callbacks.onDeviceChange = (change) => changes.push(change);
    anna.verto.callbacks.onMediaError = (dialog, error) => troubles.push({ dialog, error });
    window.talk = async (args) => {
      const call = anna.call("9196", args);
      await anna.is("active", call);
      await heard(call);
      return call;
    };
    // Also of a call that sends nothing, by which heard() counts.
    window.hears = async (call) => {
      const energy = async () => [...(await call.peer.getStats()).values()].find(({ type }) => type === "inbound-rtp").totalAudioEnergy;
      const before = await energy();
      await until(async () => (await energy()) > before + 1e-4);
    };
    window.end = async (call) => {
      call.hangup();
      await anna.is("destroy", call);
      return left();
    };
  });
}

test("setMicrophone: another microphone in a call, without a new description; none, and one again", { skip }, async () => {
  const seen = await run(async () => {
    const call = await talk({ useMic: mics[0] });
    const stream = call.localStream;
    const seen = [idOf(sent(call))];
    for (const id of [mics[1], "none", "any", mics[1]]) {
      await call.setMicrophone(id);
      seen.push(idOf(sent(call)), live());
      if (id === "none") await until(async () => (await listen(call, 0)) && !sent(call));
      else await heard(call);
    }
    return { seen, wanted: mics, same: call.localStream === stream, tracks: stream.getAudioTracks().length, left: await end(call) };
  });
  const [first, second] = seen.wanted;
  assert.deepEqual(seen.seen, [first, second, [second], null, [], "default", ["default"], second, [second]]);
  assert.deepEqual([seen.same, seen.tracks], [true, 1]);
  assert.deepEqual(seen.left, NOTHING);
  const sent = (await calls.sim.requests()).map(({ method }) => method).filter(Boolean);
  assert.deepEqual(sent, ["login", "verto.invite", "verto.bye"]);
});

test("setMicrophone: what is muted stays so; the next connection has the new microphone", { skip }, async () => {
  await run(async () => {
    window.call = await talk();
    call.setMute("off");
    await call.setMicrophone(mics[1]);
    await silent(call);
    window.muted = sent(call).enabled;
    anna.states = new Told();
  });
  await calls.sim.drop({ login: "1001" });
  const seen = await run(async () => {
    await anna.is("active", call);
    await until(() => call.peer.connectionState === "connected");
    await silent(call);
    call.setMute("on");
    await heard(call);
    // Two connections, of which the page chose the microphone before and after.
    return { muted, id: idOf(sent(call)), wanted: mics[1], asked: used.asked.length, left: await end(call) };
  });
  assert.deepEqual([seen.muted, seen.id, seen.asked], [false, seen.wanted, 3]);
  assert.deepEqual(seen.left, NOTHING);
});

test("setMicrophone: chosen away, a microphone comes back on the next connection too", { skip }, async () => {
  await run(async () => {
    window.call = await talk();
    await call.setMicrophone("none");
    anna.states = new Told();
  });
  await calls.sim.drop({ login: "1001" });
  const seen = await run(async () => {
    await anna.is("active", call);
    await until(() => call.peer.connectionState === "connected");
    const none = sent(call);
    await call.setMicrophone(mics[0]);
    await heard(call);
    return { none, id: idOf(sent(call)), wanted: mics[0], left: await end(call) };
  });
  assert.deepEqual([seen.none, seen.id], [null, seen.wanted]);
  assert.deepEqual(seen.left, NOTHING);
});

test("setMicrophone is refused by name, and the microphone before goes on", { skip }, async () => {
  const seen = await run(async () => {
    const call = await talk({ useMic: mics[0] });
    const { mediaDevices } = navigator;
    const real = mediaDevices.getUserMedia;
    const seen = [await outcome(call.setMicrophone("gone")), await outcome(call.setMicrophone()), await outcome(call.setMicrophone(5))];
    for (const name of ["NotAllowedError", "NotReadableError", "TypeError"]) {
      mediaDevices.getUserMedia = async () => { throw new DOMException("refused", name); };
      seen.push(await outcome(call.setMicrophone(mics[1])));
    }
    // Nobody looks at this one's promise.
    call.setMicrophone(mics[1]);
    mediaDevices.getUserMedia = real;
    // The connection refuses it.
    const { replaceTrack } = RTCRtpSender.prototype;
    RTCRtpSender.prototype.replaceTrack = async () => { throw new DOMException("no", "InvalidStateError"); };
    seen.push(await outcome(call.setMicrophone(mics[1])));
    RTCRtpSender.prototype.replaceTrack = replaceTrack;
    await heard(call);
    const goes = [idOf(sent(call)), live()];
    const rest = await end(call);
    const listening = await anna.call("9664", { useMic: "none" });
    await anna.is("active", listening);
    seen.push(await outcome(listening.setMicrophone("any")), await outcome(listening.setMicrophone("none")));
    return { seen, goes, wanted: mics[0], rest, left: await end(listening) };
  });
  const kinds = seen.seen.map((one) => (Array.isArray(one) ? [one[0], one[1]] : one));
  assert.deepEqual(kinds, [
    [true, "media-missing"],
    [true, "invalid-argument"],
    [true, "invalid-argument"],
    [true, "media-denied"],
    [true, "media-busy"],
    [true, "media-failed"],
    [true, "media-failed"],
    [true, "unsupported"],
    "done",
  ]);
  assert.match(seen.seen[7][2], /made without a microphone/);
  assert.deepEqual(seen.goes, [seen.wanted, [seen.wanted]]);
  assert.deepEqual([seen.rest, seen.left], [NOTHING, NOTHING]);
});

test("setMicrophone: of two the last counts, in whatever order the browser grants them", { skip }, async () => {
  const seen = await run(async () => {
    const call = await talk();
    const { mediaDevices } = navigator;
    const real = mediaDevices.getUserMedia.bind(mediaDevices);
    const waiting = [];
    mediaDevices.getUserMedia = async (constraints) => {
      await new Promise((resolve) => waiting.push(resolve));
      return real(constraints);
    };
    const seen = [];
    for (const [order, last] of [[[0, 1], mics[1]], [[1, 0], "any"]]) {
      waiting.length = 0;
      const both = [];
      for (const id of [mics[0], last]) {
        both.push(call.setMicrophone(id));
        await until(() => waiting.length === both.length);
      }
      for (const one of order) {
        waiting[one]();
        await outcome(both[one]);
      }
      const outcomes = await Promise.all(both.map(outcome));
      await until(() => live().length === 1);
      seen.push([outcomes[0][1], outcomes[1], idOf(sent(call))]);
    }
    await heard(call);
    // The call ends while the browser asks.
    waiting.length = 0;
    const late = call.setMicrophone(mics[0]);
    await until(() => waiting.length);
    call.hangup();
    const ended = [await outcome(late), await outcome(call.setMicrophone("any")), await outcome(call.setSpeaker("any"))];
    waiting[0]();
    await until(() => used.tracks.filter((track) => idOf(track) === mics[0]).length === 3);
    await until(() => !live().length);
    return { seen, wanted: mics[1], ended: ended.map(([, kind]) => kind), left: left() };
  });
  assert.deepEqual(seen.seen, [["aborted", "done", seen.wanted], ["aborted", "done", "default"]]);
  assert.deepEqual(seen.ended, ["closed", "closed", "closed"]);
  assert.deepEqual(seen.left, NOTHING);
});

test("setMicrophone: a question that nobody answers is given up after a minute; what is granted later stays unused", { skip }, async () => {
  const seen = await run(async () => {
    const call = await talk({ useMic: mics[0] });
    const { mediaDevices } = navigator;
    const real = mediaDevices.getUserMedia;
    let grant;
    mediaDevices.getUserMedia = (constraints) => new Promise((resolve) => (grant = () => resolve(real.call(mediaDevices, constraints))));
    const { setTimeout } = window;
    let minute;
    window.setTimeout = (run, ms, ...args) => (ms === 60_000 ? (minute = run) && 0 : setTimeout(run, ms, ...args));
    const wish = outcome(call.setMicrophone(mics[1]));
    await until(() => grant && minute);
    window.setTimeout = setTimeout;
    minute();
    const seen = [await wish];
    await heard(call);
    seen.push(idOf(sent(call)));
    grant();
    await until(() => used.tracks.some((track) => idOf(track) === mics[1] && track.readyState === "ended"));
    await heard(call);
    seen.push(idOf(sent(call)), live());
    mediaDevices.getUserMedia = real;
    seen.push(await outcome(call.setMicrophone(mics[1])), idOf(sent(call)));
    return { seen, mics, left: await end(call) };
  });
  const [first, second] = seen.mics;
  const message = "the microphone was not granted in time";
  assert.deepEqual(seen.seen, [[true, "timeout", message], first, first, [first], "done", second]);
  assert.deepEqual(seen.left, NOTHING);
});

test("setMicrophone in the place of the page's own stream, which stays as it is; before the answer", { skip }, async () => {
  const seen = await run(async () => {
    const useStream = await navigator.mediaDevices.getUserMedia({ audio: { deviceId: { exact: mics[0] } }, video: true });
    const call = await talk({ useStream, useVideo: true, localTag: "local" });
    await call.setMicrophone(mics[1]);
    await heard(call);
    const own = useStream.getTracks().map(({ readyState }) => readyState);
    const kinds = call.localStream.getTracks().map((track) => [track.kind, useStream.getTracks().includes(track)]).sort();
    const shown = document.getElementById("local").srcObject === call.localStream;
    await end(call);
    own.push(...useStream.getTracks().map(({ readyState }) => readyState));
    useStream.getTracks().forEach((track) => track.stop());
    // Of a call that rings nothing is opened yet.
    const bob = await User.login("1002");
    const out = anna.call("1002");
    const into = await bob.is("ringing");
    const asked = used.asked.length;
    await into.setMicrophone(mics[1]);
    const opened = used.asked.length - asked;
    into.answer();
    await bob.is("active", into);
    await heard(out);
    const id = idOf(sent(into));
    out.hangup();
    await bob.is("destroy", into);
    return { own, kinds, shown, opened, id, wanted: mics[1], left: left() };
  });
  assert.deepEqual(seen.own, ["live", "live", "live", "live"]);
  assert.deepEqual(seen.kinds, [["audio", false], ["video", true]]);
  assert.deepEqual([seen.shown, seen.opened, seen.id], [true, 0, seen.wanted]);
  assert.deepEqual(seen.left, NOTHING);
});

test("setSpeaker: the last counts; what isn't there is refused by name, and the one before goes on", { skip }, async () => {
  const seen = await run(async () => {
    const call = await talk();
    const element = document.getElementById("audio");
    const seen = [];
    const look = async (promise) => seen.push([await outcome(promise), element.sinkId].flat());
    await look(call.setSpeaker(outs[0]));
    await look(call.setSpeaker("gone"));
    await look(call.setSpeaker());
    const both = [outs[1], outs[0]].map((id) => outcome(call.setSpeaker(id)));
    await look(Promise.all(both).then(([one, two]) => { throw Object.assign(new Error(), { kind: [one[1], two].join() }); }));
    // The browser takes them the other way round.
    const { setSinkId } = element;
    const waiting = [];
    element.setSinkId = (id) => new Promise((resolve) => waiting.push(resolve)).then(() => setSinkId.call(element, id));
    const [first, second] = [outs[1], "any"].map((id) => outcome(call.setSpeaker(id)));
    await until(() => waiting.length === 2);
    waiting[1]();
    await second;
    waiting[0]();
    await until(() => waiting.length === 3);
    waiting[2]();
    await first;
    seen.push(element.sinkId);
    delete element.setSinkId;
    element.setSinkId = undefined;
    await look(call.setSpeaker(outs[0]));
    await heard(call);
    return { seen, outs, left: await end(call) };
  });
  const [first] = seen.outs;
  const all = seen.seen.map((one) => (Array.isArray(one) ? one.filter((_, i) => i !== 2 || one.length < 4) : one));
  assert.deepEqual(all, [
    ["done", first],
    [true, "media-missing", first],
    [true, "invalid-argument", first],
    [false, "aborted,done", first],
    "",
    [true, "unsupported", ""],
  ]);
  assert.deepEqual(seen.left, NOTHING);
});

// Chromium ends the track and lists the devices anew; Firefox does the second alone.
for (const signs of [["ended"], ["list"], ["ended", "list"]]) {
  test(`a microphone that is unplugged (${signs}): the usual one takes its place, and it is told once`, { skip }, async () => {
    const seen = await run(async (_, signs) => {
      const [one, other] = [await talk({ useMic: mics[1] }), await talk({ useMic: mics[1] })];
      unplug([mics[1]], signs);
      const told = await Promise.all([one, other].map((call) => changes.first(({ kind, dialog }) => kind === "microphone" && dialog === call)));
      await Promise.all([heard(one), heard(other)]);
      // A second sign of the same loss changes nothing.
      if (!signs.includes("list")) unplug([mics[1]], ["list"]);
      await changes.first(({ kind, removed }) => kind === "list" && removed.length);
      plugIn(mics[1]);
      await changes.first(({ kind, added }) => kind === "list" && added.length);
      await until(() => Verto.audioInDevices.some(({ id }) => id === mics[1]));
      await Promise.all([heard(one), heard(other)]);
      const goes = [one, other].map((call) => idOf(sent(call)));
      // Back goes who asks.
      const again = changes.all.find(({ added }) => added?.length).added[0];
      await one.setMicrophone(again.id);
      await heard(one);
      const { from, to } = told[0];
      const kinds = changes.all.map(({ kind, added, removed }) => [kind, added?.length ?? 0, removed?.length ?? 0].join(" "));
      const back = idOf(sent(one));
      await end(one);
      return { from, to, goes, again, back, wanted: mics[1], kinds, troubles: troubles.all.length, left: await end(other) };
    }, signs);
    assert.deepEqual([seen.from.id, seen.from.kind, seen.to.id, seen.to.kind], [seen.wanted, "audio_in", "default", "audio_in"]);
    assert.ok(seen.from.label && seen.to.label, "they have names");
    assert.deepEqual(seen.goes, ["default", "default"]);
    assert.deepEqual([seen.again.id, seen.again.label, seen.back], [seen.wanted, seen.from.label, seen.wanted]);
    assert.deepEqual(seen.kinds.toSorted(), ["list 0 1", "list 1 0", "microphone 0 0", "microphone 0 0"]);
    assert.equal(seen.troubles, 0);
    assert.deepEqual(seen.left, NOTHING);
  });
}

test("no microphone is left: the page is told by name, the other side is heard, and the next one is taken", { skip }, async () => {
  const seen = await run(async () => {
    const all = await idsOf("audioinput");
    const call = anna.call("9664", { useMic: mics[0] });
    await anna.is("active", call);
    await heard(call);
    unplug(all);
    const { dialog, error } = await troubles.first(() => true);
    await changes.first(({ kind, removed }) => kind === "list" && removed.length >= all.length);
    const empty = Verto.audioInDevices.length;
    await hears(call);
    const state = call.state.name;
    plugIn(mics[1]);
    const { from, to } = await changes.first(({ kind }) => kind === "microphone");
    // What is sent goes on.
    await listen(call);
    plugIn(...all);
    const told = [dialog === call, error.kind, error instanceof VertoError, troubles.all.length];
    return { told, message: error.message, state, empty, from, to: to.kind, live: live().length, left: await end(call) };
  });
  assert.deepEqual(seen.told, [true, "media-missing", true, 1]);
  assert.match(seen.message, /the microphone is gone, and no other takes its place: none is left/);
  assert.deepEqual([seen.state, seen.empty, seen.from, seen.to, seen.live], ["active", 0, null, "audio_in", 1]);
  assert.deepEqual(seen.left, NOTHING);
});

test("the permission is withdrawn: told by name and nothing is asked, until the page chooses one", { skip }, async () => {
  const seen = await run(async () => {
    const call = await talk();
    const { mediaDevices } = navigator;
    const real = mediaDevices.getUserMedia;
    mediaDevices.getUserMedia = async () => { throw new DOMException("denied", "NotAllowedError"); };
    unplug(["default"], ["ended"]);
    const { error } = await troubles.first(() => true);
    // A list that changes for something else tells nothing again.
    unplug([outs[0]], ["list"]);
    await changes.first(({ kind }) => kind === "list");
    const told = troubles.all.length;
    plugIn("default", outs[0]);
    await changes.first(({ kind, added }) => kind === "list" && added.length);
    mediaDevices.getUserMedia = real;
    await call.setMicrophone(mics[0]);
    await heard(call);
    return { kind: error.kind, told, state: call.state.name, id: idOf(sent(call)), wanted: mics[0], left: await end(call) };
  });
  assert.deepEqual([seen.kind, seen.told, seen.state, seen.id], ["media-denied", 1, "active", seen.wanted]);
  assert.deepEqual(seen.left, NOTHING);
});

test("a microphone goes while the page chooses another: what the page chose stays", { skip }, async () => {
  const seen = await run(async () => {
    const call = await talk({ useMic: mics[0] });
    const chosen = call.setMicrophone(mics[1]);
    unplug([mics[0]]);
    await chosen;
    await heard(call);
    const goes = [idOf(sent(call)), changes.all.filter(({ kind }) => kind === "microphone").length];
    // And one that cannot be chosen leaves the usual one.
    const failing = outcome(call.setMicrophone("gone"));
    unplug([mics[1]]);
    const [, kind] = await failing;
    const { to } = await changes.first(({ kind }) => kind === "microphone");
    await heard(call);
    return { goes, kind, to: to.id, wanted: mics[1], left: await end(call) };
  });
  assert.deepEqual([seen.goes, seen.kind, seen.to], [[seen.wanted, 0], "media-missing", "default"]);
  assert.deepEqual(seen.left, NOTHING);
});

test("what the page gave, or the user shows, is told when it ends, and nothing is opened in its place", { skip }, async () => {
  const seen = await run(async () => {
    const useStream = await navigator.mediaDevices.getUserMedia({ audio: { deviceId: { exact: mics[0] } } });
    const call = await talk({ useStream });
    const camera = await talk({ useVideo: true, useMic: mics[1] });
    const asked = used.asked.length;
    unplug([mics[0], idOf(camera.localStream.getVideoTracks()[0])], ["ended"]);
    const told = [call, camera].map((one) => troubles.first(({ dialog }) => dialog === one));
    const errors = (await Promise.all(told)).map(({ error }) => [error.kind, error.message]);
    const opened = used.asked.length - asked;
    await heard(camera);
    await call.setMicrophone(mics[1]);
    await heard(call);
    // Its own track counts no more.
    unplug([mics[0]], ["ended", "list"]);
    await changes.first(({ kind }) => kind === "list");
    await end(camera);
    return { errors, opened, count: troubles.all.length, left: await end(call) };
  });
  for (const [kind, message] of seen.errors) {
    assert.equal(kind, "media-missing");
    assert.match(message, /what the call sends has ended: \S/);
  }
  assert.deepEqual([seen.opened, seen.count], [0, 2]);
  assert.deepEqual(seen.left, NOTHING);
});

test("another program takes the microphone for a while: interrupted, resumed", { skip }, async () => {
  const seen = await run(async () => {
    const call = await talk();
    const [track] = call.localStream.getAudioTracks();
    const events = [];
    anna.verto.addEventListener("devicechange", ({ detail: [change] }) => events.push(change.kind));
    for (const type of ["mute", "unmute"]) track.dispatchEvent(new Event(type));
    await call.setMicrophone(mics[0]);
    track.dispatchEvent(new Event("mute"));
    return { told: changes.all.map(({ kind, dialog }) => [kind, dialog === call]), events, left: await end(call) };
  });
  assert.deepEqual(seen.told, [["interrupted", true], ["resumed", true]]);
  assert.deepEqual(seen.events, ["interrupted", "resumed"]);
  assert.deepEqual(seen.left, NOTHING);
});

test("a speaker that is unplugged: the usual one plays, and it is told", { skip }, async () => {
  const seen = await run(async () => {
    const call = await talk({ useSpeak: outs[1] });
    const other = await talk({ tag: "local", useSpeak: outs[0] });
    const element = document.getElementById("audio");
    const before = element.sinkId;
    unplug([outs[1]], ["list"]);
    const change = await changes.first(({ kind }) => kind === "speaker");
    await until(() => element.sinkId === "");
    await heard(call);
    plugIn(outs[1]);
    await changes.first(({ kind, added }) => kind === "list" && added.length);
    const stays = element.sinkId;
    await call.setSpeaker(outs[1]);
    const back = element.sinkId;
    await end(other);
    unplug([outs[0]], ["list"]);
    await changes.first(({ kind, removed }) => kind === "list" && removed.some(({ id }) => id === outs[0]));
    const { dialog, from, to } = change;
    const count = changes.all.filter(({ kind }) => kind === "speaker").length;
    return { before, mine: dialog === call, from: [from.id, from.kind], to, stays, back, wanted: outs[1], count, left: await end(call) };
  });
  assert.deepEqual([seen.before, seen.mine, seen.from, seen.to], [seen.wanted, true, [seen.wanted, "audio_out"], null]);
  assert.deepEqual([seen.stays, seen.back, seen.count], ["", seen.wanted, 1]);
  assert.deepEqual(seen.left, NOTHING);
});

test("the lists follow by themselves from refreshDevices() on; a `devicechange` without another list is none", { skip }, async () => {
  const seen = await run(async () => {
    const { audioInDevices: before } = Verto;
    await Verto.refreshDevices();
    const first = Verto.audioInDevices.length;
    const events = [];
    anna.verto.addEventListener("devicechange", ({ detail: [change] }) => events.push(change));
    plugIn();
    plugIn();
    unplug([mics[0]], ["list"]);
    await changes.first(({ kind }) => kind === "list");
    const without = Verto.audioInDevices.map(({ id }) => id);
    anna.verto.logout();
    await until(() => anna.verto.state === "closed");
    // Whoever isn't connected hears nothing, and the lists follow all the same.
    plugIn(mics[0]);
    await until(() => Verto.audioInDevices.length === first);
    return { before: before.length, less: first - without.length, without: without.includes(mics[0]), told: changes.all.length, events: events.map(({ kind, added, removed }) => [kind, added.length, removed.map(({ id }) => id)]), wanted: mics[0] };
  });
  assert.deepEqual([seen.before, seen.less, seen.without, seen.told], [0, 1, false, 1]);
  assert.deepEqual(seen.events, [["list", 0, [seen.wanted]]]);
});
