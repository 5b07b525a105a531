// A stand-in for WebSocket, with a server behind it that accepts every login, grants every channel
// and answers every request. It notes what was sent to it.

/** Resolves when every microtask that is due has run. */
export const turn = () => new Promise((resolve) => setImmediate(resolve));

/** What a page connects with to a stand-in of its own; its log goes nowhere. */
export const connectOptions = (others) => ({
  socketUrl: "wss://pbx.example/ws",
  login: "1001@xswitch.cn",
  passwd: "1234",
  keepAlive: false,
  logger: {},
  WebSocket: standIn(),
  ...others,
});

/** A class for the option `WebSocket`. Its `sockets` are those that were made of it, oldest first. */
export function standIn() {
  const sockets = [];
  class WebSocket {
    static sockets = sockets;
    readyState = 0;
    sent = [];

    constructor(url) {
      this.url = url;
      sockets.push(this);
      queueMicrotask(() => {
        this.readyState = 1;
        this.onopen?.({});
      });
    }

    send(text) {
      this.sent.push(text);
      queueMicrotask(() => this.onmessage?.({ data: JSON.stringify(answer(JSON.parse(text))) }));
    }

    close() {
      this.readyState = 3;
    }
  }
  return WebSocket;
}

function answer({ id, method, params }) {
  return { jsonrpc: "2.0", id, result: result(method, params) };
}

function result(method, params) {
  if (method === "verto.subscribe") return { subscribedChannels: [params.eventChannel].flat() };
  if (method === "jsapi") return { code: 200, message: "OK" };
  return { method };
}
