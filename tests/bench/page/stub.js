// A WebSocket without a network. It answers what every library needs to be ready; the rest is
// the workload's, which takes what was sent and delivers what is to be measured.
(function () {
  "use strict";

  const READY_MS = 0;

  class StubSocket extends EventTarget {
    static CONNECTING = 0;
    static OPEN = 1;
    static CLOSING = 2;
    static CLOSED = 3;
    /** The sockets that were made, oldest first. */
    static all = [];
    /** Takes each request but those for being ready. */
    static sent = () => {};

    readyState = 0;
    binaryType = "blob";
    bufferedAmount = 0;
    onopen = null;
    onmessage = null;
    onclose = null;
    onerror = null;

    constructor(url) {
      super();
      this.url = url;
      StubSocket.all.push(this);
      setTimeout(() => {
        this.readyState = 1;
        this.#tell("open", new Event("open"));
      }, READY_MS);
    }

    send(text) {
      const answer = readyAnswer(text);
      if (answer) setTimeout(() => this.#tell("message", new MessageEvent("message", { data: answer })));
      else StubSocket.sent(text, this);
    }

    close() {
      this.readyState = 3;
    }

    /** What a frame is given to: the library's own listener. */
    get listener() {
      return this.onmessage ?? ((event) => this.dispatchEvent(event));
    }

    #tell(type, event) {
      this[`on${type}`]?.(event);
      this.dispatchEvent(event);
    }
  }

  /** The answer to a request that precedes the measuring. */
  function readyAnswer(text) {
    if (!/"method":"(login|verto\.(subscribe|ping))"/.test(text)) return null;
    const { id, method, params } = JSON.parse(text);
    const { sessid = "bench" } = params;
    const reply = (members) => JSON.stringify({ jsonrpc: "2.0", id, ...members });
    switch (method) {
      case "login":
        // The reference client shows its credentials only when it is asked for them.
        if (!params.login) return reply({ error: { code: -32000, message: "Authentication Required" } });
        return reply({ result: { message: "logged in", sessid } });
      case "verto.subscribe":
        return reply({ result: { subscribedChannels: [params.eventChannel].flat(), sessid } });
      default:
        return reply({ result: { message: "PONG", sessid } });
    }
  }

  /** Puts what was made for a sample where collecting the sample's own garbage won't touch it. */
  globalThis.settle = () => {
    // Chromium's, with --expose-gc; an object moves on when it has survived two.
    for (let i = 0; i < 2; i++) globalThis.gc?.({ type: "minor" });
  };
  globalThis.StubSocket = StubSocket;
  globalThis.WebSocket = StubSocket;
})();
