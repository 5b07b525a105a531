// The devices of the page's computer, as pages list them.
import { chosen, mediaDevices, stop } from "./stream.js";

// What each kind is called, and what a device is called whose name the browser hides.
const KINDS = {
  audioinput: ["audio_in", "microphone"],
  audiooutput: ["audio_out", "speaker"],
  videoinput: ["video", "camera"],
};

/** The devices as they were listed last: `{audioinput, audiooutput, videoinput}` of `{id, kind, label}`. */
export let lists = { audioinput: [], audiooutput: [], videoinput: [] };

/**
 * Functions that hear of other lists: `(change, lists)` with `change` as `onDeviceChange` has it.
 */
export const watchers = new Set();

let listening = false;
let asked = 0;
let listed = 0;

/** Lists the devices, now and whenever the browser says that there are others. */
export async function refreshDevices() {
  const devices = mediaDevices();
  if (!listening) {
    listening = true;
    devices.addEventListener?.("devicechange", () => refreshDevices().catch(() => {}));
  }
  const turn = ++asked;
  const now = await listDevices(devices);
  // A newer list has come before this one.
  if (turn < listed) return;
  const before = lists;
  const isFirst = !listed;
  listed = turn;
  lists = now;
  // Safari says so whenever a page opens a microphone.
  if (isFirst || JSON.stringify(now) === JSON.stringify(before)) return;
  const change = { kind: "list", added: lacking(before, now), removed: lacking(now, before) };
  watchers.forEach((watcher) => watcher(change, now));
}

// What of `other` isn't in `lists`. Without permission a browser hides the ids, and nobody knows.
function lacking(lists, other) {
  const lacks = (kind) => {
    const ids = lists[kind].map(({ id }) => id);
    return ids.includes("") ? [] : other[kind].filter(({ id }) => id && !ids.includes(id));
  };
  return Object.keys(lists).flatMap(lacks);
}

async function listDevices(devices) {
  const lists = { audioinput: [], audiooutput: [], videoinput: [] };
  for (const { kind, deviceId, label } of await devices.enumerateDevices()) {
    const [name, word] = KINDS[kind];
    const list = lists[kind];
    list.push({ id: deviceId, kind: name, label: label || `${word} ${list.length + 1}` });
  }
  return lists;
}

// The sizes of a picture that pages ask about, in pixels.
const SIZES = [[160, 120], [320, 180], [320, 240], [640, 360], [640, 480], [1280, 720], [1920, 1080]];

/** What `onResCheck` hears: which of the sizes a camera has, and the largest. It opens the camera. */
export async function cameraSizes(id) {
  let most = {};
  try {
    const video = { ...chosen(id), width: { ideal: 1920 }, height: { ideal: 1080 } };
    const stream = await mediaDevices().getUserMedia({ video });
    most = stream.getVideoTracks()[0].getSettings();
    stop(stream.getTracks());
  } catch {
    // A camera that cannot be opened has none of them.
  }
  const validRes = SIZES.filter(([width, height]) => width <= most.width && height <= most.height);
  return { validRes, bestResSupported: validRes[validRes.length - 1] ?? [0, 0] };
}

/** Asks for the microphone and the camera, or the microphone alone; says whether one was granted. */
export async function askPermission() {
  for (const constraints of [{ audio: true, video: true }, { audio: true }]) {
    try {
      stop((await mediaDevices().getUserMedia(constraints)).getTracks());
      return true;
    } catch {
      // Without a camera the microphone may still be there.
    }
  }
  return false;
}
