// Whose callbacks hear the end of a connection, and how often a page's signal is listened to.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { PKG } from "../e2e/lib/sim.mjs";
import { connectOptions, turn } from "./sockets.mjs";

const { Verto } = await import(pathToFileURL(join(PKG, "index.mjs")));

/** Callbacks that write down what they hear. */
function listening() {
  const heard = [];
  return {
    heard,
    onStateChange: (v, state) => heard.push(state),
    onWSLogin: (v, success) => heard.push(`login ${success}`),
    onWSClose: (v, success) => heard.push(`close ${success}`),
  };
}

test("who had a connection hears its end, and who connects in the same tick only of the new one", async () => {
  const verto = new Verto();
  const [first, second, third] = [listening(), listening(), listening()];
  verto.connect(connectOptions(), first);
  await turn();
  first.heard.length = 0;
  // React's StrictMode does this.
  verto.logout();
  verto.connect(connectOptions(), second);
  await turn();
  assert.deepEqual(first.heard, ["closed", "close true"]);
  assert.deepEqual(second.heard, ["connecting", "authenticating", "ready", "login true"]);
  // Twice in one tick, and without callbacks of their own, which keeps those of before.
  second.heard.length = 0;
  verto.logout();
  verto.connect(connectOptions(), third);
  verto.logout();
  verto.connect(connectOptions());
  await turn();
  assert.deepEqual(second.heard, ["closed", "close true"]);
  assert.deepEqual(third.heard, [
    ...["connecting", "closed", "close true"],
    ...["connecting", "authenticating", "ready", "login true"],
  ]);
  assert.deepEqual(first.heard, ["closed", "close true"]);
  verto.logout();
});

test("one signal on many channels is listened to once, and no more when the last of them has ended", async () => {
  const verto = new Verto();
  verto.connect(connectOptions());
  await turn();
  const controller = new AbortController();
  const { signal } = controller;
  let listeners = 0;
  const counted = {
    get aborted() {
      return signal.aborted;
    },
    addEventListener(...all) {
      listeners++;
      signal.addEventListener(...all);
    },
    removeEventListener(...all) {
      listeners--;
      signal.removeEventListener(...all);
    },
  };
  const handler = () => {};
  const many = Array.from({ length: 100 }, (_, index) => `vcc.default.${index}`);
  const handles = verto.subscribe([...many, many[0]], { handler, signal: counted });
  assert.equal(listeners, 1);
  verto.unsubscribe(handles.slice(0, 50));
  assert.equal(listeners, 1);
  // Renewed without the signal, a subscription doesn't end with it.
  const [kept] = verto.subscribe("vcc.default.99", { handler });
  assert.equal(kept.serno, handles[99].serno);
  verto.unsubscribe(handles.slice(50, 99));
  assert.equal(listeners, 0);
  verto.subscribe(many.slice(0, 3), { handler, signal: counted });
  controller.abort();
  assert.equal(listeners, 0);
  const { sockets } = verto.options.WebSocket;
  const sent = () => sockets[0].sent.map((text) => JSON.parse(text));
  assert.deepEqual(sent().at(-1).params.eventChannel, many.slice(0, 3));
  verto.unsubscribe(kept);
  assert.equal(sent().at(-1).params.eventChannel, "vcc.default.99");
  verto.logout();
});
