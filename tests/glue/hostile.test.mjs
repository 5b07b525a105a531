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
    assert.match(shown, /authenticating|connecting/);
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
    sessid: "theirs",
    autoReconnect: false,
    passwd: "theirs",
  };
  t.after(() => Object.keys(added).forEach((name) => delete Object.prototype[name]));
  for (const [name, value] of Object.entries(added)) {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true, enumerable: false });
  }
  const { passwd, WebSocket, ...rest } = given();
  const verto = new Verto();
  verto.connect({ ...rest, WebSocket });
  await turn();
  assert.equal(hostile.sockets.length, 0);
  assert.notEqual(verto.sessid, "theirs");
  // A token alone: the word that goes with it is the specification's, and not theirs.
  const [login] = WebSocket.sockets[0].sent.map((text) => JSON.parse(text).params);
  assert.equal(login.passwd, "password");
  // After two failures the fallback address would be next; there is none.
  for (let failures = 0; failures < 4; failures++) {
    WebSocket.sockets.at(-1).onclose?.({ code: 1006 });
    dispatchEvent?.(new Event("online"));
    await turn();
  }
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
