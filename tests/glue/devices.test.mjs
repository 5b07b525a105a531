// Wishes for a device that the browser fulfils late, in part, or while something else changes: media/local.js
// and media/player.js with stand-ins for what a browser has.
//
// These bugs were ours. Each made a test red: the browser is asked for a microphone after the call has ended, or
// for one that isn't wanted any more; a track is not silenced while it takes the other's place; a connection
// that is made meanwhile keeps the track that is stopped then; an output device is set again and again where
// setSinkId() does nothing.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

class Track extends EventTarget {
  kind = "audio";
  readyState = "live";
  enabled = true;
  constructor(id) {
    super();
    this.id = id;
  }
  getSettings() {
    return { deviceId: this.id };
  }
  stop() {
    this.readyState = "ended";
  }
}

globalThis.MediaStream = class {
  constructor(tracks = []) {
    this.tracks = [...tracks];
  }
  getTracks() {
    return [...this.tracks];
  }
  getAudioTracks() {
    return [...this.tracks];
  }
  getVideoTracks() {
    return [];
  }
  addTrack(track) {
    this.tracks.push(track);
  }
  removeTrack(track) {
    this.tracks = this.tracks.filter((one) => one !== track);
  }
};

// What the browser was asked for, oldest first, to be granted by the test.
let asked = [];
const mediaDevices = {
  getUserMedia: ({ audio }) => new Promise((resolve) => {
    const track = new Track(audio.deviceId?.exact ?? "usual");
    asked.push({ track, grant: () => resolve(new MediaStream([track])) });
  }),
  enumerateDevices: async () => [],
};
Object.defineProperty(globalThis, "navigator", { value: { mediaDevices }, configurable: true });

const { Local } = await import("../../pkg-template/media/local.js");
const { route } = await import("../../pkg-template/media/player.js");

const turn = () => new Promise((resolve) => setImmediate(resolve));
const kindOf = (promise) => promise.then(() => "done", ({ kind }) => kind);
const states = () => asked.map(({ track }) => track.readyState);

let isOver;
let senders;
let local;
beforeEach(() => {
  asked = [];
  isOver = false;
  senders = [];
  local = new Local({ get: () => undefined, choose() {}, warn() {}, deviceChange() {}, mediaError() {} }, () => senders);
});

async function open() {
  const opening = local.open(() => isOver, () => null);
  asked[0].grant();
  await opening;
  return asked[0].track;
}

test("a call that has ended asks the browser for no microphone", async () => {
  const opening = local.open(() => isOver, () => null);
  const wish = kindOf(local.setMicrophone("ended"));
  isOver = true;
  local.release();
  assert.equal(await wish, "closed");
  asked[0].grant();
  await opening;
  await turn();
  assert.deepEqual(states(), ["ended"]);
});

test("of two wishes before the first grant the newer alone is asked for", async () => {
  const opening = local.open(() => isOver, () => null);
  const wishes = [kindOf(local.setMicrophone("second")), kindOf(local.setMicrophone("third"))];
  asked[0].grant();
  await opening;
  await turn();
  assert.deepEqual(asked.map(({ track }) => track.id), ["usual", "third"]);
  asked[1].grant();
  assert.deepEqual(await Promise.all(wishes), ["aborted", "done"]);
  assert.deepEqual(states(), ["ended", "live"]);
  local.release();
});

test("who is muted while the track is replaced is not heard", async () => {
  const first = await open();
  let replace;
  senders = [{ track: first, replaceTrack: (track) => new Promise((resolve) => (replace = () => resolve((senders[0].track = track)))) }];
  const wish = kindOf(local.setMicrophone("muted"));
  await turn();
  asked[1].grant();
  await turn();
  local.enable("audio", false);
  replace();
  assert.equal(await wish, "done");
  assert.equal(senders[0].track.enabled, false);
  local.release();
});

test("a connection that is made while the track is replaced sends the new one too", async () => {
  const first = await open();
  let replaced;
  const sender = (track) => ({
    track,
    async replaceTrack(to) {
      await new Promise((resolve) => (replaced = resolve));
      this.track = to;
    },
  });
  senders = [sender(first)];
  const wish = kindOf(local.setMicrophone("replaced"));
  await turn();
  asked[1].grant();
  await turn();
  // Another connection is described, with the stream as it is.
  senders.push(sender(local.stream.getTracks()[0]));
  while (replaced) {
    const done = replaced;
    replaced = null;
    done();
    await turn();
  }
  assert.equal(await wish, "done");
  assert.deepEqual(senders.map(({ track }) => [track.id, track.readyState]), [["replaced", "live"], ["replaced", "live"]]);
  local.release();
});

// What extensions for privacy put in the browser's place.
test("an element whose setSinkId() does nothing is asked once", async () => {
  let times = 0;
  const element = {
    sinkId: "",
    async setSinkId() {
      // Without this the test would never end.
      if (++times > 3) throw new Error("asked again and again");
    },
  };
  await route(element, () => "headset");
  assert.equal(times, 1);
});

test("an output device that is chosen while another is being set is the one that stays", async () => {
  const set = [];
  let wanted = "first";
  const element = {
    sinkId: "",
    async setSinkId(id) {
      set.push(id);
      await turn();
      this.sinkId = id;
    },
  };
  const routed = route(element, () => wanted);
  wanted = "second";
  await Promise.all([routed, route(element, () => wanted)]);
  assert.equal(element.sinkId, "second");
  assert.deepEqual(set.slice(0, 2), ["first", "second"]);
});
