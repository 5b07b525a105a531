// Where calls are heard and seen: the page's elements and our own.

// The calls that play in each of the page's elements, the newest last.
const users = new WeakMap();
// Not by `at`, which Chromium has from 92 on.
const newest = (list) => list?.[list.length - 1];

// Elements whose sound the browser refuses until the page's next click.
const blocked = new Set();

/** Plays what the browser refused before; to be called in a click. */
export function resumeAudio() {
  return Promise.all([...blocked].map((element) => start(element)));
}

async function start(element) {
  try {
    await element.play?.();
    blocked.delete(element);
  } catch (error) {
    // AbortError: another stream has taken this one's place.
    if (error.name === "NotAllowedError") blocked.add(element);
    return error.name !== "NotAllowedError";
  }
  return true;
}

/** Takes a stream out of an element, unless another has taken its place. */
export function clear(element, stream) {
  blocked.delete(element);
  if (!element || element.srcObject !== stream) return;
  element.pause?.();
  element.srcObject = null;
}

/**
 * The element that a page means by its id, itself, or a function that makes it; `null` without one.
 * `made` says whether a function made it.
 */
export function elementOf(tag) {
  const made = typeof tag === "function";
  const meant = made ? tag() : tag;
  const element = typeof meant === "string" ? document.getElementById(meant) : meant;
  return { element: element && "srcObject" in element ? element : null, made };
}

/**
 * Plays a call's remote stream. Of several calls with one element the newest has it, and the others
 * are heard by elements of our own; when that one ends, the one before gets the element back.
 */
export class Player {
  #shared;
  #own = null;
  #stream = null;
  #sink = undefined;
  #refused;

  /** `refused` is called where the browser won't play without a click. */
  constructor(shared, refused) {
    this.#shared = shared;
    this.#refused = refused;
  }

  get #element() {
    const list = this.#shared && users.get(this.#shared);
    if (newest(list) === this) return this.#shared;
    return (this.#own ??= Object.assign(new Audio(), {
      muted: this.#shared?.muted ?? false,
      volume: this.#shared?.volume ?? 1,
    }));
  }

  async play(stream) {
    this.#leave();
    this.#stream = stream;
    if (this.#shared) {
      const list = users.get(this.#shared) ?? [];
      users.set(this.#shared, [...list, this]);
      await Promise.all([newest(list)?.show(), this.show()]);
    } else await this.show();
  }

  /** Shows the stream where it belongs now. */
  async show() {
    const element = this.#element;
    if (element === this.#shared) clear(this.#own, this.#stream);
    element.srcObject = this.#stream;
    await this.#route(element).catch(() => {});
    if (!(await start(element))) this.#refused(element);
  }

  /** Uses an output device from now on; it rejects where there is no such device. */
  sink(id) {
    this.#sink = id;
    return this.#stream ? this.#route(this.#element) : Promise.resolve();
  }

  async #route(element) {
    if (this.#sink === undefined || element.sinkId === this.#sink) return;
    if (!element.setSinkId) throw new Error("this browser chooses the output device itself");
    await element.setSinkId(this.#sink);
  }

  end() {
    const before = this.#leave();
    clear(this.#shared, this.#stream);
    clear(this.#own, this.#stream);
    this.#stream = null;
    before?.show();
  }

  // Gives the shared element up; returns the call that has it then.
  #leave() {
    const list = this.#shared && users.get(this.#shared);
    if (!list?.includes(this)) return undefined;
    const had = newest(list) === this;
    const left = list.filter((one) => one !== this);
    users.set(this.#shared, left);
    return had ? newest(left) : undefined;
  }
}

/** The sound of a call that comes in, in an element of its own, so that it cuts off no other call. */
export class Ring {
  #element = null;

  start(file, refused) {
    const element = (this.#element = new Audio(file));
    element.loop = true;
    start(element).then((plays) => !plays && this.#element === element && refused(element));
  }

  stop() {
    const element = this.#element;
    this.#element = null;
    if (!element) return;
    blocked.delete(element);
    element.pause();
    element.removeAttribute("src");
    element.load();
  }
}
