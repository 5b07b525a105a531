// Credentials that the page gives by functions: what the login frame then holds, and what follows
// when a function fails. When they are asked is tested in tests/browser.
import assert from "node:assert/strict";
import { join } from "node:path";
import { beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { PKG } from "../e2e/lib/sim.mjs";
import { standIn, turn } from "./sockets.mjs";

const { Verto } = await import(pathToFileURL(join(PKG, "index.mjs")));

// The browser reports here what the page's own code throws.
let reported;
beforeEach(() => {
  reported = [];
  globalThis.reportError = (error) => reported.push(error);
});

/** Connects with these credentials. Returns what was sent and told until nothing more happened. */
async function attempt(credentials) {
  const WebSocket = standIn();
  const given = { socketUrl: "wss://pbx.example/ws", login: "1001@xswitch.cn", keepAlive: false, WebSocket };
  const verto = new Verto();
  const told = [];
  const tell = (...all) => told.push(all.map((one) => JSON.stringify(one)).join(" "));
  const lines = [];
  const logger = { debug: (line) => lines.push(line), error: (line) => lines.push(line) };
  const onStateChange = (v, state, info) => tell(state, info, info.error?.message);
  const logins = [];
  const onWSLogin = (v, success, error) => logins.push([success, error?.kind, error?.message]);
  const callbacks = { onStateChange, onWSLogin };
  const promise = verto.connect({ ...given, ...credentials, debug: true, logger }, callbacks);
  promise.catch(tell);
  await turn();
  const { state } = verto;
  verto.logout();
  await turn();
  const [login] = WebSocket.sockets[0].sent.map((text) => JSON.parse(text).params);
  // The delay before the next attempt is random, and may be nearly none.
  const attempts = WebSocket.sockets.length;
  return { login, logins, lines, state, attempts, said: [...told, ...lines].join("\n") };
}

const later = (value) => new Promise((resolve) => queueMicrotask(() => resolve(value)));

for (const [name, credentials, passwd, loginParams] of [
  ["a string", { passwd: () => "abc" }, "abc", {}],
  ["a number", { passwd: () => 5 }, "5", {}],
  ["a promise", { passwd: () => later("abc") }, "abc", {}],
  ["a thenable", { passwd: () => ({ then: (done) => done("abc") }) }, "abc", {}],
  ["parameters", { passwd: "1234", loginParams: () => ({ a: 1 }) }, "1234", { a: 1 }],
  ["a promise of parameters", { passwd: "1234", loginParams: () => later({ a: 1 }) }, "1234", { a: 1 }],
  ["a token", { loginParams: () => later({ xui_sessid: "t", xcc_token: "" }) }, "password", { xui_sessid: "t" }],
  ["both", { passwd: () => later("abc"), loginParams: () => later(null) }, "abc", {}],
  ["what it has of the options", { word: "w", passwd(...all) { return this.word + all.length; } }, "w0", {}],
]) {
  test(`functions may give ${name}`, async () => {
    const { login, state } = await attempt(credentials);
    assert.deepEqual([state, login?.passwd, login?.loginParams], ["ready", passwd, loginParams]);
    assert.deepEqual(reported, []);
  });
}

const secret = "hunter2";
const fail = (thrown) => () => {
  throw thrown;
};

for (const [name, credentials, reports] of [
  ["throws", { passwd: fail(new Error(secret)) }, 1],
  ["throws a string", { passwd: fail(secret) }, 1],
  ["throws nothing", { passwd: fail(undefined) }, 1],
  ["rejects", { passwd: () => Promise.reject(new Error(secret)) }, 1],
  ["rejects with nothing", { passwd: () => Promise.reject() }, 1],
  ["gives a thenable that throws", { passwd: () => ({ then: fail(new Error(secret)) }) }, 1],
  ["gives what throws when it is looked at", { passwd: () => ({ get then() { throw new Error(secret); } }) }, 1],
  ["gives an object", { passwd: () => later({ [secret]: secret }) }, 0],
  ["gives a bigint", { passwd: () => 1n }, 0],
  ["gives a symbol", { passwd: () => Symbol(secret) }, 0],
  ["gives parameters that JSON can't say", { passwd: secret, loginParams: () => ({ a: 1n }) }, 0],
  ["gives parameters without keys", { passwd: secret, loginParams: () => new Proxy({}, { ownKeys: fail() }) }, 0],
  ["throws beside a promise that rejects", { passwd: () => Promise.reject(secret), loginParams: fail(secret) }, 1],
  ["rejects beside one that rejects", { passwd: () => Promise.reject(secret), loginParams: () => Promise.reject(secret) }, 1],
]) {
  test(`a function that ${name} is asked again later, and no secret is told`, async () => {
    const { login, state, attempts, said } = await attempt(credentials);
    assert.deepEqual([login, state], [undefined, "reconnecting"]);
    assert.ok(said.length > 100 && !said.includes(secret), said);
    // The page's own error handler gets what was thrown as it is.
    assert.equal(reported.length, reports * attempts);
  });
}

for (const [name, credentials] of [
  ["null", { passwd: () => null }],
  ["undefined", { passwd: () => undefined }],
  ["an empty password", { passwd: () => later("") }],
  ["no token", { loginParams: () => later(null) }],
  ["an empty token", { passwd: () => "", loginParams: () => ({ xui_sessid: "" }) }],
]) {
  test(`a function that gives ${name} has no credentials: the session ends, and is told so once`, async () => {
    const { login, logins, lines, state, attempts } = await attempt(credentials);
    assert.deepEqual([login, state, attempts], [undefined, "closed", 1]);
    const message = "passwd and loginParams give no credentials";
    assert.deepEqual(logins, [[false, "auth", message]]);
    assert.deepEqual(lines.filter((line) => line.includes(message)), [`verto: login: ${message}`]);
    assert.deepEqual(reported, []);
  });
}

test("who types a password is asked once, though the server closes the socket meanwhile", async (t) => {
  const network = new EventTarget();
  for (const name of ["addEventListener", "removeEventListener"]) {
    globalThis[name] = network[name].bind(network);
    t.after(() => delete globalThis[name]);
  }
  const WebSocket = standIn();
  const verto = new Verto();
  const asked = [];
  const passwd = () => new Promise((...settle) => asked.push(settle));
  verto.connect({ socketUrl: "wss://pbx.example/ws", login: "1001@xswitch.cn", keepAlive: false, WebSocket, passwd });
  await turn();
  for (let closed = 0; closed < 50; closed++) {
    WebSocket.sockets.at(-1).onclose({ code: 1006 });
    network.dispatchEvent(new Event("online"));
    await turn();
  }
  assert.deepEqual([asked.length, WebSocket.sockets.length, verto.state], [1, 51, "authenticating"]);
  // Given while there is no socket, it is used on the next.
  WebSocket.sockets.at(-1).onclose({ code: 1006 });
  asked[0][0]("abc");
  await turn();
  network.dispatchEvent(new Event("online"));
  await turn();
  assert.deepEqual([asked.length, verto.state], [1, "ready"]);
  assert.equal(JSON.parse(WebSocket.sockets.at(-1).sent[0]).params.passwd, "abc");
  verto.logout();
});
