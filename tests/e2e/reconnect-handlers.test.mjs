// Pages written for the ancestors of this package subscribe anew after each login, each in its own
// way. However often the connection is lost, one event calls one handler; and a component that
// mounts later loses nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Scenarios } from "./lib/sdk.mjs";

const { run } = new Scenarios();
const RECONNECTS = 50;

test("a page that subscribes after each login, in whatever way, keeps one handler", async () => {
  const heard = await run(async ({ Verto, VertoCallcenter, options, sim, until }, reconnects) => {
    const pages = {
      "in onWSLogin": (again) => ({ onWSLogin: (v) => again(v) }),
      "after an await": (again) => ({
        async onWSLogin(v) {
          await fetch("/sdk/index.html");
          again(v);
        },
      }),
      "in ccLogin's callback": (again) => ({
        onWSLogin: (v) => new VertoCallcenter(v).ccLogin("test", "1001", "1001", () => again(v)),
      }),
      "in clientReady": (again) => ({ onMessage: (v, dialog, message) => message === Verto.enum.message.clientReady && again(v) }),
      "in onStateChange": (again) => ({ onStateChange: (v, state) => state === "ready" && again(v) }),
    };
    const heard = {};
    const made = Object.entries(pages).map(([name, callbacks], place) => {
      const channel = `vcc.default.${2000 + place}`;
      const seen = (heard[name] = []);
      const page = { seen, channel, logins: 0, verto: new Verto() };
      const again = (v) => {
        const n = ++page.logins;
        v.subscribe(channel, { handler: (_, event) => seen.push([n, event.data.n]) });
      };
      page.verto.connect(options(), callbacks(again));
      return page;
    });
    const loop = { seen: (heard["events() after an await"] = []), channel: "vcc.default.3000", logins: 0, verto: new Verto() };
    loop.verto.connect(options(), {
      async onWSLogin(v) {
        await null;
        const n = ++loop.logins;
        for await (const event of v.events(loop.channel)) loop.seen.push([n, event.data.n]);
      },
    });
    made.push(loop);
    for (let n = 1; n <= reconnects + 1; n++) {
      await until(`login ${n}`, () => made.every((page) => page.logins === n && page.verto.state === "ready"));
      if (n <= reconnects) {
        await Promise.all(made.map((page) => sim.drop(page.verto)));
        // One whose random delay was nearly none may be back already.
        await until("all are lost", () => made.every((page) => page.verto.state !== "ready" || page.logins > n));
        dispatchEvent(new Event("online"));
      }
    }
    for (const page of made) {
      await until("the channel alone", async () => String((await sim.connection(page.verto)).channels) === page.channel);
      await sim.event(page.channel, { n: 7 });
      await page.verto.sendMethod("echo");
    }
    return heard;
  }, RECONNECTS);
  for (const [name, seen] of Object.entries(heard)) assert.deepEqual(seen, [[RECONNECTS + 1, 7]], name);
  assert.equal(Object.keys(heard).length, 6);
});

test("a component that mounts minutes later, and one with a signal, keep their handlers", async () => {
  const heard = await run(async ({ Verto, options, sim, until }) => {
    const seen = [];
    let logins = 0;
    const verto = new Verto();
    // One function makes every component's handler.
    const mount = (name, more) => verto.subscribe("vcc.default.1001", { handler: () => seen.push(name()), ...more });
    const named = (name) => () => name;
    verto.connect(options({ keepAlive: false }), {
      async onWSLogin() {
        await null;
        mount(named("page"));
        logins++;
      },
    });
    for (let n = 1; n <= 3; n++) {
      await until("the login", () => logins === n && verto.state === "ready");
      if (n === 1) mount(named("signal"), { signal: new AbortController().signal });
      if (n === 2) {
        const { now } = Date;
        Date.now = () => now() + 120_000;
        mount(named("later"));
        mount(named("later too"));
      }
      if (n < 3) {
        await sim.drop(verto);
        await until("it is lost", () => verto.state !== "ready");
        dispatchEvent(new Event("online"));
      }
    }
    // The server has taken the subscription when it answers what came after it.
    await verto.sendMethod("echo");
    await sim.event("vcc.default.1001", {});
    await verto.sendMethod("echo");
    return seen.sort();
  });
  assert.deepEqual(heard, ["later", "later too", "page", "signal"]);
});
