// A page that is being left: what becomes of its socket between `beforeunload` and `pagehide`, when
// Firefox closes it, is told only if the page stays after all.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { PKG } from "../e2e/lib/sim.mjs";
import { standIn, turn } from "./sockets.mjs";

const { Verto } = await import(pathToFileURL(join(PKG, "index.mjs")));

/** A page that has logged in and begins to be left; time is the test's. */
async function leaving(t) {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const page = new EventTarget();
  for (const name of ["addEventListener", "removeEventListener"]) {
    globalThis[name] = page[name].bind(page);
    t.after(() => delete globalThis[name]);
  }
  const told = [];
  const WebSocket = standIn();
  const verto = new Verto();
  t.after(() => verto.logout());
  await verto.connect(
    { socketUrl: "wss://pbx.example/ws", login: "1001@xswitch.cn", passwd: "1234", keepAlive: false, WebSocket },
    { onWSClose: (v, asked) => told.push(asked), onWSLogin: (v, success) => told.push(`login ${success}`) },
  );
  told.length = 0;
  page.dispatchEvent(new Event("beforeunload"));
  WebSocket.sockets[0].onclose({ code: 1001 });
  await turn();
  return { verto, told, page, sockets: WebSocket.sockets, tick: t.mock.timers.tick.bind(t.mock.timers) };
}

test("nothing is told while a page is being left", async (t) => {
  const { verto, told, sockets, page, tick } = await leaving(t);
  // The document is hidden then, which is no waking.
  const hidden = Object.assign(new Event("visibilitychange"), {});
  Object.defineProperty(hidden, "target", { value: { hidden: true } });
  page.dispatchEvent(hidden);
  tick(4_900);
  await turn();
  assert.deepEqual(told, []);
  assert.equal(verto.state, "ready");
  assert.equal(sockets.length, 1);
});

test("a page that stays reconnects as after any loss", async (t) => {
  const { verto, told, tick } = await leaving(t);
  tick(5_000);
  await turn();
  assert.deepEqual(told, [false]);
  assert.equal(verto.state, "reconnecting");
  tick(31_000);
  await turn();
  await turn();
  assert.deepEqual(told, [false, "login true"]);
});

test("so does one that comes back from the back-forward cache, at once", async (t) => {
  const { verto, told, page } = await leaving(t);
  page.dispatchEvent(new Event("pageshow"));
  await turn();
  await turn();
  assert.deepEqual(told, [false, "login true"]);
  assert.equal(verto.state, "ready");
});

test("a page that leaves and logs out is told of the logout alone", async (t) => {
  const { verto, told, tick } = await leaving(t);
  verto.logout();
  await turn();
  assert.deepEqual(told, [true]);
  tick(60_000);
  await turn();
  assert.deepEqual(told, [true]);
});
