// What the core needs of the browser: sockets, the way of a frame from a socket to the core and of
// an event to its handlers, and what wakes a page.
import { words } from "../sdk/check.js";
import { safely } from "./page-code.js";

const nothing = () => {};

// A page that is being left loses its sockets after `beforeunload` and before `pagehide` (Firefox): that
// is no outage, and whoever told the page of one would alert or redirect a page that is going. If it stays
// after all, which no event tells, this many ms later it is one.
const LEAVE = "beforeunload";
const STAYS_AFTER = 5_000;

// What tells that the network is back, or that the page may have slept: events of the window (or
// of the worker), and of the document where there is one. `pageshow` also comes when the page
// returns from the back-forward cache; `resume` follows when a tab was frozen.
const WAKE_UPS = [
  [() => globalThis, ["online", "pageshow", LEAVE]],
  [() => globalThis.document, ["visibilitychange", "resume"]],
];

let utf8;

/** The frame that a socket's message carries, parsed: it is text, or bytes that are UTF-8. */
function parse(data) {
  if (typeof data === "string") return JSON.parse(data);
  utf8 ??= new TextDecoder("utf-8", { fatal: true });
  return JSON.parse(utf8.decode(data));
}

/** The id under which the core knows a speed test. */
const SPEED_TEST = 0xffffffff;

/** The close code of a connection that the client ends (FreeSWITCH, transcript s10). */
const NORMAL = 1000;

/** How many routes are remembered: enough for every agent of a large switch. */
const MOST_ROUTES = 20_000;

// In a route this stands for a `subscribedChannel` that is the event's own channel, as it nearly
// always is. That is found out by comparing two strings of the frame at hand, which is faster than
// to compare one of them with a string that was stored long ago.
const SAME = {};
const NONE = [];
// An object of which every member is inherited: from Object.prototype, to which somebody hostile may
// have added what a frame lacks. Then the core looks at each frame, which takes own members alone.
const NOTHING = {};

/**
 * The base of Host, which adds what belongs to one page: the `core`, the class for sockets as
 * `WebSocket`, `registration(serno)`, and `hear(listener, params)`, which calls a handler. A
 * registration has its `listener` until it ends.
 */
export class Sockets {
  // Who gets an event. A route is found by the event's eventChannel and then by its
  // subscribedChannel, in a chain of `next` that is nearly always one route long. So an event costs
  // no copy of a string and no search. With 10,000 channels the time is spent on objects that are
  // in no cache of the processor. So a route has the first `listener` itself, without its
  // registration and without an array of all, which is 3 to 7 % faster.
  #routes = new Map();
  #version;
  #count = 0;
  // While the page may be being left: what is to be told of its sockets if it stays.
  #held = null;
  // The speed test whose frames come down.
  #test = {};
  #woke = (event) => {
    if (event.type === LEAVE) {
      this.#held ??= [];
      setTimeout(() => this.#stay(), STAYS_AFTER);
    } else if (event.target?.hidden !== true) {
      this.#stay();
      this.core?.woke();
    }
  };

  /**
   * Opens a socket, the core's number `id`, and tells the core what it says. Where it cannot be
   * opened, what this throws is the message for the page.
   */
  socket(id, url) {
    const { core } = this;
    try {
      const socket = new this.WebSocket(url);
      socket.binaryType = "arraybuffer";
      socket.onopen = () => core.opened(id);
      socket.onmessage = (event) => this.#receive(core, id, event);
      socket.onclose = ({ code }) => {
        const tell = () => core.closed(id, code);
        if (this.#held) this.#held.push(tell);
        else tell();
      };
      // The npm package `ws` ends the process if nobody listens for errors.
      socket.onerror = nothing;
      return socket;
    } catch (thrown) {
      // These two are about the address, which the browser's own words quote.
      throw /^(Syntax|Security)Error$/.test(thrown?.name)
        ? "socketUrl cannot be used: the browser refuses it, as it does ws: on an https: page, or a blocked port"
        : `the class WebSocket cannot be used: ${words(thrown).split(url).join("socketUrl")}`;
    }
  }

  /**
   * Writes a text frame. If the socket is closing, the frame is lost; the `close` event that follows
   * then fails the request. What a WebSocket class of the page's throws is the page's own error.
   */
  send(socket, text) {
    safely(() => {
      socket.send(text);
      if (text[0] !== "#") return;
      // A speed test, `#SPU <bytes>`: so many bytes follow.
      const frame = "#SPB".padEnd(1024, ".");
      for (let left = text.slice(4); left > 0; left -= 1024) socket.send(frame);
      socket.send("#SPE");
    });
  }

  #stay() {
    const held = this.#held ?? NONE;
    this.#held = null;
    for (const tell of held) tell();
  }

  /** Closes a socket and stops listening to it. A WebSocket class of the page's may throw at either. */
  close(socket) {
    const hush = () => {
      socket.onopen = socket.onmessage = socket.onclose = null;
    };
    for (const step of [hush, () => socket.close(NORMAL)]) {
      try {
        step();
      } catch {
        // The core ignores what any but its newest socket says, so nothing more is needed.
      }
    }
  }

  #receive(core, id, event) {
    let frame;
    try {
      frame = parse(event.data);
    } catch {
      if (!this.#speedTest(core, id, event)) core.garbage(id);
      return;
    }
    const foreign = NOTHING.method ?? NOTHING.params ?? NOTHING.eventChannel ?? NOTHING.subscribedChannel;
    if (frame?.method === "verto.event" && foreign === undefined) {
      const params = frame.params;
      const route = this.#route(params?.eventChannel, params?.subscribedChannel);
      if (route) {
        const eventSerno = typeof params.eventSerno === "number" ? params.eventSerno : -1;
        if (core.event(id, this.#version, route.counter, eventSerno)) {
          // The core has just confirmed that no registration of the route has ended. The handlers
          // before the others may end those, but nothing runs before the first.
          this.hear(route.listener, params);
          for (const one of route.others) this.deliver(one, params);
          core.tell();
          return;
        }
      }
    }
    core.frame(id, frame);
  }

  // Takes a frame of a speed test, if this is one: `#SPU <ms>` ends what went up, which took the
  // server so long to get; ten times as many bytes come down in frames of `#SPB`; `#SPD` ends that
  // (FreeSWITCH, transcript s09).
  #speedTest(core, id, event) {
    const { data } = event;
    const [, kind, ms] = /^#SP([UBD]) ?(\d*)/.exec(data) ?? [];
    const test = this.#test;
    const now = Date.now();
    if (kind === "U") this.#test = { upDur: Number(ms), began: now, bytes: 0 };
    else if (kind === "B") test.bytes += data.length;
    else if (kind === "D") {
      const { upDur, bytes } = test;
      const downDur = now - test.began;
      // 1 ms is the least that can be told.
      const kps = (bytes, ms) => Math.round(bytes / 128 / (Math.max(ms, 1) / 1000));
      const result = { event, upDur, downDur, upKPS: kps(bytes / 10, upDur), downKPS: kps(bytes, downDur) };
      core.frame(id, { id: SPEED_TEST, result });
    }
    return kind;
  }

  /**
   * The core found the registrations `sernos` for an event. They hear it, and the route is
   * remembered, so that #receive() can deliver the next event like it without the core's search.
   * Routes that were learned at another `version` are void. By `counter` the core finds where it
   * counts the events of this route.
   */
  event(sernos, params, version, counter) {
    if (version !== this.#version || this.#count >= MOST_ROUTES) this.forget();
    this.#version = version;
    const registrations = [];
    for (let at = 0; at < sernos.length; at++) registrations[at] = this.registration(sernos[at]);
    const { eventChannel, subscribedChannel } = params;
    const listener = registrations[0]?.listener;
    // The core takes a subscribedChannel that is no string for none, so any primitive value may
    // identify a route. An object may not: each frame has another one.
    const isKey = Object(subscribedChannel) !== subscribedChannel;
    if (listener && isKey && !this.#route(eventChannel, subscribedChannel)) {
      const subscribed = subscribedChannel === eventChannel ? SAME : subscribedChannel;
      const next = this.#routes.get(eventChannel);
      const others = registrations[1] ? registrations.slice(1) : NONE;
      this.#routes.set(eventChannel, { subscribed, counter, listener, others, next });
      this.#count++;
    }
    for (const one of registrations) this.deliver(one, params);
  }

  /**
   * Calls a registration's handler, unless the registration has ended: an earlier handler of the
   * same event may have unsubscribed it.
   */
  deliver(registration, params) {
    if (registration?.listener) this.hear(registration.listener, params);
  }

  /** Forgets all routes, and so every registration. */
  forget() {
    this.#routes.clear();
    this.#count = 0;
  }

  #route(channel, subscribed) {
    if (subscribed === channel) subscribed = SAME;
    let route = this.#routes.get(channel);
    while (route && route.subscribed !== subscribed) route = route.next;
    return route;
  }

  /** Begins or ends listening for what may have woken the page. */
  listen(on) {
    for (const [place, events] of WAKE_UPS) {
      const target = place();
      const act = on ? target?.addEventListener : target?.removeEventListener;
      // A page may have replaced these functions.
      for (const event of events) safely(() => act?.call(target, event, this.#woke));
    }
  }
}
