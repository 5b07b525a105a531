// The devices of the page's computer, as pages list them.
import { chosen, mediaDevices, stop } from "./stream.js";

// What each kind is called, and what a device is called whose name the browser hides.
const KINDS = {
  audioinput: ["audio_in", "microphone"],
  audiooutput: ["audio_out", "speaker"],
  videoinput: ["video", "camera"],
};

/** The lists `{audioinput, audiooutput, videoinput}` of `{id, kind, label}`. */
export async function listDevices() {
  const lists = { audioinput: [], audiooutput: [], videoinput: [] };
  for (const { kind, deviceId, label } of await mediaDevices().enumerateDevices()) {
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
    stop(stream);
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
      stop(await mediaDevices().getUserMedia(constraints));
      return true;
    } catch {
      // Without a camera the microphone may still be there.
    }
  }
  return false;
}
