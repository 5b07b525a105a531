// Where calls are heard and seen: the page's elements and our own.
import { safely } from "../host/page-code.js";
import { failure } from "../sdk/error.js";
import { watchers } from "./devices.js";
import { trouble } from "./stream.js";

// The calls that play in each of the page's elements, the newest last.
const users = new WeakMap();
const usersOf = (element) => users.get(element) ?? [];
// Not by `at`, which Chromium has from 92 on.
const newest = (element) => usersOf(element).slice(-1)[0];

// Elements whose sound the browser refuses until the page's next click.
const blocked = new Set();

/** Plays what the browser refused before; to be called in a click. */
export function resumeAudio() {
  // Not by spreading it, which some bundlers' loose mode does to arrays alone.
  const starts = [];
  blocked.forEach((element) => starts.push(start(element)));
  return Promise.all(starts);
}

/** Forgets an element that need not be heard any more. */
export function unblock(element) {
  blocked.delete(element);
}

/** Plays an element; says whether the browser lets it. */
export async function start(element) {
  try {
    await element.play?.();
    unblock(element);
  } catch (error) {
    // AbortError: another stream has taken this one's place.
    if (error.name !== "NotAllowedError") return true;
    blocked.add(element);
    return false;
  }
  return true;
}

/** Takes a stream out of an element, unless another has taken its place. */
export function clear(element, stream) {
  if (!element || element.srcObject !== stream) return;
  unblock(element);
  safely(() => {
    element.pause?.();
    element.srcObject = null;
  });
}

/** Lets an element play on the output device that `sink()` gives, at last; `undefined` leaves it as it is. */
export async function route(element, sink) {
  // Of two that are under way the browser may end with the older one.
  for (let set = element.sinkId; sink() !== undefined && set !== sink(); ) {
    if (!element.setSinkId) throw failure("unsupported", "this browser chooses the output device itself");
    await element.setSinkId((set = sink()));
  }
}

/**
 * The element that a page means by its id, itself, or a function that gives either; `null` without
 * one. `made` says whether a function has made one of this id for the call, to be removed after it.
 */
export function elementOf(tag) {
  const meant = typeof tag === "function" ? safely(tag) : tag;
  const isId = typeof meant === "string";
  const element = isId ? document.getElementById(meant) : meant;
  return { element: element?.srcObject === undefined ? null : element, made: isId && meant !== tag };
}

/**
 * Plays a call's remote stream. Of several calls with one element the newest has it, and the others
 * are heard by elements of our own; when that one ends, the one before gets the element back.
 */
export class Player {
  #shared;
  #sink;
  #page;
  #own = null;
  #stream = null;

  /** `shared` is the page's element, if there is one; `sink` the output device, if one is chosen. */
  constructor(shared, sink, page) {
    this.#shared = shared;
    this.#sink = sink;
    this.#page = page;
    watchers.add(this.#devicesChanged);
  }

  get #element() {
    const shared = this.#shared;
    if (newest(shared) === this) return shared;
    return (this.#own ??= Object.assign(new Audio(), { muted: shared?.muted ?? false, volume: shared?.volume ?? 1 }));
  }

  play(stream) {
    const shared = this.#shared;
    this.#stream = stream;
    if (shared && !usersOf(shared).includes(this)) {
      const before = newest(shared);
      users.set(shared, [...usersOf(shared), this]);
      before?.show();
    }
    this.show();
  }

  /** Shows the stream where it belongs now. */
  async show() {
    const element = this.#element;
    const stream = this.#stream;
    if (element === this.#shared) clear(this.#own, this.#own?.srcObject);
    element.srcObject = stream;
    try {
      await this.#route(element);
    } catch (error) {
      this.#page.warn(`the chosen output device cannot be used (${error.message}): the usual one plays`);
    }
    // It may have ended meanwhile.
    if (element.srcObject === stream && !(await start(element))) this.#page.playbackBlocked(element);
  }

  /**
   * Uses an output device from now on; it rejects, and the one before goes on, where that cannot be: of
   * two wishes the newer counts.
   */
  async sink(id) {
    const before = this.#sink;
    this.#sink = id;
    try {
      if (this.#stream) await this.#route(this.#element);
    } catch (error) {
      if (this.#sink === id) this.#sink = before;
      throw trouble(error);
    }
    if (this.#sink !== id) throw failure("aborted", "another output device was chosen since");
  }

  #route(element) {
    return route(element, () => this.#sink);
  }

  #devicesChanged = ({ removed }) => {
    const from = removed.find(({ kind, id }) => kind === "audio_out" && id === this.#sink);
    if (!from) return;
    this.sink("").catch(() => {});
    this.#page.deviceChange({ kind: "speaker", from, to: null });
  };

  end() {
    const shared = this.#shared;
    const had = newest(shared) === this;
    watchers.delete(this.#devicesChanged);
    if (shared) users.set(shared, usersOf(shared).filter((one) => one !== this));
    clear(shared, this.#stream);
    clear(this.#own, this.#own?.srcObject);
    this.#stream = null;
    if (had) newest(shared)?.show();
  }
}
