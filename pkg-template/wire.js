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

/** Whoever extends it has the `core`, and the class for sockets as `WebSocket`. */
export class Wire {
  // The core's numbers for who gets an event, by its eventChannel and then, in a chain that is
  // nearly always one link long, by its subscribedChannel: so an event costs no copy of a string,
  // and no search.
  #routes = new Map();
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
        if (core.event(id, link.route, serno, params)) return;
      }
    }
    core.frame(id, frame);
  }

  /** Events on `channel` with this `subscribedChannel` go by `route`; `first`: no older is good. */
  learn(channel, subscribed, route, first) {
    if (first) this.#routes.clear();
    const known = this.#link(channel, subscribed);
    if (known) known.route = route;
    else this.#routes.set(channel, { subscribed, route, next: this.#routes.get(channel) });
  }

  #link(channel, subscribed) {
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
