// Calls of the SDK against the simulator: the arguments, callbacks and failures that a page sees.
import assert from "node:assert/strict";
import { test } from "node:test";
import { engine } from "./lib/engines.mjs";
import { CallTests, NOTHING } from "./lib/calls.mjs";

const calls = new CallTests("phone", { everywhere: true });
const { run, skip } = calls;

test("without a connection newCall gives undefined and says so; bad arguments are named", { skip }, async () => {
  const seen = await run(async () => {
    const said = [];
    const verto = new Verto({ logger: { error: (text) => said.push(text) } });
    const none = verto.newCall({ destination_number: "9196" });
    const bad = [undefined, {}, { destination_number: {} }].map((args) => {
      try {
        verto.newCall(args);
      } catch ({ kind, message }) {
        return [kind, message];
      }
    });
    return { none: none === undefined, said, bad };
  });
  assert.equal(seen.none, true);
  assert.match(seen.said[0], /newCall: there is no connection/);
  for (const [kind, message] of seen.bad) {
    assert.equal(kind, "invalid-argument");
    assert.match(message, /destination_number/);
  }
});

test("a call in the tick of connect() waits for the login", { skip }, async () => {
  const seen = await run(async () => {
    const anna = new User("1001");
    let taken = 0;
    const outcome = new Promise((resolve) => {
      window.call = anna.verto.newCall({ destination_number: "9196" }, "", (dialog) => resolve([dialog.state.name, ++taken]));
    });
    const first = await outcome;
    await anna.is("active", window.call);
    const ids = window.call instanceof Verto.Dialog && anna.verto.dialogs[window.call.callID] === window.call;
    anna.verto.logout();
    await anna.is("destroy", window.call);
    return { first, taken, ids, left: left() };
  });
  assert.deepEqual(seen, { first: ["trying", 1], taken: 1, ids: true, left: NOTHING });
});

test("a microphone that is refused: onDenied, the cause and the error; then it is granted", { skip }, async () => {
  const seen = await run(async () => {
    const heard = [];
    const permissionCallback = { onGranted: (stream) => heard.push(stream.getAudioTracks().length), onDenied: () => heard.push("denied") };
    const anna = await User.login("1001", { permissionCallback });
    const { mediaDevices } = navigator;
    const real = mediaDevices.getUserMedia;
    const errors = [];
    const kinds = {};
    for (const name of ["NotAllowedError", "NotFoundError", "NotReadableError", "TypeError"]) {
      mediaDevices.getUserMedia = async () => { throw new DOMException("refused", name); };
      const call = anna.verto.newCall({ destination_number: "9196" }, undefined, undefined, (error) => errors.push(error.kind));
      await anna.is("destroy", call);
      kinds[name] = [call.cause, call.error.kind, call.error instanceof VertoError];
    }
    mediaDevices.getUserMedia = real;
    const call = anna.call("9196");
    await anna.is("active", call);
    call.hangup();
    await anna.is("destroy", call);
    return { heard, kinds, errors, left: left() };
  });
  const cause = "Device or Permission Error";
  assert.deepEqual(seen.kinds, {
    NotAllowedError: [cause, "media-denied", true],
    NotFoundError: [cause, "media-missing", true],
    NotReadableError: [cause, "media-busy", true],
    TypeError: [cause, "media-failed", true],
  });
  assert.deepEqual(seen.errors, ["media-denied", "media-missing", "media-busy", "media-failed"]);
  assert.deepEqual(seen.heard, ["denied", "denied", "denied", "denied", 1]);
  assert.deepEqual(seen.left, NOTHING);
  assert.equal((await calls.sim.requests("verto.invite")).length, 1);
});

test("the page's own stream is used and not stopped; without a microphone one listens", { skip }, async () => {
  const seen = await run(async () => {
    const anna = await User.login("1001");
    const useStream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const remote = [];
    const call = anna.call("9196", { useStream, onRemoteStream: (stream, dialog) => remote.push([stream.getAudioTracks().length, dialog === call]) });
    await anna.is("active", call);
    await heard(call);
    call.hangup();
    await anna.is("destroy", call);
    const own = useStream.getTracks()[0].readyState;
    const before = navigator.mediaDevices.getUserMedia;
    let asked = 0;
    navigator.mediaDevices.getUserMedia = (...args) => (asked++, before.apply(navigator.mediaDevices, args));
    const listening = anna.call("9664", { useMic: "none" });
    await anna.is("active", listening);
    const direction = listening.peer.getTransceivers()[0].currentDirection;
    listening.hangup();
    await anna.is("destroy", listening);
    useStream.getTracks()[0].stop();
    return { own, remote, asked, direction, left: left() };
  });
  assert.deepEqual(seen.own, "live");
  assert.deepEqual(seen.remote, [[1, true]]);
  assert.deepEqual([seen.asked, seen.direction], [0, "recvonly"]);
  assert.deepEqual(seen.left, NOTHING);
});

test("tags as element and function, the local picture, video", { skip }, async () => {
  const seen = await run(async () => {
    const anna = await User.login("1001");
    const made = [];
    const tag = () => {
      const element = document.body.appendChild(document.createElement("video"));
      element.id = `made-${made.push(element)}`;
      return element.id;
    };
    const call = anna.call("9196", { tag, localTag: document.getElementById("local"), useVideo: true, videoParams: { minWidth: 320, minHeight: 240 } });
    await anna.is("active", call);
    await heard(call);
    const local = document.getElementById("local");
    const seen = { made: made.length, muted: local.muted, tracks: local.srcObject.getVideoTracks().length, video: call.localStream.getVideoTracks()[0].enabled };
    seen.off = [call.setVideoMute("off"), call.getVideoMute()];
    await Promise.resolve();
    seen.off.push(call.localStream.getVideoTracks()[0].enabled);
    call.hangup();
    await anna.is("destroy", call);
    await new Promise((resolve) => setTimeout(resolve));
    return { ...seen, gone: !made[0].isConnected, left: left() };
  });
  assert.deepEqual(seen, { made: 1, muted: true, tracks: 1, video: true, off: [true, false, false], gone: true, left: NOTHING });
});

test("a tag that gives the page's element, none, or throws", { skip }, async () => {
  const seen = await run(async () => {
    const said = [];
    const anna = await User.login("1001", { logger: { warn: (text) => said.push(text) } });
    const own = document.getElementById("audio");
    const tags = [() => own, () => { throw new Error("the page's own"); }, 5, "nosuch", { srcObject: undefined }];
    for (const tag of tags) {
      const call = anna.call("9196", { tag, localTag: tag === tags[0] ? null : tag });
      await anna.is("active", call);
      await heard(call);
      call.hangup();
      await anna.is("destroy", call);
    }
    const { errors, ...rest } = left();
    return { stays: own.isConnected, said: said.map((text) => /\w+ is no.*/.exec(text)[0]), errors, rest };
  });
  assert.equal(seen.stays, true);
  const warned = ["localTag", "tag"].map((name) => `${name} is no audio or video element of the page`);
  assert.deepEqual(seen.said, [warned, warned, warned, warned].flat());
  // What the page's own function throws is the page's own error.
  assert.equal(seen.errors.length, 2);
  const { errors, ...rest } = NOTHING;
  assert.deepEqual(seen.rest, rest);
});

test("two calls share a microphone: each is muted and ends by itself", { skip }, async () => {
  const seen = await run(async () => {
    const anna = await User.login("1001");
    const first = anna.call("9196");
    await anna.is("active", first);
    const second = anna.call("9196");
    await anna.is("active", second);
    await Promise.all([heard(first), heard(second)]);
    second.setMute("off");
    await silent(second);
    await heard(first);
    const third = anna.call("9196", { audioParams: { echoCancellation: false } });
    await anna.is("active", third);
    const asked = used.asked.length;
    first.hangup();
    await anna.is("destroy", first);
    second.setMute("on");
    await heard(second);
    anna.verto.hangup();
    await anna.is("destroy", third);
    const again = anna.call("9196");
    await anna.is("active", again);
    anna.verto.hangup();
    await anna.is("destroy", again);
    return { asked, again: used.asked.length - asked, left: left() };
  });
  assert.deepEqual(seen, { asked: 2, again: 1, left: NOTHING });
});

test("devices that are gone: the usual ones are used, and it is said", { skip }, async () => {
  const seen = await run(async () => {
    const said = [];
    const anna = await User.login("1001", { logger: { warn: (text) => said.push(text) } });
    const call = anna.call("9196", { useMic: "gone", useSpeak: "gone", tag: "audio" });
    await anna.is("active", call);
    await heard(call);
    const result = await call.setAudioPlaybackDevice("nosuch", (...args) => said.push(args), "mine");
    call.hangup();
    await anna.is("destroy", call);
    return { said, result, asked: used.asked.map(([, { audio }]) => audio.deviceId?.exact ?? null), left: left() };
  });
  assert.deepEqual(seen.asked, ["gone", null]);
  assert.match(seen.said[0], /a chosen device isn't there/);
  assert.match(seen.said[1], /the chosen output device cannot be used .*: the usual one plays/);
  assert.match(seen.said[2], /this output device cannot be used/);
  assert.deepEqual(seen.said[3], [false, null, "mine"]);
  assert.equal(seen.result, false);
  assert.deepEqual(seen.left, NOTHING);
});

test("an output device, chosen in onDialogState or in the call", { skip: skip || (engine !== "chromium" && "only Chromium's fake devices have an output") }, async () => {
  const seen = await run(async () => {
    await Verto.init({});
    const [first, second] = Verto.audioOutDevices;
    const told = [];
    const anna = await User.login("1001", { tag: "audio" });
    const call = anna.call("9196", undefined);
    anna.verto.callbacks.onDialogState = (dialog) => {
      anna.states.push({ dialog, state: dialog.state.name });
      if (dialog.state.name === "active") dialog.setAudioPlaybackDevice(second.id, (...args) => told.push(args), 7);
    };
    await anna.is("active", call);
    await heard(call);
    const element = document.getElementById("audio");
    const ids = [element.sinkId];
    await call.setAudioPlaybackDevice(first.id);
    ids.push(element.sinkId);
    await call.setAudioPlaybackDevice("any");
    ids.push(element.sinkId);
    call.hangup();
    await anna.is("destroy", call);
    const late = await call.setAudioPlaybackDevice(first.id, (...args) => told.push(args));
    return { told, ids, wanted: [second.id, first.id, ""], label: second.label, late, left: left() };
  });
  assert.deepEqual(seen.told, [[true, seen.label, 7], [false, null, null]]);
  assert.deepEqual(seen.ids, seen.wanted);
  assert.equal(seen.late, false);
  assert.deepEqual(seen.left, NOTHING);
});

test("which pictures a camera has, in the constructor and later", { skip }, async () => {
  const seen = await run(async () => {
    const asked = (options) => new Promise((onResCheck) => options(onResCheck));
    const first = await asked((onResCheck) => new Verto({ deviceParams: { useCamera: "any", useMic: "any", onResCheck } }));
    const verto = new Verto({ deviceParams: { useMic: "none" } });
    const second = await asked((onResCheck) => verto.deviceParams({ useCamera: "any", onResCheck }));
    const gone = await asked((onResCheck) => verto.deviceParams({ useCamera: "gone", onResCheck }));
    return { first, second, gone, kept: verto.options.deviceParams.useMic, left: left() };
  });
  const [width, height] = seen.first.bestResSupported;
  assert.ok(width >= 320 && height >= 240, `${width} x ${height}`);
  assert.deepEqual(seen.first.validRes.at(-1), [width, height]);
  assert.deepEqual(seen.second, seen.first);
  assert.deepEqual(seen.gone, { validRes: [], bestResSupported: [0, 0] });
  assert.equal(seen.kept, "none");
  assert.deepEqual(seen.left, NOTHING);
});

test("the screen is shown in the place of the camera", { skip }, async () => {
  const seen = await run(async () => {
    // A headless browser has no screen.
    const canvas = document.createElement("canvas");
    canvas.getContext("2d");
    const screens = [];
    navigator.mediaDevices.getDisplayMedia = async (constraints) => {
      screens.push(JSON.parse(JSON.stringify(constraints)));
      const stream = canvas.captureStream();
      used.tracks.push(...stream.getTracks());
      return stream;
    };
    const anna = await User.login("1001");
    const call = anna.call("9196", { screenShare: true, useVideo: true, videoParams: { minWidth: 320, maxWidth: 640 }, localTag: "local" });
    await anna.is("active", call);
    await heard(call);
    const kinds = call.localStream.getTracks().map(({ kind }) => kind).sort();
    const shown = document.getElementById("local").srcObject === call.localStream;
    call.hangup();
    await anna.is("destroy", call);
    const { mediaDevices } = navigator;
    const { getUserMedia } = mediaDevices;
    const refuses = async () => { throw new DOMException("no", "NotAllowedError"); };
    // The screen is granted, and the microphone isn't; then the screen isn't.
    for (const name of ["getUserMedia", "getDisplayMedia"]) {
      mediaDevices[name] = refuses;
      window.refused = anna.call("9196", { screenShare: true });
      await anna.is("destroy", refused);
      mediaDevices.getUserMedia = getUserMedia;
    }
    return { screens, kinds, shown, asked: used.asked.map(([, { video }]) => video), error: refused.error.kind, left: left() };
  });
  assert.deepEqual(seen.screens.slice(0, 1), [{ video: { width: { max: 640 }, height: {}, frameRate: {} } }]);
  assert.deepEqual(seen.kinds, ["audio", "video"]);
  assert.deepEqual([seen.shown, seen.asked, seen.error], [true, [false], "media-denied"]);
  assert.deepEqual(seen.left, NOTHING);
  const [invite] = await calls.sim.requests("verto.invite");
  assert.equal(invite.params.dialogParams.screenShare, true);
});

test("bad input from the page is refused by name, and the call goes on", { skip }, async () => {
  const seen = await run(async () => {
    const anna = await User.login("1001");
    const kinds = [];
    const caught = async (run) => {
      try {
        kinds.push((await run()) ?? null);
      } catch ({ kind, message }) {
        kinds.push([kind, message]);
      }
    };
    const call = anna.call("9196");
    await anna.is("active", call);
    for (const bad of [
      () => anna.call("9196", { callID: call.callID }),
      () => anna.verto.newCall({ destination_number: "9196", get useMic() { throw new Error("the page's own"); } }),
      () => call.dtmf(""),
      () => call.dtmf({}),
      () => call.transfer(),
      () => call.replace(null),
      () => call.message({ to: "1002" }),
      () => call.rtt("text"),
      () => call.answer(),
      () => call.answer(5),
    ]) await caught(bad);
    const stream = anna.call("9196", { useStream: {} });
    await anna.is("destroy", stream);
    kinds.push([stream.error.kind, stream.error.message]);
    await heard(call);
    call.hangup();
    await anna.is("destroy", call);
    const ended = [call.answer(), call.hangup(), call.setMute("off"), await call.hold().catch(({ kind }) => kind)];
    ended.push(await call.replace("x").catch(({ kind }) => kind), call.cidString(), call.localStream, call.peer);
    return { kinds, ended, left: left() };
  });
  const words = seen.kinds.map((one) => (Array.isArray(one) ? one.join(": ") : one));
  assert.deepEqual(words, [
    "invalid-argument: callID is that of a call that goes on",
    "invalid-argument: args cannot be read: a getter or a proxy throws",
    "invalid-argument: digits must be a non-empty string",
    "invalid-argument: digits must be a non-empty string",
    "invalid-argument: destination is missing",
    "invalid-argument: callID is missing",
    "invalid-argument: body is missing",
    "invalid-argument: text must be an object",
    false,
    "invalid-argument: params must be an object",
    "invalid-argument: useStream must be a MediaStream",
  ]);
  assert.deepEqual(seen.ended, [false, false, false, "closed", "closed", "Outbound Call <9196>", null, null]);
  assert.deepEqual(seen.left, NOTHING);
});

test("a caller's name is escaped where it is to be HTML", { skip }, async () => {
  const cid = await run(async () => {
    const [anna, bob] = [await User.login("1001"), await User.login("1002")];
    const out = anna.call("1002", { caller_id_name: `<img onerror="x">&'` });
    const into = await bob.is("ringing");
    const cid = [into.cidString(), into.cidString(true)];
    out.hangup();
    await bob.is("destroy", into);
    return [...cid, into.cause];
  });
  assert.deepEqual(cid, [
    `<img onerror="x">&' <1001>`,
    "&lt;img onerror=&quot;x&quot;&gt;&amp;&#39; &lt;1001&gt;",
    "ORIGINATOR_CANCEL",
  ]);
});

test("devices are listed", { skip: skip || (engine !== "chromium" && "only Chromium's fake devices have an output") }, async () => {
  const seen = await run(async () => {
    const granted = await new Promise((resolve) => Verto.init({}, resolve));
    const skipped = await new Promise((resolve) => Verto.init({ skipPermCheck: true }, resolve));
    const refreshed = await Verto.refreshDevices();
    const { audioInDevices, audioOutDevices, videoDevices } = Verto;
    return { granted, skipped, refreshed, lists: [audioInDevices, audioOutDevices, videoDevices].map(([first]) => first), left: left() };
  });
  assert.deepEqual([seen.granted, seen.skipped, seen.refreshed], [true, null, true]);
  assert.deepEqual(seen.lists.map((first) => first && [typeof first.id, first.kind, first.label.length > 0]), [
    ["string", "audio_in", true],
    ["string", "audio_out", true],
    ["string", "video", true],
  ]);
  assert.deepEqual(seen.left, NOTHING);
});

// The reference client waits a second for candidates in every call. Which timers of ours have run
// out says so without measuring time.
test("without STUN nothing waits for candidates; with servers that never answer iceTimeout does", { skip }, async () => {
  const seen = await run(async () => {
    const anna = await User.login("1001");
    const ran = [];
    const { setTimeout } = window;
    window.setTimeout = (run, ms, ...args) => setTimeout(() => (ran.push(ms), run(...args)), ms);
    Verto.defaultIceServers = [{ urls: "stun:127.0.0.1:3478" }];
    const turnServer = { urls: "turn:127.0.0.1:3478", username: "a", credential: "b" };
    const waits = [];
    for (const args of [{}, { iceServers: true, turnServer, iceTimeout: 77 }]) {
      ran.length = 0;
      const call = anna.call("9196", args);
      await anna.is("requesting", call);
      const { iceServers } = call.peer.getConfiguration();
      waits.push([Math.max(0, ...ran.filter((ms) => ms >= 30)), iceServers.map(({ urls }) => [urls].flat()[0])]);
      await anna.is("active", call);
      call.hangup();
      await anna.is("destroy", call);
    }
    window.setTimeout = setTimeout;
    return { waits, left: left() };
  });
  const [[plain, none], [asked, servers]] = seen.waits;
  assert.ok(plain <= 30 && asked <= 77, `${plain}, ${asked} ms`);
  assert.deepEqual([none, servers], [[], ["stun:127.0.0.1:3478", "turn:127.0.0.1:3478"]]);
  assert.deepEqual(seen.left, NOTHING);
});

test("what a call asks for: stereo, not to hear, to begin muted", { skip }, async () => {
  const seen = await run(async () => {
    const [anna, bob] = [await User.login("1001"), await User.login("1002")];
    const stereo = anna.call("9196", { useStereo: true });
    await anna.is("active", stereo);
    const local = stereo.peer.localDescription.sdp.includes("stereo=1");
    stereo.hangup();
    await anna.is("destroy", stereo);
    const dumb = anna.call("9664", { useSpeak: "none" });
    await anna.is("active", dumb);
    const direction = dumb.peer.getTransceivers()[0].currentDirection;
    dumb.hangup();
    await anna.is("destroy", dumb);
    const out = anna.call("1002");
    const muted = [out.setMute("off"), out.getMute()];
    const into = await bob.is("ringing");
    const before = [into.setMute("off"), into.getMute()];
    into.answer();
    await Promise.all([anna.is("active", out), bob.is("active", into)]);
    await Promise.all([silent(out), silent(into)]);
    out.setMute("on");
    into.setMute("on");
    await Promise.all([heard(out), heard(into)]);
    const last = [into.lastState.name, into.state.name];
    out.hangup();
    await bob.is("destroy", into);
    return { local, direction, muted, before, last, left: left() };
  });
  // Firefox says so without being asked.
  assert.equal(seen.local, engine === "firefox");
  assert.equal(seen.direction, "sendonly");
  assert.deepEqual([seen.muted, seen.before], [[false, false], [false, false]]);
  assert.deepEqual(seen.last, ["answering", "active"]);
  assert.deepEqual(seen.left, NOTHING);
  const [invite] = await calls.sim.requests("verto.invite");
  assert.equal(invite.params.sdp.match(/[ ;]stereo=1/g).length, 1);
});

test("without WebRTC a call fails and says why", async () => {
  const seen = await run(async () => {
    delete window.RTCPeerConnection;
    window.RTCPeerConnection = undefined;
    const anna = await User.login("1001");
    const call = anna.call("9196");
    await anna.is("destroy", call);
    return [call.error.kind, call.error.message, call.cause];
  });
  assert.deepEqual(seen, ["unsupported", "this browser has no WebRTC", "Device or Permission Error"]);
});

test("elements that throw keep no microphone, no connection and no element", { skip }, async () => {
  const seen = await run(async () => {
    const [anna, bob] = [await User.login("1001"), await User.login("1002")];
    const stubborn = () => {
      const element = document.createElement("audio");
      const refuse = () => { throw new Error("the page's own"); };
      const { srcObject } = Object.getOwnPropertyDescriptors(HTMLMediaElement.prototype);
      const get = () => srcObject.get.call(element);
      // It takes a stream, and doesn't let it go.
      const set = (stream) => (stream ? srcObject.set.call(element, stream) : refuse());
      return Object.defineProperties(element, { srcObject: { get, set }, pause: { value: refuse } });
    };
    const tags = { tag: stubborn(), localTag: stubborn(), ringer_tag: stubborn(), ringFile: tone() };
    Object.assign(bob.verto.options, tags);
    const out = anna.call("1002");
    const into = await bob.is("ringing");
    into.answer();
    await bob.is("active", into);
    await heard(into);
    into.hangup();
    await Promise.all([bob.is("destroy", into), anna.is("destroy", out)]);
    const { tracks, connections, rejections, errors } = left();
    return { tracks, connections, rejections, errors: errors.length };
  });
  // Each of the three has thrown, and the page is told so.
  assert.deepEqual(seen, { tracks: 0, connections: 0, rejections: [], errors: 3 });
});
