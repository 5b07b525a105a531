// `for await (const event of verto.events(…))`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Scenarios } from "./lib/sdk.mjs";

const { run } = new Scenarios();

test("events come in their order, and leaving the loop ends the subscription", async () => {
  const { seen, during, after } = await run(async ({ connected, sim, until }) => {
    const verto = await connected();
    const seen = [];
    let during;
    const reading = (async () => {
      for await (const event of verto.events("vcc.default")) {
        seen.push([event.eventChannel, event.data.n]);
        if (event.data.n === 3) break;
      }
    })();
    await until("the subscription", async () => (await sim.connection(verto)).channels.length);
    during = (await sim.connection(verto)).channels;
    for (const n of [1, 2, 3, 4]) await sim.event("vcc.default", { n });
    await reading;
    await verto.sendMethod("echo");
    return { seen, during, after: (await sim.connection(verto)).channels };
  });
  assert.deepEqual(seen, [1, 2, 3].map((n) => ["vcc.default", n]));
  assert.deepEqual(during, ["vcc.default"]);
  assert.deepEqual(after, []);
});

test("it goes on through a reconnect, and ends with what ends its subscription", async () => {
  const { ends, seen } = await run(async ({ connected, Verto, sim, options, until }) => {
    const ends = [];
    const seen = [];
    const begin = async (verto, name, channel, options) => {
      for await (const event of verto.events(channel, options)) seen.push(`${name} ${event.data.n}`);
      ends.push(name);
    };
    const held = async (verto, ...names) => {
      await until(`the server holds ${names}`, async () => {
        const { channels } = (await sim.connection(verto)) ?? { channels: [] };
        return names.every((name) => channels.includes(name));
      });
    };
    const end = async (name, act) => {
      if (ends.includes(name)) throw new Error(`${name} ended too early`);
      act();
      await until(`${name} ends`, () => ends.includes(name));
    };
    const verto = await connected();
    const controller = new AbortController();
    begin(verto, "abort", "vcc.a", { signal: controller.signal });
    begin(verto, "unsubscribe", ["vcc.b", "vcc.c"]);
    begin(verto, "purge", "vcc.d");
    await held(verto, "vcc.a", "vcc.b", "vcc.c", "vcc.d");
    await sim.drop(verto);
    await until("the outage", () => verto.state !== "ready");
    await held(verto, "vcc.a", "vcc.b", "vcc.c", "vcc.d");
    await sim.event("vcc.b", { n: 1 });
    await until("the event", () => seen.length);
    await end("abort", () => controller.abort());
    verto.unsubscribe("vcc.b");
    await end("unsubscribe", () => verto.unsubscribe("vcc.c"));
    await end("purge", () => verto.purge());
    begin(verto, "connect", "vcc.e");
    await held(verto, "vcc.e");
    await end("connect", () => verto.connect(options()));
    begin(verto, "logout", "vcc.e");
    await end("logout", () => verto.logout());
    const idle = new Verto();
    begin(idle, "idle", "vcc.e");
    await end("idle", () => idle.logout());
    return { ends, seen };
  });
  assert.deepEqual(ends, ["abort", "unsubscribe", "purge", "connect", "logout", "idle"]);
  assert.deepEqual(seen, ["unsubscribe 1"]);
});

test("an aborted loop reads no more, an ended subscription's loop reads what is there", async () => {
  const { aborted, ended, nothing } = await run(async ({ connected, sim, until }) => {
    const verto = await connected();
    let heard = 0;
    const read = async (channel, signal) => {
      const events = verto.events(channel, { signal });
      const first = events.next();
      await until("the subscription", async () => (await sim.connection(verto)).channels.includes(channel));
      verto.subscribe(channel, { handler: () => heard++ });
      heard = 0;
      for (const n of [1, 2, 3]) await sim.event(channel, { n });
      await until("all events", () => heard === 3);
      return { events, values: [(await first).value.data.n] };
    };
    const rest = async ({ events, values }) => {
      for await (const event of events) values.push(event.data.n);
      return values;
    };
    const controller = new AbortController();
    const one = await read("vcc.a", controller.signal);
    controller.abort();
    const other = await read("vcc.b");
    verto.logout();
    const nothing = await verto.events("vcc.c", { signal: AbortSignal.abort() }).next();
    return { aborted: await rest(one), ended: await rest(other), nothing: nothing.done };
  });
  assert.deepEqual(aborted, [1]);
  assert.deepEqual(ended, [1, 2, 3]);
  assert.equal(nothing, true);
});

test("a reader that is too slow gets what the buffer holds, and then an overflow", async () => {
  const { values, error, channels } = await run(async ({ connected, sim, until, plain }) => {
    const verto = await connected();
    const events = verto.events("vcc.a", { buffer: 3 });
    const first = events.next();
    await until("the subscription", async () => (await sim.connection(verto)).channels.length);
    let heard = 0;
    verto.subscribe("vcc", { handler: () => heard++ });
    await verto.sendMethod("echo");
    for (let n = 0; n < 9; n++) await sim.event("vcc.a", { n });
    await until("all events", () => heard >= 9);
    await until("the end of the subscription", async () => !(await sim.connection(verto)).channels.includes("vcc.a"));
    const values = [(await first).value.data.n];
    let error;
    try {
      for await (const event of events) values.push(event.data.n);
    } catch (thrown) {
      error = plain(thrown);
    }
    const again = await events.next();
    values.push(again.done);
    verto.unsubscribe("vcc");
    await verto.sendMethod("echo");
    return { values, error, channels: (await sim.connection(verto)).channels };
  });
  assert.deepEqual(values, [0, 1, 2, 3, true]);
  assert.deepEqual([error.isVertoError, error.kind, error.code], [true, "overflow", -7]);
  assert.match(error.message, /more than 3 events/);
  assert.deepEqual(channels, []);
});

test("return() ends a loop that waits for an event, and its subscription", async () => {
  const { pending, ended, during, after } = await run(async ({ connected, sim, until }) => {
    const verto = await connected();
    const events = verto.events("vcc.a");
    const pending = events.next();
    await until("the subscription", async () => (await sim.connection(verto)).channels.length);
    const during = (await sim.connection(verto)).channels;
    const ended = await events.return("bye");
    await verto.sendMethod("echo");
    return { pending: await pending, ended, during, after: (await sim.connection(verto)).channels };
  });
  assert.equal(pending.done, true);
  assert.deepEqual(ended, { value: "bye", done: true });
  assert.deepEqual(during, ["vcc.a"]);
  assert.deepEqual(after, []);
});

test("the default buffer holds 1000", async () => {
  const { values } = await run(async ({ connected, sentTexts, receive, subscribed }) => {
    const texts = sentTexts();
    const verto = await connected();
    const events = verto.events("vcc.a");
    const first = events.next();
    await subscribed(verto, "vcc.a");
    const send = (n) =>
      receive(texts.socket, { jsonrpc: "2.0", id: 9, method: "verto.event", params: { eventChannel: "vcc.a", data: { n } } });
    send(0);
    await first;
    for (let n = 1; n <= 1000; n++) send(n);
    let values = 0;
    verto.logout();
    for await (const event of events) values = event.data.n;
    return { values };
  });
  assert.equal(values, 1000);
});

test("wrong arguments are refused at the first step, and nothing is sent", async () => {
  const { rows, sent } = await run(async ({ connected, sentTexts, plain }) => {
    const verto = await connected();
    const texts = sentTexts();
    const rows = [];
    for (const [channel, options] of [
      ["", {}],
      [42, {}],
      ["vcc", 42],
      ["vcc", { buffer: 0 }],
      ["vcc", { buffer: "x" }],
      ["vcc", { signal: {} }],
    ]) {
      rows.push(plain(await verto.events(channel, options).next().catch((error) => error)));
    }
    return { rows, sent: texts.length };
  });
  assert.deepEqual(rows.map(({ kind }) => kind), Array(6).fill("invalid-argument"));
  assert.deepEqual(
    rows.map(({ message }) => message.split(" ")[0]),
    ["channel", "channel", "options", "buffer", "buffer", "signal"],
  );
  assert.equal(sent, 0);
});
