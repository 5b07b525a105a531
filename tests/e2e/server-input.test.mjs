// What a server may send, and what it may not: the first works, the second costs a line in the
// debug log each, and in neither case is anything lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Scenarios } from "./lib/sdk.mjs";

const { run } = new Scenarios();

const request = (method, more) => ({ jsonrpc: "2.0", method, ...more });
const event = (params) => request("verto.event", { id: 1, params: { eventChannel: "vcc.default.1001", data: {}, ...params } });
const reply = (more) => ({ jsonrpc: "2.0", ...more });

/**
 * Sends each frame to a connected instance, and an event after it. For each: the lines in the debug
 * log, how many events and messages it made, and whether the event after it came.
 */
const after = (frames) =>
  run(
    async ({ connected, subscribed, sim, until }, frames) => {
      const lines = [];
      const events = [];
      const messages = [];
      const verto = await connected(
        { debug: true, logger: { debug: (line) => lines.push(line) } },
        { onMessage: (v, dialog, msg) => messages.push(msg.name) },
      );
      await subscribed(verto, "vcc", { handler: (v, event) => events.push(event) });
      const isMarker = ({ data }) => data?.marker !== undefined;
      const results = [];
      for (const [marker, frame] of [["before"], ...frames.entries()]) {
        lines.length = events.length = messages.length = 0;
        if (frame !== undefined) await sim.send(verto, frame);
        await sim.event("vcc", { marker });
        await until(`the event after ${JSON.stringify(frame)}`, () => events.some(isMarker));
        const { length } = events.filter((event) => !isMarker(event));
        results.push({ lines: lines.slice(), events: length, messages: messages.slice(), state: verto.state });
      }
      return { first: results[0], results: results.slice(1), polluted: {}.polluted ?? Object.prototype.method ?? null };
    },
    frames,
  );

test("frames that are nothing: survived, a line in the debug log each", async () => {
  const frames = [
    // Not JSON.
    "not JSON", "{", "}", "undefined", "NaN", '{"method":}', "{'method':'verto.event'}", "\u0000", "#SP 5", "#SPE", "verto.punt",
    // JSON, but no request and no reply.
    "null", "42", "true", '"verto.punt"', "{}", "[null]", "[42]", '["verto.punt"]', "[[]]", `[[${JSON.stringify(event())}]]`,
    { jsonrpc: "2.0" },
    // A method of the wrong type.
    ...[42, null, true, {}, ["verto.punt"], { toString: "verto.punt" }].map((method) => ({ ...event(), method })),
    // An unknown one.
    ...["", "nosuch", "verto.nosuch", "VERTO.PUNT", "constructor", "__proto__", "toString", "verto.invite", "verto.bye", "\u6587"].map((method) =>
      request(method, { id: 5, params: { callID: "x" } }),
    ),
    // An event without params or channel.
    ...[undefined, null, 42, "vcc", [], {}].map((params) => request("verto.event", { params })),
    ...[undefined, null, 42, true, {}, ["vcc"]].map((eventChannel) => event({ eventChannel })),
    // An event that nobody has subscribed to.
    ...["", "other", "vcc2", "__proto__", "constructor", "hasOwnProperty", "\u6587"].map((eventChannel) => event({ eventChannel })),
    event({ subscribedChannel: "vcc.nosuch" }),
    // A reply to nothing that was asked.
    ...[1, 2, 1e6, 4294967296, -1, 1.5, 1e300, 0, "", "x", "1e6", null, true, {}, []].map((id) => reply({ id, result: {} })),
    reply({ id: 1e6, error: { code: -32000, message: "no" } }),
    reply({ result: {} }),
    reply({ error: {} }),
    reply({ id: 1e6 }),
    // Keys that are members of every object.
    '{"__proto__":{"method":"verto.punt"}}',
    '{"constructor":{"prototype":{"polluted":1}},"hasOwnProperty":1,"toString":1,"valueOf":1}',
    '{"jsonrpc":"2.0","method":"verto.event","params":{"__proto__":{"eventChannel":"vcc","polluted":1}}}',
    // Deep.
    "[".repeat(5000) + "]".repeat(5000),
    `${'{"params":'.repeat(5000)}1${"}".repeat(5000)}`,
    "[".repeat(5000),
  ];
  const { first, results, polluted } = await after(frames);
  assert.deepEqual(first, { lines: [], events: 0, messages: [], state: "ready" });
  for (const [i, { lines, events, messages, state }] of results.entries()) {
    const frame = JSON.stringify(frames[i]).slice(0, 200);
    assert.deepEqual({ lines: lines.length, events, messages, state }, { lines: 1, events: 0, messages: [], state: "ready" }, `${frame}: ${lines}`);
    assert.match(lines[0], /^verto: ignored /, frame);
  }
  assert.equal(polluted, null);
});

test("events of any shape arrive", async () => {
  const wrong = [null, 42, true, "", "x", {}, [], -1, 1.5, 1e300];
  const frames = [
    ...wrong.map((data) => event({ data })),
    ...[...wrong, 0].map((eventSerno) => event({ eventSerno })),
    ...[null, 42, true, {}, []].map((subscribedChannel) => event({ subscribedChannel })),
    ...wrong.map((sessid) => event({ sessid })),
    ...wrong.map((eventType) => event({ eventType })),
    ...wrong.map((id) => ({ ...event(), id })),
    ...wrong.map((jsonrpc) => ({ ...event(), jsonrpc })),
    { ...event(), result: {}, error: {}, unknown: { deep: [] } },
    event({ eventChannel: "vcc" }),
    event({ eventChannel: "vcc." }),
    event({ eventChannel: "vcc..." }),
    event({ eventChannel: "vcc.\u6587\ud83d\ude00\n\"" }),
    event({ eventChannel: `vcc.${"x.".repeat(5000)}` }),
    event({ eventChannel: "vcc.__proto__.constructor" }),
    // The last of equal keys counts.
    '{"method":"nosuch","method":"verto.event","params":{"eventChannel":"other","eventChannel":"vcc","data":{}}}',
    '{"method":"verto.event","params":{"eventChannel":"vcc","__proto__":{"polluted":1},"data":{"__proto__":{"polluted":1},"constructor":1}}}',
    `{"method":"verto.event","params":{"eventChannel":"vcc","data":${"[".repeat(5000)}${"]".repeat(5000)}}}`,
    `{"method":"verto.event","params":{"eventChannel":"vcc","data":${'{"a":'.repeat(5000)}1${"}".repeat(5000)}}}`,
    `\r\n\t ${JSON.stringify(event())} \n`,
  ];
  const { results, polluted } = await after(frames);
  for (const [i, result] of results.entries()) {
    assert.deepEqual(result, { lines: [], events: 1, messages: [], state: "ready" }, JSON.stringify(frames[i]).slice(0, 200));
  }
  assert.equal(polluted, null);
});

test("arrays are so many frames, what is wrong in them costs nothing else", async () => {
  const ready = request("verto.clientReady", { params: {} });
  const frames = [[event()], [event(), event(), event()], [event(), null, 42, request("nosuch"), [], event()], [ready, event(), ready], []];
  const { results } = await after(frames);
  const counts = results.map(({ lines, events, messages, state }) => [lines.length, events, messages, state]);
  assert.deepEqual(counts, [
    [0, 1, [], "ready"],
    [0, 3, [], "ready"],
    [4, 2, [], "ready"],
    [0, 1, ["clientReady", "clientReady"], "ready"],
    [0, 0, [], "ready"],
  ]);
});

test("messages of any shape reach onMessage", async () => {
  const wrong = [undefined, null, 42, "x", {}, [], { msg: null }, { msg: 42 }, { msg: { to: 1 } }, { reattached_sessions: 1 }];
  const frames = ["verto.clientReady", "verto.info"].flatMap((method) => wrong.map((params) => request(method, { id: 1, params })));
  const { results } = await after(frames);
  for (const [i, result] of results.entries()) {
    const messages = [frames[i].method === "verto.info" ? "info" : "clientReady"];
    assert.deepEqual(result, { lines: [], events: 0, messages, state: "ready" }, JSON.stringify(frames[i]));
  }
});

test("binary frames of UTF-8, and large frames", async () => {
  const seen = await run(async ({ connected, subscribed, sim, until }) => {
    const lines = [];
    const events = [];
    const verto = await connected({ logger: { debug: (line) => lines.push(line) } });
    await subscribed(verto, "vcc", { handler: (v, { data }) => events.push(data) });
    const send = (data, binary) =>
      sim.send(verto, { jsonrpc: "2.0", method: "verto.event", params: { eventChannel: "vcc", data } }, binary);
    const text = "\u4e2d\u6587, \ud83d\ude00, \u0000, \u00e9";
    const large = "\u6587".repeat(300_000);
    await send(text, true);
    await sim.send(verto, "not JSON", true);
    await send(large, false);
    await send(large, true);
    await send("last", true);
    await until("the last event", () => events.length === 4);
    return { same: events.map((data) => [text, large, "last"].indexOf(data)), bytes: new TextEncoder().encode(large).length, lines };
  });
  assert.deepEqual(seen.same, [0, 1, 1, 2]);
  assert.equal(seen.bytes, 900_000);
  assert.equal(seen.lines.length, 1);
});

test("the server's pings are answered with their own ids", async () => {
  const { ids, answered, pending } = await run(async ({ connected, sim, until }) => {
    const verto = await connected();
    const ids = ["abc", "1", "", "\u6587\"\\\n\u0001", 0, 7, 1e15, "x".repeat(1000)];
    const answered = async () => {
      const frames = await fetch("/sim/frames").then((reply) => reply.json());
      const all = frames.filter(({ dir }) => dir === "in").map(({ text }) => JSON.parse(text));
      return all.filter(({ result }) => result).map(({ id, jsonrpc, result, error }) => [id, jsonrpc, typeof result, error ?? null]);
    };
    for (const id of ids) await sim.send(verto, { jsonrpc: "2.0", method: "verto.ping", id, params: { serno: 1 } });
    await until("the answers", async () => (await answered()).length === ids.length);
    // An id that is also that of a request of ours answers nothing.
    const pending = verto.sendMethod("jsapi", { command: "lua", data: { method: "ccc", func: "ccSleep", data: { ms: 300 } } });
    let settled = false;
    pending.then(() => (settled = true));
    const jsapi = () => sim.requests(verto).then((all) => all.find(({ method }) => method === "jsapi"));
    const { id } = await until("the request", jsapi);
    await sim.send(verto, { jsonrpc: "2.0", method: "verto.ping", id, params: {}, result: { code: 500 } });
    await sim.send(verto, { jsonrpc: "2.0", method: "nosuch", id, result: { code: 500 } });
    const { message } = await pending;
    await until("the answer", async () => (await answered()).length === ids.length + 1);
    return { ids: [...ids, id], answered: await answered(), pending: message };
  });
  assert.deepEqual(
    answered,
    ids.map((id) => [id, "2.0", "object", null]),
  );
  assert.equal(pending, "slept");
});

test("a ping without an id that can be echoed is not answered, and does no harm", async () => {
  const frames = [undefined, null, true, {}, [], 1.5, -1, 1e300].map((id) => request("verto.ping", { id, params: {} }));
  const { results } = await after(frames);
  for (const [i, { events, state }] of results.entries()) assert.deepEqual([events, state], [0, "ready"], JSON.stringify(frames[i]));
});

test("replies of any shape settle their call, once", async () => {
  const rows = await run(async ({ VertoCallcenter, connected, plain, receive, sentTexts }) => {
    const lines = [];
    const verto = await connected({ logger: { debug: (line) => lines.push(line) } });
    const vcc = new VertoCallcenter(verto);
    const results = [null, 42, "x", true, [], {}, { code: 200 }, { code: "200" }, { code: 500 }, { code: null }, { code: [200] }, { code: 1e300 }];
    const errors = [42, "x", true, [], {}, { code: "x", message: 42 }, { code: 1e300, message: "m" }, { code: 1, message: { a: 1 } }];
    const answers = [
      ...results.map((result) => ({ result })),
      ...errors.map((error) => ({ error })),
      { error: null, result: { code: 200 } },
      { error: { code: 7 }, result: { code: 200 } },
    ];
    const texts = sentTexts();
    const rows = [];
    for (const [i, answer] of answers.entries()) {
      const row = { answer, settled: 0 };
      rows.push(row);
      const settled = (kind) => (value) => {
        row.settled++;
        row.kind = kind;
        if (kind === "failed") row.error = plain(value);
      };
      const call = vcc.ccCall("ccEcho", { i }, settled("ok"), settled("failed"));
      const { id } = JSON.parse(texts.at(-1));
      const frame = { jsonrpc: "2.0", id: i % 2 ? id : String(id), ...answer };
      receive(texts.socket, i % 3 ? frame : [frame]);
      receive(texts.socket, frame);
      await call.catch(() => {});
    }
    // The server's own answers are those to requests that wait for none.
    await verto.sendMethod("echo");
    return { rows, lines: lines.length };
  });
  const succeeds = ({ error, result }) => (error === undefined || error === null) && [200, "200"].includes(result?.code);
  for (const { answer, settled, kind, error } of rows.rows) {
    const what = JSON.stringify(answer);
    const ok = succeeds(answer);
    assert.deepEqual([settled, kind], [1, ok ? "ok" : "failed"], what);
    if (!ok) {
      const { isVertoError, kind, message, code } = error;
      assert.deepEqual([isVertoError, kind, typeof message, Number.isInteger(code)], [true, "rejected", "string", true], what);
    }
  }
  assert.equal(rows.lines, 2 * rows.rows.length);
});

test("answers of any shape to a subscription refuse it, unless they grant it", async () => {
  const told = await run(async ({ connected, receive, sentTexts }) => {
    const told = [];
    const verto = await connected({}, { onSubscribeError: (v, channel, { kind }) => told.push([channel, kind]) });
    const answers = [
      { result: {} },
      { result: null },
      { result: 42 },
      { result: [] },
      { result: { subscribedChannels: null } },
      { result: { subscribedChannels: 42 } },
      { result: { subscribedChannels: {} } },
      { result: { subscribedChannels: [42, null, {}] } },
      { result: { subscribedChannels: ["vcc.other"] } },
      { error: {} },
      { error: "no" },
      { error: { unauthorizedChannels: 42 } },
      { result: { subscribedChannels: ["vcc.12", "vcc.12", "vcc.0"] } },
      { result: { alreadySubscribedChannels: ["vcc.13"] } },
      { error: { alreadySubscribedChannels: ["vcc.14"] } },
    ];
    const texts = sentTexts();
    for (const [i, answer] of answers.entries()) {
      verto.subscribe(`vcc.${i}`, { handler() {}, readyHandler: (v, channel) => told.push([channel, "ready"]) });
      receive(texts.socket, { jsonrpc: "2.0", id: JSON.parse(texts.at(-1)).id, ...answer });
    }
    await verto.sendMethod("echo");
    return told;
  });
  const granted = ["vcc.12", "vcc.13", "vcc.14"];
  assert.deepEqual(
    told,
    Array.from({ length: 15 }, (_, i) => [`vcc.${i}`, granted.includes(`vcc.${i}`) ? "ready" : "rejected"]),
  );
});

test("a login that is answered in an array, without a sessid or with one of the wrong type", async () => {
  const rows = await run(async ({ Verto, options, receive, sentTexts, until }) => {
    const rows = [];
    for (const result of [{ message: "logged in" }, { sessid: 42 }, { sessid: null }, {}, null, 42, "logged in"]) {
      const texts = sentTexts();
      const told = [];
      const verto = new Verto();
      const connecting = verto.connect(options(), { onWSLogin: (v, success) => told.push(success) });
      await until("the login", () => texts.length);
      const { sessid } = verto;
      receive(texts.socket, [{ jsonrpc: "2.0", id: 1, result }]);
      await connecting;
      rows.push([verto.sessid === sessid, verto.state, (await verto.sendMethod("echo", { n: 1 })).n, told]);
    }
    return rows;
  });
  for (const row of rows) assert.deepEqual(row, [true, "ready", 1, [true]]);
});

test("channels that are named like members of every object", async () => {
  const seen = await run(async ({ connected, subscribed, sim, until }) => {
    const seen = [];
    const verto = await connected();
    const names = ["vcc.__proto__", "vcc.constructor", "vcc.hasOwnProperty", "vcc.toString"];
    for (const name of names) await subscribed(verto, name, { handler: (v, { eventChannel }) => seen.push([name, eventChannel]) });
    for (const name of names) await sim.event(name);
    await until("the events", () => seen.length === names.length);
    await verto.sendMethod("echo");
    return { names, seen };
  });
  assert.deepEqual(
    seen.seen,
    seen.names.map((name) => [name, name]),
  );
});
