// The console's parts that need no browser: the code that the drawer offers, the masks, the
// texts, what is read of the server's frames, and the model of the call centre; and the policies
// of all pages.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { describe, test } from "node:test";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { Center } from "../../www/console/center.mjs";
import { codeOf, titleOf } from "../../www/console/code.mjs";
import { onLeftOut, readEvent, readFrame, readRows } from "../../www/console/incoming.mjs";
import { mask } from "../../www/console/mask.mjs";
import { MESSAGES } from "../../www/console/messages.mjs";
import { ccc, login, subscribe } from "./lib/frames.mjs";

const WWW = new URL("../../www/", import.meta.url);
const URL_ = "ws://127.0.0.1/ws";

/** Runs code with `verto`, `vcc` and `dialog` that note what is called: [name, …arguments without functions]. */
async function calls(code) {
  const called = [];
  const noting = (name) =>
    new Proxy({}, { get: (_, method) => (...args) => void called.push([`${name}.${method}`, ...args.filter((each) => typeof each !== "function")]) });
  const AsyncFunction = (async () => {}).constructor;
  await new AsyncFunction("verto", "vcc", "dialog", "console", code)(noting("verto"), noting("vcc"), noting("dialog"), { log() {} });
  return called;
}

describe("the code of a frame", () => {
  const ofCall = (method, params, dialogParams = {}) => ({ method, params: { ...params, dialogParams: { ...dialogParams, callID: "c1" } } });
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
    [ofCall("verto.invite", { sdp: "v=0" }, { destination_number: "9196", caller_id_name: '"' }), ["verto.newCall", { destination_number: "9196", caller_id_name: '"' }]],
    [ofCall("verto.answer", { sdp: "v=0" }, { callee_id_number: "1007" }), ["dialog.answer", { callee_id_number: "1007" }]],
    [ofCall("verto.answer", { sdp: "v=0" }), ["dialog.answer"]],
    [ofCall("verto.bye", { cause: "USER_BUSY" }), ["dialog.hangup", { cause: "USER_BUSY" }]],
    [ofCall("verto.modify", { action: "hold" }), ["dialog.hold"]],
    [ofCall("verto.modify", { action: "transfer", destination: "1008" }), ["dialog.transfer", "1008", null]],
    [ofCall("verto.modify", { action: "replace", replaceCallID: "c2" }), ["dialog.replace", "c2", null]],
    [ofCall("verto.info", { dtmf: "1#" }), ["dialog.dtmf", "1#"]],
  ]) {
    const named = frame.params.data?.func ?? [frame.method, frame.params.action].filter(Boolean).join(" ");
    test(`${named}: it makes the same call in both languages`, async () => {
      const { es5, es6 } = codeOf(readFrame(frame), URL_);
      assert.deepEqual(await calls(es5), [expected]);
      assert.deepEqual(await calls(es6), [expected.filter((each) => each !== null)]);
      assert.doesNotMatch(es5, /=>|\bconst\b|await|`/);
    });
  }

  test("login and subscribe: with callbacks, and with what was sent", async () => {
    for (const language of ["es5", "es6"]) {
      const withPassword = await calls(codeOf(readFrame(login("s", "1007@x")), URL_)[language]);
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

test("what the server asks of a call is the handler that hears of it; what the SDK does by itself is said to be that", () => {
  for (const [method, params, expected] of [
    ["verto.invite", {}, /onDialogState.*ringing/s],
    ["verto.answer", {}, /onDialogState.*active/s],
    ["verto.media", {}, /onDialogState.*early/s],
    ["verto.bye", {}, /onDialogState.*dialog\.cause/s],
    ["verto.display", {}, /onMessage.*remote_caller_id_number/s],
    ["verto.attach", {}, /by itself/],
    ["verto.modify", { action: "updateMedia" }, /by itself/],
  ]) {
    const { es5, es6 } = codeOf({ method, params }, URL_);
    assert.match(es5, expected);
    assert.match(es6, expected);
    assert.doesNotMatch(es5, /=>/);
  }
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

describe("the policy of each page allows that page's own inline scripts, and nothing else inline", async () => {
  // Whoever copies softphone.html edits it: a hash of its script and its style would stop that page.
  const pages = (await readdir(WWW, { recursive: true })).filter((name) => name.endsWith(".html") && name !== "softphone.html");
  // Where the socket's address is a field of the page, any can be entered. The console and
  // faults.html limit themselves once they are logged in.
  const anySocket = ["index.html", "faults.html", "es5.html"];
  for (const name of pages) {
    test(name, async () => {
      const html = await readFile(new URL(name, WWW), "utf8");
      const scripts = [...html.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)];
      const inline = scripts.filter(([, attributes]) => !attributes.includes("src="));
      const hashes = inline.map(([, , code]) => `'sha256-${createHash("sha256").update(code).digest("base64")}'`);
      const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html);
      // What comes before a policy is not bound by it.
      assert.ok(policy.index < scripts[0].index);
      const directives = Object.fromEntries(policy[1].split("; ").map((each) => each.split(/ (.*)/)));
      const { "style-src": style = "'self'", "img-src": images, ...others } = directives;
      assert.equal(style, "'self'");
      assert.ok(["data:", "'self' data:"].includes(images), images);
      assert.deepEqual(others, {
        "default-src": "'none'",
        "script-src": ["'self' 'wasm-unsafe-eval'", ...hashes].join(" "),
        "connect-src": anySocket.includes(name) ? "'self' ws: wss:" : "'self'",
        // The console makes the sound of its ring itself.
        ...(name === "index.html" && { "media-src": "blob:" }),
        "base-uri": "'none'",
        "form-action": "'none'",
      });
      assert.doesNotMatch(html, / style=| on\w+=/);
    });
  }
});

describe("what is read of the server's events", () => {
  const noText = JSON.parse('{"toString":1}');
  const agent = { agent_id: "1003", queue_id: "test", state: "READY" };
  const call = { call: "c1", agent: "1003" };
  const leftOut = [];
  onLeftOut((what) => leftOut.push(what));
  const read = (eventType, data, more) => readEvent({ eventChannel: "vcc.default", eventType, data, ...more });

  test("members of their types, and no others", () => {
    const data = { ...agent, agent_id: 1003, name: "n".repeat(1000), reason: null, since: 5, group_id: noText };
    const expected = { ...agent, name: "n".repeat(200), since: 5 };
    assert.deepEqual(read("agentState", data), { eventType: "agentState", data: expected });
    assert.deepEqual(leftOut.splice(0), []);
  });

  test("a state that the console does not know promises no calls", () => {
    assert.equal(read("agentState", { ...agent, state: "constructor" }).data.state, "LOGIN");
    assert.equal(read("agentState", { ...agent, callstate: "constructor" }).data.callstate, "IDLE");
    assert.equal(read("agentState", { ...agent, callstate: "__proto__" }).data.callstate, "IDLE");
    assert.deepEqual(leftOut.splice(0), []);
  });

  for (const [eventType, data, wrong] of [
    ["agentState", undefined, "agent_id"],
    ["agentState", null, "agent_id"],
    ["agentState", "text", "agent_id"],
    ["agentState", { ...agent, agent_id: "" }, "agent_id"],
    ["agentState", { ...agent, agent_id: noText }, "agent_id"],
    ["agentState", { ...agent, state: ["READY"] }, "state"],
    ["agentState", { ...agent, callstate: {} }, "callstate"],
    ["agentState", { ...agent, name: noText }, "name"],
    ["agentState", { ...agent, since: "yesterday" }, "since"],
    ["callOffered", { ...call, caller: noText }, "caller"],
    ["callAnswered", { ...call, call: undefined }, "call"],
    ["callEnded", { ...call, durationMs: "long" }, "durationMs"],
    ["dialProgress", { ...call, step: noText }, "step"],
    ["queueState", { queue: "test", waiting: "1" }, "waiting"],
    ["queueState", { queue: "test", waiting: 1, longestWaitMs: {} }, "longestWaitMs"],
  ]) {
    test(`${eventType} with ${JSON.stringify(data)} is left out and told`, () => {
      assert.equal(read(eventType, data), undefined);
      assert.deepEqual(leftOut.splice(0), [`${eventType}: ${wrong}`]);
    });
  }

  test("what another user broadcasts is no event of the server's", () => {
    assert.equal(read("agentState", agent, { userid: "1008@xswitch.cn" }), undefined);
    assert.equal(read("agentState", agent, { userid: "" }), undefined);
    assert.deepEqual(leftOut.splice(0), []);
  });

  test("a type of event that has no use here is passed over", () => {
    for (const eventType of ["greeting", "constructor", noText, undefined]) assert.equal(read(eventType, {}), undefined);
    assert.deepEqual(leftOut.splice(0), []);
  });

  test("of a list each row for itself; what is no list is told", () => {
    assert.deepEqual(readRows("agentState", [{ ...agent, name: noText }, null, agent]), [agent]);
    assert.deepEqual(leftOut.splice(0), ["agentState: name", "agentState: agent_id"]);
    assert.deepEqual(readRows("queueState", { code: 200 }), []);
    assert.deepEqual(leftOut.splice(0), ["queueState"]);
  });

  // Values that are right now and then, and otherwise anything that JSON can hold.
  const odd = fc.constantFrom("constructor", "__proto__", "", noText, null, -1, 1e308, [], {});
  const anything = fc.oneof(fc.constantFrom("1003", "READY", "TALKING", "outbound", 5), odd, fc.jsonValue());
  const names = "agent_id queue_id state callstate extn name reason since agent_uuid call agent direction caller queue".split(" ");
  const moreNames = "cause durationMs step destNumber waiting longestWaitMs answered abandoned".split(" ");
  const members = fc.dictionary(fc.constantFrom(...names, ...moreNames), anything, { maxKeys: 3 });
  const types = "agentState callOffered callAnswered callEnded dialProgress queueState".split(" ");
  const complete = { ...agent, ...call, queue: "test", waiting: 1, step: "talking" };
  const anyEvent = fc.record({
    eventType: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...types) }, anything),
    data: fc.oneof({ weight: 4, arbitrary: members.map((more) => ({ ...complete, ...more })) }, members, fc.jsonValue()),
  });

  test("random events: none throws, and the model's rows are texts and numbers", () => {
    const types = { since: "number", waiting: "number", firstSince: "number", answered: "number", abandoned: "number" };
    let rows = 0;
    const property = fc.property(fc.array(anyEvent), (events) => {
      const center = new Center();
      for (const params of events) {
        const event = readEvent(params);
        if (event) center.apply(event, 1000);
      }
      for (const row of [...center.rows.values(), ...center.queues.values()]) {
        rows += 1;
        for (const [name, value] of Object.entries(row)) {
          if (value !== undefined) assert.equal(typeof value, types[name] ?? "string", name);
        }
      }
      const inStates = Object.values(center.counts()).reduce((sum, count) => sum + count, 0);
      assert.equal(inStates, new Set([...center.rows.values()].map(({ agent }) => agent)).size);
    });
    fc.assert(property, { numRuns: 1000 });
    assert.ok(rows > 200, `${rows} rows were made of them`);
    leftOut.length = 0;
  });

  test("random frames: each has a title and, if it is a request, its code", () => {
    const method = fc.oneof(fc.constantFrom("login", "jsapi", "verto.event", "verto.subscribe", "verto.ping", "verto.invite", "verto.modify", "verto.info"), anything);
    const commands = fc.constantFrom("ccLogin", "ccGoBreak", "constructor", noText, null);
    const params = fc.oneof(fc.record({ data: fc.record({ method: fc.constant("ccc"), func: commands, data: anything }) }), anything);
    const frame = fc.record({ id: anything, method, params, result: anything, error: anything }, { requiredKeys: [] });
    const property = fc.property(fc.oneof(frame, fc.tuple(frame), anything), fc.option(frame), (json, request) => {
      const read = readFrame(json);
      if (!read) return;
      assert.equal(typeof titleOf(read, request ? readFrame(request) : undefined), "string");
      if (!read.method) return;
      for (const code of Object.values(codeOf(read, URL_))) assert.equal(typeof code, "string");
    });
    fc.assert(property, { numRuns: 2000 });
  });
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

  test("an agent is on a call of which neither the number nor the other side was told", () => {
    const center = new Center();
    center.apply(row("1", "a", "READY", "TALKING", undefined), 0);
    assert.deepEqual(statuses(center), ["1 a talking"]);
    assert.equal(center.rows.get("1 a").party, undefined);
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
