// What says that somebody is called: the ring of a call that comes in, and the caller's ring-back tone.
import { safely } from "../host/page-code.js";
import { elementOf, route, start, unblock } from "./player.js";

// How many calls sound by each element.
const sounding = new WeakMap();

// Our own element. It stays the same, since a browser that asks for a gesture asks for each element.
let own = null;

function idle() {
  own ??= new Audio();
  return sounding.get(own) ? new Audio() : own;
}

/** A sound of a call, in the page's element for it or in one of our own, so that it cuts off no other call. */
export class Ring {
  #element = null;

  /**
   * Plays `file` on the output device `sink`. Without a file the page's element `given` sounds by its
   * own.
   */
  async start(given, file, sink, page) {
    if (sink === "none" || !(given || file)) return;
    // The page may have one element for everything: while that plays a call it doesn't ring.
    const element = (this.#element = given && !given.srcObject ? given : idle());
    sounding.set(element, (sounding.get(element) ?? 0) + 1);
    if (file) element.src = file;
    element.loop = true;
    // Where nothing is chosen the page's element stays as it is, and ours may be on another call's device.
    const wanted = sink === "any" ? "" : sink ?? (element === own && element.sinkId ? "" : element.sinkId);
    if (element.sinkId !== wanted) {
      const usual = ({ message }) => {
        page.warn(`the chosen output device cannot be used (${message}): the usual one rings`);
        return element.setSinkId?.("");
      };
      await route(element, () => wanted).catch(usual).catch(() => {});
    }
    if (this.#element === element && !(await start(element)) && this.#element === element) page.playbackBlocked(element);
  }

  stop() {
    const element = this.#element;
    this.#element = null;
    if (!element) return;
    sounding.set(element, sounding.get(element) - 1);
    // It rings on for another call, or another call is heard in it.
    if (sounding.get(element) || element.srcObject) return;
    unblock(element);
    safely(() => element.pause());
  }
}

// What makes a browser take the page for one that its user has touched (HTML: user activation).
const GESTURES = ["pointerdown", "pointerup", "touchend", "keydown"];

/**
 * Plays the ring in the page's next gesture, unheard and for a moment, so that the browser lets it be
 * heard when a call comes in. `get` gives the page's options. Returns what ends the wait for a gesture.
 */
export function prime(get) {
  const listen = (method) => GESTURES.forEach((type) => globalThis[method]?.(type, play, true));
  const end = () => listen("removeEventListener");
  const tag = get("ringer_tag");
  // A function makes its element for a call.
  if ((tag || get("ringFile")) && typeof tag !== "function") listen("addEventListener");
  return end;

  async function play() {
    const element = elementOf(tag).element ?? idle();
    if (sounding.get(element) || element.srcObject || !element.paused) return;
    const { muted } = element;
    const file = get("ringFile");
    if (file) element.src = file;
    element.muted = true;
    try {
      await element.play();
      end();
    } catch {
      // The next gesture may do.
    }
    // Somebody may call by now.
    if (!sounding.get(element)) element.pause();
    element.muted = muted;
  }
}
