// The raw frames of this page's sockets, for the developer's drawer. The SDK has no hook for
// that, and needs none: it makes its sockets with the global `WebSocket`, so a subclass that is
// put there before the first connect() sees everything that goes in and out.
import { readFrame } from "./incoming.mjs";
import { mask } from "./mask.mjs";

/** How many frames are kept. */
const KEPT = 300;

/** `{number, socket, at, direction: "out" or "in", text, bytes}`, oldest first. */
export const frames = [];
let lastNumber = 0;
let lastSocket = 0;

function keep(socket, direction, data) {
  const text = typeof data === "string" ? mask(data) : `(${data.byteLength ?? data.size} bytes)`;
  const bytes = typeof data === "string" ? data.length : (data.byteLength ?? data.size);
  frames.push({ number: ++lastNumber, socket, at: performance.now(), time: Date.now(), direction, text, bytes });
  if (frames.length > KEPT) frames.shift();
}

class WatchedWebSocket extends WebSocket {
  #number = ++lastSocket;

  constructor(...args) {
    super(...args);
    this.addEventListener("message", ({ data }) => keep(this.#number, "in", data));
  }

  send(data) {
    keep(this.#number, "out", data);
    super.send(data);
  }
}

globalThis.WebSocket = WatchedWebSocket;

/** What `readFrame` makes of the frame; undefined if that is no JSON. Frames nobody looks at are never parsed. */
export function parsed(frame) {
  if (!("json" in frame)) {
    try {
      frame.json = readFrame(JSON.parse(frame.text));
    } catch {
      frame.json = undefined;
    }
  }
  return frame.json;
}

const isRequest = (json) => json?.method !== undefined;

/** The reply to a request of ours, or the request of a reply. Undefined if it is no longer kept. */
export function partner(frame) {
  const json = parsed(frame);
  if (json?.id === undefined || (frame.direction === "in" && isRequest(json))) return undefined;
  return frames.find((other) => {
    if (other.socket !== frame.socket || other.direction === frame.direction) return false;
    const candidate = parsed(other);
    return candidate?.id === json.id && isRequest(candidate) !== isRequest(json);
  });
}
