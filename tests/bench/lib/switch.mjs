// The least that the libraries need of a switch, on a real socket: it lets them log in and
// subscribe, floods them with events, and drops them.
import { createRequire } from "node:module";

const { Sender, WebSocketServer } = createRequire(import.meta.url)("ws");

const FRAME = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: true };

export class Switch {
  /** Connections by the last part of the path to which they were made. */
  #groups = new Map();
  /** Who waits for a group's next login or subscription. */
  #waiting = new Map();

  constructor(server) {
    const sockets = new WebSocketServer({ server, perMessageDeflate: false });
    sockets.on("connection", (socket, request) => {
      const name = request.url.split("/").at(-1);
      const group = this.#group(name);
      group.add(socket);
      socket.on("message", (data) => this.#request(name, socket, JSON.parse(data)));
      socket.on("close", () => group.delete(socket));
      socket.on("error", () => {});
    });
  }

  #group(name) {
    if (!this.#groups.has(name)) this.#groups.set(name, new Set());
    return this.#groups.get(name);
  }

  #request(name, socket, { id, method, params }) {
    if (method === undefined) return;
    const reply = (members) => socket.send(JSON.stringify({ jsonrpc: "2.0", id, ...members }));
    const { sessid = "bench" } = params;
    switch (method) {
      case "login":
        // The reference client shows its credentials only when it is asked for them.
        if (!params.login) return reply({ error: { code: -32000, message: "Authentication Required" } });
        reply({ result: { message: "logged in", sessid } });
        break;
      case "verto.subscribe":
        socket.channel = [params.eventChannel].flat()[0];
        socket.serno = 0;
        reply({ result: { subscribedChannels: [params.eventChannel].flat(), sessid } });
        break;
      default:
        reply({ result: { code: 200, message: "OK", sessid } });
    }
    this.#waiting.get(`${name} ${method}`)?.();
  }

  /** Sends `count` events of `size` bytes to a group, each connection its share; gives the sum of their numbers. */
  flood(name, count, size) {
    const sockets = [...this.#group(name)];
    let sum = 0;
    const batches = sockets.map((socket) => {
      const frames = Array.from({ length: count / sockets.length }, () => {
        sum += socket.serno;
        return Sender.frame(Buffer.from(event(socket.channel, socket.serno++, size)), FRAME);
      });
      return Buffer.concat(frames.flat());
    });
    // Past the library's own sending, which would be slower than what is measured.
    for (const [index, socket] of sockets.entries()) socket._socket.write(batches[index]);
    return sum;
  }

  /** Cuts a group's connections; gives the ms until the group has made this request again. */
  drop(name, method) {
    const began = performance.now();
    return new Promise((resolve) => {
      const key = `${name} ${method}`;
      this.#waiting.set(key, () => {
        this.#waiting.delete(key);
        resolve(performance.now() - began);
      });
      for (const socket of this.#group(name)) socket.terminate();
    });
  }
}

function event(channel, eventSerno, size) {
  const data = { queue: "100000", agent: "1007", state: "READY", note: "" };
  const params = { eventChannel: channel, eventType: "AGENT_STATE", subscribedChannel: channel, data, eventSerno };
  const make = () => JSON.stringify({ jsonrpc: "2.0", id: 24, method: "verto.event", params });
  data.note = "x".repeat(Math.max(0, size - make().length));
  return make();
}
