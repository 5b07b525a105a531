// A page in hostile hands: what an instance shows of itself, and members that somebody added to
// Object.prototype.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { PKG } from "../e2e/lib/sim.mjs";
import { standIn, turn } from "./sockets.mjs";

const { Verto } = await import(pathToFileURL(join(PKG, "index.mjs")));

const given = () => ({
  socketUrl: "wss://pbx.example/ws",
  login: "1001@xswitch.cn",
  passwd: "the password",
  loginParams: { xui_sessid: "the token" },
  keepAlive: false,
  WebSocket: standIn(),
});

test("an instance shows its state and no secret, in JSON and in Node.js", async () => {
  const verto = new Verto();
  verto.connect(given());
  await turn();
  for (const shown of [JSON.stringify(verto), JSON.stringify({ deep: [verto] }), inspect(verto), inspect([verto])]) {
    assert.match(shown, /ready/);
    assert.doesNotMatch(shown, /the password|the token/);
  }
  assert.equal(verto.options.passwd, "the password", "the page's own options read as before");
  verto.logout();
});

test("options are the page's own: nothing is taken from Object.prototype", async (t) => {
  const hostile = standIn();
  const added = {
    wsFallbackURL: "wss://evil.example/ws",
    WebSocket: hostile,
    autoReconnect: false,
    passwd: "theirs",
  };
  t.after(() => Object.keys(added).forEach((name) => delete Object.prototype[name]));
  for (const [name, value] of Object.entries(added)) {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true, enumerable: false });
  }
  // Node.js has no network that could come back; with this the page can be told that it has.
  const network = new EventTarget();
  for (const name of ["addEventListener", "removeEventListener"]) {
    globalThis[name] = network[name].bind(network);
    t.after(() => delete globalThis[name]);
  }
  const { passwd, WebSocket, ...rest } = given();
  const verto = new Verto();
  verto.connect({ ...rest, WebSocket });
  await turn();
  assert.equal(hostile.sockets.length, 0);
  // A token alone: the word that goes with it is the specification's, and not theirs.
  const [login] = WebSocket.sockets[0].sent.map((text) => JSON.parse(text).params);
  assert.equal(login.passwd, "password");
  // After two failures the fallback address would be next; there is none.
  for (let failures = 0; failures < 4; failures++) {
    WebSocket.sockets.at(-1).onclose?.({ code: 1006 });
    network.dispatchEvent(new Event("online"));
    await turn();
  }
  assert.equal(WebSocket.sockets.length, 5);
  for (const socket of WebSocket.sockets) assert.equal(socket.url, "wss://pbx.example/ws");
  verto.logout();
});

test("options that a class of the page's gives count", async () => {
  class Options {
    get socketUrl() {
      return "wss://pbx.example/ws";
    }
    get login() {
      return "1001@xswitch.cn";
    }
    get passwd() {
      return "the password";
    }
  }
  const WebSocket = standIn();
  const verto = new Verto();
  verto.connect(Object.assign(new Options(), { WebSocket, keepAlive: false }));
  await turn();
  assert.equal(WebSocket.sockets[0].url, "wss://pbx.example/ws");
  verto.logout();
});

test("a refusal that echoes the login holds no secret", async () => {
  const base = standIn();
  class WebSocket extends base {
    send(text) {
      const { id, params } = JSON.parse(text);
      const error = { code: -32001, message: `no: ${params.passwd}`, echo: { ...params, list: [params] } };
      queueMicrotask(() => this.onmessage?.({ data: JSON.stringify({ jsonrpc: "2.0", id, error }) }));
    }
  }
  for (const fresh of [false, true]) {
    const verto = new Verto();
    const { passwd, ...options } = given();
    const errors = [];
    const onWSLogin = (v, success, error) => errors.push(error);
    const asked = fresh ? () => Promise.resolve(passwd) : passwd;
    const promise = verto.connect({ ...options, passwd: asked, WebSocket }, { onWSLogin });
    errors.push(await promise.catch((error) => error));
    assert.equal(errors.length, 2);
    for (const error of errors) {
      assert.equal(error.kind, "auth");
      assert.equal(error.data.echo.login, "1001@xswitch.cn");
      assert.doesNotMatch(inspect(error) + JSON.stringify(error) + error.message, /the password|the token/);
    }
  }
});

test("fromServer leaves out what clients broadcast", async () => {
  const WebSocket = standIn();
  const verto = new Verto();
  await verto.connect({ ...given(), WebSocket });
  const heard = [];
  verto.subscribe("vcc", { fromServer: true, handler: (v, event) => heard.push(["server", event.data]) });
  verto.subscribe("vcc", { handler: (v, event) => heard.push(["all", event.data]) });
  await turn();
  const [socket] = WebSocket.sockets;
  const event = (data, more) => {
    const params = { eventChannel: "vcc", subscribedChannel: "vcc", data, ...more };
    socket.onmessage({ data: JSON.stringify({ jsonrpc: "2.0", method: "verto.event", params }) });
  };
  event(1);
  event(2, { userid: "1002@xswitch.cn" });
  event(3);
  event(4, { userid: "1002@xswitch.cn" });
  await turn();
  assert.deepEqual(heard, [["server", 1], ["all", 1], ["all", 2], ["server", 3], ["all", 3], ["all", 4]]);
  verto.logout();
});

test("frames have their own members alone: nothing is read from Object.prototype", async (t) => {
  const WebSocket = standIn();
  const verto = new Verto();
  const heard = [];
  await verto.connect({ ...given(), WebSocket });
  verto.subscribe("vcc", { handler: (v, event) => heard.push(event.data), fromServer: true });
  await turn();
  const { sessid } = verto;
  const [socket] = WebSocket.sockets;
  const event = (data, more) => {
    const params = { eventChannel: "vcc", data, ...more };
    socket.onmessage({ data: JSON.stringify({ jsonrpc: "2.0", method: "verto.event", params }) });
  };
  event(0);
  const added = {
    method: "verto.event",
    params: { eventChannel: "vcc", data: "forged" },
    error: { code: -32001, message: "forged" },
    sessid: "forged",
    subscribedChannel: "elsewhere",
    eventSerno: 7,
    userid: "1002@xswitch.cn",
    code: 404,
  };
  t.after(() => Object.keys(added).forEach((name) => delete Object.prototype[name]));
  for (const [name, value] of Object.entries(added)) {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true, enumerable: false });
  }
  for (const data of [1, 2, 3]) event(data);
  await turn();
  assert.deepEqual(heard, [0, 1, 2, 3]);
  // Replies are replies, and no failures.
  assert.deepEqual(await verto.sendMethod("echo", {}), { method: "echo" });
  await verto.connect();
  assert.notEqual(verto.sessid, "forged");
  assert.notEqual(verto.sessid, sessid, "a new connect");
  assert.equal(verto.state, "ready");
  verto.logout();
});

// Stores of state freeze what they are given, to its depth.
test("a call that comes in where dialogs is frozen stops nothing", async (t) => {
  const reported = [];
  globalThis.reportError = (error) => reported.push(error);
  t.after(() => delete globalThis.reportError);
  const verto = new Verto();
  const seen = [];
  const options = given();
  await verto.connect(options, {
    onDialogState: ({ callID, state }) => seen.push([callID, state.name]),
    onMessage: (_, dialog, { name }, data) => seen.push([name, data]),
  });
  Object.freeze(verto.dialogs);
  const [socket] = options.WebSocket.sockets;
  const server = (method, params) => socket.onmessage({ data: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }) });
  server("verto.invite", { callID: "c1", sdp: "v=0" });
  server("verto.info", { msg: "still there" });
  await turn();
  assert.deepEqual(seen, [["c1", "ringing"], ["info", "still there"]]);
  assert.equal(reported.length, 1);
  assert.ok(reported[0] instanceof TypeError, String(reported[0]));
  verto.logout();
});
