// If the page's own functions throw, that stops nothing; nor does it if the functions throw to which
// such an error is reported.
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { PKG } from "../e2e/lib/sim.mjs";
import { standIn, turn } from "./sockets.mjs";

const { Verto } = await import(pathToFileURL(join(PKG, "index.mjs")));
const { reportError, setTimeout } = globalThis;

afterEach(() => Object.assign(globalThis, { reportError, setTimeout }));

const broken = () => {
  throw new Error("the page's own is broken");
};

/**
 * Runs a whole session in which every function of the page's throws. Returns the names of the
 * functions that were called.
 */
async function live() {
  const seen = [];
  const notes = (name) => (...args) => {
    seen.push(name);
    broken(args);
  };
  const WebSocket = standIn();
  const logger = { debug: notes("debug"), warn: notes("warn"), error: notes("error") };
  const callbacks = {};
  for (const name of ["onWSLogin", "onWSClose", "onMessage", "onEvent", "onStateChange", "onSubscribeError", "onGap"]) {
    callbacks[name] = notes(name);
  }
  const verto = new Verto();
  const options = { socketUrl: "wss://pbx.example/ws", login: "1001@xswitch.cn", passwd: "1234" };
  await verto.connect({ ...options, keepAlive: false, debug: true, logger, WebSocket }, callbacks);
  const handler = notes("handler");
  verto.subscribe("vcc", { handler, readyHandler: notes("readyHandler") });
  await turn();
  const [socket] = WebSocket.sockets;
  const receive = (frame) => socket.onmessage({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
  const event = (eventSerno) => ({
    method: "verto.event",
    params: { eventChannel: "vcc", subscribedChannel: "vcc", eventSerno },
  });
  // For the first event the core searches the handlers, for the second the route is known.
  for (const serno of [0, 1, 2, 4]) receive(event(serno));
  receive("not JSON");
  receive({ method: "verto.info", params: { msg: {} } });
  await verto.sendMethod("echo", {}, notes("success_cb"));
  await assert.rejects(verto.sendMethod("", {}, null, notes("failed_cb")));
  await turn();
  const made = verto.sendMethod("echo");
  verto.logout();
  await assert.rejects(made);
  await turn();
  assert.equal(verto.state, "closed");
  return seen;
}

const EXPECTED = [
  "onStateChange", "onStateChange", "onStateChange", "onWSLogin", "readyHandler",
  "handler", "handler", "handler", "onGap", "handler", "debug", "onMessage",
  "success_cb", "failed_cb", "onStateChange", "onWSClose",
];

test("callbacks and loggers", async () => {
  const reported = [];
  globalThis.reportError = (error) => reported.push(error.message);
  const seen = await live();
  assert.deepEqual(seen, EXPECTED);
  assert.equal(reported.length, seen.length);
});

test("the page's reportError", async () => {
  globalThis.reportError = broken;
  assert.deepEqual(await live(), EXPECTED);
});

test("the page's setTimeout, where there is no reportError", async () => {
  globalThis.reportError = undefined;
  globalThis.setTimeout = (run, ms) => (ms === undefined ? broken() : setTimeout(run, ms));
  assert.deepEqual(await live(), EXPECTED);
});

test("a WebSocket class whose handlers cannot be taken away", async () => {
  const Plain = standIn();
  const closes = [];
  class Binding extends Plain {
    constructor(url) {
      super(url);
      for (const name of ["onopen", "onmessage", "onclose"]) {
        let bound = null;
        Object.defineProperty(this, name, { get: () => bound, set: (handler) => (bound = handler.bind(this)) });
      }
    }

    close(code) {
      closes.push(code);
      broken();
    }
  }
  const verto = new Verto();
  const options = { socketUrl: "wss://pbx.example/ws", login: "1001@xswitch.cn", passwd: "1234" };
  await verto.connect({ ...options, keepAlive: false, WebSocket: Binding });
  verto.logout();
  assert.equal(verto.state, "closed");
  assert.deepEqual(closes, [1000]);
  await verto.connect();
  assert.deepEqual(await verto.sendMethod("echo"), { method: "echo" });
  verto.logout();
  assert.deepEqual(closes, [1000, 1000]);
});
