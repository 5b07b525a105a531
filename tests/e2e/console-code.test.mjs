// The console's parts that need no browser: the code that the drawer offers, the masks, the
// texts, and the model of the call centre.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { describe, test } from "node:test";
import { createHash } from "node:crypto";
import { Center } from "../../www/console/center.mjs";
import { codeOf } from "../../www/console/code.mjs";
import { mask } from "../../www/console/mask.mjs";
import { MESSAGES } from "../../www/console/messages.mjs";
import { ccc, login, subscribe } from "./lib/frames.mjs";

const WWW = new URL("../../www/", import.meta.url);
const URL_ = "ws://127.0.0.1/ws";

/** Runs code with `verto` and `vcc` that note what is called: [name, …arguments without functions]. */
async function calls(code) {
  const called = [];
  const noting = (name) =>
    new Proxy({}, { get: (_, method) => (...args) => void called.push([`${name}.${method}`, ...args.filter((each) => typeof each !== "function")]) });
  const AsyncFunction = (async () => {}).constructor;
  await new AsyncFunction("verto", "vcc", "console", code)(noting("verto"), noting("vcc"), { log() {} });
  return called;
}

describe("the code of a frame", () => {
  const dial = { agent: "1007", extn: "1007", cidNumber: "1", destNumber: "2", earlyMedia: false };
  for (const [frame, expected] of [
    [ccc("s", "ccLogin", { queue: "q", agent: "a", extn: "e" }), ["vcc.ccLogin", "q", "a", "e"]],
    [ccc("s", "ccLogout", { queue: "q", agent: "a" }), ["vcc.ccLogout", "q", "a"]],
    [ccc("s", "ccGoReady", { queue: "q", agent: "a" }), ["vcc.ccGoReady", "q", "a"]],
    [ccc("s", "ccGoBreak", { queue: "q", agent: "a" }), ["vcc.ccGoBreak", "q", "a"]],
    [ccc("s", "ccGoBreak", { queue: "q", agent: "a", reason: '"吃饭"\n' }), ["vcc.ccGoBreak", "q", "a", '"吃饭"\n']],
    [ccc("s", "ccDial", dial), ["vcc.ccDial", "1007", "1007", "1", "2", false]],
    [ccc("s", "ccOther", { x: 1 }), ["vcc.ccCall", "ccOther", { x: 1 }]],
    [{ method: "echo", params: { n: 1, sessid: "s" } }, ["verto.sendMethod", "echo", { n: 1 }]],
    [{ method: "verto.unsubscribe", params: { eventChannel: "vcc" } }, ["verto.unsubscribe", "vcc"]],
  ]) {
    test(`${frame.params.data?.func ?? frame.method}: it makes the same call in both languages`, async () => {
      const { es5, es6 } = codeOf(frame, URL_);
      assert.deepEqual(await calls(es5), [expected]);
      assert.deepEqual(await calls(es6), [expected]);
      assert.doesNotMatch(es5, /=>|\bconst\b|await|`/);
    });
  }

  test("login and subscribe: with callbacks, and with what was sent", async () => {
    for (const language of ["es5", "es6"]) {
      const withPassword = await calls(codeOf(login("s", "1007@x"), URL_)[language]);
      assert.deepEqual(withPassword[0].slice(0, 2), ["verto.connect", { login: "1007@x", passwd: "***", socketUrl: URL_ }]);
      const withToken = await calls(codeOf(login("s", "1007@x", { xui_sessid: "***" }), URL_)[language]);
      assert.deepEqual(withToken[0][1].loginParams, { xui_sessid: "***" });
      assert.equal(withToken[0][1].passwd, "password");
      const [[name, channel, { handler }]] = await calls(codeOf(subscribe("s", ["vcc", "vcc.default"]), URL_)[language]);
      assert.deepEqual([name, channel, typeof handler], ["verto.subscribe", ["vcc", "vcc.default"], "function"]);
      const event = { method: "verto.event", params: { eventChannel: "vcc.default.1", subscribedChannel: "vcc.default", eventType: "agentState" } };
      const [[, heard]] = await calls(codeOf(event, URL_)[language]);
      assert.equal(heard, "vcc.default");
    }
  });
});

test("passwords and tokens are hidden, in what is no JSON too", () => {
  const secret = JSON.stringify(login("s", "1007@x", { xui_sessid: "tok-en" })).replace('"***"', '"pass\\"word"');
  assert.ok(!/tok-en|pass\\"word/.test(mask(secret)));
  assert.ok(mask(secret).includes('"login":"1007@x"'));
  assert.equal(mask('{"passwd":"secr\\"et'), '{"passwd":"***"');
  assert.equal(mask('{"a":{"Token":{"x":1}}}'), '{"a":{"Token":"***"}}');
  assert.equal(mask('{"sessid":"s"}'), '{"sessid":"s"}');
});

test("every text is there in both languages, with the same values", async () => {
  for (const [key, texts] of Object.entries(MESSAGES)) {
    assert.equal(texts.length, 2, key);
    const [chinese, english] = texts.map((text) => (text.match(/\{\w+\}/g) ?? []).toSorted());
    assert.deepEqual(chinese, english, key);
    // Chinese has marks of its own.
    if (/\p{Script=Han}/u.test(texts[0])) assert.doesNotMatch(texts[0].replaceAll(/\{\w+\}/g, ""), /[,:;()?!]/, key);
  }
  const html = await readFile(new URL("index.html", WWW), "utf8");
  for (const [, key] of html.matchAll(/data-(?:t|label)="([^"]+)"/g)) assert.ok(key in MESSAGES, key);
  for (const name of await readdir(new URL("console/", WWW))) {
    const code = await readFile(new URL(`console/${name}`, WWW), "utf8");
    for (const [, key] of code.matchAll(/\bt\("([^"]+)"/g)) assert.ok(key in MESSAGES, `${name}: ${key}`);
    for (const [, key] of code.matchAll(/failure: "(\w+)"/g)) assert.ok(key in MESSAGES, `${name}: ${key}`);
  }
});

test("the drawer names each example, and each link leads to a page", async () => {
  const html = await readFile(new URL("index.html", WWW), "utf8");
  const links = [...html.matchAll(/<li><a href="([^"]+)"/g)].map(([, link]) => link);
  for (const link of links) await readFile(new URL(link, WWW));
  const examples = (await readdir(new URL("examples/", WWW))).map((name) => `examples/${name}`);
  assert.deepEqual(links.filter((link) => link.startsWith("examples/")).toSorted(), examples.toSorted());
});

test("the policy allows this import map and no other inline script", async () => {
  const html = await readFile(new URL("index.html", WWW), "utf8");
  const scripts = [...html.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)];
  const inline = scripts.filter(([, attributes]) => !attributes.includes("src="));
  assert.deepEqual(inline.map(([, attributes]) => attributes), [' type="importmap"']);
  const hash = createHash("sha256").update(inline[0][2]).digest("base64");
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)[1];
  assert.match(policy, /default-src 'none'/);
  assert.ok(policy.includes(`script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}';`), `sha256-${hash}`);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')/);
  assert.doesNotMatch(html, / style=| on\w+=/);
});

describe("the model of the call centre", () => {
  const row = (agent, queue, state, callstate = "IDLE", call = "") => ({
    eventType: "agentState",
    data: { agent_id: agent, queue_id: queue, state, callstate, agent_uuid: call, since: 1, reason: "" },
  });
  const statuses = (center) => [...center.rows.values()].map(({ key, status }) => `${key} ${status}`).toSorted();

  test("an agent has a line for each queue, or else one that says signed out", () => {
    const center = new Center();
    center.apply(row("1", "a", "LOGOUT"), 0);
    assert.deepEqual(statuses(center), ["1 a out"]);
    center.apply(row("1", "b", "LOGIN"), 0);
    center.apply(row("1", "a", "READY"), 0);
    assert.deepEqual(statuses(center), ["1 a ready", "1 b login"]);
    assert.deepEqual([center.counts().ready, center.counts().login], [1, 0]);
    center.apply(row("1", "b", "LOGOUT"), 0);
    assert.deepEqual(statuses(center), ["1 a ready"]);
    center.apply(row("1", "a", "LOGOUT"), 0);
    assert.deepEqual(statuses(center), ["1 a out"]);
    assert.equal(center.counts().out, 1);
    center.apply(row("1", "c", "LOGOUT"), 0);
    assert.deepEqual(statuses(center), ["1 c out"]);
  });

  test("the other side of a call is there from the ringing to the end", () => {
    const center = new Center();
    const party = () => center.rows.get("1 a").party;
    center.apply({ eventType: "callOffered", data: { agent: "1", call: "c1", caller: "139", direction: "inbound" } }, 0);
    center.apply(row("1", "a", "READY", "RINGING", "c1"), 0);
    assert.equal(party(), "139");
    center.apply(row("1", "a", "READY", "TALKING", "c1"), 0);
    assert.equal(party(), "139");
    center.apply({ eventType: "callEnded", data: { agent: "1", call: "c1" } }, 0);
    assert.equal(party(), undefined);
    center.apply(row("1", "a", "READY", "DIALING", "c2"), 0);
    center.apply({ eventType: "dialProgress", data: { agent: "1", call: "c2", destNumber: "138", step: "agentRinging" } }, 0);
    assert.equal(party(), "138");
    // An event that ended it was lost.
    center.apply(row("1", "a", "READY"), 0);
    assert.equal(party(), undefined);
  });

  test("after an outage the call before lends its other side to no other call", async () => {
    const center = new Center();
    center.apply({ eventType: "callOffered", data: { agent: "1", call: "c1", caller: "139", direction: "inbound" } }, 0);
    center.apply(row("1", "a", "READY", "TALKING", "c1"), 0);
    assert.equal(center.rows.get("1 a").party, "139");
    await center.refresh(async () => [row("1", "a", "READY", "TALKING", "c2").data]);
    assert.equal(center.rows.get("1 a").party, undefined);
    await center.refresh(async () => [row("1", "a", "READY", "TALKING", "c1").data]);
    assert.equal(center.rows.get("1 a").party, "139");
  });

  test("a list that is read does not overwrite what an event said meanwhile", async () => {
    const center = new Center();
    center.apply(row("3", "a", "READY"), 0);
    await center.refresh(async () => {
      center.apply(row("1", "a", "UNREADY"), 0);
      return [row("1", "a", "READY").data, row("2", "a", "READY").data, row("3", "b", "LOGIN").data];
    });
    assert.deepEqual(statuses(center), ["1 a break", "2 a ready", "3 b login"]);
  });

  test("who waits longest, by the server's clock", () => {
    const center = new Center();
    center.apply({ eventType: "queueState", data: { queue: "a", waiting: 2, longestWaitMs: 500 } }, 10_000);
    assert.equal(center.queues.get("a").firstSince, 9_500);
    center.apply({ eventType: "queueState", data: { queue: "a", waiting: 0, longestWaitMs: 0 } }, 11_000);
    assert.equal(center.queues.get("a").firstSince, undefined);
  });
});
