// zone.js, by which Angular knows when an application is stable: nothing of it waits any more.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import "zone.js/node";
import { PKG } from "../e2e/lib/sim.mjs";
import { standIn, turn } from "./sockets.mjs";

const { Verto } = await import(pathToFileURL(join(PKG, "index.mjs")));

/** A zone such as Angular's: `pending` says whether a timer of it has yet to run. */
function angular() {
  const state = { pending: false };
  state.zone = Zone.root.fork({
    name: "angular",
    onHasTask(delegate, current, target, has) {
      delegate.hasTask(target, has);
      if (current === target) state.pending = has.macroTask;
    },
  });
  return state;
}

const given = () => ({
  socketUrl: "wss://pbx.example/ws",
  login: "1001@xswitch.cn",
  passwd: "1234",
  WebSocket: standIn(),
});

// Otherwise a timer that is still waiting would keep the process.
const instances = [];
const make = () => instances[instances.push(new Verto()) - 1];
after(() => instances.forEach((verto) => verto.logout()));

test("connected inside, the application is never stable", async () => {
  const inside = angular();
  await inside.zone.run(() => make().connect(given()));
  await turn();
  assert.equal(inside.pending, true);
});

test("connected outside, as docs/troubleshooting.md says, it is: also after a command from inside", async () => {
  const inside = angular();
  const verto = make();
  let logins = 0;
  // What Angular calls runOutsideAngular() and run().
  const outside = (run) => inside.zone.parent.run(run);
  const onWSLogin = () => inside.zone.run(() => logins++);
  await inside.zone.run(() => outside(() => verto.connect(given(), { onWSLogin })));
  await turn();
  assert.deepEqual([logins, verto.state, inside.pending], [1, "ready", false]);
  const { method } = await inside.zone.run(() => verto.sendMethod("echo", { n: 1 }));
  await turn();
  assert.deepEqual([method, inside.pending], ["echo", false]);
});
