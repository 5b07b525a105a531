// Calls of the SDK against the simulator: the arguments, callbacks and failures that a page sees.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { inPage, startBrowser } from "./lib/browser.mjs";
import { engine, lacking } from "./lib/engines.mjs";
import { FIXTURES, startSim } from "./lib/sim.mjs";

const skip = lacking("webrtc");
const NOTHING = { tracks: 0, connections: 0, elements: 0, rejections: [] };
let sim, driver;

before(async () => {
  sim = await startSim({ www: join(FIXTURES, "phone") });
  driver = await startBrowser({ microphone: true });
});

after(async () => {
  await driver?.quit();
  await sim?.stop();
});

beforeEach(async () => {
  await sim.reset();
  await driver.get(sim.url);
  await sim.noConnection();
});

const run = (script, ...args) => inPage(driver, script, ...args);

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
    const outcome = new Promise((resolve) => {
      window.call = anna.verto.newCall({ destination_number: "9196" }, "", (dialog) => resolve(dialog.state.name));
    });
    const first = await outcome;
    await anna.is("active", window.call);
    const ids = window.call instanceof Verto.Dialog && anna.verto.dialogs[window.call.callID] === window.call;
    anna.verto.logout();
    await anna.is("destroy", window.call);
    return { first, ids, left: left() };
  });
  assert.deepEqual(seen, { first: "trying", ids: true, left: NOTHING });
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
  assert.equal((await sim.requests("verto.invite")).length, 1);
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
    const tag = () => made[made.push(document.body.appendChild(document.createElement("video"))) - 1];
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

test("STUN servers that never answer cost a second at most, and the default list can be set", { skip }, async () => {
  const seen = await run(async () => {
    const anna = await User.login("1001");
    Verto.defaultIceServers = [{ urls: "stun:127.0.0.1:9" }];
    const call = anna.call("9196", { iceServers: true, iceTimeout: 50, turnServer: { urls: "turn:127.0.0.1:9", username: "a", credential: "b" } });
    await anna.is("active", call);
    const { iceServers } = call.peer.getConfiguration();
    call.hangup();
    await anna.is("destroy", call);
    return { urls: iceServers.map(({ urls }) => [urls].flat()[0]), left: left() };
  });
  assert.deepEqual(seen.urls, ["stun:127.0.0.1:9", "turn:127.0.0.1:9"]);
  assert.deepEqual(seen.left, NOTHING);
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
