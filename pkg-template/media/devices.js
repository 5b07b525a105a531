// The devices of the page's computer, as pages list them.
import { mediaDevices, stop } from "./stream.js";

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
