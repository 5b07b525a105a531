// What the core needs of the browser: sockets, the way of a frame from a socket to the core and of
// an event to its handlers, and what wakes a page.

const nothing = () => {};

// What tells that the network is back, or that the page may have slept: events of the window (or
// of the worker), and of the document where there is one. `pageshow` also comes when the page
// returns from the back-forward cache; `resume` follows when a tab was frozen.
const WAKE_UPS = [
  [() => globalThis, ["online", "pageshow"]],
  [() => globalThis.document, ["visibilitychange", "resume"]],
];

let utf8;

/** The frame that a socket's message carries, parsed: it is text, or bytes that are UTF-8. */
function parse(data) {
  if (typeof data === "string") return JSON.parse(data);
  utf8 ??= new TextDecoder("utf-8", { fatal: true });
  return JSON.parse(utf8.decode(data));
}

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
  #woke = (event) => {
    if (event.target?.hidden !== true) this.core?.woke();
  };

  /** Opens a socket, the core's number `id`, and tells the core what it says. */
  socket(id, url) {
    const { core } = this;
    const socket = new this.WebSocket(url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => core.opened(id);
    socket.onmessage = ({ data }) => this.#receive(core, id, data);
    socket.onclose = ({ code }) => core.closed(id, code);
    // The npm package `ws` ends the process if nobody listens for errors.
    socket.onerror = nothing;
    return socket;
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

  #receive(core, id, data) {
    let frame;
    try {
      frame = parse(data);
    } catch {
      core.garbage(id);
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

  /**
   * The core found the registrations `sernos` for an event. They hear it, and the route is
   * remembered, so that #receive() can deliver the next event like it without the core's search.
   * Routes that were learned at another `version` are void. By `counter` the core finds where it
   * counts the events of this route.
   */
  event(sernos, params, version, counter) {
    if (version !== this.#version || this.#count >= MOST_ROUTES) this.forget();
    this.#version = version;
    const registrations = Array.from(sernos, (serno) => this.registration(serno));
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
      for (const event of events) act?.call(target, event, this.#woke);
    }
  }
}
