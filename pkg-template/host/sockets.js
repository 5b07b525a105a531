// What a core needs of the browser: sockets, wake-ups, and a short way from a frame to it.

const nothing = () => {};

// On the window or the worker, and on the document, where there is one: the network is back, or
// the page may have slept. `pageshow` comes from the back-forward cache too; `resume` follows the
// freezing of a tab.
const WAKE_UPS = [
  [() => globalThis, ["online", "pageshow"]],
  [() => globalThis.document, ["visibilitychange", "resume"]],
];

let utf8;

/** The parsed frame that a socket's message carries: text, or bytes that are UTF-8. */
function parse(data) {
  if (typeof data === "string") return JSON.parse(data);
  utf8 ??= new TextDecoder("utf-8", { fatal: true });
  return JSON.parse(utf8.decode(data));
}

/** The close code of a connection that the client ends (FreeSWITCH, transcript s10). */
const NORMAL = 1000;

/** Enough for every agent of a large switch. */
const MOST_ROUTES = 20_000;

// Stands for a `subscribedChannel` that is the event's own channel, as it nearly always is: two
// strings that are at hand are compared, and not one of them with a string of long ago.
const SAME = {};
const NONE = [];

/**
 * Whoever extends it has the `core`, the class for sockets as `WebSocket`, and each `registration`,
 * whose `listener` can `hear` an event while it has one.
 */
export class Sockets {
  // Who gets an event, by its eventChannel and then, in a chain that is nearly always one link
  // long, by its subscribedChannel: so an event costs no copy of a string, and no search. With
  // 10,000 channels what counts is how many objects it looks at, none of which is in the cache:
  // the first listener without its registration and their array is 3 to 7 % faster.
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
    // npm's `ws` ends a process in which nobody listens for errors.
    socket.onerror = nothing;
    return socket;
  }

  /** Closes a socket, and listens to it no more; a class of the page's may take that ill. */
  close(socket) {
    const hush = () => {
      socket.onopen = socket.onmessage = socket.onclose = null;
    };
    for (const step of [hush, () => socket.close(NORMAL)]) {
      try {
        step();
      } catch {
        // The core listens to none but the newest anyway.
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
    if (frame?.method === "verto.event") {
      const params = frame.params;
      const link = this.#link(params?.eventChannel, params?.subscribedChannel);
      if (link) {
        const serno = typeof params.eventSerno === "number" ? params.eventSerno : -1;
        if (core.event(id, this.#version, link.counter, serno)) {
          // Nothing can have ended the first since the core looked.
          this.hear(link.listener, params);
          for (const one of link.others) this.deliver(one, params);
          core.tell();
          return;
        }
      }
    }
    core.frame(id, frame);
  }

  /**
   * An event for the registrations `sernos`. Others like it may come by #receive's short way; what
   * was learned at another `version` is void. The `counter` is where the core counts them.
   */
  event(sernos, params, version, counter) {
    if (version !== this.#version || this.#count >= MOST_ROUTES) this.forget();
    this.#version = version;
    const registrations = Array.from(sernos, (serno) => this.registration(serno));
    const { eventChannel, subscribedChannel } = params;
    const listener = registrations[0]?.listener;
    // To the core any other value is as good as none, but an object is like no other.
    const isKey = Object(subscribedChannel) !== subscribedChannel;
    if (listener && isKey && !this.#link(eventChannel, subscribedChannel)) {
      const subscribed = subscribedChannel === eventChannel ? SAME : subscribedChannel;
      const next = this.#routes.get(eventChannel);
      const others = registrations[1] ? registrations.slice(1) : NONE;
      this.#routes.set(eventChannel, { subscribed, counter, listener, others, next });
      this.#count++;
    }
    for (const one of registrations) this.deliver(one, params);
  }

  /** An earlier handler of the same event may have ended it. */
  deliver(registration, params) {
    if (registration?.listener) this.hear(registration.listener, params);
  }

  /** Holds no registration any more. */
  forget() {
    this.#routes.clear();
    this.#count = 0;
  }

  #link(channel, subscribed) {
    if (subscribed === channel) subscribed = SAME;
    let link = this.#routes.get(channel);
    while (link && link.subscribed !== subscribed) link = link.next;
    return link;
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
